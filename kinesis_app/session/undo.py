"""'Undo' as a request: go on with what was being done before the last command, facing as it did then."""

from __future__ import annotations

import math
from dataclasses import dataclass

from kinesis_app.command.plan import STILL
from kinesis_app.command.ramps import pose_at
from kinesis_app.command.remaining import remaining
from kinesis_app.command.segments import Arc, Face, GoTo, Move, Segment, Stand
from kinesis_app.command.task import Task
from kinesis_app.motion.gait.plan import GaitPlan
from kinesis_app.session.commands import CommandRequest
from kinesis_app.session.goals import GoalsRequest
from kinesis_app.session.requests import Revision

FACES = math.radians(2.0)
"""A smaller change of heading is not turned back [rad]."""


@dataclass(frozen=True)
class UndoRequest:
    """What a command took the place of.

    Attributes:
        plan: What was walked before the command.
        task: What it did; None if nobody had asked for it.
        time: When the command came [s].
    """

    plan: GaitPlan
    task: Task | None
    time: float

    @property
    def text(self) -> str:
        """What is gone on with, to show."""
        return self._task.text if self._task is not None else "go on as before"

    def revise(self, plan: GaitPlan, time: float, task: Task | None) -> Revision:
        """The rest of what was being done, in place of what was done instead."""
        before = self._task
        if before is not None and before.text == "goal":
            return GoalsRequest(before.at(self.time).goals).revise(plan, time, task)
        left = self._left()
        if not isinstance(left[0], GoTo | Face):  # these say themselves where to face
            left = (*self._turned_back(plan, time), *left)
        return CommandRequest(self.text, left).revise(plan, time, None)

    @property
    def _task(self) -> Task | None:
        """What was under way."""
        return self.task if self.task is not None and self.time < self.task.end else None

    def _left(self) -> tuple[Segment, ...]:
        if self._task is not None:
            return remaining(self._task.segments, self._task.stages, self.plan, self.time)
        speed = float(self.plan.velocity_at(self.time)[0])
        return (Move(speed=speed),) if speed > STILL else (Stand(),)

    def _turned_back(self, plan: GaitPlan, time: float) -> tuple[Segment, ...]:
        heading = float(pose_at(self.plan, self.time)[2])
        angle = math.remainder(heading - float(pose_at(plan, time)[2]), 2.0 * math.pi)
        if abs(angle) < FACES:
            return ()
        walking = float(plan.velocity_at(time)[0]) > STILL
        return (Arc(angle),) if walking else (Face(heading),)
