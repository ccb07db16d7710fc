"""How a person walks beside how fast: the habits by which people differ."""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np

from kinesis_app.errors import KinesisError


@dataclass(frozen=True)
class Style:
    """Habits of a walker; the defaults are the human means.

    Attributes:
        step_width: Distance of the two ankles' tracks in walking [m].
        cadence: Steps per second as a share of the usual ones at that speed [1].
        clearance: How much higher than usual the foot passes in mid swing [m].
        toe_out: Angle of the feet to the walking direction [rad].
        lean: Forward lean of pelvis and trunk [rad].
        roll: Lean of pelvis and trunk over the stance foot [rad].
        twist: Share of the usual turning of the pelvis about the vertical [1].
        tilt: Share of the usual obliquity of the pelvis [1].
        bob: Share of the usual rise and fall of the pelvis [1].
        knee_flexion: How much more than usual the stance knees are bent [rad].
        asymmetry: Steps of the right foot take this share longer, those of the left shorter [1].
        sway: Amplitude of the slow wandering of the centre of pressure [m].
    """

    step_width: float = 0.11
    cadence: float = 1.0
    clearance: float = 0.0
    toe_out: float = float(np.radians(6.0))
    lean: float = 0.0
    roll: float = 0.0
    twist: float = 1.0
    tilt: float = 1.0
    bob: float = 1.0
    knee_flexion: float = 0.0
    asymmetry: float = 0.0
    sway: float = 0.0


AVERAGE = Style()
"""The average walker."""
RANGES = {
    "step_width": (0.06, 0.18),
    "cadence": (0.88, 1.14),
    "clearance": (-0.008, 0.04),
    "toe_out": (float(np.radians(-1.0)), float(np.radians(14.0))),
    "lean": (float(np.radians(-4.0)), float(np.radians(8.0))),
    "roll": (float(np.radians(-1.0)), float(np.radians(3.0))),
    "twist": (0.5, 1.6),
    "tilt": (0.4, 1.4),
    "bob": (0.7, 1.3),
    "knee_flexion": (float(np.radians(-1.0)), float(np.radians(12.0))),
    "asymmetry": (-0.06, 0.06),
    "sway": (0.0, 0.012),
}
"""What healthy people of all ages do: about two standard deviations either way (Schwartz 2008; Hollman,
McDade, Petersen 2011, Gait Posture 34:111, for width, cadence and asymmetry)."""


def varied_style(rng: np.random.Generator) -> Style:
    """A random walker: every habit near its mean more often than at the ends of its range."""
    habits = {name: float(rng.triangular(low, getattr(Style(), name), high)) if low < getattr(Style(), name)
              else float(low + (high - low) * rng.beta(1.0, 2.0))
              for name, (low, high) in RANGES.items()}  # fmt: skip
    return Style(**habits)


def style_from(raw: object) -> Style:
    """The style of a plan read from a file.

    Raises:
        KinesisError: If it is no table of numbers by the names of the habits.
    """
    names = {f.name for f in fields(Style)}
    if not isinstance(raw, dict) or not set(raw) <= names:
        raise KinesisError(f"A style is a table of {', '.join(sorted(names))}.")
    habits = {name: float(value) for name, value in raw.items()}
    if not np.isfinite(list(habits.values())).all():
        raise KinesisError("A style consists of finite numbers.")
    return Style(**habits)
