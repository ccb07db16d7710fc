"""Planning a motion on from the state that the body is really in."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from kinesis_app.motion.gait.alternation import LEAD
from kinesis_app.motion.gait.footsteps import plan_footsteps
from kinesis_app.motion.gait.measured import Measured, measure
from kinesis_app.motion.gait.mixed import alternated
from kinesis_app.motion.gait.plan import GRID_FPS, GaitPlan, Path, path_until
from kinesis_app.motion.gait.resume import CATCHING_STEPS, PENDULUM, Catch, Resume, catching_step
from kinesis_app.motion.gait.sidesteps import axes
from kinesis_app.motion.gait.spans import running_spans, runs_around
from kinesis_app.motion.gait.stances import LONG, Footsteps, Stance, until
from kinesis_app.motion.gait.stepping import step_frequency
from kinesis_app.motion.gait.synthesis import generate

LOOK = 2.5
"""How far ahead of the state footsteps are looked at [s]."""
CARRIED_ON = 0.3
"""The path is moved by where the deviating velocity would bring the body in this time [s]."""
PRESS_LIMIT = (0.045, 0.016)
"""How far the centre of pressure may go ahead or back, and to the side, under the foot [m]."""
STANDING_PRESS_LIMIT = (0.06, 0.05)
"""The same under both feet in standing."""

SOONER = (1.0, 0.92, 0.85)
"""Shares of its remaining time in which the foot in the air may come down."""
SHORTEST = 0.25
"""No foot comes down sooner than in this time [s]."""
EASY_SHIFT = 0.18
"""A step displaced by less [m] needs no hurry."""

State = tuple[np.ndarray, np.ndarray]
"""MuJoCo's positions (35,) and velocities (34,) of the physics model."""


@dataclass(frozen=True)
class _Cut:
    """Footsteps of a plan up to where they can still be changed.

    Attributes:
        steps: What stays, the step in the air included.
        strike: Grid frame from which steps are planned.
        swing: Foot that swings next, right (0) or left (1).
        walking: Whether a step is under way.
        flying: The foot in the air, None if both are on the floor.
    """

    steps: Footsteps
    strike: int
    swing: int
    walking: bool
    flying: int | None


def replan(
    plan: GaitPlan,
    at_time: float,
    state: State,
    planned: State | None = None,
    aside: tuple[float, float] = (0.0, 0.0),
) -> GaitPlan:
    """The plan taken up from the body's own state.

    Feet on the floor stay where they are. The next three footsteps are placed so that the capture
    point comes back to the plan's, and the path returns to the planned one within a few seconds.
    ``generate(replan(...), start=at_time)`` then begins with exactly ``state``; the new plan may be
    changed and planned on like any other. Where nothing deviates, the motion stays as it was. In a run, and
    where one begins or ends, the plan is kept.

    Args:
        plan: What the body has followed.
        at_time: Time of the state [s]; taken at the nearest grid frame.
        state: The body's positions (35,) and velocities (34,).
        planned: What the plan's motion has at that time; None works it out.
        aside: How much further ahead and to the left the way is moved than the body is [m]; not in standing.
    """
    frame = round(at_time * GRID_FPS)
    time = frame / GRID_FPS
    if keeps_its_plan(plan, time):
        return plan
    path = path_until(plan, time + LOOK)
    full = _footsteps_at(plan, path, frame)
    planned = planned or planned_state(plan, time)
    body = wished = measure(*planned)
    if not all(map(np.array_equal, state, planned)):
        body = measure(*state)
    cut = _cut(full, frame)
    steps = _where_feet_are(cut.steps, frame, wished, body)
    support = _support_shift(cut, frame, wished, body)
    before = np.zeros(2) if plan.resume is None else plan.resume.offset_at(np.array(time))
    velocity = body.com_vel - wished.com_vel
    deviation = body.com - wished.com + velocity / PENDULUM
    heading = float(path.at(time)[2])
    further = np.array(aside) @ np.array(axes(heading))
    moved = body.com - wished.com + CARRIED_ON * velocity + further if cut.walking else support
    press = _press(cut, frame, heading, deviation - support, moved - support)
    resume = Resume(
        frame=frame,
        pose=path.at(time) - np.array([*before, 0.0]),
        offset=before + moved,
        before=before,
        steps=steps,
        strike=cut.strike,
        swing=cut.swing,
        walking=cut.walking,
        catch=Catch(frame, deviation, support + press, CATCHING_STEPS if cut.walking else 0),
        press=press,
        body=body,
    )
    return replace(plan, resume=resume if cut.flying is None else _landing(resume, cut.flying, plan, path))


def keeps_its_plan(plan: GaitPlan, time: float) -> bool:
    """Whether :func:`replan` leaves a plan as it is at a time [s]: in a run, and where one begins or ends."""
    return runs_around(plan, time, LEAD)


def _footsteps_at(plan: GaitPlan, path: Path, frame: int) -> Footsteps:
    """The footsteps of the walk at a grid frame."""
    spans = running_spans(plan, path)
    if not spans:
        return plan_footsteps(plan, path)
    lead = round(LEAD * GRID_FPS)
    walks, _ = alternated(plan, path, spans, (frame - lead, frame + lead))
    return next(walk.steps for walk in reversed(walks) if walk.begin is None or walk.begin.frame <= frame)


