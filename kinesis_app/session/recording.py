"""Recordings: everything of a run, enough to replay it open loop in plain MuJoCo.

A recording is a .npz, nothing in it pickled. Row 0 of the arrays over T + 1 instants is the start;
row i is the end of control step i. ``excitation_sim`` holds what a replay needs: the excitation of
each of the 5 T physics steps; nan where the motion was put to its beginning instead of stepped.
``log`` is JSON: motion, policy and experiment whenever one of them changed, with the time.
"""

from __future__ import annotations

import io
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import mujoco
import numpy as np

import kinesis_app
from kinesis_app.atomic_file import write_atomically
from kinesis_app.body.model import CTRL_DT, N_SUBSTEPS, SIM_DT, model_hash, physics_model
from kinesis_app.body.muscles import N_MUSCLES, muscle_table
from kinesis_app.env.bodies import PELVIS_ROW
from kinesis_app.experiment.file import to_plain
from kinesis_app.session.history import Moment
from kinesis_app.session.look import snapshot_of
from kinesis_app.session.simulation import Simulation
from kinesis_app.session.snapshot import Snapshot

FORMAT = "kinesis-recording-1"
UNITS = {
    "time": "s since the motion began, shape (T+1,)",
    "run_time": "s since the session began, shape (T+1,)",
    "qpos": "m, quaternion wxyz, rad; shape (T+1, 35), columns qpos_names",
    "qvel": "m/s, rad/s; shape (T+1, 34), columns qvel_names",
    "excitation": "0 to 1, of the last physics step before the instant; shape (T+1, 80)",
    "excitation_sim": "0 to 1, of every physics step; shape (5 T, 80)",
    "activation": "0 to 1; shape (T+1, 80)",
    "muscle_force": "N, tension positive; shape (T+1, 80)",
    "muscle_length": "m, muscle and tendon; shape (T+1, 80)",
    "grf": "N in the world, right and left foot; shape (T+1, 2, 3)",
    "cop": "m in the world, centre of pressure of the right and left foot; shape (T+1, 2, 3)",
    "free_moment": "Nm about the vertical through cop; shape (T+1, 2)",
    "fatigue": "0 to 1, fatigued fraction; shape (T+1, 80)",
    "reference_qpos": "as qpos; shape (T+1, 35)",
    "body_error": "m, mean of the seven bodies; shape (T+1,)",
    "wrenches": "N, Nm in the world at the body's centre of mass, of pushes and pulls during control step i; "
    "shape (T, nbody, 6), rows body_names",
    "push": "N in the world on the pelvis during the control step after the instant; shape (T+1, 3)",
}
_PER_INSTANT = tuple(name for name in UNITS if name not in ("excitation_sim", "wrenches", "push"))


