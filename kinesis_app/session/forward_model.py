"""A second body that does what the human would do: does it fall, and on which other way does it not?

It knows nothing of pushes to come nor of motor noise, and thinks that a push that is felt goes on for a
tenth of a second.
"""

from __future__ import annotations

import math
from collections.abc import Callable
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

FELT = 3
"""Control steps for which a push that is felt is thought to go on."""
HORIZON = round(2.5 / CTRL_DT)
"""How many control steps are looked ahead; most falls take less from the push to the floor."""
AT_THE_END = round(0.5 / CTRL_DT)
"""The last control steps of it, which tell whether the body is back in step."""
GOOD = 0.2
"""Greatest error plus mean error at the end of a way that is taken at once [m]; else it is the best one."""


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
