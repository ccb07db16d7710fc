"""How fast each way of going is, at most and when nothing is said, and how long its steps are."""

from __future__ import annotations

from kinesis_app.motion.gait import norms

WALK_FASTEST, RUN_SLOWEST, FASTEST = 1.9, 2.0, 3.5
"""Speeds of walking and running [m/s]."""
SLOWEST_KEPT = 0.55
"""A walk slower than this is one that starts or stops: it goes on at the usual speed [m/s]."""
LIMITS = {"forward": (0.4, FASTEST), "backward": (0.2, 0.9), "left": (0.1, 0.6), "right": (0.1, 0.6)}
"""Slowest and fastest speed of each direction [m/s]."""
PACES = {
    "walk": {"slow": 0.7, "normal": 1.2, "brisk": 1.5, "fast": 1.8},
    "run": {"slow": 2.2, "normal": 2.6, "brisk": 3.0, "fast": 3.4},
    "backward": {"slow": 0.4, "normal": 0.6, "brisk": 0.75, "fast": 0.9},
    "side": {"slow": 0.2, "normal": 0.3, "brisk": 0.5, "fast": 0.6},
}
"""Speeds by way of going and adverb [m/s]."""
BACKWARD_STEP = 0.9
"""A step backward in steps forward of the same speed: people take 12 % more of them (Thorstensson 1986)."""
SIDE_STEP = 0.3
"""Length of a side step [m]."""


def pace_table(direction: str, running: bool = False) -> dict[str, float]:
    """Speeds by adverb [m/s]."""
    if direction == "forward":
        return PACES["run" if running else "walk"]
    return PACES["backward" if direction == "backward" else "side"]


def step_length(direction: str, speed: float) -> float:
    """Length of one step [m] at a speed [m/s]."""
    if direction in ("left", "right"):
        return SIDE_STEP
    return norms.step_length(abs(speed)) * (BACKWARD_STEP if direction == "backward" else 1.0)
