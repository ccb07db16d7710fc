"""Where the pelvis goes over the ground and how it turns: what keeps the ZMP in the feet.

The zero moment point (ZMP) is where the floor's reaction acts. For a point mass at height h,
zmp = c - h c'' / (g + h''); the rest of the body adds to it, so the pelvis is corrected with the
ZMP of the full inverse dynamics.
"""

from __future__ import annotations

from itertools import pairwise

import numpy as np
from scipy.linalg import solve_banded
from scipy.ndimage import gaussian_filter1d
from scipy.special import betainc

from kinesis_app.body.rotations import (
    quat_from_axis_angle,
    quat_mul,
    upright_quat,
)
from kinesis_app.motion.gait import norms
from kinesis_app.motion.gait.feet import FootTrack
from kinesis_app.motion.gait.fitted import fitted
from kinesis_app.motion.gait.plan import GRID_FPS
from kinesis_app.motion.gait.style import Style
from kinesis_app.motion.smooth_step import smooth_step

GRAVITY = 9.81
PELVIS_SHARE = {"rotation": 0.4, "obliquity": 0.6}
"""Share of the human pelvis angles: here the whole trunk moves with the pelvis, and no arms swing against
its turning, so full rotation would twist the stance foot off the floor."""
TRANSFER = (2.55, 2.9)
"""Shape of the weight transfer over double support (beta distribution): half done just before its middle."""
TRANSFER_FITTED = ("transfer_early", "transfer_late")
COP_PHASE = np.array([-0.05, 0.0, 0.06, 0.12, 0.2, 0.3, 0.4, 0.5, 0.58, 0.66, 0.8])
COP_PLACE = np.array([0.0, 0.005, 0.025, 0.055, 0.09, 0.13, 0.165, 0.195, 0.23, 0.245, 0.245])
COP_LIMIT = 0.248
COP_SHIFT = (-0.024, 0.04, 0.04)
"""Centre of pressure along the foot [m ahead of calcn's origin] over the cycle phase (Schwartz 2008:
ankle moment over vertical force), its limit at the tip of the toes, and how much further ahead it
goes with the speed: constant, per m/s, at most [m]; that keeps the body midway between the feet."""
COP_FLAT = 0.09
"""Centre of pressure of a foot that does not roll [m ahead of calcn's origin]."""
ROLL_SMOOTHING = 0.06
"""Gaussian that smooths the lean over the stance foot [s]."""
HIP_TURN = np.radians(31.0)
"""How far the feet may turn against the pelvis [rad]; the joint's limit is 40 degrees."""
HIP_TURN_SMOOTHING = 0.06
"""Gaussian over what that limit takes away [s]."""
SWAY = ((0.11, 0.23, 0.41), (0.15, 0.31, 0.53))
"""Frequencies of the sway forward and to the side [1/s] (quiet standing: Winter 1995, Gait Posture 3:193)."""


def load_on_right(knots: list[tuple[int, float]], frames: np.ndarray, speed: np.ndarray) -> np.ndarray:
    """Planned share of the weight on the right foot [1], smooth steps between the knots, (T,).

    ``speed`` (T,) [m/s] is that of the walk.
    """
    load = np.full(len(frames), knots[0][1])
    transfer = [usual + fitted(name, speed) for usual, name in zip(TRANSFER, TRANSFER_FITTED, strict=True)]
    for (a, before), (b, after) in pairwise(knots):
        if before != after:
            u = np.clip((frames - a) / (b - a), 0.0, 1.0)
            shape = smooth_step(u) if 0.5 in (before, after) else betainc(transfer[0], transfer[1], u)
            load = load + (after - before) * shape
    return load


