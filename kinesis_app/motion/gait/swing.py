"""The foot in swing: from foot off to foot strike, smooth at both ends and clear of the floor."""

from __future__ import annotations

import numpy as np

from kinesis_app.motion.gait import norms
from kinesis_app.motion.gait.fitted import swing_bumps
from kinesis_app.motion.smooth_step import smooth_step

CLEARANCE = 0.012
"""Least height of the foot over the floor in mid swing [m]."""
WALKING_FROM = 0.4
"""From this speed on a swing has the path of walking [m/s]; below, it blends with a plain lift."""
RISING = ((0.2, 0.15), (0.7, 0.3))
"""Up to a speed [m/s] the foot rises in a share of the swing [1], from another on in a longer one."""
ARRIVED, AT_ONCE = (0.8, 0.95), ((0.85, 1.1), (0.45, 0.0))
"""Between these shares of a slow swing the foot makes so much of its last way, over the speed [m/s]: it
would glide over the floor."""
STEP_HEIGHT = 0.042
"""Height of the foot in mid swing when it steps in place or to the side [m]."""


def swing_path(
    before: np.ndarray, after: np.ndarray, a: int, b: int, speed: float, clearance: float
) -> np.ndarray:
    """Quintic from frame a of one track to frame b of the next, with a clearance bump; (b-a+1, 3).

    ``speed`` [m/s] is that of the walk, backward negative; ``clearance`` [m] comes on top of the bump.
    """
    n = b - a
    u = np.arange(n + 1)[:, None] / n
    lo = [
        before[a],
        0.5 * (before[a + 1] - before[a - 1]) * n,
        (before[a + 1] - 2 * before[a] + before[a - 1]) * n * n,
    ]
    hi = [
        after[b],
        0.5 * (after[b + 1] - after[b - 1]) * n,
        (after[b + 1] - 2 * after[b] + after[b - 1]) * n * n,
    ]
    path = _quintic(u, lo, hi)
    bump = 64.0 * (u[:, 0] * (1.0 - u[:, 0])) ** 3
    way = 1.0 if speed >= 0.0 else -1.0  # a step backward is one forward played back
    bump_ahead, bump_up = swing_bumps(u[:, 0] if way > 0.0 else 1.0 - u[:, 0], abs(speed))
    usual = 1.9 * norms.step_length(max(abs(speed), 0.1))
    walking = smooth_step(np.array(abs(speed) / WALKING_FROM))
    ahead = way * walking * (hi[0][:2] - lo[0][:2]) / usual
    path[:, :2] += np.outer(bump_ahead, ahead)
    up = walking * bump_up + (1.0 - walking) * STEP_HEIGHT * bump
    path[:, 2] += up + clearance * bump
    arrived = np.interp(abs(speed), *AT_ONCE) * smooth_step((u - ARRIVED[0]) / (ARRIVED[1] - ARRIVED[0]))
    path[:, :2] += arrived * (after[a : b + 1, :2] - path[:, :2])
    return path


def cleared(path: np.ndarray, floor: np.ndarray, speed: float) -> np.ndarray:
    """Height of calcn in swing [m] (n,), kept above the height ``floor`` at which the foot touches.

    ``speed`` [m/s] is that of the walk.
    """
    (slow, quickly), (fast, usual) = RISING
    u, faster = np.linspace(0.0, 1.0, len(path)), smooth_step(np.array((abs(speed) - slow) / (fast - slow)))
    window = smooth_step(u / (quickly + (usual - quickly) * faster)) * smooth_step((1.0 - u) / usual)
    clearance, wanted = path - floor, CLEARANCE * window
    # A smooth maximum of the two; exact at both ends.
    return floor + 0.5 * (
        clearance + wanted + np.sqrt((clearance - wanted) ** 2 + (0.5 * CLEARANCE * window) ** 2)
    )


def _quintic(u: np.ndarray, lo: list[np.ndarray], hi: list[np.ndarray]) -> np.ndarray:
    """Quintic Hermite polynomial: position, velocity, acceleration at u = 0 and 1."""
    d = hi[0] - lo[0] - lo[1] - 0.5 * lo[2]
    e = hi[1] - lo[1] - lo[2]
    f = hi[2] - lo[2]
    c3, c4, c5 = 10 * d - 4 * e + 0.5 * f, -15 * d + 7 * e - f, 6 * d - 3 * e + 0.5 * f
    return lo[0] + u * (lo[1] + u * (0.5 * lo[2] + u * (c3 + u * (c4 + u * c5))))
