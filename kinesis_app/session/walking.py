"""Walks that never end and change speed on request: planned on while they are walked."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np

from kinesis_app.body.model import CTRL_DT, N_SUBSTEPS, SIM_DT
from kinesis_app.env.reference import reference_bank
from kinesis_app.errors import KinesisError
from kinesis_app.motion.clip import MotionClip
from kinesis_app.motion.gait import GaitPlan, generate
from kinesis_app.motion.gait.plan import RUNS_FROM, path_of
from kinesis_app.motion.gait.replanning import replan
from kinesis_app.motion.gait.spans import with_runs_begun
from kinesis_app.motion.gait.style import style_from
from kinesis_app.session.course import Course
from kinesis_app.session.requests import Request
from kinesis_app.session.splice import FARTHEST_FROM_PLAN, after, beside, spliced

DEFAULT_SPEED = 1.1
CHUNK = 16.0
"""How far a walk is generated at its start [s]; it takes half a second of a core."""
EXTENSION, SHORT_EXTENSION = 8.0, 3.0
"""How far it is planned on each time, and when that has to be soon [s]."""
ANSWER = 1.0
"""How far it is planned when something else is asked for [s], that the answer come at once; planned on then.
The policy looks 0.53 s ahead, and half a second of it is to a millimetre what a longer plan would be."""
SOON = 2.0
"""A walk that is planned no further than this has to be planned on soon [s]."""
REACTION, STANDING_REACTION = 0.4, 0.1
"""From the splice to the change of the plan [s], walking and standing. With none, of twelve stops in
mid-step the shipped policy falls in all, with 0.3 s in nine, with 0.6 s in six as in stops planned ahead."""
STANDING = 0.02
"""Slower than this in all directions is standing [m/s, rad/s]."""
RENEWAL = 20.0
"""A plan that began longer ago is taken up from its own present state, or else each footstep since then
would be worked out again and again [s]."""
BLEND = 0.5
"""Over which a longer plan takes over from a shorter one [s]."""
SHORT_BLEND = 0.3
"""Over which another plan takes over [s]; the feet are the same until the step under way ends."""
LATER = (0.0, 0.1, 0.2)
"""If that makes the body jerk, another plan takes over by so much later [s]."""
USUAL, JERK = 100.0, 1.6
"""Greatest acceleration of the body's parts in brisk walking [m/s^2]; how many times that is a jerk."""
RUN_UP = 6
"""Control steps of the past kept in a spliced clip, so that velocities at the splice are right."""


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
            runs_from=float(raw.get("runs_from", RUNS_FROM)),
        )
    except (KeyError, TypeError, ValueError, IndexError, KinesisError):
        return None
    knots = (plan.speed, plan.turn, plan.sideways)
    numbers = np.concatenate(
        [[plan.duration, *plan.origin, plan.runs_from], *(np.ravel(values) for values in knots)]
    )
    # A clip that was cut after it was made no longer starts where its plan does.
    whole = abs(plan.duration - clip.duration) < 2.0 / clip.fps
    return plan if whole and all(knots) and np.isfinite(numbers).all() else None


def asked_speed(plan: GaitPlan | None) -> float | None:
    """The steady speed of a plan [m/s]: its last one, or before a final stop its highest."""
    if plan is None:
        return None
    return plan.speed[-1][1] if plan.walking_at_end else max(speed for _, speed in plan.speed)


def continue_walk(
    course: Course,
    step: int,
    request: Request | None = None,
    *,
    delay: float = 0.0,
    ahead: float = ANSWER,
    wary: bool = False,
) -> Course:
    """Plan a walk on, in another way if asked.

    Before the splice, ``delay`` after ``step``, the new course is the old one: so it may be worked
    out while the old one is walked, and take its place at any time before the splice. From the
    splice on the steps under way are finished and all later ones follow the request.

    Args:
        course: A generated walk.
        step: Control step of the session from which the new course is needed.
        request: What becomes of the plan from the splice on; None keeps it.
        delay: From ``step`` to the splice [s].
        ahead: How far what is asked for is planned [s]; it has to be planned on before it ends.
        wary: Whether its steps are to be those of who expects a push; in a run they stay as they are.

    Raises:
        KinesisError: If the course is no generated walk, its clip does not follow its plan, or the
            request cannot be done.
    """
    for later in LATER:
        new = _continued(course, step, request, delay + later, ahead, float(wary))
        if request is None or not _jerks(new, course):
            break
    return new


