"""The grammar of typed commands: a sentence to segments, or a refusal that points at the trouble."""

from __future__ import annotations

import math
from dataclasses import replace

from kinesis_app.command.clauses import Clause, clauses_of
from kinesis_app.command.moves import (
    adjust_segments,
    arc_segments,
    clause_error,
    move_segments,
    place_segments,
)
from kinesis_app.command.numbers import quantities_of
from kinesis_app.command.segments import Arc, Face, Move, Segment, Stand, Turn
from kinesis_app.command.words import CommandError, items_of

MAX_SEGMENTS = 40
MAX_TURN = 100.0 * 2.0 * math.pi
"""Most turning that one segment may ask for [rad]."""
STANDSTILL = 0.3
"""Who is to turn on the spot stands this long before [s]."""
SLIGHT = math.pi / 6.0
"""Turning a bit [rad]."""
MOVES = ("walk", "go", "move", "run", "jog", "sprint", "back", "side", "step")
_AFTER_TO = ("place", "home", "speed", "angle", "direction", "compass")


def parse(text: str) -> tuple[Segment, ...]:
    """The segments of an English sentence.

    Raises:
        CommandError: If a word is not understood, something is missing, or it is out of range.
    """
    segments: list[Segment] = []
    verb: str | None = None
    for clause in clauses_of(quantities_of(items_of(text), text), text):
        if clause.has(*_AFTER_TO):
            clause.take("to")
        made, verb = _segments(clause, verb)
        left = [kind for kind in clause.given if kind not in ("by", "to")]
        if left or "to" in clause.given:
            raise _left_over(clause, verb)
        segments += made
    if len(segments) > MAX_SEGMENTS:
        raise CommandError(f"That is more than {MAX_SEGMENTS} things to do.", text, 0, len(text))
    return tuple(segments)


def _segments(clause: Clause, before: str | None) -> tuple[list[Segment], str]:
    """What one clause asks for, and its verb, which the next clause may leave out."""
    verb = _verb(clause, before)
    clause.take("verb")
    if clause.has("place", "home"):
        return place_segments(clause, verb), verb
    if clause.has("shape", "shapes", "radius") or verb == "curve":
        return arc_segments(clause, verb), verb
    if verb in ("turn", "spin", "face", "about"):
        return _turns(clause, verb), verb
    if verb in ("stop", "stand"):
        return _stops(clause), verb
    if verb.startswith("adjust"):
        return adjust_segments(clause, verb), verb
    return move_segments(clause, verb), verb


def _verb(clause: Clause, before: str | None) -> str:
    """The verb of a clause: said, or the one before, or what the rest of the words suggests."""
    said = clause.take("verb") if not clause.has("step") else None
    if said is not None:
        return str(said)
    if clause.has("step"):
        if clause.has("verb"):
            raise clause.error("How many steps? For example 'two steps'.", "step")
        clause.take("step")
        return "step"
    if clause.has("place", "home"):
        return before if before in MOVES else "go"
    if clause.has("angle") and not clause.has("radius", "shape"):
        return before if before in ("turn", "face", "curve", "spin") else "turn"
    if clause.value("direction") == "around":
        return "about"
    if clause.has("length", "steps", "shape", "shapes", "radius"):
        sideways = clause.value("direction") in ("left", "right", "sideways") and before in (
            None,
            "side",
            "stop",
        )
        return before if before in MOVES else "move" if sideways else "walk"
    if clause.has("time") and before is not None and not clause.has("direction", "speed"):
        return before
    if clause.value("direction") in ("left", "right"):
        return before if before in ("side", "turn", "spin", "curve", "move", "step") else "turn"
    if clause.has("direction", "compass"):
        return before if before in (*MOVES, "face", "turn") else "walk"
    if clause.has("adjust", "pace", "speed"):
        return "adjust"
    raise clause.error("What is to be done? For example 'walk 3 m' or 'turn left 90 degrees'.")


