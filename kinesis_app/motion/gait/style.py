"""How a person walks beside how fast: the habits by which people differ."""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np

from kinesis_app.errors import KinesisError

WARY_WIDER, WARY_FREQUENCY = 0.03, 1.85
"""How much wider the wary step [m], and how often at least [1/s]: as in a comfortable walk. Of 150 who walk
at 0.5 and 0.7 m/s and are pushed with 80 N for 0.2 s, 82 and 119 stay up with the usual steps, 145 and 148
with these (``kinesis-app evaluate --pushes 150 --push-force 80 --push-speed 0.5 --wary``)."""


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
        wariness: No habit but a mood, 0 to 1: how much a walker who was pushed keeps the steps quick and
            wide where they are slow and narrow otherwise (Hak et al. 2012, Gait Posture 36:260).
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
    wariness: float = 0.0

    @property
    def width(self) -> float:
        """Distance of the two ankles' tracks as wary as one is [m]."""
        return self.step_width + WARY_WIDER * self.wariness

    @property
    def least_frequency(self) -> float:
        """Steps per second that it takes at least, as wary as one is [1/s]."""
        return WARY_FREQUENCY * self.wariness


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
