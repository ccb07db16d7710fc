"""An experiment as data: what differs from the healthy body on the level floor."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from types import MappingProxyType

from kinesis_app.errors import KinesisError
from kinesis_app.experiment.selection import selected

EARTH_GRAVITY = 9.81
"""[m/s^2]."""
LIMITS = {
    "strength": (0.0, 5.0, ""),
    "excitation": (0.0, 1.0, ""),
    "noise": (0.0, 1.0, ""),
    "gravity": (0.0, 30.0, "m/s^2"),
    "friction": (0.0, 5.0, ""),
    "slope": (-20.0, 20.0, "degrees"),
    "mass": (0.3, 3.0, ""),
    "delay": (0, 5, "control steps"),
    "pace": (0.0, 1000.0, ""),
    "start": (0.0, 1.0, ""),
    "force": (0.0, 5000.0, "N"),
    "seconds": (0.01, 60.0, "s"),
    "direction": (-360.0, 360.0, "degrees"),
    "at": (0.0, 86400.0, "s"),
    "phase": (0.0, 1.0, ""),
}
"""Least and greatest value of each number, and its unit."""
_NOTHING: Mapping[str, float] = MappingProxyType({})


@dataclass(frozen=True)
class TimedPush:
    """One push of the experiment, at the pelvis and level with the floor.

    Attributes:
        force: [N].
        seconds: How long it lasts [s].
        direction: In the ground plane against the heading: 0 forward, 90 to the left [degrees].
        at: Time of the motion when it begins [s]; with ``phase`` the earliest.
        phase: Fraction of the right foot's gait cycle (0 = foot strike) at which it begins; None to
            go by ``at`` alone.
    """

    force: float
    seconds: float = 0.2
    direction: float = 0.0
    at: float = 0.0
    phase: float | None = None

    def __post_init__(self) -> None:
        _check("force", self.force)
        _check("seconds", self.seconds)
        _check("direction", self.direction)
        _check("at", self.at)
        if self.phase is not None:
            _check("phase", self.phase)


@dataclass(frozen=True)
class Fatigue:
    """Muscles tire, after the three-compartment model 3CC-r (see :mod:`.fatigue`).

    Attributes:
        pace: How many times faster than in life; 1 takes minutes to be seen.
        start: Fatigued fraction of every muscle at the beginning, 0 to 1.
    """

    pace: float = 1.0
    start: float = 0.0

    def __post_init__(self) -> None:
        _check("pace", self.pace)
        _check("start", self.start)


@dataclass(frozen=True)
class Experiment:
    """All that is done to the human; the default is nothing.

    Muscles are named by a selector: a muscle ``soleus_r``, both sides ``soleus``, a group
    ``plantarflexors`` or ``plantarflexors_l``, a side ``left`` or ``right``, or ``all``. Of the
    selectors that name the same muscle, the more particular wins.

    Attributes:
        name: Shown to the user.
        strength: Scale of the active force by selector, 0 to 5; 1 is normal. Passive force stays.
        paralysed: Selectors of muscles that no excitation reaches.
        excitation: Excitation held by selector, 0 to 1, whatever the policy says.
        fatigue: How muscles tire; None: they do not.
        noise: Motor noise: standard deviation over mean of the excitation, 0 to 1.
        seed: Of the noise.
        pushes: Timed pushes.
        gravity: [m/s^2], 0 to 30.
        friction: Sliding friction coefficient of floor and feet; None: the model's own.
        slope: Of the floor along world +x, uphill positive [degrees], -20 to 20. Applied by tilting
            gravity, so forces and positions stay in the frame of the floor.
        mass: Scale of all body masses and inertias, 0.3 to 3.
        delay: How late commands reach the muscles, 0 to 5 control steps of 33 ms. The policy sees the
            body as a forward model says it will be then, see :mod:`kinesis_app.env.foresight`.
    """

    name: str = ""
    strength: Mapping[str, float] = field(default_factory=lambda: _NOTHING)
    paralysed: tuple[str, ...] = ()
    excitation: Mapping[str, float] = field(default_factory=lambda: _NOTHING)
    fatigue: Fatigue | None = None
    noise: float = 0.0
    seed: int = 0
    pushes: tuple[TimedPush, ...] = ()
    gravity: float = EARTH_GRAVITY
    friction: float | None = None
    slope: float = 0.0
    mass: float = 1.0
    delay: int = 0

    def __post_init__(self) -> None:
        """Refuse what no experiment could mean.

        Raises:
            KinesisError: That names the field, the value and what would be right.
        """
        for selector, scale in self.strength.items():
            selected(selector)
            _check("strength", scale, f" of '{selector}'")
        for selector in self.paralysed:
            selected(selector)
        for selector, level in self.excitation.items():
            selected(selector)
            _check("excitation", level, f" of '{selector}'")
        _check("noise", self.noise)
        _check("gravity", self.gravity)
        if self.friction is not None:
            _check("friction", self.friction)
        _check("slope", self.slope)
        _check("mass", self.mass)
        _check("delay", self.delay)
        if self.delay != int(self.delay):
            raise KinesisError(f"delay: {self.delay:g} is not a whole number of control steps.")
        if not 0 <= self.seed < 2**63:
            raise KinesisError(f"seed: {self.seed} is not a whole number from 0 on.")

    @property
    def changes(self) -> tuple[str, ...]:
        """Names of the fields that differ from the normal body; the name does not count."""
        return tuple(
            f.name
            for f in fields(self)
            if f.name not in ("name", "seed") and getattr(self, f.name) != getattr(NORMAL, f.name)
        )


def _check(name: str, value: float, of: str = "") -> None:
    low, high, unit = LIMITS[name]
    number = isinstance(value, int | float) and not isinstance(value, bool)
    if not number or not math.isfinite(value) or not low <= value <= high:
        shown = f"{value:g}" if number else repr(value)
        raise KinesisError(
            f"{name}{of}: {shown} is not within {low:g} to {high:g}{' ' + unit if unit else ''}."
        )


NORMAL = Experiment()
"""The healthy body on the level floor."""