def _stops(clause: Clause) -> list[Segment]:
    """Stop, for a while, or after a way or a time."""
    later = clause.has("after") or _in_a_while(clause)
    clause.take("after")
    if not later:
        return [Stand(_positive(clause, "time"))]
    seconds, distance = _positive(clause, "time"), _positive(clause, "length")
    if (seconds is None) == (distance is None):
        raise clause_error(clause, "Stop after what? For example 'stop after 2 m' or 'stop after 3 seconds'.")
    return [Move(distance=distance, seconds=seconds), Stand()]


def _in_a_while(clause: Clause) -> bool:
    """Whether it says 'in 3 seconds'."""
    item = clause.given.get("time")
    return item is not None and clause.text[: item.start].lower().rstrip().endswith(" in")


def _turns(clause: Clause, verb: str) -> list[Segment]:
    pace = {None: 1.0, "slow": 0.5, "normal": 1.0, "brisk": 1.2, "fast": 1.2}[clause.take("pace")]
    compass, direction = clause.take("compass"), clause.take("direction")
    if compass is not None:
        return [Face(compass)]
    slight, spot = clause.has("slight"), clause.has("spot")
    clause.take("slight")
    clause.take("spot")
    angle = _angle(clause, verb, direction)
    angle = SLIGHT if slight and angle is None else angle
    if verb == "face" and angle is not None and direction is None:
        return [Face(math.remainder(angle, 2.0 * math.pi))]
    if verb == "about" or direction in ("around", "backward"):
        angle = math.pi if angle is None else angle
    elif verb == "spin":
        angle = 2.0 * math.pi if angle is None else angle
    elif direction in ("left", "right"):
        angle = 0.5 * math.pi if angle is None else angle
    elif angle is None:
        raise clause_error(clause, "Turn where? For example 'turn left 90 degrees' or 'turn around'.")
    angle = -angle if direction == "right" else angle
    if clause.has("moving"):
        clause.take("moving")
        return [Arc(angle)]
    return [Stand(STANDSTILL), Turn(angle, pace)] if spot else [Turn(angle, pace)]


def _angle(clause: Clause, verb: str, direction: str | None) -> float | None:
    """The angle that a turn names [rad]; numbers without unit are degrees."""
    if clause.has("number"):
        number = clause.given["number"]
        spins = verb == "spin" or "count" in clause.given
        if 0.0 < float(number.value) < 1.0 and not spins:
            raise clause.error("A part of what? For example 'half a turn' or '45 degrees'.", "number")
        value = float(number.value) * (2.0 * math.pi if spins else math.pi / 180.0)
        clause.take("number")
        clause.given["angle"] = replace(number, kind="angle", value=value)
    count = clause.take("count")
    angle = clause.value("angle")
    if angle is None:
        return None if count is None else 2.0 * math.pi * count
    if direction in ("left", "right") and angle < 0.0:
        raise clause.error("An angle to the left or right is above 0.", "angle")
    if abs(angle) > MAX_TURN:
        raise clause.error("That is more than a hundred turns.", "angle")
    return float(clause.take("angle"))


def _positive(clause: Clause, kind: str) -> float | None:
    value = clause.value(kind)
    if value is not None and not value > 0.0:
        raise clause.error("That must be above 0.", kind)
    clause.take(kind)
    return None if value is None else float(value)


def _left_over(clause: Clause, verb: str) -> CommandError:
    kind, item = next(iter(clause.given.items()))
    shown = clause.text[item.start : item.end]
    if kind == "number" and not any(map(str.isdigit, shown)) and shown.lower() in ("once", "twice", "thrice"):
        problem = "How often goes only with turns and circles: 'turn around twice'."
    elif kind == "number":
        problem = (
            f"{shown} what? Give it a unit: '{shown} m', '{shown} steps', '{shown} s', '{shown} degrees'."
        )
    elif kind == "to":
        problem = "To where? A place has two numbers, x and y in metres: 'go to 2, 3'."
    else:
        problem = f"'{shown}' does not go with '{verb}'."
    return CommandError(problem, clause.text, item.start, item.end)
