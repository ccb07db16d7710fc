"""Clauses about going somewhere: straight, along circles, to places, faster and slower."""

from __future__ import annotations

import math

from kinesis_app.command.clauses import Clause
from kinesis_app.command.paces import LIMITS, RUN_SLOWEST, pace_table
from kinesis_app.command.segments import Adjust, Arc, Face, GoTo, Move, Segment, Turn
from kinesis_app.command.words import CommandError

FARTHEST, LONGEST = 5_000.0, 3600.0
"""Most that one segment may ask for [m], [s]."""
RADII = (0.5, 1000.0)
"""Smallest and largest circle [m]."""
_RUNS = {"run": "normal", "jog": "slow", "sprint": "fast"}


def move_segments(clause: Clause, verb: str) -> list[Segment]:
    """Straight on, a turn before it where the words ask for one: 'walk left 2 m', 'walk north'."""
    before: list[Segment] = []
    direction = clause.take("direction")
    compass = clause.take("compass")
    if compass is not None:
        before = [Face(compass)]
    angle = clause.take("angle")
    if direction == "around":
        raise CommandError(
            "Around what? Say 'turn around' or 'walk in a circle'.", clause.text, 0, len(clause.text)
        )
    if verb == "side":
        direction = {None: "left", "sideways": "left", "forward": "left"}.get(direction, direction)
    elif direction == "sideways":
        direction = "left"
    elif verb in ("walk", "go", "run", "jog", "sprint") and direction in ("left", "right"):
        turn = 0.5 * math.pi if angle is None else abs(angle)
        before, direction, angle = [Turn(turn if direction == "left" else -turn)], "forward", None
    direction = direction or ("backward" if verb == "back" else "forward")
    if angle is not None:
        before = [*before, Turn(angle)]
    return [*before, _move(clause, verb, direction)]


def _move(clause: Clause, verb: str, direction: str) -> Segment:
    running = verb in _RUNS and direction == "forward"
    speed, factor = speed_of(clause, verb, direction)
    distance, seconds, steps = (_amount(clause, kind) for kind in ("length", "time", "steps"))
    if verb == "step" and distance is None and seconds is None and steps is None:
        steps = clause.take("number") or 1.0
    if distance is not None and seconds is not None and speed is None and factor == 1.0:
        speed = _within(clause, distance / seconds, direction, "length")
        seconds = None
    if sum(x is not None for x in (distance, seconds, steps)) > 1:
        raise clause_error(clause, "Give a distance or a time or a number of steps, not two of them.")
    endless = distance is None and seconds is None and steps is None
    if endless and factor != 1.0 and speed is None and direction == "forward" and not running:
        return Adjust(factor)
    return Move(direction, distance, seconds, steps, speed, factor)


def speed_of(clause: Clause, verb: str, direction: str) -> tuple[float | None, float]:
    """Speed [m/s] that a clause names, None if it does not, and the factor of 'faster'."""
    running = verb in _RUNS and direction == "forward"
    table = pace_table(direction, running)
    factor = clause.take("adjust") or 1.0
    pace, percent = clause.take("pace"), clause.take("percent")
    if percent is not None:
        factor = 1.0 + percent if factor >= 1.0 else 1.0 - percent
    if clause.has("speed"):
        speed = _within(clause, float(clause.value("speed")), direction, "speed")
        if running and speed < RUN_SLOWEST:
            raise clause.error(f"Running begins at {RUN_SLOWEST:g} m/s; say 'walk' for slower.", "speed")
        clause.take("speed")
        return speed, factor
    if pace is not None or running:
        return min(table[pace or _RUNS[verb]] * factor, LIMITS[direction][1]), 1.0
    return None, factor


