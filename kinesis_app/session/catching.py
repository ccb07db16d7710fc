"""A walk that follows the body: when the body strays, its next footsteps are planned to catch it.

The reference then begins anew in the body's own state: the policy no longer sees how far off the body is,
but the steps that would bring it back.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from kinesis_app.body.model import CTRL_DT, N_SUBSTEPS
from kinesis_app.env.reference import reference_bank
from kinesis_app.motion.gait import generate, replan
from kinesis_app.motion.gait.measured import measure
from kinesis_app.motion.gait.replanning import State
from kinesis_app.motion.gait.resume import PENDULUM
from kinesis_app.session.course import Course
from kinesis_app.session.simulation import Simulation
from kinesis_app.session.walking import continue_walk

AHEAD = 5.5
"""How far a walk without an end is planned from the body's state [s]; it is planned on later."""
RESERVE = 1.0
"""It is planned on when less than this is left [s]; the policy looks 0.53 s ahead."""
LOWEST_PELVIS = 0.75
"""A body whose pelvis is lower than this is falling and no step catches it [m]; upright it is at 0.93."""
FASTEST_JOINT = 25.0
"""A reference in which a joint turns faster, soon after its start, is none that a body can follow [rad/s]."""


@dataclass(frozen=True)
class Catching:
    """When the reference is planned anew.

    Attributes:
        capture_point: Deviation of the body's capture point from the reference's, dc + dc' / w, that
            is too much [m].
        pelvis: The same of the pelvis on the ground [m].
        pause: At least so long from one such plan to the next [s].
    """

    capture_point: float = 0.25
    pelvis: float = 0.50
    pause: float = 0.2


FOLLOW_BODY: Catching | None = None
"""What a session in the window does; None: the reference keeps its own time and place. Off, because the
policies measured follow a walk that waits for them better than steps that catch them: of 20 pushes of
50 N for 0.2 s at 1.1 m/s one survived 20 without, 20 with limits of 0.25 m and 16 with limits of 0.1 m,
another one 16, 16 and 13; at 80 N 10, 9 and 1, the other one 5, 5 and 5."""


def strays(course: Course, step: int, state: State, catching: Catching) -> bool:
    """Whether the body should be caught now.

    Args:
        course: What it follows.
        step: Control step of the session.
        state: Its positions (35,) and velocities (34,).
        catching: How far it may go.
    """
    qpos, _ = state
    if course.plan is None or not course.origin <= step < course.last_step or qpos[2] < LOWEST_PELVIS:
        return False
    if course.plan.resume is not None:
        since = step * CTRL_DT - course.plan.resume.frame * CTRL_DT / N_SUBSTEPS
        if since < catching.pause - 1e-6:  # negative before a splice: the plan begins only there
            return False
    away = float(np.linalg.norm(qpos[:2] - course.qpos(step)[:2]))
    return away > catching.pelvis or capture_deviation(course, step, state) > catching.capture_point


def capture_deviation(course: Course, step: int, state: State) -> float:
    """Distance of the body's capture point c + c' / w from the reference's [m] (Pratt et al. 2006)."""
    body, wished = measure(*state), measure(course.qpos(step), course.qvel(step))
    off = body.com - wished.com + (body.com_vel - wished.com_vel) / PENDULUM
    return float(np.linalg.norm(off))


def caught(course: Course, step: int, state: State) -> Course | None:
    """The course from the body's ``state`` at control step ``step`` on, with steps that catch it.

    Its first frame is that state. None if no motion that a body could follow leads on from it.
    """
    if course.plan is None:
        return None
    time = step * CTRL_DT
    plan = replan(course.plan, time, state, (course.qpos(step), course.qvel(step)))
    if plan.walking_at_end:
        plan = replace(plan, duration=time + AHEAD)
    clip = generate(plan, start=time, name=course.clip.name)
    soon = clip.joints[: round(0.5 * clip.fps)]
    if not np.isfinite(clip.joints).all() or np.abs(np.diff(soon, axis=0)).max() * clip.fps > FASTEST_JOINT:
        return None
    return Course(clip, reference_bank([clip]), step, plan, course.speed, course.task)


def keep_up(simulation: Simulation, catching: Catching) -> None:
    """Let the reference follow the body at once; for runs that do not go by the clock of the wall.

    Call it before each control step: what it plans is followed from that step on. A walk without an
    end is planned on as well.
    """
    course, step = simulation.course, simulation.step_index
    new = None
    if not simulation.fallen and strays(course, step, state_of(simulation), catching):
        new = caught(course, step, state_of(simulation))
    if new is None and course.endless and (course.last_step - step) * CTRL_DT < RESERVE:
        new = continue_walk(course, step)
    if new is not None:
        simulation.follow(new)


def state_of(simulation: Simulation) -> State:
    """Positions (35,) and velocities (34,) of the body."""
    return simulation.frame.qpos[0].copy(), simulation.frame.qvel[0].copy()
