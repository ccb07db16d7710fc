"""Looks ahead with a forward model of the body: where the human would fall, it goes on another way.

Brains are thought to foresee what a movement will lead to and to change it in time (Wolpert et al. 1995,
Science 269:1880). Here a second body does: from the present state it follows the reference, under the
same policy and the same experiment, for some seconds. If it falls, it tries other ways to go on, and the
best of the first good ones becomes the reference.
"""

from __future__ import annotations

import math
import time
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass

from kinesis_app.body.model import CTRL_DT
from kinesis_app.env.reference import ReferenceBank
from kinesis_app.session.forward_model import ForwardModel
from kinesis_app.session.simulation import Simulation
from kinesis_app.session.way_finding import another_way, falls

UNSETTLED, FAR_OFF = 0.03, 0.06
"""A body further than this from its reference looks ahead after a push, and at any time [m]: it costs half a
core. An undisturbed walk stays below the first, its changes and runs below the second."""
WATCHED = round(5.0 / CTRL_DT)
"""For how many control steps after a push the first of them counts."""
EVERY, EVERY_PUSHED = 5, 2
"""Control steps from one look to the next, while it is unsettled and while it is pushed."""
LONGEST_STOP = 1.5
"""How long the human may stand still in time while another way is looked for [s of the wall clock]."""


@dataclass(frozen=True)
class _Look:
    """One look ahead.

    Attributes:
        run_step: When it began.
        bank: Of the course it is about.
        falls: Whether that ends in a fall.
    """

    run_step: int
    bank: ReferenceBank
    falls: Future[bool]


class Lookout:
    """Keeps a walking human from falling, as far as another way to go on does.

    A helper looks ahead while the human goes on. Where it sees a fall, time stands still for the search.
    """

    def __init__(self) -> None:
        self._helper = ThreadPoolExecutor(1, thread_name_prefix="lookout")
        self._model = ForwardModel()
        self._look: _Look | None = None
        self._last_look = -1
        self._watched_until = 0
        self._tried = 0  # ways tried in vain since the last time that one was found or none was needed

    def update(self, simulation: Simulation, rate: float) -> bool:
        """Look ahead if it is time to, take another way if a fall is seen; call before each control step.

        Args:
            simulation: Gets another course.
            rate: Simulated seconds per second; at ``inf`` it waits for the helper and tries all ways.

        Returns:
            Whether it goes on another way from now on.
        """
        if self._look is None and self._is_due(simulation):
            self._last_look = simulation.run_step
            begin = simulation.checkpoint()
            future = self._helper.submit(falls, self._model, begin)
            self._look = _Look(begin.run_step, begin.course.bank, future)
        look = self._look
        if look is None or not (math.isinf(rate) or look.falls.done()):
            return False
        self._look = None
        if look.bank is not simulation.course.bank:
            self._last_look = -1  # it is another course that has to be looked at
            return False
        if not look.falls.result():
            self._tried = 0
            return False
        longest = math.inf if math.isinf(rate) else LONGEST_STOP
        return self._leave(simulation, look.run_step, longest)

    def forget(self) -> None:
        """Something else happens: what was seen is of no use."""
        if self._look is not None:
            self._look.falls.cancel()
            self._look = None
        self._last_look = -1

    def close(self) -> None:
        """End the helper."""
        self.forget()
        self._helper.shutdown()
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

    def _leave(self, simulation: Simulation, seen_at: int, longest: float) -> bool:
        """Leave a course that was seen to end in a fall at step ``seen_at``, if it still does."""
        now, until = simulation.checkpoint(), time.perf_counter() + longest
        if now.run_step != seen_at and not falls(self._model, now):
            return False
        found = another_way(self._model, now, self._tried, lambda: until - time.perf_counter())
        if found.course is None:
            self._tried += found.tried
            return False
        self._tried = 0
        simulation.follow(found.course)
        return now.course.kept_until <= now.step