@dataclass(frozen=True)
class Recording:
    """T control steps of a run.

    Attributes:
        snapshots: Of the T + 1 instants.
        excitations: Of the physics steps between them, T arrays of shape (N_SUBSTEPS, 80).
        wrenches: On each body [N, Nm] in these control steps, T arrays of shape (nbody, 6).
        policy_sha256: Of the policy that drove at the end; empty if it has none.
    """

    snapshots: tuple[Snapshot, ...]
    excitations: tuple[np.ndarray, ...]
    wrenches: tuple[np.ndarray, ...]
    policy_sha256: str = ""

    @classmethod
    def of(cls, moments: Sequence[Moment]) -> Recording:
        """The recording of moments that were all looked at."""
        shots = tuple(moment.snapshot for moment in moments if moment.snapshot is not None)
        assert len(shots) == len(moments), "every moment of a session is looked at"
        excitations = tuple(moment.excitations for moment in moments[1:])
        wrenches = tuple(moment.wrenches for moment in moments[1:])
        policy = moments[-1].checkpoint.policy[0] if moments else None
        return cls(shots, excitations, wrenches, _sha256(policy))

    @property
    def time(self) -> np.ndarray:
        """Since the first instant [s], shape (T+1,)."""
        run_time = self.series("run_time")
        return run_time - run_time[0]

    def series(self, name: str) -> np.ndarray:
        """A field of the snapshots over time, shape (T+1, ...)."""
        return np.array([getattr(shot, name) for shot in self.snapshots])

    def push(self) -> np.ndarray:
        """Force on the pelvis in the control step after each instant [N], shape (T+1, 3)."""
        applied = [wrenches[PELVIS_ROW, :3] for wrenches in self.wrenches]
        return np.array([*applied, self.snapshots[-1].push])

    def arrays(self) -> dict[str, np.ndarray]:
        """The file's arrays by name."""
        model, last = physics_model(), self.snapshots[-1]
        steps = [padded(excitations) for excitations in self.excitations]
        facts = {
            "format": FORMAT,
            "version": kinesis_app.__version__,
            "motion": last.motion,
            "policy": last.policy,
            "policy_sha256": self.policy_sha256,
            "model": "myolegs",
            "model_hash": model_hash(model),
            "log": json.dumps(self.log()),
            "units": json.dumps(UNITS),
        }
        return {
            **{name: self.series(name) for name in _PER_INSTANT},
            "push": self.push(),
            "wrenches": np.reshape(self.wrenches, (-1, model.nbody, 6)),
            "excitation_sim": np.concatenate(steps) if steps else np.zeros((0, model.nu)),
            "muscle_names": np.array(muscle_table().names),
            "qpos_names": np.array(qpos_names(model)),
            "qvel_names": np.array(qvel_names(model)),
            "body_names": np.array([model.body(i).name for i in range(model.nbody)]),
            "foot_names": np.array(["right", "left"]),
            "ctrl_dt": np.array(CTRL_DT),
            "sim_dt": np.array(SIM_DT),
            **{name: np.array(text) for name, text in facts.items()},
        }

    def log(self) -> list[dict[str, Any]]:
        """Motion, policy and experiment at the start and whenever one of them changes."""
        entries: list[dict[str, Any]] = []
        before: tuple[Any, ...] = ()
        for shot in self.snapshots:
            now = (shot.motion, shot.policy, shot.experiment)
            if now != before:
                times = {"run_time": shot.run_time, "time": shot.time}
                names = {"motion": shot.motion, "policy": shot.policy}
                entries.append({**times, **names, "experiment": to_plain(shot.experiment)})
            before = now
        return entries

    def save(self, path: Path) -> None:
        """Write the recording, whole or not at all."""
        buffer = io.BytesIO()
        np.savez_compressed(buffer, **self.arrays())  # type: ignore[arg-type]
        write_atomically(path, buffer.getvalue())


class Recorder:
    """Collects a run; call :meth:`record` after every step of ``simulation``."""

    def __init__(self, simulation: Simulation) -> None:
        self.simulation = simulation
        self.snapshots: list[Snapshot] = [snapshot_of(simulation)]
        self._excitations: list[np.ndarray] = []
        self._wrenches: list[np.ndarray] = []

    def record(self) -> None:
        """Keep the control step that was just made."""
        self.snapshots.append(snapshot_of(self.simulation))
        self._excitations.append(self.simulation.excitations.copy())
        self._wrenches.append(self.simulation.applied)

    def recording(self) -> Recording:
        """What was recorded so far."""
        steps = (tuple(self._excitations), tuple(self._wrenches))
        return Recording(tuple(self.snapshots), *steps, _sha256(self.simulation.policy))

    def save(self, path: Path) -> None:
        """Write what was recorded so far."""
        self.recording().save(path)


def padded(excitations: np.ndarray) -> np.ndarray:
    """Excitations (N_SUBSTEPS, 80); nan where none led here, because the motion began."""
    return excitations if len(excitations) else np.full((N_SUBSTEPS, N_MUSCLES), np.nan)


def _sha256(policy: object) -> str:
    return str(getattr(policy, "sha256", ""))


def qpos_names(model: mujoco.MjModel) -> list[str]:
    """Name of each entry of qpos."""
    return _names(model, ("x", "y", "z", "qw", "qx", "qy", "qz"))


def qvel_names(model: mujoco.MjModel) -> list[str]:
    """Name of each entry of qvel; the root's angular velocity is in its own frame."""
    return _names(model, ("vx", "vy", "vz", "wx", "wy", "wz"))


def _names(model: mujoco.MjModel, free: tuple[str, ...]) -> list[str]:
    names: list[str] = []
    for joint in range(model.njnt):
        is_free = model.jnt_type[joint] == mujoco.mjtJoint.mjJNT_FREE
        name = model.joint(joint).name
        names += [f"pelvis_{part}" for part in free] if is_free else [name]
    return names
