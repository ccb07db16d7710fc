"""What is left of a run that failed: a file that the command line can replay.

A post-mortem is a .npz, nothing in it pickled: full states of the last seconds, the excitations
that led from one to the next, the step that failed, the motion, policy, model and experiment.
"""

from __future__ import annotations

import io
import json
import os
import platform
import time
import traceback
from pathlib import Path

import mujoco
import numpy as np

import kinesis_app
from kinesis_app.atomic_file import write_atomically
from kinesis_app.body.model import CTRL_DT, SIM_DT, model_hash, physics_model
from kinesis_app.errors import KinesisError
from kinesis_app.experiment.file import to_plain
from kinesis_app.session.folders import state_folder
from kinesis_app.session.messages import Failed
from kinesis_app.session.recording import padded
from kinesis_app.session.simulation import Simulation

FORMAT = "kinesis-post-mortem-1"
SECONDS = 5.0
"""Of the run before the failure [s]."""
MOST = 20
"""Post-mortems kept in the state folder; the oldest go."""


def failure(simulation: Simulation, error: Exception) -> Failed:
    """Write the post-mortem of a step that failed and say so."""
    text = str(error) if isinstance(error, KinesisError) else f"{type(error).__name__}: {error}."
    try:
        path = write_post_mortem(simulation, error)
    except OSError as trouble:
        return Failed("error", f"{text} No post-mortem could be written: {trouble.strerror}.", None)
    hint = f"The run is paused; to see what led to it: kinesis-app replay {path}"
    return Failed("error", f"{text} {hint}", path)


def write_post_mortem(simulation: Simulation, error: BaseException, path: Path | None = None) -> Path:
    """Write what is known of a step that failed; returns where.

    Args:
        simulation: After the failed step, its state as before.
        error: What the step raised.
        path: Where to; by default a new name in the state folder.

    Raises:
        OSError: If it cannot be written.
    """
    path = path if path is not None else _new_name(simulation.run_step)
    buffer = io.BytesIO()
    np.savez_compressed(buffer, **_arrays(simulation, error))  # type: ignore[arg-type]
    write_atomically(path, buffer.getvalue())
    return path


def _new_name(run_step: int) -> Path:
    folder = state_folder() / "post-mortems"
    for old in sorted(folder.glob("failed-*.npz"))[: -MOST + 1]:
        old.unlink(missing_ok=True)
    return folder / f"failed-{time.strftime('%Y%m%d-%H%M%S')}-{os.getpid()}-{run_step}.npz"


def _arrays(simulation: Simulation, error: BaseException) -> dict[str, np.ndarray]:
    sim, last = simulation, simulation.run_step
    moments = sim.history.between(last - round(SECONDS / CTRL_DT), last)
    points = [moment.checkpoint for moment in moments]
    clip = sim.course.clip
    facts = {
        "format": FORMAT,
        "version": kinesis_app.__version__,
        "error": f"{type(error).__name__}: {error}",
        "traceback": "".join(traceback.format_exception(error)),
        "policy": sim.policy_name,
        "policy_sha256": str(getattr(sim.policy, "sha256", "")),
        "policy_path": str(getattr(sim.policy, "path", "")),
        "model": "myolegs",
        "model_hash": model_hash(physics_model()),
        "experiments": json.dumps([to_plain(point.treatment.experiment) for point in points]),
        "motion": clip.name,
        "machine": f"{platform.platform()}, Python {platform.python_version()}, MuJoCo {mujoco.__version__}",
    }
    return {
        "run_step": np.array([point.run_step for point in points]),
        "step": np.array([point.step for point in points]),
        "physics": np.array([point.physics for point in points]),
        "touch": np.array([point.touch for point in points]),
        "fatigued": np.array([point.treatment.state.fatigued for point in points]),
        "excitations": np.array([padded(moment.excitations) for moment in moments]),
        "reference_qpos": np.array([point.course.qpos(point.step) for point in points]),
        "failed_observation": sim.attempt.observation,
        "failed_action": sim.attempt.action,
        "failed_excitations": sim.attempt.excitations,
        "failed_wrenches": sim.wrenches(),
        "course_origin": np.array(sim.course.origin),
        "clip_fps": np.array(clip.fps),
        "clip_root_pos": clip.root_pos,
        "clip_root_quat": clip.root_quat,
        "clip_joints": clip.joints,
        "ctrl_dt": np.array(CTRL_DT),
        "sim_dt": np.array(SIM_DT),
        **{name: np.array(text) for name, text in facts.items()},
    }
