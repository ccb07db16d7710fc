"""Looks ahead with a forward model of the body: where the human would fall, it goes on another way.

Brains are thought to foresee what a movement will lead to and to change it in time (Wolpert et al. 1995,
Science 269:1880). Here a second body does: from the present state it follows the reference, under the
same policy and the same experiment, for some seconds. If it falls, it tries other ways to go on, and the
first good one becomes the reference.
"""

from __future__ import annotations

import math
import threading
import time
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass

from kinesis_app.body.model import CTRL_DT
from kinesis_app.session.checkpoint import Checkpoint
from kinesis_app.session.forward_model import ForwardModel
from kinesis_app.session.simulation import Simulation
from kinesis_app.session.way_finding import Found, another_way, falls_after

UNSETTLED, FAR_OFF = 0.03, 0.06
"""A body further than this from its reference looks ahead after a push, and at any time [m]: it costs half a
core. An undisturbed walk stays below the first, its changes and runs below the second."""
WATCHED = round(5.0 / CTRL_DT)
"""For how many control steps after a push the first of them counts."""
EVERY, EVERY_PUSHED = 5, 2
"""Control steps from one look to the next, while it is unsettled and while it is pushed."""
FIRST_PATIENCE, SLOWER = 0.2, 1.3
"""How long the helper is thought to need to foresee a fall, at first and times what it needed last [s of
the wall clock]: another way begins where the body is then."""
LONGEST_WAIT = 1.5
"""How long that control step waits for a way once a fall is foreseen [s of the wall clock]."""


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
        self._model = ForwardModel()
        self._job: _Job | None = None
        self._last_look = -1
        self._watched_until = 0
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
        self._drop()
        self._last_look = -1

    def _drop(self) -> None:
        if self._job is not None:
            self._job.dropped.set()
        self._job = None

    def close(self) -> None:
        """End the helper."""
        self.forget()
        self._helper.shutdown(cancel_futures=True)
        self._model.close()

    def _is_due(self, simulation: Simulation) -> bool:
        course = simulation.course
        if not course.endless or simulation.fallen:
            return False
        pushed = bool(simulation.applied.any())
        if pushed:
            self._watched_until = simulation.run_step + WATCHED
        watched, soon = simulation.run_step < self._watched_until, EVERY_PUSHED if pushed else EVERY
        unsettled = pushed or simulation.body_error > (UNSETTLED if watched else FAR_OFF)
        return unsettled and not 0 <= simulation.run_step - self._last_look < soon

    def _look(self, simulation: Simulation, rate: float) -> _Job:
        begin, first = simulation.checkpoint(), self._tried
        falls, dropped = threading.Event(), threading.Event()
        later = 0 if math.isinf(rate) else math.ceil(rate * self._patience / CTRL_DT)
        longest = math.inf if math.isinf(rate) else self._patience + LONGEST_WAIT
        model = self._model

        def work() -> Found | None:
            began = time.perf_counter()
            there = falls_after(model, begin, later)
            self._patience = SLOWER * (time.perf_counter() - began)
            if there is None:
                return None
            falls.set()

            def time_left() -> float:
                return -math.inf if dropped.is_set() else began + longest - time.perf_counter()

            return another_way(model, there, first, time_left)

        return _Job(begin, begin.step + later, falls, dropped, self._helper.submit(work))

    def _take(self, job: _Job, simulation: Simulation, rate: float) -> bool:
        """Follow what was found when it is time, unless things have changed since."""
        begin, step = job.begin, simulation.step_index
        as_foreseen = simulation.course.bank is begin.course.bank
        if not as_foreseen or simulation.run_step - begin.run_step != step - begin.step:
            self._drop()
            return False
        if math.isinf(rate) or (step == job.step and job.falls.is_set()):
            wait([job.found], None if math.isinf(rate) else LONGEST_WAIT)
        if not job.found.done() or (step < job.step and job.found.result() is not None):
            return False
        self._job = None
        found = job.found.result()
        if found is not None and found.course is None:
            self._tried += found.tried
            return False
        self._tried = 0
        if found is None or found.course is None or step > job.step:
            return False
        simulation.follow(found.course)
        return begin.course.kept_until <= step
