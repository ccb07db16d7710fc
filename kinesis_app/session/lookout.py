"""Looks ahead with a forward model of the body: where the human would fall, it goes on another way.

Brains are thought to foresee what a movement will lead to and to change it in time (Wolpert et al. 1995,
Science 269:1880). Here a second body does: from the present state it follows the reference, under the
same policy and the same experiment, for some seconds. If it falls, it tries other ways to go on, and the
first good one becomes the reference. It knows nothing of pushes to come nor of motor noise, and thinks that
a push that is felt goes on for a tenth of a second.
"""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, replace

import numpy as np

from kinesis_app.body.model import CTRL_DT
from kinesis_app.env.bodies import Frame
from kinesis_app.errors import KinesisError
from kinesis_app.experiment import Experiment
from kinesis_app.session import handling
from kinesis_app.session.checkpoint import Checkpoint
from kinesis_app.session.course import Course
from kinesis_app.session.other_ways import other_ways
from kinesis_app.session.simulation import Simulation

UNSETTLED = 0.03
"""A body further than this from its reference looks ahead [m]; an undisturbed walk stays below it."""
EVERY, EVERY_PUSHED = 5, 2
"""Control steps from one look to the next, while it is unsettled and while it is pushed."""
FELT = 3
"""Control steps for which a push that is felt is thought to go on."""
HORIZON = round(2.5 / CTRL_DT)
"""How many control steps are looked ahead; most falls take less from the push to the floor."""
AT_THE_END = round(0.5 / CTRL_DT)
"""The last control steps of it, which tell whether the body is back in step."""
GOOD = 0.2
"""Greatest error plus mean error at the end of a way that is taken at once [m]; else it is the best one."""
FIRST_PATIENCE, SLOWER = 0.2, 1.3
"""How long the helper is thought to need to foresee a fall, at first and times what it needed last [s of
the wall clock]: another way begins where the body is then."""
LONGEST_WAIT = 1.5
"""How long that control step waits for a way once a fall is foreseen [s of the wall clock]."""


@dataclass(frozen=True)
class Found:
    """Of a search for another way.

    Attributes:
        course: The way; None if none that was tried keeps the human up.
        step: Control step from which it is followed.
        tried: How many ways were tried.
    """

    course: Course | None
    step: int
    tried: int


@dataclass(frozen=True)
class _Job:
    """What the helper works at.

    Attributes:
        begin: From which state.
        step: Control step from which another way would be followed.
        falls: Set when it foresees a fall.
        dropped: Set when nobody waits for it any more.
        found: What it finds; None where there is no need.
    """

    begin: Checkpoint
    step: int
    falls: threading.Event
    dropped: threading.Event
    found: Future[Found | None]


class Lookout:
    """Keeps a walking human from falling, as far as another way to go on does."""

    def __init__(self) -> None:
        self._helper = ThreadPoolExecutor(1, thread_name_prefix="lookout")
        self._model: ForwardModel | None = None
        self._job: _Job | None = None
        self._last_look = -1
        self._patience = FIRST_PATIENCE
        self._tried = 0  # ways tried in vain since the last time that one was found or none was needed

    def update(self, simulation: Simulation, rate: float) -> bool:
        """Take another way if one was found, look ahead if it is time to; call before each control step.

        Args:
            simulation: Gets another course.
            rate: Simulated seconds per second; at ``inf`` it waits for whatever the helper does.

        Returns:
            Whether it goes on another way from now on.
        """
        if self._job is None and self._is_due(simulation):
            self._last_look = simulation.run_step
            self._job = self._look(simulation, rate)
        if self._job is None:
            return False
        return self._take(self._job, simulation, rate)

    @property
    def foresees_a_fall(self) -> bool:
        """Whether it looks for another way now: the walk had better not be changed meanwhile."""
        return self._job is not None and self._job.falls.is_set()

    def forget(self) -> None:
        """Something else happens: drop what is in the making."""
        if self._job is not None:
            self._job.dropped.set()
        self._job = None
        self._last_look = -1

    def close(self) -> None:
        """End the helper."""
        self.forget()
        self._helper.shutdown(wait=False, cancel_futures=True)

    def _is_due(self, simulation: Simulation) -> bool:
        course = simulation.course
        if not course.endless or simulation.fallen:
            return False
        pushed = bool(simulation.applied.any())
        soon = EVERY_PUSHED if pushed else EVERY
        unsettled = pushed or simulation.body_error > UNSETTLED
        return unsettled and not 0 <= simulation.run_step - self._last_look < soon

    def _look(self, simulation: Simulation, rate: float) -> _Job:
        begin, first = simulation.checkpoint(), self._tried
        falls, dropped = threading.Event(), threading.Event()
        later = 0 if math.isinf(rate) else math.ceil(rate * self._patience / CTRL_DT)
        longest = math.inf if math.isinf(rate) else self._patience + LONGEST_WAIT
        clip, policy = simulation.start_course.clip, simulation.policy

        def work() -> Found | None:
            if self._model is None:
                self._model = ForwardModel(Simulation(clip, policy, history_seconds=0.0))
            began = time.perf_counter()
            there = falls_after(self._model, begin, later)
            self._patience = SLOWER * (time.perf_counter() - began)
            if there is None:
                return None
            falls.set()

            def give_up() -> bool:
                return dropped.is_set() or time.perf_counter() > began + longest

            return another_way(self._model, there, first, give_up)

        return _Job(begin, begin.step + later, falls, dropped, self._helper.submit(work))

    def _take(self, job: _Job, simulation: Simulation, rate: float) -> bool:
        """Follow what was found when it is time, unless things have changed since."""
        begin, step = job.begin, simulation.step_index
        as_foreseen = simulation.course.bank is begin.course.bank
        if not as_foreseen or simulation.run_step - begin.run_step != step - begin.step:
            job.dropped.set()
            self._job = None
            return False
        if math.isinf(rate) or (step == job.step and job.falls.is_set()):
            wait([job.found], None if math.isinf(rate) else LONGEST_WAIT)
        if not job.found.done() or (step < job.step and job.found.result() is not None):
            return False
        self._job = None
        found = job.found.result()
        in_vain = found is not None and found.course is None
        self._tried = self._tried + found.tried if found is not None and in_vain else 0
        if found is None or found.course is None or step > job.step:
            return False
        simulation.follow(found.course)
        return begin.course.kept_until <= step


