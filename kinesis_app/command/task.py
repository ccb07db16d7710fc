"""What the human was told to do, as it is shown while it does it."""

from __future__ import annotations

from dataclasses import dataclass, replace

from kinesis_app.command.segments import Segment


@dataclass(frozen=True)
class Stage:
    """One segment of a plan with its place in time.

    Attributes:
        text: What is done, in plain English: ``walk forward 3 m at 1.2 m/s``.
        start, end: Session time [s]; the end is ``inf`` if it goes on until something else is asked.
    """

    text: str
    start: float
    end: float


@dataclass(frozen=True)
class GoalMark:
    """A place to go to.

    Attributes:
        x, y: On the ground [m].
        heading: To face there [rad]; None if any will do.
    """

    x: float
    y: float
    heading: float | None = None


@dataclass(frozen=True)
class Task:
    """What was asked last.

    Attributes:
        text: The sentence as typed, or ``goal``, ``steer``.
        stages: The plan, in order.
        goals: Places still to go to, the next one first.
        planning: Asked for, not yet in the reference; the stages are then those of before.
        segments: What the stages do, one each.
        goal_ends: When each goal is reached by plan [s].
    """

    text: str
    stages: tuple[Stage, ...] = ()
    goals: tuple[GoalMark, ...] = ()
    planning: bool = False
    segments: tuple[Segment, ...] = ()
    goal_ends: tuple[float, ...] = ()

    def at(self, time: float) -> Task:
        """The task with those goals that are still to come at ``time`` [s]."""
        done = sum(end <= time for end in self.goal_ends)
        if done == 0:
            return self
        return replace(self, goals=self.goals[done:], goal_ends=self.goal_ends[done:])

    @property
    def end(self) -> float:
        """When the last stage ends [s]; ``inf`` if it goes on and on."""
        return self.stages[-1].end if self.stages else 0.0
