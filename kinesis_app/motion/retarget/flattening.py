"""Feet that lie on the floor while they rest: no ball that hovers beside a heel, no edge beside another."""

from __future__ import annotations

import numpy as np
from scipy.ndimage import binary_erosion, gaussian_filter1d

from kinesis_app.body.rotations import quat_from_rotvec, quat_to_matrix
from kinesis_app.motion.dynamics import TOUCH_SPEED, WORK_FPS
from kinesis_app.motion.retarget.anatomy import unit
from kinesis_app.motion.retarget.clip_state import ClipState
from kinesis_app.motion.retarget.planting import Footing, on_feet
from kinesis_app.motion.retarget.shape import body_shape, sole_points

STEEPEST = np.deg2rad(6.0)
"""A foot that points further up than this is about to land or to leave [rad]."""
MOST_ROLL = np.deg2rad(12.0)
"""A foot that lies on one edge by more than this is meant to [rad]."""
WORTH = np.deg2rad(1.0)
"""A smaller turn is not worth one [rad]."""
LANDING = 0.02
"""Time over which a foot that came down lies down [s]."""
EDGE = 0.02
"""Time after landing and before leaving in which a foot stays as it is [s]; turning then, it would slide."""


def laid_flat(state: ClipState, stance: np.ndarray) -> ClipState:
    """The clip with its resting feet turned about their ankles until ball and both edges touch the floor.

    How a sole lies depends on the subject's foot and shoe, and on an ankle that bends less far than this
    body's. Ten millimetres under the ball are 4 degrees, but a ball that hovers carries nothing: who follows
    such a motion stands on the heels and falls backwards. A heel that is up stays up.

    Args:
        state: Of the clip.
        stance: When each foot stands, shape (T, 2).
    """
    points = sole_points(state.frames)[:, :, 0]
    points[..., 2] -= body_shape().radii[:, 0]
    ball = points[:, :, (1, 3)].mean(axis=2)
    ahead = unit((ball - points[:, :, (0, 2)].mean(axis=2))[..., :2])
    left = np.stack([-ahead[..., 1], ahead[..., 0]], axis=-1)
    slope = _slope(points)
    pitch, roll = (np.arctan(np.sum(slope * axis, axis=-1)) for axis in (ahead, left))
    slow = np.linalg.norm(np.gradient(ball, 1.0 / WORK_FPS, axis=0), axis=-1) < TOUCH_SPEED[0]
    resting = stance & slow & (np.abs(pitch) < STEEPEST) & (np.abs(roll) < MOST_ROLL)
    width = 2 * round(EDGE * WORK_FPS) + 1
    resting = binary_erosion(resting, np.ones((width, 1), dtype=bool), border_value=1)
    way = np.zeros((*slow.shape, 3))
    # Turning about the left lowers what is ahead, turning backwards about what is ahead what is left.
    way[..., :2] = np.maximum(pitch, 0.0)[..., None] * left - roll[..., None] * ahead
    way = gaussian_filter1d(
        np.where(resting[..., None], way, 0.0), LANDING * WORK_FPS, axis=0, mode="nearest"
    )
    if np.linalg.norm(way, axis=-1).max() < WORTH:
        return state
    turn = quat_to_matrix(quat_from_rotvec(way))
    before = Footing.of(state, stance)
    pos = before.ankles + np.einsum("tsij,tsj->tsi", turn, before.pos - before.ankles)
    return ClipState.of(on_feet(state.clip, Footing(pos, turn @ before.rot, before.ankles, stance)))


def _slope(points: np.ndarray) -> np.ndarray:
    """Gradient of height over the ground (..., 2) of the planes nearest to points (..., n, 3)."""
    centred = points - points.mean(axis=-2, keepdims=True)
    ground, height = centred[..., :2], centred[..., 2]
    moments = np.einsum("...ni,...nj->...ij", ground, ground)
    return np.linalg.solve(moments, np.einsum("...ni,...n->...i", ground, height)[..., None])[..., 0]