class ForwardModel:
    """A second body that does what the human would do.

    Args:
        simulation: Used by it alone.
    """

    def __init__(self, simulation: Simulation) -> None:
        self._simulation = simulation
        self._foreseen: tuple[Experiment, Experiment] | None = None

    def follow(
        self, begin: Checkpoint, course: Course, n_steps: int = HORIZON
    ) -> tuple[np.ndarray, Checkpoint | None]:
        """Follow a course for ``n_steps`` control steps, or to its end.

        Returns:
            The body's error after each step [m], and the state then; None if it fell.
        """
        body = self._simulation
        body.restore(self._without_surprises(begin))
        body.follow(course)
        errors: list[float] = []
        while len(errors) < n_steps and not body.ended:
            try:
                body.step()
            except KinesisError:
                return np.array(errors), None
            errors.append(body.body_error)
            if body.fallen:
                return np.array(errors), None
        return np.array(errors), body.checkpoint()

    def frame(self, checkpoint: Checkpoint) -> Frame:
        """State of the body at a checkpoint."""
        self._simulation.restore(self._without_surprises(checkpoint))
        return self._simulation.frame

    def _without_surprises(self, begin: Checkpoint) -> Checkpoint:
        """The checkpoint without what nobody foresees; the same experiment stays the same object."""
        treatment = begin.treatment
        experiment = treatment.experiment
        if self._foreseen is None or all(known is not experiment for known in self._foreseen):
            self._foreseen = experiment, replace(experiment, pushes=(), noise=0.0)
        state = replace(treatment.state, started=())
        felt = handling.NOTHING
        if treatment.handling.push_left:
            felt = replace(felt, push=treatment.handling.push, push_left=FELT)
        treatment = replace(treatment, experiment=self._foreseen[1], state=state, handling=felt)
        return replace(begin, treatment=treatment)


def falls_after(model: ForwardModel, begin: Checkpoint, later: int = 0) -> Checkpoint | None:
    """The state ``later`` control steps from now, if the human goes on as it does and then falls.

    None if it does not fall, or sooner than that.
    """
    _, there = model.follow(begin, begin.course, later)
    if there is None or model.follow(there, there.course)[1] is not None:
        return None
    return there


def another_way(
    model: ForwardModel, there: Checkpoint, first: int = 0, give_up: Callable[[], bool] = lambda: False
) -> Found:
    """Find a course that keeps the human from falling.

    Args:
        model: Tries it.
        there: Where it begins.
        first: Number of the way to be tried first.
        give_up: Whether to be content with the best way so far.
    """
    ways = other_ways(there.course, there.step, model.frame(there))
    best, least, tried = None, math.inf, 0
    for tried in range(1, len(ways) + 1):
        try:
            course = ways[(first + tried - 1) % len(ways)]()
        except KinesisError:
            continue  # no such steps can be made
        errors, end = model.follow(there, course)
        cost = math.inf if end is None else float(errors.max() + errors[-AT_THE_END:].mean())
        if cost < least:
            best, least = course, cost
        if least < GOOD or give_up():
            break
    return Found(best, there.step, tried)
