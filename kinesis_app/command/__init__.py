"""Typed English: sentences to segments, segments to a gait plan."""

from kinesis_app.command.task import GoalMark, Stage, Task

__all__ = ["GoalMark", "Stage", "Task"]
