"""What can be asked of a generated walk: each request says what becomes of its plan from a moment on."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Protocol

from kinesis_app.command.plan import Program, compile_segments
from kinesis_app.command.segments import Adjust, Segment, Stand
from kinesis_app.command.task import Task
from kinesis_app.errors import KinesisError
from kinesis_app.motion.gait.plan import GaitPlan, change_speed
from kinesis_app.motion.gait.walking import SPEED_RANGE


@dataclass(frozen=True)
class Revision:
    """A plan after a request.

    Attributes:
        plan: What to walk.
        task: What it does, to show; None if nobody needs to be told.
    """

    plan: GaitPlan
    task: Task | None


class Request(Protocol):
    """Something asked of a walk."""

    def revise(self, plan: GaitPlan, time: float, task: Task | None) -> Revision:
        """What becomes of ``plan``, and of the ``task`` that it does, from ``time`` [s] on.

        Raises:
            KinesisError: If that cannot be done from there.
        """
        ...


@dataclass(frozen=True)
class SpeedRequest:
    """Walk on at another speed [m/s], 0: stand."""

    speed: float

    def revise(self, plan: GaitPlan, time: float, task: Task | None) -> Revision:
        """The same way at another speed; a task is given up for it."""
        check_speed(self.speed)
        if task is None:
            return Revision(change_speed(plan, time, self.speed), None)
        segments: tuple[Segment, ...] = (Adjust(speed=self.speed) if self.speed else Stand(),)
        return Revision(compile_segments(segments, plan, time).plan, None)


def check_speed(speed: float) -> None:
    """Refuse a speed that is neither 0 (stand) nor within the range of walking."""
    low, high = SPEED_RANGE
    if speed != 0.0 and not low <= speed <= high:
        raise KinesisError(f"Walking speed {speed:g} m/s is neither 0 nor within {low:g} to {high:g} m/s.")


def task_of(text: str, program: Program) -> Task:
    """What a program does, to show."""
    return Task(text, program.stages, segments=program.segments)


def running(task: Task | None, time: float) -> bool:
    """Whether a task with an end is not done at ``time`` [s]."""
    return task is not None and time < task.end < math.inf
