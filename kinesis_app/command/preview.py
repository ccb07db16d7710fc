"""What a sentence would do, before it is done."""

from __future__ import annotations

from kinesis_app.command.grammar import parse
from kinesis_app.command.plan import compile_segments
from kinesis_app.command.segments import Adjust
from kinesis_app.command.task import Stage
from kinesis_app.motion.gait.plan import GaitPlan

EXAMPLES = (
    "walk forward",
    "walk 3 m at 1.2 m/s, then turn left 90 degrees and stop",
    "turn around",
    "back up two steps",
    "sidestep left half a metre",
    "run in a circle of radius 4 m",
    "walk for 10 seconds, then stop",
    "go to 2, 3 facing north",
    "curve to the right by 45 degrees",
    "faster",
    "20 % slower",
    "speed up to 1.5 m/s",
    "stop",
)
"""Sentences for help and completion."""
_WALKING = GaitPlan(1.0, speed=((0.0, 1.2),), walking_at_start=True, walking_at_end=True)


def preview(text: str, plan: GaitPlan | None = None, time: float = 0.0) -> tuple[Stage, ...]:
    """The stages of a sentence, from standing, or from what ``plan`` does at ``time`` [s].

    Raises:
        CommandError: If it is not understood.
    """
    segments = parse(text)
    if plan is None and segments and isinstance(segments[0], Adjust):
        plan = _WALKING
    return compile_segments(segments, plan, time).stages
