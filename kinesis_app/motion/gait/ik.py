"""Leg inverse kinematics of all frames at once: six joints put the foot where it belongs."""

from __future__ import annotations

import numpy as np

from kinesis_app.body.joints import joint_table
from kinesis_app.body.rotations import quat_to_matrix
from kinesis_app.motion.gait.leg import SOLVED, feet_of

MARGIN = 0.02
"""Distance that angles keep from their limits [rad]."""
MAX_STEP = 0.35
"""Largest change of an angle per iteration [rad]."""
DAMPING = 1e-4
SOLVED_COLUMNS = np.array([range(SOLVED), range(7, 7 + SOLVED)])
"""Columns of the joints that are solved, right and left, (2, 6)."""


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
    low, high = joint_table().range[SOLVED_COLUMNS].transpose(2, 0, 1)[:, :, None]
    low, high = low + MARGIN, high - MARGIN
    root_rot, wanted_pos, wanted_rot = quat_to_matrix(root_quat), np.stack(foot_pos), np.stack(foot_rot)
    angles = np.swapaxes(joints[:, SOLVED_COLUMNS], 0, 1)
    for _ in range(iterations):
        pos, rot, J = feet_of(root_pos, root_rot, angles)
        error = np.concatenate([wanted_pos - pos, _turn_between(rot, wanted_rot)], axis=-1)
        step = _damped_step(J.transpose(2, 3, 0, 1), error.transpose(2, 0, 1)).transpose(1, 2, 0)
        step = np.minimum(np.maximum(step, -MAX_STEP), MAX_STEP)
        angles = np.minimum(np.maximum(angles + step, low), high)
    joints[:, SOLVED_COLUMNS] = np.swapaxes(angles, 0, 1)
    return joints


def _damped_step(J: np.ndarray, error: np.ndarray) -> np.ndarray:
    """Solve (J^T J + damping^2) step = J^T error for matrices (6, 6, ...) and errors (6, ...), all at once.

    Elimination over the leading axes of all frames together; it needs no pivots where the matrix is positive
    definite, and takes a fifth of the time of a solver called for each frame.
    """
    rows = np.empty((SOLVED, SOLVED + 1, *J.shape[2:]))
    for i in range(SOLVED):  # nothing below the diagonal: the matrix stays symmetric
        np.einsum("k...,kj...->j...", J[:, i], J[:, i:], out=rows[i, i:SOLVED])
        np.einsum("k...,k...->...", J[:, i], error, out=rows[i, SOLVED])
        rows[i, i] += DAMPING**2
    for i in range(SOLVED):
        column = rows[i, i + 1 : SOLVED].copy()
        rows[i, i + 1 :] /= rows[i, i]
        for j in range(i + 1, SOLVED):
            rows[j, j:] -= column[j - i - 1] * rows[i, j:]
    step = rows[:, SOLVED]
    for i in reversed(range(SOLVED - 1)):
        step[i] -= np.sum(rows[i, i + 1 : SOLVED] * step[i + 1 :], axis=0)
    return step


def _turn_between(now: np.ndarray, wanted: np.ndarray) -> np.ndarray:
    """Rotation vector in the world that takes ``now`` to ``wanted``, to first order for small turns."""
    turn = wanted @ np.swapaxes(now, -1, -2)
    skew = 0.5 * np.stack([turn[..., i, j] - turn[..., j, i] for i, j in ((2, 1), (0, 2), (1, 0))], axis=-1)
    sine = np.sqrt(np.sum(skew * skew, axis=-1, keepdims=True))
    cosine = 0.5 * (turn[..., 0, 0] + turn[..., 1, 1] + turn[..., 2, 2] - 1.0)[..., None]
    angle = np.arctan2(sine, cosine)
    return skew * np.where(sine > 1e-6, angle / np.maximum(sine, 1e-6), 1.0)