def _jerks(new: Course, old: Course) -> bool:
    """Whether a leg that cannot reach its foot jerks in ``new``, which is rare, and not in ``old``."""
    places = [course.bank.table.body_pos[: course.bank.length[0]] for course in (new, old)]
    after, before = (np.abs(np.diff(place, 2, axis=0)).max() / SIM_DT**2 for place in places)
    return bool(after > JERK * max(before, USUAL))


def _continued(
    course: Course, step: int, request: Request | None, delay: float, ahead: float, wariness: float
) -> Course:
    plan = generated_plan(course)
    splice = step + math.ceil(delay / CTRL_DT)
    time, first = splice * CTRL_DT, max(step - RUN_UP, course.origin)
    task, left = course.task, (course.last_step - step) * CTRL_DT
    length, moved = EXTENSION if left > SOON else SHORT_EXTENSION, course.moved
    changes = request is not None or any(moved) or wariness != plan.style.wariness
    if changes or time - _begun(plan) > RENEWAL:
        planned, velocity = course.planned(splice), course.qvel(splice)
        if course.origin == 0:  # what was planned on here follows its plan, if far behind
            _check_on_plan(plan, time, planned, course.clip.name)
        # From where the body took it along to, the way leads gently back to the planned one; not in a run.
        taken_up = replan(plan, time, (course.qpos(splice), velocity), (planned, velocity))
        if taken_up is not plan:
            plan, moved = replace(taken_up, style=replace(plan.style, wariness=wariness)), (0.0, 0.0)
    if request is not None:
        change = time + reaction(plan, time)
        revision = request.revise(plan, change, task)
        plan, task, length = with_runs_begun(revision.plan, plan, change), revision.task, ahead
    plan = replace(plan, duration=time + length, walking_at_end=True)
    begin = first * N_SUBSTEPS if plan.resume is None else max(first * N_SUBSTEPS, plan.resume.frame)
    new = generate(plan, start=begin * SIM_DT, name=course.clip.name)
    rows, at = (first, new.n_frames + begin - first * N_SUBSTEPS), (splice - first) * N_SUBSTEPS
    old = course.left_at(moved).physics_frames(*rows)
    x, y = beside(old, after(old, begin - first * N_SUBSTEPS, new), at)
    if (x, y) != (0.0, 0.0):
        moved = (moved[0] + x, moved[1] + y)
        old = course.left_at(moved).physics_frames(*rows)
    new = after(old, begin - first * N_SUBSTEPS, new)
    clip = spliced(old, new, at, BLEND if request is None else SHORT_BLEND)
    return Course(clip, reference_bank([clip]), first, plan, asked_speed(plan), task, moved)


def _begun(plan: GaitPlan) -> float:
    """Time from which the footsteps of a plan have to be worked out [s]."""
    return 0.0 if plan.resume is None else plan.resume.frame * SIM_DT


def reaction(plan: GaitPlan, time: float) -> float:
    """From ``time`` to the first change of a plan [s]: a step under way is finished as planned."""
    around = np.abs(plan.velocity_at(time + np.array([-1.0, -0.5, 0.0, REACTION])))
    return STANDING_REACTION if around.max() < STANDING else REACTION


def _check_on_plan(plan: GaitPlan, time: float, qpos: np.ndarray, name: str) -> None:
    """Refuse a clip that is somewhere else than its plan."""
    if np.linalg.norm(path_of(plan, time, time + 0.1).pose[0, :2] - qpos[:2]) > FARTHEST_FROM_PLAN:
        raise KinesisError(f"'{name}' does not follow its own plan: it cannot be changed.")


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
