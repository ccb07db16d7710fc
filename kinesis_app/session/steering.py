"""Steering as a request: walk on in a direction, faster, slower, or not at all."""

from __future__ import annotations

import math
from dataclasses import dataclass

from kinesis_app.command.paces import LIMITS, SLOWEST_KEPT
from kinesis_app.command.plan import STILL, compile_segments
from kinesis_app.command.ramps import pose_at
from kinesis_app.command.segments import Adjust, Arc, Face, Move, Segment, Stand
from kinesis_app.command.task import Task
from kinesis_app.motion.gait.plan import GaitPlan
from kinesis_app.session.requests import Request, Revision, task_of

WALKING_SPEED = 1.1
"""When it starts to walk [m/s]."""
ON_THE_SPOT = math.radians(30.0)
"""From standing, larger changes of direction are turned on the spot [rad]."""
AHEAD = math.radians(2.0)
"""A smaller change of direction is none [rad]."""


@dataclass(frozen=True)
class SteerRequest:
    """Walk in a direction until something else is asked.

    Attributes:
        heading: In the world [rad]; None: as it goes now.
        speed_change: [m/s].
        stop: Stand instead.
    """

    heading: float | None = None
    speed_change: float = 0.0
    stop: bool = False

    def after(self, wanted: Request | None) -> SteerRequest:
        """Together with what was asked just before and is not yet done."""
        if not isinstance(wanted, SteerRequest) or self.stop or wanted.stop:
            return self
        heading = wanted.heading if self.heading is None else self.heading
        return SteerRequest(heading, wanted.speed_change + self.speed_change)

    def revise(self, plan: GaitPlan, time: float, task: Task | None) -> Revision:
        """The new direction in place of what was done."""
        program = compile_segments(self._segments(plan, time), plan, time)
        return Revision(program.plan, task_of("steer", program))

    def _segments(self, plan: GaitPlan, time: float) -> tuple[Segment, ...]:
        if self.stop:
            return (Stand(),)
        now = float(plan.velocity_at(time)[0])
        walking = now > STILL
        if self.heading is None and walking:
            return (Adjust(change=self.speed_change),)
        low, high = LIMITS["forward"]
        steady = now if now >= SLOWEST_KEPT else WALKING_SPEED  # else it is about to stop, or starts
        speed = min(max(steady + self.speed_change, low), high)
        if self.heading is None:
            return (Move(speed=speed),)
        angle = math.remainder(self.heading - float(pose_at(plan, time)[2]), 2.0 * math.pi)
        if abs(angle) < AHEAD:
            return (Move(speed=speed),)
        if not walking and abs(angle) > ON_THE_SPOT:
            return (Face(self.heading), Move(speed=speed))
        return (Arc(angle, speed=speed), Move(speed=speed))
