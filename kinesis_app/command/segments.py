"""What can be asked of the human: one frozen dataclass per kind of movement, lengths in m, times in s."""

from __future__ import annotations

import math
from dataclasses import dataclass


@dataclass(frozen=True)
class Move:
    """Go straight on without turning the body.

    Attributes:
        direction: ``forward``, ``backward``, ``left`` or ``right``.
        distance, seconds, steps: How far [m], how long [s] or how many steps; none of them: on and on.
        speed: [m/s], above 0; None leaves it as it is, or the usual one from standing.
        factor: Times the speed there would be otherwise.
    """

    direction: str = "forward"
    distance: float | None = None
    seconds: float | None = None
    steps: float | None = None
    speed: float | None = None
    factor: float = 1.0

    @property
    def endless(self) -> bool:
        """Whether it goes on until something else is asked."""
        return self.distance is None and self.seconds is None and self.steps is None


@dataclass(frozen=True)
class Turn:
    """Turn by ``angle`` [rad], left +: on the spot, or while walking if it walks on and on."""

    angle: float
    factor: float = 1.0


@dataclass(frozen=True)
class Face:
    """Turn the shorter way until it faces ``heading`` in the world [rad], 0 = +x, east."""

    heading: float


@dataclass(frozen=True)
class Arc:
    """Walk along a circle.

    Attributes:
        angle: By which the walk turns [rad], left +; infinite: round and round.
        radius: [m]; None for a comfortable one.
        speed: [m/s]; None as for ``Move``.
        factor: Times the speed there would be otherwise.
    """

    angle: float
    radius: float | None = None
    speed: float | None = None
    factor: float = 1.0


@dataclass(frozen=True)
class Stand:
    """Come to a stop and stand, for ``seconds`` [s] if another segment follows."""

    seconds: float | None = None


@dataclass(frozen=True)
class GoTo:
    """Go to a place in the world [m] by the quickest way, and face ``heading`` [rad] there if given."""

    x: float
    y: float
    heading: float | None = None
    speed: float | None = None


@dataclass(frozen=True)
class Adjust:
    """Another speed for what it does: ``speed`` [m/s] if given, else speed * ``factor`` + ``change``."""

    factor: float = 1.0
    change: float = 0.0
    speed: float | None = None


Segment = Move | Turn | Face | Arc | Stand | GoTo | Adjust


def describe(segment: Segment) -> str:
    """The segment in plain English, which the grammar reads back as the same."""
    match segment:
        case Move():
            return _move_text(segment)
        case Turn(angle, factor):
            return f"turn {_side(angle)} {_degrees(abs(angle))}{_adverb(factor)}"
        case Face(heading):
            return f"face {_degrees(heading)}"
        case Arc(angle, radius, speed, factor):
            size = f", radius {radius:.4g} m" if radius is not None else ""
            if math.isinf(angle):
                shape = f"{_gait(speed)} in circles to the {_side(angle)}"
            elif abs(abs(angle) - 2.0 * math.pi) < 1e-9:
                shape = f"{_gait(speed)} in a circle to the {_side(angle)}"
            else:
                shape = f"curve to the {_side(angle)} by {_degrees(abs(angle))}"
            return f"{shape}{size}{_pace_text(speed, factor)}"
        case Stand(seconds):
            return "stop" if seconds is None else f"stand {seconds:.4g} s"
        case GoTo(x, y, heading, speed):
            facing = f" facing {_degrees(heading)}" if heading is not None else ""
            return f"go to {_rounded(x)}, {_rounded(y)}{facing}{_pace_text(speed, 1.0)}"
        case Adjust(factor, change, speed):
            if speed is not None:
                return f"change speed to {_rounded(speed)} m/s"
            if change:
                return f"{_rounded(abs(change))} m/s {'faster' if change > 0 else 'slower'}"
            return f"{abs(factor - 1.0) * 100:.4g} % {'faster' if factor > 1 else 'slower'}"


def _move_text(move: Move) -> str:
    amounts = (
        f" {_rounded(move.distance)} m" if move.distance is not None else "",
        f" {move.steps:.4g} step{'s' * (move.steps != 1.0)}" if move.steps is not None else "",
        f" for {move.seconds:.4g} s" if move.seconds is not None else "",
    )
    verb = f"sidestep {move.direction}" if move.direction in ("left", "right") else ""
    verb = verb or f"{_gait(move.speed)} {move.direction}"
    return verb + "".join(amounts) + _pace_text(move.speed, move.factor)


def _gait(speed: float | None) -> str:
    return "run" if speed is not None and speed > 1.95 else "walk"


def _pace_text(speed: float | None, factor: float) -> str:
    if speed is not None:
        return f" at {_rounded(speed)} m/s"
    if factor == 1.0:
        return ""
    return f", {abs(factor - 1.0) * 100:.4g} % {'faster' if factor > 1 else 'slower'}"


def _adverb(factor: float) -> str:
    return " slowly" if factor < 1.0 else " quickly" if factor > 1.0 else ""


def _degrees(angle: float) -> str:
    return f"{round(math.degrees(angle), 1) + 0.0:g} degrees"


def _rounded(metres: float) -> str:
    """To the centimetre, or centimetre per second."""
    return f"{round(metres, 2) + 0.0:g}"  # no -0


def _side(angle: float) -> str:
    return "left" if angle >= 0 else "right"
