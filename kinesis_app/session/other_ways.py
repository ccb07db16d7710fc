"""Other ways to go on: the same steps elsewhere under the body, or steps planned anew from where it is.

A walk that goes wrong by itself often goes well when it is done a little differently. Which of these
ways does is for :mod:`~kinesis_app.session.forward_model` to find out.
"""

from __future__ import annotations

import functools
import itertools
from collections.abc import Callable
from dataclasses import replace

import numpy as np

from kinesis_app.body.model import CTRL_DT, N_SUBSTEPS, SIM_DT
from kinesis_app.env.bodies import Frame
from kinesis_app.env.leash import LEASH
from kinesis_app.env.reference import reference_bank
from kinesis_app.motion.clip import MotionClip
from kinesis_app.motion.gait import GaitPlan, generate
from kinesis_app.motion.gait.replanning import keeps_its_plan, replan
from kinesis_app.session.course import Course
from kinesis_app.session.splice import spliced
from kinesis_app.session.walking import asked_speed, generated_plan

KEPT = 2.0
"""How long another way is kept before it leads back to the planned one [s]."""
PLANNED = 3.5
"""How far new steps are planned [s]."""
BLEND = 0.3
"""Over which the reference goes from where it was to where the body is, where it does not leap there [s]."""
ASIDE = (
    (0.0, 0.0), (0.15, 0.0), (-0.15, 0.0), (0.0, 0.1), (0.0, -0.1), (0.15, 0.1), (-0.15, -0.1),
    (0.15, -0.1), (-0.15, 0.1), (0.3, 0.0), (-0.3, 0.0), (0.0, 0.2), (0.0, -0.2),
)  # fmt: skip
"""How much further ahead and to the left than the body the way is moved [m]."""
AWAY = (0.0, 180.0, 90.0, 270.0, 45.0, 225.0, 135.0, 315.0)
"""In which directions a body may stand away from its reference [degrees]."""

Way = Callable[[], Course]
"""Works a course out."""


def other_ways(course: Course, step: int, frame: Frame) -> list[Way]:
    """Courses to follow from control step ``step`` on, in which the task stays; unlike ones in turn.

    Args:
        course: A generated walk that goes on.
        step: Control step of the session.
        frame: State of the body then.
    """
    ways = _elsewhere(course, step, frame)
    if not keeps_its_plan(generated_plan(course), step * CTRL_DT):
        anew = _stepped_anew(course, step, frame)
        ways = [way for pair in itertools.zip_longest(anew, ways) for way in pair if way is not None]
    return ways


def _elsewhere(course: Course, step: int, frame: Frame) -> list[Way]:
    """The same steps, the body at the middle or around the edge of what the leash leaves it."""
    gap = frame.qpos[0, :2] - course.qpos(step)[:2]

    def moved(away: np.ndarray) -> Course:
        x, y = (np.array(course.moved) + gap - away).tolist()
        # A bank of its own: who runs this again recognises another course by that.
        return _kept(replace(course, bank=replace(course.bank), moved=(x, y)), step)

    angle = np.deg2rad(AWAY)
    edge = LEASH * np.stack([np.cos(angle), np.sin(angle)], axis=1)
    return [functools.partial(moved, away) for away in (np.zeros(2), *edge)]


def _stepped_anew(course: Course, step: int, frame: Frame) -> list[Way]:
    """Steps that start from the body's own state, the reference leaping to it or going over."""
    old_plan, time = generated_plan(course), step * CTRL_DT
    state, planned = (frame.qpos[0], frame.qvel[0]), (course.planned(step), course.qvel(step))

    @functools.cache
    def planned_anew(aside: tuple[float, float]) -> tuple[GaitPlan, MotionClip]:
        plan = replan(old_plan, time, state, planned, aside)
        plan = replace(plan, duration=time + PLANNED, walking_at_end=True)
        return plan, generate(plan, start=step * N_SUBSTEPS * SIM_DT, name=course.clip.name)

    def anew(aside: tuple[float, float], leaps: bool) -> Course:
        plan, clip = planned_anew(aside)
        if not leaps:
            clip = spliced(course.physics_frames(step, clip.n_frames), clip, 0, BLEND)
        new = Course(clip, reference_bank([clip]), step, plan, asked_speed(plan), course.task)
        return _kept(new, step)

    ways = [(aside, True) for aside in ASIDE]
    ways[1:1] = [(ASIDE[0], False)]
    ways += [(aside, False) for aside in ASIDE[1:]]
    return [functools.partial(anew, *way) for way in ways]


def _kept(course: Course, step: int) -> Course:
    return replace(course, kept_until=step + round(KEPT / CTRL_DT))
