"""Plans a generated walk on and anew, on a helper thread, so that the session never waits for it."""

from __future__ import annotations

import math
import time
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, replace

from kinesis_app.body.model import CTRL_DT
from kinesis_app.motion.gait.replanning import keeps_its_plan
from kinesis_app.session.course import Course
from kinesis_app.session.requests import Request
from kinesis_app.session.simulation import Simulation
from kinesis_app.session.walking import ANSWER, STANDING_REACTION, continue_walk, reaction

GRACE, LONGEST_GRACE = CTRL_DT, 0.2
"""A control step waits this long for what was asked just before it, and the next one so much longer [s of
the wall clock]: the clock catches up with that, and one step at most is made that does not know of it."""
LONGEST_PATIENCE = 4.0
"""By how much the last answer took longer than such a wait, up to this, the next one is thought to take
longer too [s of the wall clock]: the new plan takes over so much later."""
LATE = 0.1
"""A plan that comes later than thought is still good for this long [s of simulated time]: there it is, to
a millimetre, the old one."""
EXTENSION_PATIENCE = 0.25
"""How long the helper is thought to need to plan on [s of the wall clock]."""
SEEN = 0.7
"""An answer reaches this much further than until it is planned on [s of simulated time]; 0.53 s are seen."""
ASTRAY = 0.05
"""A walk that the body took along further than this is planned anew, back to where it was to lead [m]."""
RESERVE = 2.0
"""An endless walk is extended when less than this is left [s]."""


@dataclass(frozen=True)
class _Job:
    base: Course
    request: Request | None
    splice: int
    future: Future[tuple[Course, float]]


class WalkPlanner:
    """Keeps an endless walk ahead of the human and fulfils requests for another one."""

    def __init__(self) -> None:
        self._helper = ThreadPoolExecutor(2, thread_name_prefix="walk-planner")
        self._job: _Job | None = None
        self._patience = 0.0
        self._stuck: Course | None = None  # a walk that cannot be planned on; asking again is no use
        self.wanted: Request | None = None
        """Asked for and not yet in the reference."""

    def ask(self, request: Request) -> None:
        """Walk as ``request`` says as soon as possible; a later request replaces an earlier one."""
        self.wanted = request

    def forget(self) -> None:
        """Another motion: drop what was asked and what is in the making."""
        self.wanted = None
        self._job = None

    def update(self, simulation: Simulation, rate: float) -> None:
        """Take what is ready, start what is needed; call right before each control step.

        Args:
            simulation: Gets the new course.
            rate: Simulated seconds per second; at ``inf`` nothing is left to the helper.

        Raises:
            KinesisError: If what was asked cannot be done; it is then forgotten.
        """
        if self._job is not None and self._job.request is not None:
            due = simulation.step_index >= self._job.splice
            wait([self._job.future], LONGEST_GRACE if due else GRACE)
        self.take(simulation)
        if simulation.ended and simulation.course.endless:
            rate = math.inf  # the helper was too slow: better late than never
            self._job = None
        self.begin(simulation, rate)

    def take(self, simulation: Simulation) -> None:
        """Follow what the helper has ready.

        Raises:
            KinesisError: If what was asked cannot be done; it is then forgotten.
        """
        if self._job is not None and self._job.future.done():
            job, self._job = self._job, None
            self._take(job, simulation)

    def begin(self, simulation: Simulation, rate: float) -> None:
        """Let the helper begin with what is needed, if it is free; call it as soon as something is asked."""
        if self._job is not None and self._job.request is None and self.wanted is not None:
            self._job = None  # what is asked for goes first
        if self._job is None and (self.wanted is not None or self._is_due(simulation, rate)):
            self._start(simulation, rate)

    def _is_due(self, simulation: Simulation, rate: float) -> bool:
        """Whether a walk has to be planned on, or led back."""
        if self.gave_up(simulation.course):
            return False
        return _runs_out(simulation, rate) or _is_astray(simulation) or _is_wary_anew(simulation)

    def gave_up(self, course: Course) -> bool:
        """Whether an endless walk could not be planned on, so that it ends."""
        return _same(course, self._stuck)

    def close(self) -> None:
        self._helper.shutdown(wait=False, cancel_futures=True)

    def _start(self, simulation: Simulation, rate: float) -> None:
        course, step, request = simulation.course, simulation.step_index, self.wanted
        wary = simulation.treatment.wary(step)
        if math.isinf(rate):
            self.wanted = None
            if request is None:
                self._stuck = course
            simulation.follow(continue_walk(course, step, request, wary=wary))
            return
        left = max((course.last_step - step - 1) * CTRL_DT, 0.0)
        needed = rate * (EXTENSION_PATIENCE if request is None else self._patience)
        delay = min(max(needed, CTRL_DT), left)
        ahead = max(ANSWER, SEEN + rate * (self._patience + EXTENSION_PATIENCE))
        future = self._helper.submit(_timed, course, step, request, delay, ahead, wary)
        self._job = _Job(course, request, step + math.ceil(delay / CTRL_DT), future)

    def _take(self, job: _Job, simulation: Simulation) -> None:
        if not _same(job.base, simulation.course):
            return  # a reset or a step back came between; what was wanted is still wanted
        if job.future.exception() is not None:
            self.wanted = None if job.request is self.wanted else self.wanted
            if job.request is None:
                self._stuck = job.base
        course, seconds = job.future.result()
        if job.request is not None:
            self._patience = min(max(seconds - LONGEST_GRACE, 0.0), LONGEST_PATIENCE)
        if job.request is not None and (simulation.step_index - job.splice) * CTRL_DT > LATE:
            return  # a plan that goes on the same way is the better, the later it comes
        x, y = simulation.course.left_at(job.base.moved).moved  # taken along while it was planned
        simulation.follow(replace(course, moved=(course.moved[0] + x, course.moved[1] + y)))
        if job.request is self.wanted:
            self.wanted = None


def _timed(
    course: Course, step: int, request: Request | None, delay: float, ahead: float, wary: bool
) -> tuple[Course, float]:
    """The new course and how long it took [s]."""
    began = time.perf_counter()
    new = continue_walk(course, step, request, delay=delay, ahead=ahead, wary=wary)
    return new, time.perf_counter() - began


def _same(a: Course, b: Course | None) -> bool:
    """Whether it is the same motion, taken along or not."""
    return b is not None and a.bank is b.bank


def _is_astray(simulation: Simulation) -> bool:
    """Whether a walk under way was taken along far enough to be led back."""
    return math.hypot(*simulation.course.moved) >= ASTRAY and _may_change(simulation)


def _is_wary_anew(simulation: Simulation) -> bool:
    """Whether a walk under way is wary where the human no longer is, or the other way round."""
    plan, wary = simulation.course.plan, simulation.treatment.wary(simulation.step_index)
    return plan is not None and wary != (plan.style.wariness > 0.0) and _may_change(simulation)


def _may_change(simulation: Simulation) -> bool:
    """Whether it is walking on, and its steps are not those of a run or chosen to keep it up."""
    course, time = simulation.course, simulation.time
    if course.plan is None or not course.endless:
        return False
    if simulation.fallen or simulation.step_index < course.kept_until:
        return False
    if reaction(course.plan, time) == STANDING_REACTION:
        return False
    return not keeps_its_plan(course.plan, time)


def _runs_out(simulation: Simulation, rate: float) -> bool:
    course = simulation.course
    reserve = RESERVE + (rate if math.isfinite(rate) else 0.0)
    return course.endless and (course.last_step - simulation.step_index) * CTRL_DT < reserve
