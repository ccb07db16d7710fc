"""Feet that stay where they stand, before the body is solved for."""

from __future__ import annotations

import itertools
from dataclasses import replace

import numpy as np
from scipy.interpolate import CubicHermiteSpline
from scipy.ndimage import gaussian_filter1d, maximum_filter1d
from scipy.spatial.transform import Rotation

from kinesis_app.motion.retarget.contact import SINK, Contacts, heel_slip, sole_points
from kinesis_app.motion.retarget.layout import Targets

LEVEL = 0.004
"""Difference in height at which the lower of heel and ball clearly holds the foot [m]."""
MAX_PITCH, SHORTEST_FOOT = np.deg2rad(6.0), 0.08
"""Largest turn of a resting foot for its ball to touch the floor [rad], and the least way from ankle to ball
that it is reckoned with [m]."""
MAX_OVERSHOOT = 0.003
"""How far an offset may swing past its end values between stances [m]."""
SOFTNESS = 4.0
"""Smoothing of the offsets [frames at 150 Hz]; harder edges kick the knee at toe-off."""
FADE = 45.0
"""Frames at 150 Hz over which an offset fades before the first and after the last stance."""


def balls_on_floor(targets: Targets, contacts: Contacts) -> Targets:
    """Turn each foot about its ankle so that a ball that holds it rests on the floor.

    The pitch of the sole depends on the shape of the subject's foot and shoe; the ankle's height is that of
    the leg. Ten millimetres are 4 degrees at the ankle, and more at a knee that is nearly straight.
    """
    legs, foot = targets.legs.copy(), targets.foot.copy()
    heel, ball = sole_points(targets)
    for side in (0, 1):
        share = _ball_weight(heel[:, side, 2], ball[:, side, 2], targets.fps)
        reach = legs[:, side, 3] - legs[:, side, 2]
        ahead = np.maximum(np.linalg.norm(reach[:, :2], axis=1), SHORTEST_FOOT)
        rise = np.zeros((len(legs), 3))
        for start, stop in contacts.stances(side):
            rise[start:stop, 0] = (share * (SINK - ball[:, side, 2]) / ahead)[start:stop]
        angle = bridged(np.clip(rise, -MAX_PITCH, MAX_PITCH), contacts.stances(side))[:, 0]
        turn = Rotation.from_rotvec(-angle[:, None] * foot[:, side, :, 1]).as_matrix()
        legs[:, side, 3] = legs[:, side, 2] + np.einsum("tij,tj->ti", turn, reach)
        foot[:, side] = turn @ foot[:, side]
    return replace(targets, legs=legs, foot=foot)


def lock_feet(targets: Targets, contacts: Contacts) -> Targets:
    """Shift each foot so that it neither slides nor sinks while it rests, smoothly in between."""
    targets = balls_on_floor(targets, contacts)
    legs = targets.legs.copy()
    heel, ball = sole_points(targets)
    slips, glides = heel_slip(heel, targets.foot), np.gradient(ball, axis=0)[..., :2]
    for side in (0, 1):
        weight = _ball_weight(heel[:, side, 2], ball[:, side, 2], targets.fps)[:, None]
        point = (1.0 - weight) * slips[:, side] + weight * glides[:, side]
        offset = np.zeros((len(legs), 3))
        lowest = np.minimum(heel[:, side, 2], ball[:, side, 2])
        for start, stop in contacts.stances(side):
            slide = -np.cumsum(point[start:stop], axis=0)
            offset[start:stop, :2] = slide - slide.mean(axis=0)
            offset[start:stop, 2] = SINK - lowest[start:stop]
        legs[:, side, 2:] += bridged(offset, contacts.stances(side))[:, None]
    return replace(targets, legs=legs)


def _ball_weight(heel: np.ndarray, ball: np.ndarray, fps: float) -> np.ndarray:
    """Share of the ball in holding the foot, shape (T,): whichever of (T,) heights is lower holds it."""
    share = 1.0 / (1.0 + np.exp(-np.clip((heel - ball) / LEVEL, -30.0, 30.0)))
    return gaussian_filter1d(share, 0.015 * fps, mode="nearest")


def bridged(offset: np.ndarray, stances: list[tuple[int, int]]) -> np.ndarray:
    """Offsets (T, 3) given during stances, continued through the swings with matching slopes."""
    filled = offset.copy()
    if not stances:
        return filled
    for (_, end), (start, _) in itertools.pairwise(stances):
        knots = np.array([end - 1, start])
        # A Hermite segment overshoots by 4/27 of slope x length; a swing must not.
        steepest = MAX_OVERSHOOT * 27.0 / 4.0 / (start - end + 1)
        slopes = np.array([_slope(offset, end - 1, -1), _slope(offset, start, 1)])
        slopes = np.clip(slopes, -steepest, steepest)
        # A foot that comes off the floor is on its way up: what held it down must not go on.
        slopes[:, 2] = np.maximum(slopes[0, 2], 0.0), np.minimum(slopes[1, 2], 0.0)
        curve = CubicHermiteSpline(knots, offset[knots], slopes)
        filled[end:start] = curve(np.arange(end, start))
    first, last = stances[0][0], stances[-1][1]
    filled[:first] = offset[first] * _fading(first)[::-1, None]
    filled[last:] = offset[last - 1] * _fading(len(offset) - last)[:, None]
    return gaussian_filter1d(filled, SOFTNESS, axis=0, mode="nearest")


def _fading(n: int) -> np.ndarray:
    """From 1 to 0 within ``FADE`` frames: before and after all stances a foot goes its own way."""
    return 0.5 + 0.5 * np.cos(np.pi * np.minimum(np.arange(1, n + 1) / FADE, 1.0))


def _slope(offset: np.ndarray, at: int, direction: int) -> np.ndarray:
    inside = min(max(at + 3 * direction, 0), len(offset) - 1)
    return (offset[inside] - offset[at]) / (3 * direction) if inside != at else np.zeros(3)


def lift_soles(targets: Targets, contacts: Contacts, height: np.ndarray) -> Targets:
    """Second pass with the solved body's soles: resting ones to the floor, swinging ones above it.

    Args:
        targets: Targets the body was solved for.
        contacts: When each foot rests.
        height: Lowest point of each foot of the solved body [m], shape (T, 2).
    """
    legs = targets.legs.copy()
    for side in (0, 1):
        resting = contacts.any[:, side]
        offset = np.zeros((len(legs), 3))
        offset[resting, 2] = SINK - height[resting, side]
        filled = bridged(offset, contacts.stances(side))[:, 2]
        sunk = maximum_filter1d(np.maximum(0.001 - height[:, side] - filled, 0.0), 5)
        filled += np.where(resting, 0.0, gaussian_filter1d(sunk, 3.0))
        legs[:, side, 2:, 2] += filled[:, None]
    return replace(targets, legs=legs)
