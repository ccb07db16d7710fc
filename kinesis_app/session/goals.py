"""Goals on the ground as a request: one after another, the quickest way, from any state of motion."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from kinesis_app.command.approach import Limits, approach
from kinesis_app.command.ramps import Writer
from kinesis_app.command.segments import GoTo, describe
from kinesis_app.command.task import GoalMark, Stage, Task
from kinesis_app.motion.gait.plan import GaitPlan
from kinesis_app.session.requests import Revision

PASSED = 0.35
"""A waypoint without a heading counts as reached this far from it, and the walk goes on [m]."""


@dataclass(frozen=True)
class GoalsRequest:
    """Go to places in order and stop at the last; where a heading is asked for, stop there too.

    Attributes:
        goals: At least one.
        limits: How briskly; brisk walking by default.
    """

    goals: tuple[GoalMark, ...]
    limits: Limits | None = None

    def revise(self, plan: GaitPlan, time: float, task: Task | None) -> Revision:
        """The way to the goals in place of what was done."""
        changed, stages = plan_goals(self.goals, plan, time, self.limits)
        segments = tuple(GoTo(goal.x, goal.y, goal.heading) for goal in self.goals)
        ends = tuple(stage.end for stage in stages)
        return Revision(changed, Task("goal", stages, self.goals, segments=segments, goal_ends=ends))


def plan_goals(
    goals: tuple[GoalMark, ...], plan: GaitPlan, time: float, limits: Limits | None = None
) -> tuple[GaitPlan, tuple[Stage, ...]]:
    """``plan`` with the way to the goals from ``time`` [s] on, and one stage for each of them."""
    writer, stages = Writer(plan, time), []
    for i, goal in enumerate(goals):
        begin, pose = writer.time, writer.pose()
        way = approach(pose, writer.velocity, (goal.x, goal.y, goal.heading), limits)
        passing = goal.heading is None and i + 1 < len(goals)
        for after, velocity in way.steps():
            writer.knot(begin + after, velocity)
            if passing and _near(writer, pose, goal):
                break
        stages.append(Stage(describe(GoTo(goal.x, goal.y, goal.heading)), begin, writer.time))
    return writer.plan(writer.time), tuple(stages)


def _near(writer: Writer, start: np.ndarray, goal: GoalMark) -> bool:
    if math.hypot(goal.x - start[0], goal.y - start[1]) < PASSED:
        return True
    x, y, _ = writer.pose()
    return math.hypot(goal.x - x, goal.y - y) < PASSED
