"""Feet that stay where they stand and swing clear of the floor, on a finished clip."""

from __future__ import annotations

import numpy as np
from scipy.ndimage import binary_closing, binary_opening, gaussian_filter1d, maximum_filter1d

from kinesis_app.motion.dynamics import TOUCH_HEIGHT, WORK_FPS
from kinesis_app.motion.intervals import intervals
from kinesis_app.motion.retarget.clip_state import ClipState
from kinesis_app.motion.retarget.contact import CREEP, MAX_SLIDE, SINK
from kinesis_app.motion.retarget.locking import bridged
from kinesis_app.motion.skate import sole_slip
from kinesis_app.motion.smooth_step import smooth_step

CLEARANCE = 0.022
"""Height of a swinging sole over the floor in mid swing [m]: humans pass with 10 to 20 mm
(Winter 1992, Phys Ther 72:45), and a body that follows with some error must not scuff. Of 10, 15 and
25 mm the last was followed best, by a fifth, by a policy that had seen none of the recordings."""
EDGE = 0.3
"""Share of a swing over which the foot leaves and meets the floor; no clearance is asked there."""
SLOW = 0.45
"""A low sole slower than this is taken to stand [m/s]."""
DEEPEST = -0.004
"""A sole deeper than this comes up [m]."""
SHORTEST, GAP = 0.08, 0.03
"""Touches shorter than the first are no stances, gaps shorter than the second no swings [s]."""


def stances(state: ClipState) -> np.ndarray:
    """When each foot stands, shape (T, 2): low and slow."""
    slow = np.linalg.norm(np.gradient(state.points, 1.0 / WORK_FPS, axis=0), axis=-1) < SLOW
    touching = (slow & (state.points[..., 2] < np.mean(TOUCH_HEIGHT))).any(axis=2)
    gap, width = (np.ones((round(time * WORK_FPS), 1), dtype=bool) for time in (GAP, SHORTEST))
    padded = np.pad(touching, ((len(width), len(width)), (0, 0)), mode="edge")
    stance = np.asarray(binary_opening(binary_closing(padded, gap), width)[len(width) : -len(width)])
    part_shuffles(state, stance)
    return stance


def part_shuffles(state: ClipState, stance: np.ndarray) -> None:
    """Take, in place, slow low steps out of what looks like one long stance (T, 2)."""
    for side in (0, 1):
        slip = sole_slip(state.frames, state.points, side)
        moving = gaussian_filter1d(np.linalg.norm(slip, axis=1), 0.02 * WORK_FPS) * WORK_FPS > CREEP
        for start, stop in intervals(stance[:, side]):
            way = np.cumsum(slip[start : stop - 1], axis=0)
            if len(way) and np.linalg.norm(np.ptp(way, axis=0)) > MAX_SLIDE:
                stance[start : stop - 1, side] &= ~moving[start : stop - 1]


def foot_shift(state: ClipState, stance: np.ndarray, allowed: float = 0.0) -> np.ndarray:
    """Way of each foot [m], shape (T, 2, 3), that takes its slip away and lifts it where it would scuff.

    Args:
        state: Of the clip.
        stance: When each foot stands, shape (T, 2).
        allowed: Stances with a shorter slide [m] stay as they are.
    """
    heights = state.soles
    shift = np.zeros((*heights.shape, 3))
    for side in (0, 1):
        runs = intervals(stance[:, side])
        slip = sole_slip(state.frames, state.points, side)
        for start, stop in runs:
            slide = -np.cumsum(slip[start : stop - 1], axis=0)
            slide = np.concatenate([np.zeros((1, 2)), slide])
            if np.linalg.norm(slide, axis=1).max() < allowed:
                continue
            shift[start:stop, side, :2] = slide - np.median(slide, axis=0)
            shift[start:stop, side, 2] = SINK - heights[start:stop, side]
        shift[:, side] = bridged(shift[:, side], runs)
    shift[..., 2] += swing_lift(heights + shift[..., 2], stance)
    return shift


def unsunk(state: ClipState) -> np.ndarray:
    """Way of each foot [m], shape (T, 2, 3), that takes it out of the floor."""
    way = np.zeros((*state.soles.shape, 3))
    sunk = maximum_filter1d(np.maximum(DEEPEST - state.soles, 0.0), 5, axis=0)
    way[..., 2] = gaussian_filter1d(sunk, 3.0, axis=0)
    return way


def swing_lift(height: np.ndarray, stance: np.ndarray) -> np.ndarray:
    """How much each foot [m] (T, 2) must rise to pass the floor, for soles at ``height`` (T, 2)."""
    lift = np.zeros(height.shape)
    for side in (0, 1):
        for start, stop in intervals(~stance[:, side]):
            n = stop - start
            u = (np.arange(n) + 1.0) / (n + 1.0)
            # The same at the ends of the clip: a swing cut off may have been at its beginning or end.
            edges = smooth_step(u / EDGE) * smooth_step((1.0 - u) / EDGE)
            missing = np.maximum(CLEARANCE * edges - height[start:stop, side], 0.0)
            missing = maximum_filter1d(missing, 5) * edges
            lift[start:stop, side] = gaussian_filter1d(missing, 3.0)
    return lift
