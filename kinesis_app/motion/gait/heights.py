"""How high the pelvis is: up in single support, down in double support, within the legs' reach."""

from __future__ import annotations

import functools
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from scipy.ndimage import gaussian_filter1d

from kinesis_app.body import kinematics
from kinesis_app.body.joints import compose_qpos
from kinesis_app.body.model import physics_model
from kinesis_app.body.rotations import quat_rotate
from kinesis_app.motion.dynamics import foot_spheres
from kinesis_app.motion.gait import norms
from kinesis_app.motion.gait.curves import MonotoneCurve
from kinesis_app.motion.gait.feet import FootTrack
from kinesis_app.motion.gait.fitted import fitted
from kinesis_app.motion.gait.plan import GRID_FPS
from kinesis_app.motion.smooth_step import smooth_step

KNEE_REACH = np.radians(3.8)
"""Straightest knee that the pelvis height may ask for [rad]."""
WIDE_BEND = np.radians(9.0)
"""How much more the knees bend when the leg leans far to the side [rad]: a straight one lifts by a jerk."""
DROP = (0.0045, 0.0205, 0.055)
"""Pelvis height lost in double support [m]: constant, per m/s, at most. This, the numbers below and those of
:mod:`pelvis` are chosen so that hip, knee and ankle come nearest to the human means from 0.6 to 1.8 m/s."""
LOWEST = 0.025
"""How long after foot strike the pelvis is lowest [s] (from the hip height over the leg curves)."""
HEIGHT_SMOOTHING = 0.025
"""Gaussian that smooths the pelvis height [s]."""


@dataclass(frozen=True)
class LegReach:
    """What the right and left leg ask of the pelvis over T frames, wherever over the ground it is.

    Attributes:
        hip: Hip centres relative to the pelvis [m], (2, T, 3).
        ankle: Ankles in the world [m], (2, T, 3).
        length: From hip to ankle with the human knee angle [m], (2, T).
        left: The pelvis' axis to the left, (T, 3).
    """

    hip: np.ndarray
    ankle: np.ndarray
    length: np.ndarray
    left: np.ndarray


@dataclass(frozen=True)
class UpsAndDowns:
    """The high and low points of the pelvis, N in T frames.

    Attributes:
        at: Their frames, increasing, (N,).
        down: Which of them are low, (N,).
        drop: How much lower these are [m], (N,).
        raised: What the fit adds to the height [m], (T,).
        start: The height at the first frame if that is known [m].
    """

    at: np.ndarray
    down: np.ndarray
    drop: np.ndarray
    raised: np.ndarray
    start: float | None

    @functools.cached_property
    def curve(self) -> MonotoneCurve:
        """The curve through ``start``, if it is known, and the points."""
        first = [] if self.start is None else [0]
        grid = np.clip(np.arange(len(self.raised)), 0 if first else self.at[0], self.at[-1])
        return MonotoneCurve(np.array([*first, *self.at], dtype=float), grid)


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


def leg_reach(quat: np.ndarray, feet: tuple[FootTrack, FootTrack], knee_flexion: float) -> LegReach:
    """What the legs ask of a pelvis of orientation ``quat`` (T, 4).

    ``knee_flexion`` [rad] is added to the human knee angle.
    """
    hip, ankle, length = [], [], []
    for side, foot in enumerate(feet):
        hip.append(quat_rotate(quat, hip_offset(side)))
        ankle.append(foot.pos + foot.rot @ foot_spheres(side).ankle_offset)
        scale = np.clip(foot.speed / norms.SLOWEST, 0.0, 1.0)
        knee = np.maximum(norms.curve("knee", foot.phase, foot.speed), np.radians(4.0))
        knee = np.maximum(np.radians(5.0) + scale * (knee - np.radians(5.0)) + knee_flexion, KNEE_REACH)
        length.append(np.interp(knee, *leg_length_table()))
    left = quat_rotate(quat, np.array([1.0, 0.0, 0.0]))
    return LegReach(np.stack(hip), np.stack(ankle), np.stack(length), left)


