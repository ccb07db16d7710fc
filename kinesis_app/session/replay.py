"""A post-mortem, played again without a window: where did it go wrong?"""

from __future__ import annotations

import json
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import mujoco
import numpy as np

from kinesis_app.body.model import CTRL_DT, N_SUBSTEPS, SIM_DT, model_hash, physics_model
from kinesis_app.body.muscles import N_MUSCLES, muscle_table
from kinesis_app.env.physics_state import STATE, physics_state, restore_physics
from kinesis_app.errors import KinesisError
from kinesis_app.experiment import Experiment
from kinesis_app.experiment.file import from_plain
from kinesis_app.experiment.physics import apply, private_model
from kinesis_app.session.limits import is_unstable
from kinesis_app.session.post_mortem import FORMAT
from kinesis_app.session.recording import qvel_names

MAX_BYTES = 200_000_000


@dataclass(frozen=True)
class PostMortem:
    """The file's content.

    Attributes:
        run_step: Control steps since the session began, shape (N,).
        physics: Full states, shape (N, n_state).
        touch: Foot sensors, shape (N, 4).
        excitations: That led to each state, shape (N, N_SUBSTEPS, 80); nan where the motion began.
        experiments: In force at each state.
        failed_observation, failed_action, failed_excitations: Of the step that failed; empty where
            it did not come so far.
        failed_wrenches: On each body during that step [N, Nm], shape (nbody, 6).
        facts: Error, traceback, policy, motion, versions, hashes.
    """

    run_step: np.ndarray
    physics: np.ndarray
    touch: np.ndarray
    excitations: np.ndarray
    experiments: tuple[Experiment, ...]
    failed_observation: np.ndarray
    failed_action: np.ndarray
    failed_excitations: np.ndarray
    failed_wrenches: np.ndarray
    facts: dict[str, str]


@dataclass(frozen=True)
class Replay:
    """What the replay found.

    Attributes:
        steps: Control steps replayed.
        largest_difference: Between replayed and recorded positions, velocities, activations
            [m, rad, s, 1]; 0 where all is the same.
        first_difference: Session time of the first state that differs [s]; None if none does.
        failed_at: Session time at which the failed step began [s].
        verdict: What failed, in a few sentences.
    """

    steps: int
    largest_difference: float
    first_difference: float | None
    failed_at: float
    verdict: str

    def to_json(self) -> dict[str, Any]:
        """The documented form for scripts."""
        return {"format": "kinesis-replay-1", **vars(self)}


