"""Commands that say where the human shall go, and how fast."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class SetWalkingSpeed:
    """Walk on at this speed [m/s]; only for generated walks, 0 means stand."""

    speed: float


@dataclass(frozen=True)
class TypedCommand:
    """Do what an English sentence says, in place of what is being done."""

    text: str


@dataclass(frozen=True)
class CancelCommand:
    """Drop the typed command and all goals, and come to a stop."""


@dataclass(frozen=True)
class SetGoal:
    """Go to a place on the ground [m], facing ``heading`` [rad] there if given.

    ``queue`` appends it to the goals there are; otherwise it replaces them.
    """

    x: float
    y: float
    heading: float | None = None
    queue: bool = False


@dataclass(frozen=True)
class MoveGoal:
    """Put the goal of this index (0 is the next one) somewhere else; as often as a drag likes."""

    index: int
    x: float
    y: float
    heading: float | None = None


@dataclass(frozen=True)
class ClearGoals:
    """Forget the goals and come to a stop."""


@dataclass(frozen=True)
class Steer:
    """Walk on in a direction until something else is asked.

    Attributes:
        heading: Direction in the world [rad]; None keeps the present one.
        speed_change: Added to the walking speed [m/s].
        stop: Stand instead.
    """

    heading: float | None = None
    speed_change: float = 0.0
    stop: bool = False


DirectingCommand = TypedCommand | CancelCommand | SetGoal | MoveGoal | ClearGoals | Steer
"""What changes the way; a speed alone keeps it."""
