"""The recent past: full states from which the run can go on, and what was shown of them."""

from __future__ import annotations

import threading
from collections import deque
from dataclasses import dataclass
from itertools import islice

import numpy as np

from kinesis_app.body.model import CTRL_DT
from kinesis_app.session.checkpoint import Checkpoint
from kinesis_app.session.course import Course
from kinesis_app.session.snapshot import Snapshot

MOST_COURSE_BYTES = 150e6
"""Of the references that the moments hold on to; where a walk is planned anew at every step, these
and not the states fill the memory, and the oldest moments go earlier."""
_ROW_BYTES = 1300  # of a reference, per physics step


@dataclass
class Moment:
    """One instant of the history.

    Attributes:
        checkpoint: The state.
        excitations: Of the physics steps that led here, shape (N_SUBSTEPS, 80), or (0, 80) where
            the motion was put to its beginning.
        wrenches: External force [N] and torque [Nm] on each body at its centre of mass in the control
            step that led here, shape (nbody, 6).
        snapshot: As it was shown; None if nobody looked.
    """

    checkpoint: Checkpoint
    excitations: np.ndarray
    wrenches: np.ndarray
    snapshot: Snapshot | None = None


class History:
    """A ring of moments, one per control step; the oldest go first. Safe to read from other threads.

    Args:
        seconds: How much of the past to keep [s]; the present moment is always kept.
    """

    def __init__(self, seconds: float) -> None:
        self._ring: deque[Moment] = deque(maxlen=1 + max(0, round(seconds / CTRL_DT)))
        self._courses: deque[tuple[int, Course]] = deque()  # each with the run step of its first moment
        self._lock = threading.Lock()

    def __len__(self) -> int:
        return len(self._ring)

    @property
    def first(self) -> int:
        """Run step of the oldest moment."""
        return self._ring[0].checkpoint.run_step

    @property
    def last(self) -> int:
        """Run step of the newest moment."""
        return self._ring[-1].checkpoint.run_step

    def push(self, moment: Moment) -> None:
        """Keep one more moment; the oldest may go."""
        with self._lock:
            self._ring.append(moment)
            course, step = moment.checkpoint.course, moment.checkpoint.run_step
            if not self._courses or self._courses[-1][1].bank is not course.bank:
                self._courses.append((step, course))
                self._forget_first_courses()

    def at(self, run_step: int) -> Moment:
        """The moment of ``run_step``, or the nearest that there is."""
        index = min(max(run_step - self.first, 0), len(self._ring) - 1)
        return self._ring[index]

    def forget_after(self, run_step: int) -> int:
        """Drop the moments after ``run_step``; how many they were."""
        n = min(max(self.last - run_step, 0), len(self._ring) - 1)
        with self._lock:
            for _ in range(n):
                self._ring.pop()
            while len(self._courses) > 1 and self._courses[-1][0] > self.last:
                self._courses.pop()
        return n

    def between(self, first: int, last: int) -> list[Moment]:
        """Moments of run steps ``first`` to ``last``, both included, oldest first."""
        with self._lock:
            start = max(first - self._ring[0].checkpoint.run_step, 0)
            stop = last - self._ring[0].checkpoint.run_step + 1
            return list(islice(self._ring, start, max(stop, start)))

    def _forget_first_courses(self) -> None:
        while len(self._courses) > 1 and self._courses[1][0] <= self.first:
            self._courses.popleft()
        while len(self._courses) > 1 and self._course_bytes() > MOST_COURSE_BYTES:
            self._courses.popleft()
            while self.first < self._courses[0][0]:
                self._ring.popleft()

    def _course_bytes(self) -> int:
        return sum(
            size for size in {id(c.bank): _ROW_BYTES * len(c.bank.qpos) for _, c in self._courses}.values()
        )
