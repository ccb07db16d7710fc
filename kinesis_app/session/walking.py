"""Walks that never end and change speed on request: planned on while they are walked."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np

from kinesis_app.body.model import CTRL_DT, N_SUBSTEPS, SIM_DT
from kinesis_app.env.reference import ReferenceFrame, reference_bank
from kinesis_app.errors import KinesisError
from kinesis_app.motion.clip import MotionClip, continuous_quat
from kinesis_app.motion.gait import GaitPlan, generate
from kinesis_app.motion.gait.style import style_from
from kinesis_app.session.course import Course
from kinesis_app.session.requests import Request

DEFAULT_SPEED = 1.1
CHUNK = 16.0
"""How far a walk is generated ahead [s]; 16 s take about 0.4 s of a core."""
SHORT_CHUNK = 3.5
"""The same when a new speed is asked for, and the answer should come soon [s]."""
REACTION = 0.9
"""From the splice to the change of the plan [s]: steps under way are finished as planned."""
STANDING_REACTION, SETTLED = 0.5, 2.0
"""The same for who has been standing, and since when that must be so [s]."""
BLEND = 0.5
"""Over which the new plan takes over from the old one [s]."""
RUN_UP = 6
"""Control steps of the past kept in a spliced clip, so that velocities at the splice are right."""
MAX_JUMP = 0.05
"""Distance between the plans at the splice that shows that they do not belong together [m]."""


def endless_walk(speed: float = DEFAULT_SPEED) -> MotionClip:
    """A walk along world +x that starts in mid-walk and that the session continues for ever."""
    knots = ((0.0, speed),)
    plan = GaitPlan(CHUNK, speed=knots, walking_at_start=True, walking_at_end=True)
    return generate(plan, name="walk")


def course_of(clip: MotionClip) -> Course:
    """Tabulate ``clip``, its first frame at control step 0."""
    plan = plan_of(clip)
    return Course(clip, reference_bank([clip]), 0, plan, asked_speed(plan))


def plan_of(clip: MotionClip) -> GaitPlan | None:
    """The plan that a generated walk carries in its info; None for other clips."""
    raw = clip.info.get("plan")
    if not isinstance(raw, dict):
        return None
    try:
        plan = GaitPlan(
            duration=float(raw["duration"]),
            speed=tuple((float(t), float(v)) for t, v in raw["speed"]),
            turn=tuple((float(t), float(v)) for t, v in raw["turn"]),
            origin=(float(raw["origin"][0]), float(raw["origin"][1]), float(raw["origin"][2])),
            walking_at_start=bool(raw["walking_at_start"]),
            walking_at_end=bool(raw["walking_at_end"]),
            sideways=tuple((float(t), float(v)) for t, v in raw.get("sideways", ((0.0, 0.0),))),
            style=style_from(raw.get("style", {})),
        )
    except (KeyError, TypeError, ValueError, IndexError, KinesisError):
        return None
    knots = (plan.speed, plan.turn, plan.sideways)
    numbers = np.concatenate([[plan.duration, *plan.origin], *(np.ravel(values) for values in knots)])
    # A clip that was cut after it was made no longer starts where its plan does.
    whole = abs(plan.duration - clip.duration) < 2.0 / clip.fps
    return plan if whole and all(knots) and np.isfinite(numbers).all() else None


def asked_speed(plan: GaitPlan | None) -> float | None:
    """The steady speed of a plan [m/s]: its last one, or before a final stop its highest."""
    if plan is None:
        return None
    return plan.speed[-1][1] if plan.walking_at_end else max(speed for _, speed in plan.speed)


def continue_walk(course: Course, step: int, request: Request | None = None, *, delay: float = 0.0) -> Course:
    """Plan a walk on, in another way if asked.

    Before the splice, ``delay`` after ``step``, the new course is the old one: so it may be worked
    out while the old one is walked, and take its place at any time before the splice.

    Args:
        course: A generated walk.
        step: Control step of the session from which the new course is needed.
        request: What becomes of the plan from ``REACTION`` after the splice on; None keeps it.
        delay: From ``step`` to the splice [s].

    Raises:
        KinesisError: If the course is no generated walk, its clip does not follow its plan, or the
            request cannot be done.
    """
    plan = generated_plan(course)
    splice = step + math.ceil(delay / CTRL_DT)
    task, length = course.task, CHUNK
    if request is not None:
        revision = request.revise(plan, splice * CTRL_DT + reaction(plan, splice * CTRL_DT), task)
        plan, task, length = revision.plan, revision.task, SHORT_CHUNK
    plan = replace(plan, duration=splice * CTRL_DT + length, walking_at_end=True)
    first = max(step - RUN_UP, course.origin)
    new = generate(plan, start=first * CTRL_DT, name=course.clip.name)
    old = course.physics_frames(first, new.n_frames)
    clip = _spliced(old, new, (splice - first) * N_SUBSTEPS)
    return Course(clip, reference_bank([clip]), first, plan, asked_speed(plan), task)


def generated_plan(course: Course) -> GaitPlan:
    """The plan of a course.

    Raises:
        KinesisError: If it is no generated walk.
    """
    if course.plan is None:
        raise KinesisError(
            f"'{course.clip.name}' is no generated walk: it goes its own way. Choose 'walk' first."
        )
    return course.plan


def reaction(plan: GaitPlan, time: float) -> float:
    """From ``time`` to the first change of a plan [s]: who stands may leave sooner than who walks."""
    around = np.abs(plan.velocity_at(time + np.linspace(-SETTLED, REACTION, 40)))
    return STANDING_REACTION if around.max() < 1e-3 else REACTION


def _spliced(old: ReferenceFrame, new: MotionClip, at: int) -> MotionClip:
    """``old`` before frame ``at``, ``new`` after a blend; both on the same frames."""
    if np.linalg.norm(new.root_pos[: at + 1] - old.root_pos[: at + 1], axis=1).max() > MAX_JUMP:
        raise KinesisError(f"'{new.name}' does not follow its own plan: its speed cannot be changed.")
    u = np.clip((np.arange(new.n_frames) - at) * SIM_DT / BLEND, 0.0, 1.0)[:, None]
    w = u**3 * (10.0 + u * (6.0 * u - 15.0))
    quat = np.where(_apart(old.root_quat, new.root_quat), -new.root_quat, new.root_quat)
    blended = (1.0 - w) * old.root_quat + w * quat
    return replace(
        new,
        root_pos=(1.0 - w) * old.root_pos + w * new.root_pos,
        root_quat=continuous_quat(blended / np.linalg.norm(blended, axis=1, keepdims=True)),
        joints=(1.0 - w) * old.joints + w * new.joints,
        info={"source": "gait generator"},
    )


def _apart(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Whether quaternions (T, 4) lie on opposite sides of the sphere, shape (T, 1)."""
    return np.sum(a * b, axis=1, keepdims=True) < 0.0
