"""A run as planned, and its forces made right."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from kinesis_app.motion.balance import Tolerance, gentlest
from kinesis_app.motion.gait import running_norms as norms
from kinesis_app.motion.gait.heights import hip_offset
from kinesis_app.motion.gait.running_heels import heels_lifted
from kinesis_app.motion.gait.running_pelvis import (
    GRAVITY,
    FootPose,
    ForcePlan,
    Runner,
    bones,
    corrected,
    with_legs,
)
from kinesis_app.motion.gait.running_strides import RunningFoot, Strides, leaning_quat, running_feet
from kinesis_app.motion.gait.stances import GRID_FPS

ROUNDS, COARSE = 8, 5
"""Corrections of the pelvis with the full inverse dynamics, and the first of them, with every other frame."""
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
REACHING, MOST_CHANGE = (0.04, 0.015), 1.0
"""How much lower the pelvis runs per braking and per speeding up [m per m/s^2], and the most that counts
[m/s^2]: who brakes lands further ahead, who speeds up leaves the floor further behind."""
HEIGHT = Tolerance(zmp=0.015, fall=0.2, shift=1e3, jerk=1e6)
"""For the way up and down that the planned force asks for."""


@dataclass(frozen=True)
class RunPlan:
    """A run whose forces are not yet right.

    Attributes:
        body: Pelvis and joints as sketched from the mean curves.
        feet: Where the right and left foot belong.
        force: What the floor is to give.
    """

    body: Runner
    feet: tuple[RunningFoot, RunningFoot]
    force: ForcePlan


def planned_run(
    strides: Strides,
    time: np.ndarray,
    path: np.ndarray,
    speed: np.ndarray,
    turn: np.ndarray,
    fixed: Mapping[tuple[int, int], np.ndarray] | None = None,
) -> RunPlan:
    """A run along a path.

    Args:
        strides: When the feet touch the ground.
        time: Consecutive grid times [s], (T,).
        path: The pelvis' way x, y [m] and heading [rad], (T, 3).
        speed, turn: Speed forward [m/s] and turning rate [rad/s], each (T,).
        fixed: Footprints known before; see :func:`running_feet`.
    """
    yaw = path[:, 2]
    up, anchored = planned_force(strides, time), np.zeros(len(time))
    at = middles(strides, time)
    anchored[at] = 1.0
    bank = np.arctan(speed * turn / GRAVITY)
    faster = np.clip(np.gradient(speed) * GRID_FPS, -MOST_CHANGE, MOST_CHANGE)[at]
    wanted = carried_height(speed[at]) - np.where(faster < 0.0, REACHING[0], REACHING[1]) * np.abs(faster)
    height = way_up(np.interp(np.arange(len(time)), at, wanted), anchored, up)
    # In a curve the body leans in, so that the floor's force passes through its centre of mass.
    inward = np.stack([-np.sin(yaw), np.cos(yaw)], axis=1) * (height * np.sin(bank))[:, None]
    root = np.column_stack([path[:, :2] + inward, height]), leaning_quat(yaw, bank)
    feet, joints = running_feet(strides, time, path, speed, root, fixed)
    force = ForcePlan(up, _pressure_point(strides, feet, time), anchored)
    return RunPlan(Runner(*root, joints), feet, force)


def settled(
    body: Runner, feet: tuple[FootPose, FootPose], force: ForcePlan, short: np.ndarray | float = 1.0
) -> Runner:
    """The body moved until its inverse dynamics asks for the planned force; ``short`` as in ``with_legs``."""
    start = body = with_legs(body, feet, 6, short)
    for k in range(ROUNDS):
        body, feet = heels_lifted(body, feet)
        # The legs follow small corrections: one iteration keeps up, another makes the end exact.
        body = corrected(body, start, force, every=2 if k < COARSE else 1)
        body = with_legs(body, feet, 1 if k < ROUNDS - 1 else 2, short)
    return body


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
    rows = [round((middle - time[0]) * GRID_FPS) for middle, *_ in _contacts(strides)]
    return np.unique(rows).clip(0, len(time) - 1)


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


def carried_height(speed: np.ndarray) -> np.ndarray:
    """Height of the pelvis [m] in the middle of stance, where the leg that carries has its mean angles."""
    thigh, knee = (norms.curve(name, np.full(len(speed), 0.5), speed) for name in ("thigh", "knee"))
    # Thigh and shank below the hip, the ankle over the sole of the flat foot.
    upper, lower = bones()
    low = upper * np.cos(thigh) + lower * np.cos(knee - thigh) + ANKLE_HEIGHT
    return low - hip_offset(0)[2] - SINK


def way_up(
    wanted: np.ndarray, anchored: np.ndarray, up: np.ndarray, known: np.ndarray | None = None
) -> np.ndarray:
    """Height of the pelvis [m] (T,) that falls and rises with the vertical force ``up`` [body weights] and
    has the ``wanted`` height where it is ``anchored``; ``known`` [1] says how much each force counts."""
    still = np.zeros(len(up))
    known = still + 1.0 if known is None else known
    return gentlest(wanted, still, GRAVITY * (up - 1.0), anchored, known, HEIGHT, GRID_FPS)
