"""Typed English: sentences to segments, segments to a gait plan."""

from kinesis_app.command.grammar import parse
from kinesis_app.command.plan import Program, compile_segments
from kinesis_app.command.preview import EXAMPLES, preview
from kinesis_app.command.segments import Segment, describe
from kinesis_app.command.task import GoalMark, Stage, Task
from kinesis_app.command.words import CommandError

__all__ = [
    "EXAMPLES",
    "CommandError",
    "GoalMark",
    "Program",
    "Segment",
    "Stage",
    "Task",
    "compile_segments",
    "describe",
    "parse",
    "preview",
]
