"""Where a body really is and how it moves: what a plan must start from."""

from __future__ import annotations

from dataclasses import dataclass

import mujoco
import numpy as np

from kinesis_app.body.joints import joint_angles, joint_velocities
from kinesis_app.body.model import physics_model, scratch_data
from kinesis_app.body.rotations import quat_conj, quat_mul, quat_to_matrix, rotvec_from_quat
from kinesis_app.motion.smooth_step import smooth_step

_STEP = 1e-4
"""Time step of the numerical velocities [s]."""


@dataclass(frozen=True)
class Measured:
    """One instant of a body; everything in the world frame.

    Attributes:
        root_pos, root_vel: Pelvis [m, m/s], (3,).
        root_quat, root_spin: Its orientation wxyz (4,) and angular velocity [rad/s] (3,).
        foot_pos, foot_vel: Origins of calcn, right and left [m, m/s], (2, 3).
        foot_rot, foot_spin: Their orientations (2, 3, 3) and angular velocities [rad/s] (2, 3).
        com, com_vel: Centre of mass on the ground [m, m/s], (2,).
        joints, joint_vel: Angles and velocities in the order of ``JOINT_NAMES`` [rad, rad/s], (14,).
    """

    root_pos: np.ndarray
    root_vel: np.ndarray
    root_quat: np.ndarray
    root_spin: np.ndarray
    foot_pos: np.ndarray
    foot_vel: np.ndarray
    foot_rot: np.ndarray
    foot_spin: np.ndarray
    com: np.ndarray
    com_vel: np.ndarray
    joints: np.ndarray
    joint_vel: np.ndarray


def measure(qpos: np.ndarray, qvel: np.ndarray) -> Measured:
    """What MuJoCo's positions (35,) and velocities (34,) of the physics model say of the body."""
    m, d = physics_model(), scratch_data()
    moments = np.tile(qpos, (2, 1)).astype(float)
    com, pos, rot = np.zeros((2, 3)), np.zeros((2, 2, 3)), np.zeros((2, 2, 3, 3))
    feet = [m.body("calcn_r").id, m.body("calcn_l").id]
    for k, sign in enumerate((-1.0, 1.0)):
        mujoco.mj_integratePos(m, moments[k], qvel, 0.5 * sign * _STEP)
        d.qpos[:] = moments[k]
        mujoco.mj_kinematics(m, d)
        mujoco.mj_comPos(m, d)
        com[k], pos[k], rot[k] = d.subtree_com[1], d.xpos[feet], d.xmat[feet].reshape(2, 3, 3)
    spin = 0.5 * (rot[1] @ np.swapaxes(rot[0], 1, 2) - rot[0] @ np.swapaxes(rot[1], 1, 2)) / _STEP
    return Measured(
        qpos[:3].copy(),
        qvel[:3].copy(),
        qpos[3:7].copy(),
        quat_to_matrix(qpos[3:7]) @ qvel[3:6],
        pos.mean(axis=0),
        (pos[1] - pos[0]) / _STEP,
        rot[1],
        np.stack([spin[:, 2, 1], spin[:, 0, 2], spin[:, 1, 0]], axis=1),
        com.mean(axis=0)[:2],
        (com[1] - com[0])[:2] / _STEP,
        joint_angles(qpos),
        joint_velocities(qvel),
    )


def turned(before: np.ndarray, after: np.ndarray) -> np.ndarray:
    """Rotation vector in the world [rad] that takes quaternions ``before`` to ``after``, (..., 3)."""
    return rotvec_from_quat(quat_mul(after, quat_conj(before)))


def fading(n: int, frames: int, start: np.ndarray, rate: np.ndarray) -> np.ndarray:
    """A difference that begins at ``start`` (k,), changing by ``rate`` (k,) per frame, and is gone after
    ``frames``: a quintic without velocity and acceleration at its end, (n, k)."""
    u = np.clip(np.arange(n) / max(frames, 1), 0.0, 1.0)[:, None]
    place = 1.0 - smooth_step(u)
    speed = u * (1.0 - u**2 * (6.0 - u * (8.0 - 3.0 * u)))
    return place * start + speed * max(frames, 1) * rate
