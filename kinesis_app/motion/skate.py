"""How far standing feet slide over the floor."""

from __future__ import annotations

import numpy as np

from kinesis_app.body import kinematics
from kinesis_app.motion.dynamics import TOUCH_HEIGHT, foot_spheres
from kinesis_app.motion.intervals import intervals

STILL = 0.6
"""A foot whose lowest point has this readiness is meant to stand."""
SHARED = 0.0015
"""Height over which neighbouring contact spheres share the contact [m]."""


def skates(frames: kinematics.BodyFrames, points: np.ndarray, ready: np.ndarray) -> list[float]:
    """Largest way [m] that a foot slides in each of its stands, right foot first.

    Args:
        frames: Of a clip at ``WORK_FPS``.
        points: Lowest points of its contact spheres [m], shape (T, 2, 8, 3).
        ready: How much each may carry [1], shape (T, 2, 8).
    """
    found = []
    for side in (0, 1):
        slip = sole_slip(frames, points, side)
        low = points[:-1, side, :, 2].min(axis=1)
        standing = (low < TOUCH_HEIGHT[0]) & (ready[:-1, side].max(axis=1) > STILL)
        for start, stop in intervals(standing):
            way = np.cumsum(slip[start:stop], axis=0)
            found.append(float(np.linalg.norm(way - way[0], axis=1).max()))
    return found


def sole_slip(frames: kinematics.BodyFrames, points: np.ndarray, side: int) -> np.ndarray:
    """Slip of a sole from each frame to the next [m], shape (T - 1, 2).

    Slip = motion of a contact sphere's centre - what rolling without slip would give (turn x radius);
    spheres near the lowest one share the contact.

    Args:
        frames: Of the clip.
        points: Lowest points of its spheres [m], shape (T, 2, 8, 3).
        side: Right (0) or left (1).
    """
    spheres, suffix = foot_spheres(side), "rl"[side]
    bodies = [kinematics.BODIES.index(f"{'toes' if t else 'calcn'}_{suffix}") for t in spheres.on_toes]
    turn = _rotvec_between(frames.rot[:-1, bodies], frames.rot[1:, bodies])
    rolled = spheres.radius[:, None] * np.cross(turn, [0.0, 0.0, 1.0])[..., :2]
    slip = np.diff(points[:, side, :, :2], axis=0) - rolled
    height = points[:-1, side, :, 2]
    share = np.exp(-(height - height.min(axis=1, keepdims=True)) / SHARED)
    return np.asarray(np.einsum("tp,tpi->ti", share / share.sum(axis=1, keepdims=True), slip))


def _rotvec_between(before: np.ndarray, after: np.ndarray) -> np.ndarray:
    """Small turn in the world [rad], shape (..., 3), from one orientation (..., 3, 3) to the next."""
    turn = after @ np.swapaxes(before, -1, -2)
    return 0.5 * np.stack(
        [
            turn[..., 2, 1] - turn[..., 1, 2],
            turn[..., 0, 2] - turn[..., 2, 0],
            turn[..., 1, 0] - turn[..., 0, 1],
        ],
        axis=-1,
    )
