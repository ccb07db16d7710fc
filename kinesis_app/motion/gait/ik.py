"""Leg inverse kinematics of all frames at once: six joints put the foot where it belongs."""

from __future__ import annotations

import numpy as np

from kinesis_app.body.joints import joint_table
from kinesis_app.body.rotations import quat_to_matrix
from kinesis_app.motion.gait.leg import SOLVED, foot_of

MARGIN = 0.02
"""Distance that angles keep from their limits [rad]."""
MAX_STEP = 0.35
"""Largest change of an angle per iteration [rad]."""
DAMPING = 1e-4


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
    root_rot = quat_to_matrix(root_quat)
    for side in (0, 1):
        columns = slice(7 * side, 7 * side + SOLVED)
        least, most = low[columns] + MARGIN, high[columns] - MARGIN
        angles = joints[:, columns]
        for _ in range(iterations):
            pos, rot, J = foot_of(side, root_pos, root_rot, angles)
            error = np.concatenate([foot_pos[side] - pos, _turn_between(rot, foot_rot[side])], axis=1)
            JT = np.swapaxes(J, 1, 2)
            step = np.linalg.solve(JT @ J + DAMPING**2 * np.eye(SOLVED), JT @ error[..., None])[..., 0]
            angles = np.clip(angles + np.clip(step, -MAX_STEP, MAX_STEP), least, most)
        joints[:, columns] = angles
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
