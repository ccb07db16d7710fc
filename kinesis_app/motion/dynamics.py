"""Inverse dynamics of a clip: contact forces, joint torques and what neither can supply."""

from __future__ import annotations

import functools

import mujoco
import numpy as np

from kinesis_app.body.model import physics_model


@functools.cache
def _dynamics_model() -> mujoco.MjModel:
    return physics_model()


def generalised_force(qpos: np.ndarray, qvel: np.ndarray, qacc: np.ndarray) -> np.ndarray:
    """Force that the motion asks for, M qacc + bias + damping qvel [N or Nm], shape (T, 34).

    Recursive Newton-Euler per frame, without tendons, contacts and couplings. Armature and joint
    damping are part of the plant, so muscles and floor together must supply exactly this.
    """
    m = physics_model()
    d = mujoco.MjData(m)
    out = np.empty((len(qpos), m.nv))
    for t in range(len(qpos)):
        d.qpos[:], d.qvel[:], d.qacc[:] = qpos[t], qvel[t], qacc[t]
        mujoco.mj_kinematics(m, d)
        mujoco.mj_comPos(m, d)
        mujoco.mj_comVel(m, d)
        mujoco.mj_rne(m, d, 1, out[t])
    return out + m.dof_armature * qacc + m.dof_damping * qvel
