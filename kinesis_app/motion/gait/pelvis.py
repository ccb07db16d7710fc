"""Where the pelvis goes: height from the stance knees, horizontally what keeps the ZMP in the feet.

The zero moment point (ZMP) is where the floor's reaction acts. For a point mass at height h,
zmp = c - h c'' / (g + h''); the rest of the body adds to it, so the pelvis is corrected with the
ZMP of the full inverse dynamics.
"""

from __future__ import annotations

import functools
from itertools import pairwise

import numpy as np
from scipy.linalg import solve_banded
from scipy.ndimage import gaussian_filter1d
from scipy.special import betainc

from kinesis_app.body import kinematics
from kinesis_app.body.joints import compose_qpos
from kinesis_app.body.model import physics_model
from kinesis_app.body.rotations import (
    quat_from_axis_angle,
    quat_mul,
    quat_rotate,
    upright_quat,
)
from kinesis_app.motion.dynamics import foot_spheres
from kinesis_app.motion.gait import norms
from kinesis_app.motion.gait.curves import MonotoneCurve
from kinesis_app.motion.gait.feet import FootTrack
from kinesis_app.motion.gait.fitted import fitted
from kinesis_app.motion.gait.plan import GRID_FPS
from kinesis_app.motion.gait.rolling import smooth_step
from kinesis_app.motion.gait.style import Style

GRAVITY = 9.81
PELVIS_SHARE = {"rotation": 0.4, "obliquity": 0.6}
"""Share of the human pelvis angles: here the whole trunk moves with the pelvis, and no arms swing against
its turning, so full rotation would twist the stance foot off the floor."""
KNEE_REACH = np.radians(3.8)
"""Straightest knee that the pelvis height may ask for [rad]."""
WIDE_BEND = np.radians(9.0)
"""How much more the knees bend when the leg leans far to the side [rad]: a straight one lifts by a jerk."""
DROP = (0.0045, 0.0205, 0.055)
"""Pelvis height lost in double support [m]: constant, per m/s, at most. This and the numbers below are
chosen so that hip, knee and ankle come nearest to the human means from 0.6 to 1.8 m/s."""
TRANSFER = (2.55, 2.9)
"""Shape of the weight transfer over double support (beta distribution): half done just before its middle."""
TRANSFER_FITTED = ("transfer_early", "transfer_late")
LOWEST = 0.025
"""How long after foot strike the pelvis is lowest [s] (from the hip height over the leg curves)."""
HEIGHT_SMOOTHING = 0.025
"""Gaussian that smooths the pelvis height [s]."""
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


@functools.cache
def leg_length_table() -> tuple[np.ndarray, np.ndarray]:
    """Hip centre to ankle [m] over the knee angle [rad]."""
    knee = np.radians(np.linspace(0.0, 110.0, 111))
    joints = np.zeros((len(knee), 14))
    joints[:, 3] = knee
    frames = kinematics.forward(compose_qpos(np.zeros(3), np.array([1.0, 0, 0, 0]), joints))
    hip, ankle = (frames.pos[:, kinematics.BODIES.index(n)] for n in ("femur_r", "talus_r"))
    return knee, np.linalg.norm(hip - ankle, axis=1)


def hip_offset(side: int) -> np.ndarray:
    """Hip centre in the pelvis frame [m], shape (3,)."""
    m = physics_model()
    return m.body_pos[m.body(f"femur_{'rl'[side]}").id]


def leg_heights(
    xy: np.ndarray,
    quat: np.ndarray,
    feet: tuple[FootTrack, FootTrack],
    right_load: np.ndarray,
    knee_flexion: float,
) -> tuple[np.ndarray, np.ndarray]:
    """Pelvis height [m] at which the loaded leg has the human knee angle, and the highest in reach.

    ``knee_flexion`` [rad] is added to the human knee angle.
    """
    knee_grid, length_grid = leg_length_table()
    heights: list[np.ndarray] = []
    reach: list[np.ndarray] = []
    left = quat_rotate(quat, np.array([1.0, 0.0, 0.0]))
    for side, foot in enumerate(feet):
        hip = quat_rotate(quat, hip_offset(side))
        ankle = foot.pos + foot.rot @ foot_spheres(side).ankle_offset
        away = xy + hip[:, :2] - ankle[:, :2]
        d2 = np.sum(away**2, axis=1)
        across = np.abs(left[:, 0] * away[:, 0] + left[:, 1] * away[:, 1])
        bend = KNEE_REACH + WIDE_BEND * smooth_step((across - 0.1) / 0.15)
        scale = np.clip(foot.speed / norms.SLOWEST, 0.0, 1.0)
        knee = np.maximum(norms.curve("knee", foot.phase, foot.speed), np.radians(4.0))
        knee = np.maximum(np.radians(5.0) + scale * (knee - np.radians(5.0)) + knee_flexion, KNEE_REACH)
        for k, out in ((knee, heights), (bend, reach)):
            length = np.interp(k, knee_grid, length_grid)
            out.append(ankle[:, 2] + np.sqrt(np.maximum(length**2 - d2, 0.01)) - hip[:, 2])
    wanted = right_load * heights[0] + (1.0 - right_load) * heights[1]
    return wanted, np.minimum(reach[0], reach[1])