def read_post_mortem(path: Path) -> PostMortem:
    """Read what :func:`~kinesis_app.session.post_mortem.write_post_mortem` wrote.

    Raises:
        KinesisError: If it is missing, damaged or something else.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            if sum(entry.file_size for entry in archive.infolist()) > MAX_BYTES:
                raise KinesisError(f"'{path}' unpacks to more than any post-mortem.")
        with np.load(path, allow_pickle=False) as data:
            arrays = {key: data[key] for key in data.files}
    except FileNotFoundError:
        raise KinesisError(f"'{path}' does not exist.") from None
    except zipfile.BadZipFile:
        raise KinesisError(f"'{path}' is no post-mortem: it is no .npz file.") from None
    except (OSError, ValueError, EOFError, KeyError) as error:
        raise KinesisError(f"'{path}' is no post-mortem: {error}.") from None
    if str(arrays.get("format")) != FORMAT:
        raise KinesisError(f"'{path}' is no {FORMAT} file.")
    try:
        return _post_mortem(arrays)
    except (KeyError, ValueError) as error:
        raise KinesisError(f"'{path}' is damaged: {error}.") from None


def replay(post_mortem: PostMortem) -> Replay:
    """Step from the first state through the recorded excitations to the step that failed."""
    pm, model = post_mortem, private_model()
    data = mujoco.MjData(model)
    largest, first = 0.0, None
    for i in range(len(pm.run_step) - 1):
        _put(model, data, pm, i)
        if np.isnan(pm.excitations[i + 1]).any():
            continue  # the motion was put to its beginning: no step leads there
        wanted, push = _recorded(model, pm.physics[i + 1])
        _step(model, data, pm.excitations[i + 1], push)
        difference = float(np.abs(_moved(data) - wanted).max())
        if difference > 0.0 and first is None:
            first = float(pm.run_step[i + 1] * CTRL_DT)
        largest = max(largest, difference)
    failed_at = float(pm.run_step[-1] * CTRL_DT)
    return Replay(len(pm.run_step) - 1, largest, first, failed_at, _verdict(model, data, pm))


def _verdict(model: mujoco.MjModel, data: mujoco.MjData, pm: PostMortem) -> str:
    if pm.facts["model_hash"] != model_hash(physics_model()):
        return "It ran on another version of the body: the numbers above need not agree."
    if not pm.failed_observation.size:
        return "It failed before the policy looked: see the traceback."
    bad = np.flatnonzero(~np.isfinite(pm.failed_observation))
    if bad.size:
        seen = pm.failed_observation.size
        return f"{bad.size} of {seen} observed numbers were not finite, the first is no. {bad[0]}."
    if not pm.failed_action.size:
        return f"The policy '{pm.facts['policy']}' raised an error; what it saw was finite."
    bad = np.flatnonzero(~np.isfinite(pm.failed_action))
    if bad.size:
        names = ", ".join(muscle_table().names[i] for i in bad[:4])
        return (
            f"The policy '{pm.facts['policy']}' answered {bad.size} of {N_MUSCLES} muscles with no finite "
            f"number (first {names}); what it saw was finite."
        )
    return _physics_verdict(model, data, pm)


def _physics_verdict(model: mujoco.MjModel, data: mujoco.MjData, pm: PostMortem) -> str:
    _put(model, data, pm, len(pm.run_step) - 1)
    names, calm = qvel_names(model), _fastest(data)
    data.xfrc_applied[:] = pm.failed_wrenches
    strongest = float(np.linalg.norm(pm.failed_wrenches[:, :3], axis=1).max())
    for k in range(N_SUBSTEPS):
        data.ctrl[:] = pm.failed_excitations[k]
        mujoco.mj_step2(model, data)
        worst = int(np.nanargmax(np.abs(data.qacc)))
        acceleration = abs(float(data.qacc[worst]))
        mujoco.mj_step1(model, data)
        if is_unstable(data):
            return (
                f"Physics became unstable {(k + 1) * SIM_DT:.4f} s into the step, at '{names[worst]}': "
                f"its acceleration was {acceleration:.3g} (fastest joint before: {calm:.3g}); "
                f"the largest push or pull was {strongest:.3g} N."
            )
    return "The failed step runs through here: neither policy nor physics failed, see the traceback."


def _fastest(data: mujoco.MjData) -> float:
    return float(np.abs(data.qvel).max())


def _put(model: mujoco.MjModel, data: mujoco.MjData, pm: PostMortem, i: int) -> None:
    apply(pm.experiments[i], model)
    restore_physics(data, pm.physics[i], pm.touch[i])


def _recorded(model: mujoco.MjModel, state: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Positions, velocities and activations of a state, and the wrenches applied in the step to it."""
    data = mujoco.MjData(model)
    mujoco.mj_setState(model, data, state, STATE)
    return _moved(data), data.xfrc_applied.copy()


def _moved(data: mujoco.MjData) -> np.ndarray:
    return np.concatenate([data.qpos, data.qvel, data.act])


def _step(model: mujoco.MjModel, data: mujoco.MjData, excitations: np.ndarray, push: np.ndarray) -> None:
    data.xfrc_applied[:] = push
    for excitation in excitations:
        data.ctrl[:] = excitation
        mujoco.mj_step2(model, data)
        mujoco.mj_step1(model, data)


def _post_mortem(arrays: dict[str, np.ndarray]) -> PostMortem:
    n, model = len(arrays["run_step"]), physics_model()
    shapes = {
        "physics": (n, len(physics_state(mujoco.MjData(model)))),
        "touch": (n, model.nsensordata),
        "excitations": (n, N_SUBSTEPS, N_MUSCLES),
        "failed_wrenches": (model.nbody, 6),
    }
    for name, shape in shapes.items():
        if arrays[name].shape != shape or arrays[name].dtype.kind != "f":
            raise ValueError(f"'{name}' has shape {arrays[name].shape}, not {shape}")
    if arrays["failed_excitations"].shape not in ((0,), (N_SUBSTEPS, N_MUSCLES)):
        raise ValueError("'failed_excitations' has the wrong shape")
    experiments = tuple(from_plain(plain, "experiments") for plain in json.loads(str(arrays["experiments"])))
    if len(experiments) != n or n == 0:
        raise ValueError(f"{len(experiments)} experiments for {n} states")
    series = ("run_step", *shapes, "failed_observation", "failed_action", "failed_excitations")
    facts = {name: str(a) for name, a in arrays.items() if a.dtype.kind == "U" and a.ndim == 0}
    return PostMortem(**{name: arrays[name] for name in series}, experiments=experiments, facts=facts)
