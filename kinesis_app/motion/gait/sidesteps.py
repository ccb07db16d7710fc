"""What a foot does because of the other: it passes at a distance, and tilts in a wide stance."""

from __future__ import annotations

import numpy as np

from kinesis_app.motion.gait.stances import Stance
from kinesis_app.motion.gait.style import Style
from kinesis_app.motion.smooth_step import smooth_step

PASSING_WIDTH = 0.1
"""Distance across at which a foot in swing passes the other [m]."""
LEG = 0.87
"""Length of a leg [m]."""
FLAT_TILT = np.radians(12.5)
"""Sideways lean of a leg with which its foot stands flat [rad]; the subtalar joint gives 20 degrees."""
EDGE_SHARE = 1.3
"""How far the foot tilts on its inner edge per lean beyond that [1]."""
MOST_EDGE = np.radians(12.0)
LEAST_WIDTH = 0.085
"""Smallest distance across between the ankles of two feet alongside [m]."""
LEAST_OPENING = -0.10
"""How far the toes of two feet alongside may point at each other [rad]."""


MOST_TURN = np.radians(60.0)
"""Largest angle between two feet that stand one after the other; the hips turn by 40 degrees each [rad]."""


def axes(heading: float) -> tuple[np.ndarray, np.ndarray]:
    """Unit vectors on the ground ahead and to the left of a heading [rad], each (2,)."""
    c, s = np.cos(heading), np.sin(heading)
    return np.array([c, s]), np.array([-s, c])


def clear_of(other: np.ndarray, place: np.ndarray, side: int, style: Style) -> np.ndarray:
    """``place`` (3,) of a foot moved where it neither steps on the ``other`` foot nor crosses it, and turned
    no further from it than the hips let both feet stand."""
    out = 1.0 if side else -1.0
    ahead, across = axes(0.5 * (other[2] + place[2]))
    away = place[:2] - other[:2]
    beside = 1.0 - np.clip((abs(away @ ahead) - 0.2) / 0.15, 0.0, 1.0)
    narrow = max(min(LEAST_WIDTH, style.width) - out * float(away @ across), 0.0)
    inward = max(LEAST_OPENING - (out * (place[2] - other[2]) - 2.0 * min(style.toe_out, 0.0)), 0.0)
    moved = place + beside * np.array([*(out * narrow * across), out * inward])
    moved[2] = other[2] + np.clip(moved[2] - other[2], -MOST_TURN, MOST_TURN)
    return moved


def passing(side: int, way: np.ndarray, before: Stance, after: Stance, others: list[Stance]) -> np.ndarray:
    """What a swing's way on the ground (n, 2) must bow out to pass the other foot at a distance, (n, 2)."""
    middle = (before.off + after.land) // 2
    other = next((s for s in others if s.land <= middle <= s.off), None)
    if other is None:
        return np.zeros_like(way)
    u, out = np.linspace(0.0, 1.0, len(way)), 1.0 if side else -1.0
    ahead, across = axes(0.5 * other.pose[2] + 0.25 * (before.pose[2] + after.pose[2]))
    away = way + np.outer(1.0 - u, before.pose[:2] - way[0]) + np.outer(u, after.pose[:2] - way[-1])
    away = away - other.pose[:2]
    bump = (4.0 * u * (1.0 - u)) ** 3
    beside = 1.0 - smooth_step((np.abs(away @ ahead) - 0.12) / 0.2)
    narrow = np.maximum(PASSING_WIDTH - out * (away @ across), 0.0) * beside * np.minimum(bump / 0.6, 1.0)
    return np.outer(out * narrow.max() * bump, across)


def edge_roll(side: int, stances: list[Stance], others: list[Stance], frames: np.ndarray) -> np.ndarray:
    """Angle by which the foot stands on its inner edge [rad], (T,): where the feet are far apart."""
    roll = np.zeros(len(frames))
    for k, stance in enumerate(stances):
        if stance.off < frames[0] or stance.land > frames[-1]:
            continue
        into, out = _tilt(stance, others, stance.land), _tilt(stance, others, stance.off)
        length = stance.off - stance.land
        u = (frames - stance.land) / max(length, 1)
        before = stances[k - 1].off if k else stance.land - 1
        after = stances[k + 1].land if k + 1 < len(stances) else stance.off + 1
        rise = smooth_step(2.0 * (frames - before) / max(stance.land - before, 1) - 1.0)
        fall = 1.0 - smooth_step(2.0 * (frames - stance.off) / max(after - stance.off, 1))
        landing = into * np.where(frames < stance.land, rise, 1.0 - smooth_step(u / 0.35))
        leaving = out * np.where(frames > stance.off, fall, smooth_step((u - 0.5) / 0.45))
        roll += landing + leaving
    return roll


def _tilt(stance: Stance, others: list[Stance], frame: int) -> float:
    """Angle of the foot on its edge [rad] with the other foot where it is at ``frame``."""
    other = next((s for s in others if s.land <= frame <= s.off), None)
    if other is None:
        return 0.0
    _, across = axes(0.5 * (stance.pose[2] + other.pose[2]))
    tilt = 0.5 * abs(float(across @ (stance.pose[:2] - other.pose[:2]))) / LEG
    return float(np.clip(EDGE_SHARE * (tilt - FLAT_TILT), 0.0, MOST_EDGE))