def height_knots(load: list[tuple[int, float]]) -> tuple[list[int], list[bool]]:
    """Frames of the pelvis' high points (middle of single support, standing) and of the foot strikes
    that its low points follow, and which of them are strikes."""
    frames: list[int] = []
    low: list[bool] = []
    for (a, before), (b, after) in pairwise(load):
        if before == after == 0.5:
            frames, low = [*frames, a, b], [*low, False, False]
        elif before == after:
            frames, low = [*frames, (a + b) // 2], [*low, False]
        elif 0.5 not in (before, after):
            frames, low = [*frames, a], [*low, True]
    last = load[-1]
    if last[1] == 0.5:
        frames, low = [*frames, last[0]], [*low, False]
    return frames, low


def pelvis_height(
    wanted: np.ndarray,
    ceiling: np.ndarray,
    speed: np.ndarray,
    load: list[tuple[int, float]],
    frames: np.ndarray,
    bob: float,
    start: float | None,
) -> np.ndarray:
    """Height of the pelvis [m], shape (T,): up in single support, down in double support.

    High points have the human knee angle; low points are as low as both legs' reach asks for.
    ``start`` is the height at the first frame if that is known.
    """
    knots, low = height_knots(load)
    at = np.clip(np.array(knots, dtype=int) - int(frames[0]), 0, len(frames) - 1)
    after = (LOWEST + fitted("lowest", speed[at])) * GRID_FPS
    knots = [k + round(wait) if down else k for k, wait, down in zip(knots, after.tolist(), low, strict=True)]
    rows = [(k - int(frames[0]), down) for k, down in zip(knots, low, strict=True)]
    rows = [(min(max(k, 0), len(frames) - 1), down) for k, down in rows if start is None or k > 0]
    if start is not None and not rows:
        rows = [(len(frames) - 1, False)]
    rows = sorted({k: down for k, down in rows}.items())
    at = np.array([k for k, _ in rows])
    down = np.array([d for _, d in rows])
    value = np.minimum(wanted + fitted("height", speed), ceiling)[at]
    if len(at) < 2 and start is None:
        return np.full(len(frames), value[0] if len(at) else wanted.mean())
    high = np.interp(at, at[~down], value[~down])
    drop = np.where(down, bob * np.minimum(DROP[0] + DROP[1] * speed[at], DROP[2]), 0.0)
    drop = drop + np.where(down, bob * fitted("drop", speed[at]), 0.0)
    grid = np.arange(len(frames))
    edges = np.concatenate([[0], (at[1:] + at[:-1]) // 2, [len(frames)]])
    first, known = ([], []) if start is None else ([0], [start])
    grid = np.clip(grid, 0 if first else at[0], at[-1])
    curve = MonotoneCurve(np.array([*first, *at], dtype=float), grid)
    for _ in range(8):
        height = curve(np.array([*known, *(high - drop)]))
        height = gaussian_filter1d(height, HEIGHT_SMOOTHING * GRID_FPS, mode="nearest")
        excess = np.maximum(height - ceiling, 0.0)
        if not excess.any():
            return height
        local = np.array([excess[a:b].max(initial=0.0) for a, b in pairwise(edges)])
        high = high - 0.6 * np.maximum(local, np.maximum(np.r_[local[1:], 0.0], np.r_[0.0, local[:-1]]))
    over = np.maximum(height - ceiling, 0.0)  # what whole steps could not take away
    return height - gaussian_filter1d(1.3 * over, HEIGHT_SMOOTHING * GRID_FPS, mode="nearest")


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
