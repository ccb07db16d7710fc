"""Plans a generated walk on and anew, on a helper thread, so that the session never waits for it."""

from __future__ import annotations

import math
import time
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass

from kinesis_app.body.model import CTRL_DT
from kinesis_app.session.catching import FOLLOW_BODY, Catching, caught, keep_up, state_of, strays
from kinesis_app.session.course import Course
from kinesis_app.session.requests import Request
from kinesis_app.session.simulation import Simulation
from kinesis_app.session.walking import continue_walk

PATIENCE = 0.3
"""Time given to the helper at first before the new plan is needed [s of the wall clock]."""
SLACK = 1.4
"""Later it is given this times what it took of late."""
SHORTEST, MOST_PATIENCE = 0.1, 4.0
LATEST = 0.3
"""A walk planned anew to catch the body is of no use later than this [s of simulated time]."""
RESERVE = 4.0
"""An endless walk is extended when less than this is left [s]."""


@dataclass(frozen=True)
class _Job:
    base: Course
    request: Request | None
    deadline: int
    future: Future[tuple[Course, float]]


@dataclass(frozen=True)
class _CatchJob:
    base: Course
    run_step: int
    future: Future[Course | None]


class WalkPlanner:
    """Keeps an endless walk ahead of the human, fulfils requests for another one, catches the body.

    Args:
        catching: When the walk is planned anew from the body's own state; None: never.
    """

    def __init__(self, catching: Catching | None = FOLLOW_BODY) -> None:
        self._helper = ThreadPoolExecutor(2, thread_name_prefix="walk-planner")
        self._catching = catching
        self._job: _Job | None = None
        self._catch: _CatchJob | None = None
        self._patience = PATIENCE
        self._stuck: Course | None = None  # a walk that cannot be planned on; asking again is no use
        self.wanted: Request | None = None
        """Asked for and not yet in the reference."""

    def ask(self, request: Request) -> None:
        """Walk as ``request`` says as soon as possible; a later request replaces an earlier one."""
        self.wanted = request

    def forget(self) -> None:
        """Another motion: drop what was asked and what is in the making."""
        self.wanted = None
        self._job = self._catch = None

    def update(self, simulation: Simulation, rate: float) -> None:
        """Take what is ready, start what is needed; call between control steps.

        Args:
            simulation: Gets the new course.
            rate: Simulated seconds per second; at ``inf`` nothing is left to the helper.

        Raises:
            KinesisError: If what was asked cannot be done; it is then forgotten.
        """
        if self._job is not None and self._job.future.done():
            job, self._job = self._job, None
            self._take(job, simulation)
        if self._catching is not None and self.wanted is None:
            self._keep_up(simulation, rate, self._catching)
        if simulation.ended and simulation.course.endless:
            rate = math.inf  # the helper was too slow: better late than never
            self._job = None
        if self._job is not None and self._job.request is None and self.wanted is not None:
            self._job = None  # what is asked for goes first; it plans on as well
        extend = _runs_out(simulation, rate) and simulation.course is not self._stuck
        if self._job is None and (self.wanted is not None or extend):
            self._start(simulation, rate)

    def close(self) -> None:
        self._helper.shutdown(wait=False, cancel_futures=True)

    def _keep_up(self, simulation: Simulation, rate: float, catching: Catching) -> None:
        """Catch a body that strays; requests go first, what only plans on does not."""
        if math.isinf(rate):
            keep_up(simulation, catching)
            return
        if self._catch is not None and self._catch.future.done():
            job, self._catch = self._catch, None
            new, late = job.future.result(), simulation.run_step - job.run_step
            if new is not None and job.base is simulation.course and 0 <= late * CTRL_DT <= LATEST:
                simulation.follow(new)
        state = state_of(simulation)
        if self._catch is None and not simulation.fallen:
            course, step = simulation.course, simulation.step_index
            if strays(course, step, state, catching):
                future = self._helper.submit(caught, course, step, state)
                self._catch = _CatchJob(course, simulation.run_step, future)

    def _start(self, simulation: Simulation, rate: float) -> None:
        course, step, request = simulation.course, simulation.step_index, self.wanted
        if math.isinf(rate):
            self.wanted = None
            if request is None:
                self._stuck = course
            simulation.follow(continue_walk(course, step, request))
            return
        delay = self._patience * rate
        future = self._helper.submit(_timed, course, step, request, delay)
        self._job = _Job(course, request, step + math.ceil(delay / CTRL_DT), future)

    def _take(self, job: _Job, simulation: Simulation) -> None:
        if job.future.exception() is not None:
            self.wanted = None if job.request is self.wanted else self.wanted
            if job.request is None:
                self._stuck = job.base
        course, seconds = job.future.result()
        if job.base is not simulation.course:
            return  # a reset or a step back came between; what was wanted is still wanted
        if simulation.step_index > job.deadline:
            self._patience = min(max(2.0 * self._patience, SLACK * seconds), MOST_PATIENCE)
            return
        if job.request is not None:
            self._patience = min(max(0.5 * (self._patience + SLACK * seconds), SHORTEST), MOST_PATIENCE)
        simulation.follow(course)
        if job.request is self.wanted:
            self.wanted = None


def _timed(course: Course, step: int, request: Request | None, delay: float) -> tuple[Course, float]:
    """The new course and how long it took [s]."""
    began = time.perf_counter()
    new = continue_walk(course, step, request, delay=delay)
    return new, time.perf_counter() - began


def _runs_out(simulation: Simulation, rate: float) -> bool:
    course = simulation.course
    reserve = RESERVE + (rate if math.isfinite(rate) else 0.0)
    return course.endless and (course.last_step - simulation.step_index) * CTRL_DT < reserve
