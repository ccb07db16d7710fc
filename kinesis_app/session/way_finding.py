"""Would the human fall, and on which other way would it not?"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from kinesis_app.body.model import CTRL_DT
from kinesis_app.errors import KinesisError
from kinesis_app.session.checkpoint import Checkpoint
from kinesis_app.session.course import Course
from kinesis_app.session.forward_model import TOGETHER, Followed, ForwardModel
from kinesis_app.session.other_ways import Way, other_ways

AT_THE_END = round(0.5 / CTRL_DT)
"""The last control steps that are foreseen, which tell whether the body is back in step."""
GOOD = 0.2
"""Greatest error plus mean error at the end of a way that is taken at once [m]; else it is the best one."""


@dataclass(frozen=True)
class Found:
    """Of a search for another way.

    Attributes:
        course: The way; None if none that was tried keeps the human up.
        tried: How many ways were tried.
    """

    course: Course | None
    tried: int


def falls(model: ForwardModel, begin: Checkpoint) -> bool:
    """Whether the human falls if it goes on as it does."""
    return bool(model.follow(begin, [begin.course]).fell[0])


def another_way(
    model: ForwardModel,
    begin: Checkpoint,
    first: int = 0,
    time_left: Callable[[], float] = lambda: math.inf,
) -> Found:
    """Find a course that keeps the human from falling.

    Args:
        model: Tries it, some courses side by side.
        begin: Where it begins.
        first: Number of the way to be tried first.
        time_left: Until it has to be content with the best way so far [s of the wall clock].
    """
    ways = other_ways(begin.course, begin.step, model.frame(begin))
    first %= len(ways)
    ways = ways[first:] + ways[:first]
    best, least, tried = None, math.inf, 0
    while tried < len(ways):
        began = time.perf_counter()
        courses = _worked_out(ways[tried : tried + TOGETHER])
        tried = min(tried + TOGETHER, len(ways))
        if courses:
            costs = _costs(model.follow(begin, courses))
            if costs.min() < least:
                best, least = courses[int(costs.argmin())], float(costs.min())
        if least < GOOD or time_left() < time.perf_counter() - began:
            break
    return Found(best, tried)


def _worked_out(ways: Sequence[Way]) -> list[Course]:
    courses = []
    for way in ways:
        try:
            courses.append(way())
        except KinesisError:
            continue  # no such steps can be made
    return courses


def _costs(followed: Followed) -> np.ndarray:
    """Greatest error plus mean error at the end [m], shape (n,); inf for who falls."""
    costs = [
        math.inf
        if fell or np.isnan(errors[0])
        else np.nanmax(errors) + errors[~np.isnan(errors)][-AT_THE_END:].mean()
        for fell, errors in zip(followed.fell, followed.errors.T, strict=True)
    ]
    return np.array(costs)