def within_hips(yaw: np.ndarray, feet: tuple[FootTrack, FootTrack]) -> np.ndarray:
    """Heading of the pelvis [rad] (T,): the wished one as far as the feet let the hips turn."""
    low = np.maximum(feet[0].yaw, feet[1].yaw) - HIP_TURN
    high = np.maximum(np.minimum(feet[0].yaw, feet[1].yaw) + HIP_TURN, low)
    smooth = HIP_TURN_SMOOTHING * GRID_FPS
    return yaw + gaussian_filter1d(np.clip(yaw, low, high) - yaw, smooth, mode="nearest")


def pelvis_quat(
    yaw: np.ndarray, feet: tuple[FootTrack, FootTrack], right_load: np.ndarray, style: Style
) -> np.ndarray:
    """Orientation of the pelvis: heading plus human rotation, obliquity and the style's lean, wxyz (T, 4)."""

    def wave(name: str) -> np.ndarray:
        own, other = (
            (PELVIS_SHARE[name] * np.clip(foot.speed / norms.SLOWEST, 0.0, 1.0) + fitted(name, foot.speed))
            * norms.curve(name, foot.phase, foot.speed)
            for foot in feet
        )
        return 0.5 * (own - other)

    over_right = gaussian_filter1d(2.0 * right_load - 1.0, ROLL_SMOOTHING * GRID_FPS, mode="nearest")
    # Right side forward turns to the left (+z); right side up turns the top to the left (-y is ahead).
    obliquity = style.tilt * wave("obliquity") - style.roll * over_right
    roll = quat_from_axis_angle(np.array([0.0, 1.0, 0.0]), obliquity)
    lean = quat_from_axis_angle(np.array([1.0, 0.0, 0.0]), np.full(len(yaw), style.lean))
    return quat_mul(quat_mul(upright_quat(yaw + style.twist * wave("rotation")), lean), roll)


def desired_zmp(feet: tuple[FootTrack, FootTrack], right_load: np.ndarray) -> np.ndarray:
    """Planned centre of pressure on the ground [m], shape (T, 2)."""
    total = np.zeros((len(right_load), 2))
    for foot, share in zip(feet, (right_load, 1.0 - right_load), strict=True):
        cycle = np.mod(foot.phase + 0.1, 1.0) - 0.1
        shift = np.clip(COP_SHIFT[0] + COP_SHIFT[1] * foot.speed, -0.005, COP_SHIFT[2])
        shift = (shift + fitted("pressure", foot.speed)) * smooth_step(cycle / 0.15)
        rolling = np.clip(foot.speed / norms.SLOWEST, 0.0, 1.0)
        shift = shift + fitted("late_pressure", foot.speed) * smooth_step((cycle - 0.25) / 0.3)
        place = np.minimum(np.interp(cycle, COP_PHASE, COP_PLACE) + shift, COP_LIMIT)
        place = COP_FLAT + rolling * (place - COP_FLAT)
        ahead = np.stack([np.cos(foot.yaw), np.sin(foot.yaw)], axis=1)
        total += share[:, None] * (foot.flat + place[:, None] * ahead)
    return total


def sway(frames: np.ndarray, amplitude: float) -> np.ndarray:
    """Slow wandering of the centre of pressure [m], shape (T, 2)."""
    angle = 2.0 * np.pi * np.array(SWAY) * (frames[:, None, None] / GRID_FPS)
    return amplitude * np.sin(angle + np.arange(3)).mean(axis=-1)


def follow_zmp(zmp: np.ndarray, height: np.ndarray) -> np.ndarray:
    """Way c [m] (T, 2) with c - h c'' / (g + h'') = zmp inside and c = zmp at both ends."""
    n = len(zmp)
    fall = np.gradient(np.gradient(height)) * GRID_FPS**2
    k = height / np.maximum(GRAVITY + fall, 3.0) * GRID_FPS**2
    bands = np.zeros((3, n))
    bands[1] = 1.0
    bands[1, 1:-1] += 2.0 * k[1:-1]
    bands[0, 2:] = -k[1:-1]
    bands[2, :-2] = -k[1:-1]
    return solve_banded((1, 1), bands, zmp)
