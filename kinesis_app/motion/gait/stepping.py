"""How steps go in every direction: how many a second, and where the foot comes down."""

from __future__ import annotations

import numpy as np

from kinesis_app.motion.gait import norms
from kinesis_app.motion.gait.plan import Path
from kinesis_app.motion.gait.style import Style

STANCE_WIDER = 0.04
"""The feet stand this much further apart in standing and turning in place than in walking [m]."""
ANKLES_BEHIND = 0.0456
"""How far the ankles stand behind the body's centre [m]."""
ALONGSIDE = 0.8
"""From this speed forward on [m/s] a foot passes the other so far ahead that they cannot meet [m/s]."""
BACKWARD_CADENCE = 1.12
"""Steps per second of backward walking against forward walking at the same speed (Thorstensson 1986)."""
SIDE_FREQUENCY = ((0.0, 0.2, 0.4, 0.6), (1.05, 1.7, 2.25, 2.7))
"""Steps per second [1/s] over the speed to the side [m/s]."""
TURN_FREQUENCY = ((0.0, 0.4, 0.8, 1.5), (1.05, 1.5, 1.9, 2.4))
"""Steps per second [1/s] over the turning rate [rad/s] when turning in place."""
OPENING = 0.55
"""How much of half a step's turning the leading foot opens, and the following one leaves undone [1]."""
MOST_OPENING = 0.18
"""At most [rad]: the hips turn by 40 degrees."""
BRISKER = 0.06
"""Stance to the side and on the spot ends earlier by this share of the cycle than in slow walking [1]."""


def step_frequency(velocity: np.ndarray, style: Style) -> float:
    """Steps per second [1/s] for a velocity (forward, left, turning)."""
    forward, left, turn = velocity
    ahead = 1.0 / norms.step_time(abs(forward)) * (BACKWARD_CADENCE if forward < 0.0 else 1.0)
    turn = abs(turn) * (1.0 - 0.7 * min(abs(forward) / ALONGSIDE, 1.0))
    side, turning = np.interp(abs(left), *SIDE_FREQUENCY), np.interp(turn, *TURN_FREQUENCY)
    return max(style.cadence * float(max(ahead, side, turning)), style.least_frequency)


def brisker(velocity: np.ndarray) -> float:
    """Share of the cycle by which stance ends earlier than in walking straight at that speed."""
    forward, left, turn = np.abs(velocity)
    return BRISKER * float(max(1.0 - forward / ALONGSIDE, 0.0) * min(left / 0.3 + turn / 0.8, 1.0))


def footprint(
    path: Path, side: int, time: float, style: Style, *, duration: float = 0.0, moving: bool = True
) -> np.ndarray:
    """Where the right (0) or left (1) foot stands when its stance is halfway at ``time`` [s].

    Args:
        path: The wished way.
        side: Which foot.
        time: Middle of the stance [s].
        style: The walker's habits.
        duration: Of a step [s].
        moving: Whether the foot leads to or from a step, rather than standing.

    Returns:
        x, y [m] of the ankle and direction of the foot [rad], shape (3,).
    """
    pose = path.at(time)
    forward, left, turn = path.velocity_at(time) if moving else np.zeros(3)
    beside = 1.0 - min(abs(forward) / ALONGSIDE, 1.0)
    narrow = min(abs(left) / 0.2, 1.0)  # side steps close to the width of walking
    width = style.width + beside * (1.0 - narrow) * STANCE_WIDER + (0.08 + duration) * abs(left)
    opening = beside * min(0.5 * OPENING * abs(turn) * duration, MOST_OPENING)
    out = 1.0 if side else -1.0
    c, s = np.cos(pose[2]), np.sin(pose[2])
    ankle = np.array([[c, -s], [s, c]]) @ np.array([-ANKLES_BEHIND, 0.5 * width * out])
    return np.array([*(pose[:2] + ankle), pose[2] + out * (style.toe_out + opening)])
