"""A typed command as a request: what the sentence says, from the moment it can begin."""

from __future__ import annotations

import functools
from dataclasses import dataclass, replace

from kinesis_app.command.plan import compile_segments
from kinesis_app.command.remaining import adjusted, remaining
from kinesis_app.command.segments import Adjust, GoTo, Segment, Stand
from kinesis_app.command.task import GoalMark, Task
from kinesis_app.motion.gait.plan import GaitPlan
from kinesis_app.session.requests import Revision, running, task_of


@dataclass(frozen=True)
class CommandRequest:
    """Do the segments of a sentence.

    Attributes:
        text: As typed.
        segments: What it means.
        after_the_rest: Begin when what is being done is done, rather than in its place.
    """

    text: str
    segments: tuple[Segment, ...]
    after_the_rest: bool = False

    def revise(self, plan: GaitPlan, time: float, task: Task | None) -> Revision:
        """The sentence in place of what was done; 'faster' changes the speed of what is left instead."""
        segments, text = self.segments, self.text
        adjusts = [segment for segment in segments if isinstance(segment, Adjust)]
        if (
            task is not None
            and running(task, time)
            and (self.after_the_rest or len(adjusts) == len(segments))
        ):
            left = remaining(task.segments, task.stages, plan, time)
            if self.after_the_rest:
                segments = (*left, *segments)
            elif left:
                segments = functools.reduce(adjusted, adjusts, left)
            text = f"{task.text}; {self.text}"
        program = compile_segments(segments, plan, time)
        done = task_of(text, program)
        places = [
            (GoalMark(s.x, s.y, s.heading), stage.end)
            for s, stage in zip(program.segments, program.stages, strict=True)
            if isinstance(s, GoTo)
        ]
        goals, ends = tuple(place for place, _ in places), tuple(end for _, end in places)
        return Revision(program.plan, replace(done, goals=goals, goal_ends=ends))


STOP = CommandRequest("stop", (Stand(),))
"""Come to a stand."""