def leg_heights(xy: np.ndarray, legs: LegReach, right_load: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Height [m] at which the loaded leg of a pelvis at ``xy`` (T, 2) has the human knee angle, and the
    highest in reach."""
    away = xy + legs.hip[..., :2] - legs.ankle[..., :2]
    d2 = np.sum(away**2, axis=-1)
    across = np.abs(legs.left[:, 0] * away[..., 0] + legs.left[:, 1] * away[..., 1])
    bend = KNEE_REACH + WIDE_BEND * smooth_step((across - 0.1) / 0.15)
    straight = np.interp(bend, *leg_length_table())
    wanted, reach = (
        legs.ankle[..., 2] + np.sqrt(np.maximum(length**2 - d2, 0.01)) - legs.hip[..., 2]
        for length in (legs.length, straight)
    )
    return right_load * wanted[0] + (1.0 - right_load) * wanted[1], np.minimum(reach[0], reach[1])


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


def ups_and_downs(
    load: list[tuple[int, float]], frames: np.ndarray, speed: np.ndarray, bob: float, start: float | None
) -> UpsAndDowns:
    """Where the pelvis is high and low, by the knots of the ``load``.

    Args:
        load: Knots (frame, share of the weight on the right foot).
        frames: Grid frames, (T,).
        speed: Of the walk [m/s], (T,).
        bob: Share of the usual rise and fall [1].
        start: The height at the first frame if that is known [m].
    """
    knots, low = height_knots(load)
    at = np.clip(np.array(knots, dtype=int) - int(frames[0]), 0, len(frames) - 1)
    after = (LOWEST + fitted("lowest", speed[at])) * GRID_FPS
    knots = [k + round(wait) if down else k for k, wait, down in zip(knots, after.tolist(), low, strict=True)]
    rows = [(k - int(frames[0]), down) for k, down in zip(knots, low, strict=True)]
    rows = [(min(max(k, 0), len(frames) - 1), down) for k, down in rows if start is None or k > 0]
    if start is not None and not rows:
        rows = [(len(frames) - 1, False)]
    found = dict(rows)
    at = np.array(sorted(found), dtype=int)
    down = np.array([found[row] for row in at.tolist()], dtype=bool)
    drop = bob * (np.minimum(DROP[0] + DROP[1] * speed[at], DROP[2]) + fitted("drop", speed[at]))
    return UpsAndDowns(at, down, np.where(down, drop, 0.0), fitted("height", speed), start)


def pelvis_height(wanted: np.ndarray, ceiling: np.ndarray, points: UpsAndDowns) -> np.ndarray:
    """Height of the pelvis [m], shape (T,), through its high and low points.

    High points have the human knee angle, ``wanted`` (T,); low points are as low as both legs' reach, the
    ``ceiling`` (T,), asks for.
    """
    at, down = points.at, points.down
    value = np.minimum(wanted + points.raised, ceiling)[at]
    if len(at) < 2 and points.start is None:
        return np.full(len(wanted), value[0] if len(at) else wanted.mean())
    high = np.interp(at, at[~down], value[~down])
    edges = np.concatenate([[0], (at[1:] + at[:-1]) // 2, [len(wanted)]])
    known = [] if points.start is None else [points.start]
    for _ in range(8):
        height = points.curve(np.array([*known, *(high - points.drop)]))
        height = gaussian_filter1d(height, HEIGHT_SMOOTHING * GRID_FPS, mode="nearest")
        excess = np.maximum(height - ceiling, 0.0)
        if not excess.any():
            return height
        local = np.array([excess[a:b].max(initial=0.0) for a, b in pairwise(edges)])
        high = high - 0.6 * np.maximum(local, np.maximum(np.r_[local[1:], 0.0], np.r_[0.0, local[:-1]]))
    over = np.maximum(height - ceiling, 0.0)  # what whole steps could not take away
    return height - gaussian_filter1d(1.3 * over, HEIGHT_SMOOTHING * GRID_FPS, mode="nearest")
