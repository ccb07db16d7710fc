"""Leg inverse kinematics of all frames at once: six joints put the foot where it belongs."""

from __future__ import annotations

import functools
from dataclasses import dataclass

import mujoco
import numpy as np

from kinesis_app.body import kinematics
from kinesis_app.body.joints import JOINT_NAMES, compose_qpos, coupling_slope, joint_table
from kinesis_app.body.model import physics_model

SOLVED = 6
"""Joints per leg that are solved for: hip (3), knee, ankle, subtalar; the toe joint is given."""
KNEE = JOINT_NAMES.index("knee_angle_r")
MARGIN = 0.02
"""Distance that angles keep from their limits [rad]."""
MAX_STEP = 0.35
"""Largest change of an angle per iteration [rad]."""
DAMPING = 1e-4


@dataclass(frozen=True)
class _LegDofs:
    """Velocity addresses of a leg's solved joints and, after them, of what follows its knee.

    Attributes:
        dofs: Addresses, shape (6 + n,).
        slide: Which of them slide, shape (6 + n,).
        coupled_rows: Rows of the followers in the joint table, shape (n,).
        calcn: Row of this leg's calcn in ``kinematics.BODIES``.
    """

    dofs: np.ndarray
    slide: np.ndarray
    coupled_rows: np.ndarray
    calcn: int


@functools.cache
def _leg_dofs(side: int) -> _LegDofs:
    m, table, suffix = physics_model(), joint_table(), "rl"[side]
    # The patella follows the knee too, but no foot hangs on it: only what moves the tibia counts.
    rows = np.flatnonzero(m.dof_bodyid[table.coupled_dof] == m.body(f"tibia_{suffix}").id)
    own = table.dof_adr[7 * side : 7 * side + SOLVED]
    dofs = np.concatenate([own, table.coupled_dof[rows]])
    slide = m.jnt_type[m.dof_jntid[dofs]] == mujoco.mjtJoint.mjJNT_SLIDE
    return _LegDofs(dofs, slide, rows, kinematics.BODIES.index(f"calcn_{suffix}"))


def foot_jacobian(frames: kinematics.BodyFrames, joints: np.ndarray, side: int) -> np.ndarray:
    """Jacobian of the calcn's position and orientation to the solved joints, shape (T, 6, 6)."""
    leg = _leg_dofs(side)
    axis = frames.axis[:, leg.dofs]
    linear = np.cross(axis, frames.pos[:, leg.calcn, None] - frames.anchor[:, leg.dofs])
    linear[:, leg.slide] = axis[:, leg.slide]
    angular = np.where(leg.slide[:, None], 0.0, axis)
    full = np.swapaxes(np.concatenate([linear, angular], axis=-1), 1, 2)
    jacobian = full[..., :SOLVED].copy()
    slope = coupling_slope(joints)[:, leg.coupled_rows]
    jacobian[..., 3] += np.einsum("tij,tj->ti", full[..., SOLVED:], slope)
    return jacobian


def solve_legs(
    root_pos: np.ndarray,
    root_quat: np.ndarray,
    foot_pos: tuple[np.ndarray, np.ndarray],
    foot_rot: tuple[np.ndarray, np.ndarray],
    guess: np.ndarray,
    iterations: int = 4,
) -> np.ndarray:
    """Joint angles that put both feet at the given poses, by damped Gauss-Newton.

    Args:
        root_pos, root_quat: Pelvis pose, (T, 3) and (T, 4).
        foot_pos: Origins of calcn of the right and left foot [m], each (T, 3).
        foot_rot: Orientations of calcn, each (T, 3, 3).
        guess: Start angles [rad], shape (T, 14); the toe angles are kept.

    Returns:
        Joint angles [rad], shape (T, 14).
    """
    joints = guess.copy()
    low, high = joint_table().range.T
    for _ in range(iterations):
        frames = kinematics.forward(compose_qpos(root_pos, root_quat, joints))
        for side in (0, 1):
            body = _leg_dofs(side).calcn
            columns = slice(7 * side, 7 * side + SOLVED)
            error = np.concatenate(
                [foot_pos[side] - frames.pos[:, body], _turn_between(frames.rot[:, body], foot_rot[side])],
                axis=1,
            )
            J = foot_jacobian(frames, joints, side)
            JT = np.swapaxes(J, 1, 2)
            step = np.linalg.solve(JT @ J + DAMPING**2 * np.eye(SOLVED), JT @ error[..., None])[..., 0]
            joints[:, columns] += np.clip(step, -MAX_STEP, MAX_STEP)
            joints[:, columns] = np.clip(joints[:, columns], low[columns] + MARGIN, high[columns] - MARGIN)
    return joints


def _turn_between(now: np.ndarray, wanted: np.ndarray) -> np.ndarray:
    """Rotation vector in the world that takes ``now`` to ``wanted``, to first order for small turns."""
    turn = wanted @ np.swapaxes(now, 1, 2)
    skew = 0.5 * np.stack(
        [turn[:, 2, 1] - turn[:, 1, 2], turn[:, 0, 2] - turn[:, 2, 0], turn[:, 1, 0] - turn[:, 0, 1]], axis=1
    )
    sine = np.linalg.norm(skew, axis=1, keepdims=True)
    cosine = 0.5 * (np.trace(turn, axis1=1, axis2=2)[:, None] - 1.0)
    angle = np.arctan2(sine, cosine)
    return skew * np.where(sine > 1e-6, angle / np.maximum(sine, 1e-6), 1.0)
