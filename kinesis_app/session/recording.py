"""Recordings: everything of a run, enough to replay it open loop in plain MuJoCo.

A recording is a .npz, nothing in it pickled. Row 0 of the arrays over T + 1 instants is the start;
row i is the end of control step i. ``excitation_sim`` holds what a replay needs: the excitation of
each of the 5 T physics steps.
"""

from __future__ import annotations

import io
import json
from pathlib import Path

import mujoco
import numpy as np

import kinesis_app
from kinesis_app.body.model import CTRL_DT, SIM_DT, model_hash
from kinesis_app.body.muscles import muscle_table
from kinesis_app.motion.clip import write_atomically
from kinesis_app.session.messages import Snapshot
from kinesis_app.session.simulation import Simulation

FORMAT = "kinesis-recording-1"
UNITS = {
    "time": "s, shape (T+1,)",
    "qpos": "m, quaternion wxyz, rad; shape (T+1, 35), columns qpos_names",
    "qvel": "m/s, rad/s; shape (T+1, 34), columns qvel_names",
    "excitation": "0 to 1, of the last physics step before the instant; shape (T+1, 80)",
    "excitation_sim": "0 to 1, of every physics step; shape (5 T, 80)",
    "activation": "0 to 1; shape (T+1, 80)",
    "muscle_force": "N, tension positive; shape (T+1, 80)",
    "muscle_length": "m, muscle and tendon; shape (T+1, 80)",
    "grf": "N in the world, right and left foot; shape (T+1, 2, 3)",
    "reference_qpos": "as qpos; shape (T+1, 35)",
    "body_error": "m, mean of the seven bodies; shape (T+1,)",
    "push": "N in the world on the pelvis during the control step after the instant; shape (T+1, 3)",
}
_PER_INSTANT = tuple(name for name in UNITS if name != "excitation_sim")


class Recorder:
    """Collects a run; call :meth:`record` after every step of ``simulation``."""

    def __init__(self, simulation: Simulation) -> None:
        self.simulation = simulation
        self.snapshots: list[Snapshot] = [simulation.snapshot()]
        self._excitations: list[np.ndarray] = []

    def record(self) -> None:
        """Keep the control step that was just made."""
        self.snapshots.append(self.simulation.snapshot())
        self._excitations.append(self.simulation.excitations.copy())

    def arrays(self) -> dict[str, np.ndarray]:
        """The recording's arrays by name."""
        sim, model = self.simulation, self.simulation.bodies.model
        series = {name: np.array([getattr(s, name) for s in self.snapshots]) for name in _PER_INSTANT}
        steps = np.concatenate(self._excitations) if self._excitations else np.zeros((0, model.nu))
        facts = {
            "format": FORMAT,
            "version": kinesis_app.__version__,
            "motion": sim.course.clip.name,
            "policy": sim.policy_name,
            "policy_sha256": str(getattr(sim.policy, "sha256", "")),
            "model": "myolegs",
            "model_hash": model_hash(model),
            "units": json.dumps(UNITS),
        }
        return {
            **series,
            "excitation_sim": steps,
            "muscle_names": np.array(muscle_table().names),
            "qpos_names": np.array(qpos_names(model)),
            "qvel_names": np.array(qvel_names(model)),
            "foot_names": np.array(["right", "left"]),
            "ctrl_dt": np.array(CTRL_DT),
            "sim_dt": np.array(SIM_DT),
            **{name: np.array(text) for name, text in facts.items()},
        }

    def save(self, path: Path) -> None:
        """Write the recording, whole or not at all."""
        buffer = io.BytesIO()
        np.savez_compressed(buffer, **self.arrays())  # type: ignore[arg-type]
        write_atomically(path, buffer.getvalue())


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