def arc_segments(clause: Clause, verb: str) -> list[Segment]:
    """Circles, parts of circles, and curves."""
    direction, compass = clause.take("direction"), clause.take("compass")
    if direction in ("backward", "around", "sideways") or compass is not None:
        raise clause_error(clause, "A circle goes forward, to the left or to the right.")
    shape, many = clause.take("shape"), clause.has("shapes")
    clause.take("shapes")
    count = clause.take("count")
    if many:
        count = clause.take("number") if clause.has("number") else count or math.inf
    elif shape is not None and count is None and clause.has("number"):
        count = clause.take("number")  # walk in a circle twice
    radius = clause.value("radius")
    if radius is not None and not RADII[0] <= radius <= RADII[1]:
        raise clause.error(f"A radius is {RADII[0]:g} to {RADII[1]:g} m.", "radius")
    clause.take("radius")
    turning = verb in ("turn", "curve", "spin")
    speed, factor = speed_of(clause, "walk" if turning else verb, "forward")
    angle = clause.take("angle")
    if angle is None and verb == "curve" and clause.has("number"):
        angle = math.radians(clause.take("number"))
    if angle is None:
        turns = (1.0 if shape is None else shape) * (1.0 if count is None else float(count))
        whole = shape is not None or many or not turning
        angle = 2.0 * math.pi * turns if whole else 0.5 * math.pi if verb == "turn" else math.pi / 6.0
    if clause.has("length"):
        raise clause.error("Is that the radius? Write 'radius 4 m'.", "length")
    return [Arc(-abs(angle) if direction == "right" else angle, radius, speed, factor)]


def place_segments(clause: Clause, verb: str) -> list[Segment]:
    """Going to a place, facing somewhere there; or just facing it is not known."""
    if verb in ("turn", "face", "spin", "curve", "about", "stop", "stand"):
        raise clause.error("Only going somewhere has a place: 'go to 2, 3'.")
    x, y = clause.take("place") or (0.0, 0.0)
    clause.take("home")
    if max(abs(x), abs(y)) > FARTHEST:
        raise CommandError(f"That is farther than {FARTHEST:g} m.", clause.text, 0, len(clause.text))
    direction = clause.take("direction")
    if direction not in (None, "backward", "forward"):
        raise clause_error(clause, "A place is gone to the quickest way; leave the direction out.")
    heading = clause.take("compass")
    if clause.has("facing") or heading is None:
        clause.take("facing")
        heading = clause.take("angle") if heading is None else heading
    if heading is None and clause.has("number"):
        heading = math.radians(clause.take("number"))
    speed, _ = speed_of(clause, verb, "forward")
    return [GoTo(x, y, heading, speed)]


def adjust_segments(clause: Clause, verb: str) -> list[Segment]:
    """Faster, slower, at another speed."""
    up = verb != "adjust down"
    by, direction = clause.has("by"), clause.take("direction")
    if direction not in (None, "forward"):
        raise clause_error(clause, "A speed has no direction; say 'walk backward at 0.5 m/s'.")
    if clause.has("speed", "number"):
        kind = "speed" if clause.has("speed") else "number"
        value = float(clause.value(kind))
        said = clause.given.pop("adjust", None)
        if said is not None or (by and verb != "adjust"):
            clause.take(kind)
            slower = said.value < 1.0 if said is not None else not up
            return [Adjust(change=-value if slower else value)]
        speed = _within(clause, value, "forward", kind)
        clause.take(kind)
        return [Adjust(speed=speed)]
    pace = clause.take("pace")
    _, factor = speed_of(clause, "walk", "forward")
    if pace is not None:
        factor = {"slow": 0.6, "brisk": 1.25, "fast": 1.5, "normal": 1.0}[pace]
    if factor == 1.0:
        return [Adjust(speed=pace_table("forward")["normal"])] if pace else [Adjust(1.25 if up else 0.8)]
    return [Adjust(factor)]


def clause_error(clause: Clause, problem: str) -> CommandError:
    """A refusal that points at what is left of a clause, or at the whole sentence."""
    return clause.error(problem) if clause.given else CommandError(problem, clause.text, 0, len(clause.text))


def _amount(clause: Clause, kind: str) -> float | None:
    value = clause.value(kind)
    if value is None:
        return None
    if not value > 0.0:
        raise clause.error("That must be above 0; to go the other way say 'backward'.", kind)
    if value > (LONGEST if kind == "time" else FARTHEST):
        raise clause.error("That is too far for one command.", kind)
    clause.take(kind)
    return float(value)


def _within(clause: Clause, speed: float, direction: str, kind: str) -> float:
    low, high = LIMITS[direction]
    if not low <= speed <= high:
        raise clause.error(
            f"Going {direction} is possible at {low:g} to {high:g} m/s, not {speed:.3g}.", kind
        )
    return speed
