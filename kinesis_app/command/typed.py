"""A sentence as a motion of its own, from standing."""

from __future__ import annotations

from dataclasses import replace

from kinesis_app.command.grammar import parse
from kinesis_app.command.plan import compile_segments
from kinesis_app.motion.gait.plan import GaitPlan

START = 0.5
"""Quiet standing before it begins [s]."""
SETTLING = 1.5
"""From the end of the planned way until the human stands [s]."""
ENDLESS = 10.0
"""How long what never ends goes on [s]."""


def typed_plan(text: str, seconds: float | None = None) -> GaitPlan:
    """The plan of a sentence from standing at the origin, facing +x.

    Args:
        text: What to do.
        seconds: Length of the motion [s]; by default until the human stands again.

    Raises:
        CommandError: If it is not understood.
    """
    program = compile_segments(parse(text), GaitPlan(1.0), START)
    end = program.end + (ENDLESS if program.endless else SETTLING) if seconds is None else seconds
    return replace(program.plan, duration=end, walking_at_end=program.endless or end < program.end)
