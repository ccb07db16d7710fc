"""Running: the mean human stride made dynamically sound.

The legs are sketched from published curves, the feet placed and rolled on the floor, and the
ground force of a spring-mass runner is planned: a half sine per contact (Alexander & Jayes 1980, J
Biomech 13:383; Blickhan 1989, J Biomech 22:1217), nothing in flight. Then the pelvis, which carries the
rigid armless trunk, moves until the full inverse dynamics asks for that force and no other: up and down
for the vertical force, horizontally for the zero moment point in stance and free fall in flight, and by
turning for the angular momentum in flight. The legs follow by inverse kinematics, feet held.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from scipy.ndimage import gaussian_filter1d

from kinesis_app.errors import KinesisError
from kinesis_app.motion.balance import Tolerance, gentlest
from kinesis_app.motion.clip import MotionClip, continuous_quat, resample
from kinesis_app.motion.gait import running_norms as norms
from kinesis_app.motion.gait.pelvis import hip_offset
from kinesis_app.motion.gait.plan import GRID_FPS
from kinesis_app.motion.gait.running_pelvis import GRAVITY, ForcePlan, Runner, bones, corrected, with_legs
from kinesis_app.motion.gait.running_strides import (
    RunningFoot,
    Strides,
    leaning_quat,
    plan_strides,
    running_feet,
)

SPEED_RANGE = (norms.SLOWEST, norms.FASTEST)
MARGIN = 1.2
"""Motion computed before and after the wanted part [s]."""
ROUNDS = 8
"""Corrections of the pelvis with the full inverse dynamics."""
COP_KNOTS = np.array([0.0, 0.15, 0.35, 0.6, 0.8, 1.0])
COP_PLACE = np.array([0.09, 0.12, 0.155, 0.18, 0.20, 0.215])
"""Centre of pressure along the foot over stance [m ahead of calcn's origin] of a rearfoot runner
(Cavanagh & Lafortune 1980, J Biomech 13:397)."""
EARLY = 0.85
"""Exponent that moves the peak of the half sine to 44 percent of stance (Novacheck 1998: 40 to 45)."""
MEAN_SHARE = float(np.mean(np.sin(np.pi * np.linspace(0.0, 1.0, 2001) ** EARLY)))
ANKLE_HEIGHT = 0.078
"""Ankle above the floor while the foot is flat [m]."""
SINK = 0.03
"""How far below the mean curves' height the pelvis runs [m], so that both ends of stance are in reach."""


def run(
    speed: float,
    seconds: float,
    *,
    turn_rate: float = 0.0,
    heading: float = 0.0,
    fps: float = GRID_FPS,
    name: str | None = None,
) -> MotionClip:
    """A steady run, from mid-run to mid-run.

    Args:
        speed: 2.0 to 3.5 m/s.
        seconds: Length of the clip [s].
        turn_rate: Turning [rad/s], left +.
        heading: Direction at the start [rad], 0 = world +x.
        fps: Frames per second.
        name: Name of the clip.
    """
    if not SPEED_RANGE[0] <= speed <= SPEED_RANGE[1]:
        raise KinesisError(
            f"Running speed {speed:g} m/s is outside {SPEED_RANGE[0]:g} to {SPEED_RANGE[1]:g} m/s."
        )
    time = np.arange(-MARGIN, seconds + MARGIN, 1.0 / GRID_FPS)
    steady = np.full(len(time), speed)
    clip = synthesise(time, steady, np.full(len(time), turn_rate), heading)
    first = int(np.searchsorted(time, -1e-9))
    clip = _cut(clip, first, first + round(seconds * GRID_FPS))
    return resample(replace(clip, name=name or f"run_{speed:.2f}"), fps)


def varied_run(seed: int, seconds: float) -> MotionClip:
    """A random run for training: speeds of 2.0 to 3.5 m/s and gentle turns, from mid-run to mid-run."""
    rng = np.random.default_rng(seed)
    time = np.arange(-MARGIN, seconds + MARGIN, 1.0 / GRID_FPS)
    knots = np.arange(-MARGIN, seconds + MARGIN + 3.0, 3.0)
    low, high = SPEED_RANGE
    speed = np.interp(time, knots, rng.uniform(low + 0.1, high - 0.1, len(knots)))
    turn = np.interp(time, knots, rng.uniform(-0.3, 0.3, len(knots)))
    clip = synthesise(time, gaussian_filter1d(speed, 0.3 * GRID_FPS), gaussian_filter1d(turn, 0.3 * GRID_FPS))
    first = int(np.searchsorted(time, -1e-9))
    return replace(_cut(clip, first, first + round(seconds * GRID_FPS)), name=f"varied_run_{seed}")


def _cut(clip: MotionClip, first: int, last: int) -> MotionClip:
    """Frames first to last, moved so that the clip starts above the world's origin."""
    rows = slice(first, last + 1)
    start = clip.root_pos[first] * [1.0, 1.0, 0.0]
    return replace(
        clip, root_pos=clip.root_pos[rows] - start, root_quat=clip.root_quat[rows], joints=clip.joints[rows]
    )


def synthesise(time: np.ndarray, speed: np.ndarray, turn: np.ndarray, heading: float = 0.0) -> MotionClip:
    """A run at speed (T,) [m/s] and turning rate (T,) [rad/s] over time (T,) on the grid [s]."""
    yaw = heading + _integral(turn)
    path = np.stack([_integral(speed * np.cos(yaw)), _integral(speed * np.sin(yaw)), yaw], axis=1)
    strides = plan_strides(time, speed, first=0)
    up = planned_force(strides, time)
    bank = np.arctan(speed * turn / GRAVITY)
    height = _height(strides, time, speed, up)
    # In a curve the body leans in, so that the floor's force passes through its centre of mass.
    inward = np.stack([-np.sin(yaw), np.cos(yaw)], axis=1) * (height * np.sin(bank))[:, None]
    root = np.column_stack([path[:, :2] + inward, height]), leaning_quat(yaw, bank)
    feet, joints = running_feet(strides, time, path, speed, root)
    plan = ForcePlan(up, _pressure_point(strides, feet, time), middles(strides, time))
    body = Runner(*root, joints)
    start = body = with_legs(body, feet, 6)
    for _ in range(ROUNDS):
        body = with_legs(corrected(body, start, plan), feet, 3)
    info = {"source": "running generator", "speed": [round(float(v), 3) for v in speed[:: int(GRID_FPS)]]}
    return MotionClip("run", GRID_FPS, body.root_pos, continuous_quat(body.quat), body.joints, info)


def _integral(rate: np.ndarray) -> np.ndarray:
    return np.concatenate([[0.0], np.cumsum(0.5 * (rate[1:] + rate[:-1]))]) / GRID_FPS


def _contacts(strides: Strides) -> list[tuple[float, int, float, float]]:
    """Middle, foot, strike and toe-off of every contact [s], in order."""
    return sorted(
        (0.5 * (strike + off), side, strike, off)
        for side in (0, 1)
        for strike, off in zip(strides.strike[side].tolist(), strides.off[side].tolist(), strict=True)
    )


def planned_force(strides: Strides, time: np.ndarray) -> np.ndarray:
    """Vertical force over body weight (T,): a half sine per contact, as high as carries the body from
    the middle of the step before to that of the step after."""
    contacts, up = _contacts(strides), np.zeros(len(time))
    for k, (_, _, strike, off) in enumerate(contacts):
        before, after = contacts[max(k - 1, 0)][0], contacts[min(k + 1, len(contacts) - 1)][0]
        step = (after - before) / max(min(k + 1, len(contacts) - 1) - max(k - 1, 0), 1)
        share = np.clip((time - strike) / (off - strike), 0.0, 1.0)
        up += step / (off - strike) * np.sin(np.pi * share**EARLY) / MEAN_SHARE
    return up


def middles(strides: Strides, time: np.ndarray) -> np.ndarray:
    """Frames of the middles of the contacts."""
    return np.unique([round((middle - time[0]) * GRID_FPS) for middle, *_ in _contacts(strides)]).clip(
        0, len(time) - 1
    )


def _pressure_point(strides: Strides, feet: tuple[RunningFoot, RunningFoot], time: np.ndarray) -> np.ndarray:
    """Where the force acts (T, 2) [m]; straight on from foot to foot in flight."""
    point, rows = np.full((len(time), 2), np.nan), np.arange(len(time))
    for _, side, strike, off in _contacts(strides):
        share, foot = (time - strike) / (off - strike), feet[side]
        here = (share >= 0.0) & (share <= 1.0)
        ahead = np.stack([np.cos(foot.yaw), np.sin(foot.yaw)], axis=1)[here]
        point[here] = foot.flat[here] + np.interp(share[here], COP_KNOTS, COP_PLACE)[:, None] * ahead
    known = np.isfinite(point[:, 0])
    return np.stack([np.interp(rows, rows[known], point[known, axis]) for axis in (0, 1)], axis=1)


def _height(strides: Strides, time: np.ndarray, speed: np.ndarray, up: np.ndarray) -> np.ndarray:
    """Height of the pelvis [m] (T,): it falls and rises with the planned force, and the leg that carries
    has its mean angles in the middle of stance."""
    at = middles(strides, time)
    thigh, knee = (norms.curve(name, np.full(len(at), 0.5), speed[at]) for name in ("thigh", "knee"))
    # Thigh and shank below the hip, the ankle over the sole of the flat foot.
    upper, lower = bones()
    low = upper * np.cos(thigh) + lower * np.cos(knee - thigh) + ANKLE_HEIGHT
    wanted = low - hip_offset(0)[2] - SINK
    anchored = np.zeros(len(time))
    anchored[at] = 1.0
    anchors = np.interp(np.arange(len(time)), at, wanted)
    tolerance = Tolerance(zmp=0.04, fall=0.05, shift=1e3, jerk=1e6)
    return gentlest(
        anchors, np.zeros(len(time)), GRAVITY * (up - 1.0), anchored, np.ones(len(time)), tolerance, GRID_FPS
    )
