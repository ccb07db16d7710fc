"""Goals while they are placed and moved with the mouse: pure, in metres of the floor."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from kinesis_app.session import messages as m
from kinesis_app.view.options import Goal

Point = tuple[float, float]
GRAB_RADIUS = 0.22
"""A press this near to a goal takes hold of it [m]."""
DRAG_LEAST = 0.15
"""A shorter drag gives no heading [m]."""


@dataclass(frozen=True)
class GoalDrag:
    """A press in the goal tool that is not yet released.

    Attributes:
        start: Where it was pressed [m].
        now: Where the mouse is [m].
        index: Which goal was taken hold of; None: a new one.
        queue: Whether the new goal comes after the others.
        heading: Of the goal that was taken hold of [rad].
    """

    start: Point
    now: Point
    index: int | None = None
    queue: bool = False
    heading: float | None = None

    def goal(self) -> Goal:
        """The mark as it would be if the button were released now."""
        if self.index is not None:
            return Goal(*self.now, self.heading)
        far = math.dist(self.start, self.now) > DRAG_LEAST
        angle = math.atan2(self.now[1] - self.start[1], self.now[0] - self.start[0])
        return Goal(*self.start, angle if far else None)

    def command(self) -> m.SetGoal | m.MoveGoal:
        """What releasing the button asks of the session."""
        goal = self.goal()
        if self.index is not None:
            return m.MoveGoal(self.index, goal.x, goal.y, goal.heading)
        return m.SetGoal(goal.x, goal.y, goal.heading, self.queue)


def press(point: Point, goals: Sequence[Goal], queue: bool) -> GoalDrag:
    """Begin a drag: on a goal it is moved, elsewhere a new one is placed."""
    near = [(math.dist(point, (g.x, g.y)), i) for i, g in enumerate(goals)]
    if near and min(near)[0] < GRAB_RADIUS:
        i = min(near)[1]
        return GoalDrag(point, point, i, heading=goals[i].heading)
    return GoalDrag(point, point, queue=queue)


def shown(goals: Sequence[Goal], drag: GoalDrag | None) -> tuple[Goal, ...]:
    """What to draw: the session's goals and the one under the mouse."""
    if drag is None:
        return tuple(goals)
    if drag.index is not None:
        return tuple(drag.goal() if i == drag.index else goal for i, goal in enumerate(goals))
    return (*goals, drag.goal()) if drag.queue else (drag.goal(),)