def planned_state(plan: GaitPlan, time: float) -> State:
    """Positions and velocities of a plan's own motion at a time [s]."""
    time = round(time * GRID_FPS) / GRID_FPS
    start = max(time - 0.1, 0.0)
    if plan.walking_at_end or time + LOOK < plan.duration:
        plan = replace(plan, duration=time + 0.1, walking_at_end=True)
    clip = generate(plan, start=start)
    row = min(round((time - start) * GRID_FPS), clip.n_frames - 1)
    return clip.qpos()[row], clip.qvel()[row]


def _cut(full: Footsteps, frame: int) -> _Cut:
    """Footsteps as far as they are done at ``frame``."""
    landed = [(s.land, side) for side in (0, 1) for s in full.stances[side] if -LONG < s.land <= frame]
    coming = [(s.land, side) for side in (0, 1) for s in full.stances[side] if s.land > frame]
    knots = [knot for knot in full.load if knot[0] > frame]
    if coming:
        strike, side = min(coming)
        lift = [s for s in full.stances[side] if s.land < strike][-1].off
        if lift <= frame:
            return _Cut(until(full, strike), strike, 1 - side, True, side)
        if landed and all(load != 0.5 for at, load in full.load if max(landed)[0] < at <= strike):
            last, _ = max(landed)
            return _Cut(until(full, last), last, side, True, None)
    rest = knots[0][0] if knots and knots[0][1] == 0.5 else frame
    return _Cut(until(full, rest), rest, 0, False, None)


def _where_feet_are(steps: Footsteps, frame: int, wished: Measured, body: Measured) -> Footsteps:
    """The footsteps with the feet that are on the floor where they really are."""
    moved = []
    for side, stances in enumerate(steps.stances):
        turn = _heading(body.foot_rot[side]) - _heading(wished.foot_rot[side])
        turn = (turn + np.pi) % (2.0 * np.pi) - np.pi
        here, there = wished.foot_pos[side, :2], body.foot_pos[side, :2]
        (ahead, across), done = axes(turn), []
        for s in stances:
            if s.land <= frame < s.off:
                arm = s.pose[:2] - here
                place = there + arm[0] * ahead + arm[1] * across
                s = replace(s, pose=np.array([*place, s.pose[2] + turn]))
            done.append(s)
        moved.append(done)
    return Footsteps((moved[0], moved[1]), steps.events, steps.load)


def _heading(foot: np.ndarray) -> float:
    return float(np.arctan2(foot[1, 0], foot[0, 0]))


def _support_shift(cut: _Cut, frame: int, wished: Measured, body: Measured) -> np.ndarray:
    """How far the feet that carry until the next strike stand beside the plan [m], (2,)."""
    sides = [1 - cut.flying] if cut.flying is not None else [1 - cut.swing] if cut.walking else [0, 1]
    return (body.foot_pos - wished.foot_pos)[sides, :2].mean(axis=0)


def _press(cut: _Cut, frame: int, heading: float, deviation: np.ndarray, moved: np.ndarray) -> np.ndarray:
    """Displacement of the pressure [m] (2,) that meets as much of the deviation as a foot can."""
    later = 0.0
    if cut.walking:
        strike = cut.strike if cut.flying is not None else frame + round(0.4 * GRID_FPS)
        later = Catch(frame, deviation, deviation).weight(strike)
    wanted = (deviation - later * moved) / (1.0 - later)
    limits = PRESS_LIMIT if cut.walking else STANDING_PRESS_LIMIT
    ahead, across = axes(heading)
    return sum(
        (
            np.clip(wanted @ axis, -limit, limit) * axis
            for axis, limit in zip((ahead, across), limits, strict=True)
        ),
        start=np.zeros(2),
    )


def _landing(resume: Resume, side: int, plan: GaitPlan, path: Path) -> Resume:
    """The step in the air comes down where, and as soon as, it catches the body."""
    stances = resume.steps.stances
    last, other = stances[side][-1], stances[1 - side][-1].pose
    step = round(GRID_FPS / step_frequency(path.velocity_at(last.land / GRID_FPS), plan.style))
    left = last.land - resume.frame
    for share in SOONER:
        land = resume.frame + max(round(share * left), min(left, round(SHORTEST * GRID_FPS)))
        here = resume.moved_at(np.array(land / GRID_FPS))
        place = last.pose + np.array([*here, 0.0])
        strikes = (land, land + step)
        moved, catch = catching_step(resume.catch, resume.moved_at, place, other, side, plan.style, strikes)
        if np.linalg.norm(moved[:2] - last.pose[:2]) < EASY_SHIFT:
            break
    steps = _landing_at(resume.steps, side, replace(last, pose=moved, land=land))
    return replace(resume, steps=steps, strike=land, catch=catch)


def _landing_at(steps: Footsteps, side: int, stance: Stance) -> Footsteps:
    """The footsteps with another last stance of a foot, their other knots moved along with it."""
    stances = [list(steps.stances[0]), list(steps.stances[1])]
    before, stances[side][-1] = stances[side][-1].land, stance

    def moved(knots: list[tuple[int, float]]) -> list[tuple[int, float]]:
        return [(stance.land if frame == before else frame, value) for frame, value in knots]

    events = (moved(steps.events[0]), moved(steps.events[1]))
    return Footsteps((stances[0], stances[1]), events, moved(steps.load))
