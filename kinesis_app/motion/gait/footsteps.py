"""Footsteps along a path, planned one after another.

A step looks at most about one second ahead, so a change of speed at time t leaves everything
before t minus that second as it was.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np

from kinesis_app.motion.gait import norms
from kinesis_app.motion.gait.plan import GRID_FPS, GaitPlan, Path
from kinesis_app.motion.gait.resume import Catch, Resume, catching_step
from kinesis_app.motion.gait.sidesteps import clear_of
from kinesis_app.motion.gait.stances import LONG, STANDING_PHASE, Begun, Footsteps, Stance
from kinesis_app.motion.gait.stepping import (
    ANKLES_BEHIND,
    STANCE_WIDER,
    brisker,
    footprint,
    step_frequency,
)
from kinesis_app.motion.gait.style import Style

WEIGHT_SHIFT = 0.45
"""From the first wish to move to the first foot leaving the floor [s]."""
SETTLE = 0.7
"""From the last foot strike to even weight on both feet [s]."""
LOOK_AHEAD = (round(0.25 * GRID_FPS), round(0.5 * GRID_FPS))
"""A departure, and a turn on the spot, are noticed this many frames ahead."""
BRISK, BRISK_FOR = 1.6, 1.5
"""Who brakes keeps stepping as briskly as this [1/s] for this long [s]."""
LONGEST_STEP = 1.04
"""Longest step in steps of the current speed: after a quick start the feet catch up over several."""
FIRST_SWING = 0.85
"""Duration of the first swing, as a share of a step's duration at the coming speed."""
FIRST_STEP_SHAPE = 0.7
"""Share of the coming speed that shapes the first step's foot roll."""
STEP_TOLERANCE = (0.03, 0.08)
"""A foot this near its place [m, rad] needs no step."""


@dataclass
class _Planner:
    """The state of the step-by-step planning."""

    path: Path
    style: Style
    swing: int = 0
    stances: tuple[list[Stance], list[Stance]] = field(default_factory=lambda: ([], []))
    events: tuple[list[tuple[int, float]], list[tuple[int, float]]] = field(default_factory=lambda: ([], []))
    load: list[tuple[int, float]] = field(default_factory=list)
    resume: Resume | None = None
    catch: Catch | None = None

    def land(self, side: int, frame: int, pose: np.ndarray, speed: float) -> None:
        self.stances[side].append(Stance(frame, LONG, pose, speed, speed))
        self.events[side].append((frame, 0.0))

    def lift(self, side: int, frame: int, speed: float) -> None:
        self.stances[side][-1] = replace(self.stances[side][-1], off=frame, speed_out=speed)
        self.events[side].append((frame, _foot_off(speed)))

    def step_time(self, side: int, frequency: float) -> float:
        """Duration of a step [s] that ends with the strike of the foot ``side``."""
        return (1.0 + self.style.asymmetry * (-1.0 if side else 1.0)) / frequency


def _foot_off(speed: float) -> float:
    return float(norms.foot_off(abs(speed)))


def plan_footsteps(plan: GaitPlan, path: Path, begun: Begun | None = None) -> Footsteps:
    """Footsteps along a path, from its first frame to its last.

    They go on from those ``begun``, or else from the plan's ``resume``, or else from its beginning.
    """
    planner = _Planner(path, plan.style)
    end = round(path.time[-1] * GRID_FPS)
    if begun is not None:
        frame, walking = _take_up(planner, begun), begun.walking
    elif plan.resume is not None:
        planner.resume, planner.catch = plan.resume, plan.resume.catch
        frame, walking = _take_up(planner, plan.resume), plan.resume.walking
    else:
        frame = _begin_walking(planner) if plan.walking_at_start else _begin_standing(planner)
        walking = plan.walking_at_start
    while frame < end:
        if not walking:
            frame = _next_departure(planner, frame, end)
            if frame >= end:
                break
            frame = _leave_stand(planner, frame)
            walking = True
        else:
            strike = _step(planner, frame)
            walking = strike is not None
            frame = strike if strike is not None else _settle(planner, frame)
    return Footsteps(planner.stances, planner.events, planner.load)


def _take_up(planner: _Planner, begun: Begun | Resume) -> int:
    right, left = begun.steps.stances
    planner.stances = (list(right), list(left))
    planner.events = (list(begun.steps.events[0]), list(begun.steps.events[1]))
    planner.load, planner.swing = list(begun.steps.load), begun.swing
    return begun.strike


def _begin_standing(planner: _Planner) -> int:
    frame = round(planner.path.time[0] * GRID_FPS)
    for side in (0, 1):
        pose = footprint(planner.path, side, planner.path.time[0], planner.style, moving=False)
        planner.stances[side].append(Stance(-LONG, LONG, pose, 0.0, 0.0, -LONG))
        planner.events[side].append((frame, STANDING_PHASE))
    planner.load.append((frame, 0.5))
    return frame


def _begin_walking(planner: _Planner) -> int:
    """Right foot strikes one second into the path; the left one struck half a cycle before."""
    path, style = planner.path, planner.style
    start = path.time[0] + 1.0
    velocity = path.velocity_at(start)
    half = 1.0 / step_frequency(velocity, style)
    frame, before = round(start * GRID_FPS), round((start - half) * GRID_FPS)
    for side, at, middle in ((1, before, start - 0.5 * half), (0, frame, start + 0.5 * half)):
        planner.land(side, at, footprint(path, side, middle, style, duration=half), float(velocity[0]))
    planner.events[1].append((frame, 0.5))
    planner.load.append((frame, 0.0))
    planner.swing = 1
    return frame


def _next_departure(planner: _Planner, frame: int, end: int) -> int:
    """First frame from which the path leaves the place where the feet stand."""
    here = 0.5 * (planner.stances[0][-1].pose + planner.stances[1][-1].pose)
    here[:2] += ANKLES_BEHIND * np.array([np.cos(here[2]), np.sin(here[2])])
    first = frame - round(planner.path.time[0] * GRID_FPS)
    # Leave early enough that the first foot lifts when the path has gone a little way.
    last = len(planner.path.time) - 1
    rows = np.arange(first, last + 1)
    way, turn = (planner.path.pose[np.minimum(rows + ahead, last)] - here for ahead in LOOK_AHEAD)
    gone = (np.hypot(way[:, 0], way[:, 1]) > STEP_TOLERANCE[0]) | (np.abs(turn[:, 2]) > STEP_TOLERANCE[1])
    return frame + int(np.argmax(gone)) if gone.any() else end


def _leave_stand(planner: _Planner, frame: int) -> int:
    """Shift the weight and swing the first foot; returns its strike."""
    path, lift = planner.path, frame + round(WEIGHT_SHIFT * GRID_FPS)
    velocity = path.velocity_at(lift / GRID_FPS + 0.5)
    to_side = velocity[1] + 0.2 * velocity[2]
    if abs(to_side) > abs(velocity[0]):  # the foot on the side to which it goes leads
        planner.swing = int(to_side > 0.0)
    swing, stance = planner.swing, 1 - planner.swing
    duration = 1.0 / step_frequency(velocity, planner.style)
    strike = lift + round(FIRST_SWING * duration * GRID_FPS)
    middle = strike / GRID_FPS + 0.5 * duration
    here, longest = path.at(frame / GRID_FPS), norms.step_length(abs(velocity[0]))
    while np.hypot(*(path.at(middle) - here)[:2]) > longest:
        middle -= 1.0 / GRID_FPS
    place = footprint(path, swing, middle, planner.style, duration=duration)
    place = clear_of(planner.stances[stance][-1].pose, place, swing, planner.style)
    speed = FIRST_STEP_SHAPE * float(velocity[0])
    planner.load += [(frame, 0.5), (lift, float(stance == 0))]
    planner.events[swing].append((frame, STANDING_PHASE))
    planner.events[stance].append((lift, STANDING_PHASE + 0.03))
    planner.lift(swing, lift, speed)
    planner.land(swing, strike, place, speed)
    planner.events[stance].append((strike, 0.5))
    planner.load.append((strike, float(stance == 0)))
    planner.swing = stance
    return strike


def _step(planner: _Planner, strike: int) -> int | None:
    """Plan the step that follows a foot strike; None if both feet are where they should end."""
    swing, now = planner.swing, strike / GRID_FPS
    frequency = _frequency(planner, now)
    middle = now + 1.5 / frequency
    target = _target(planner, now, middle, 1.0 / frequency)
    duration = planner.step_time(swing, frequency)
    landing = strike + round(duration * GRID_FPS)
    target = _caught(planner, target, landing, landing + round(GRID_FPS / frequency))
    away = target - planner.stances[swing][-1].pose
    if np.hypot(away[0], away[1]) < STEP_TOLERANCE[0] and abs(away[2]) < STEP_TOLERANCE[1]:
        return None
    effective = _shaping_speed(planner, now, away, target[2], duration)
    velocity = planner.path.velocity_at(now + 0.2)
    off = _foot_off(float(velocity[0])) - brisker(velocity)
    lift = strike + round((off - 0.5) * 2.0 * duration * GRID_FPS)
    planner.events[1 - swing].append((lift, off - 0.5))
    planner.lift(swing, lift, effective)
    planner.load += [(lift, float(swing == 1)), (landing, float(swing == 1))]
    planner.land(swing, landing, target, effective)
    planner.events[1 - swing].append((landing, 0.5))
    planner.swing = 1 - swing
    return landing


def _frequency(planner: _Planner, now: float) -> float:
    """Steps per second [1/s]: those of the coming velocity, braking those of the past one."""
    path, style = planner.path, planner.style
    past = min(step_frequency(path.velocity_at(now - BRISK_FOR), style), style.cadence * BRISK)
    return max(step_frequency(path.velocity_at(now + 0.2), style), past)


def _target(planner: _Planner, now: float, middle: float, duration: float) -> np.ndarray:
    """Footprint (3,) of the coming step: where the path is in mid stance, if the legs reach so far."""
    swing, path, style = planner.swing, planner.path, planner.style
    other = planner.stances[1 - swing][-1].pose
    moving = bool(np.abs(path.velocity[path.rows(now + duration, middle)]).max() > 1e-3)
    forward, left, _ = np.abs([path.velocity_at(now + 0.2), path.velocity_at(middle)]).min(axis=0)
    across = style.width + STANCE_WIDER + 2.0 * left * duration
    reach = np.hypot(LONGEST_STEP * norms.step_length(forward), across)
    while True:
        place = footprint(path, swing, middle, style, duration=duration, moving=moving)
        if middle <= now or np.hypot(*(place - other)[:2]) <= reach:
            return clear_of(other, place, swing, style)
        middle -= 2.0 / GRID_FPS


def _caught(planner: _Planner, place: np.ndarray, landing: int, following: int) -> np.ndarray:
    """The footprint (3,) moved to catch a deviation of the body."""
    catch, resume = planner.catch, planner.resume
    if catch is None or resume is None or catch.steps == 0:
        return place
    other = planner.stances[1 - planner.swing][-1].pose
    moved, planner.catch = catching_step(
        catch, resume.moved_at, place, other, planner.swing, planner.style, (landing, following)
    )
    return moved


def _shaping_speed(
    planner: _Planner, now: float, away: np.ndarray, direction: float, duration: float
) -> float:
    """Speed forward [m/s] that shapes the foot's roll in a step that goes ``away`` (3,)."""
    stride = float(away[:2] @ [np.cos(direction), np.sin(direction)]) / (2.0 * duration)
    speed = float(planner.path.velocity_at(now + 0.2)[0])
    if speed * stride <= 0.0:
        return stride
    return float(np.sign(speed)) * min(abs(speed), 1.2 * abs(stride))


def _settle(planner: _Planner, strike: int) -> int:
    """Even weight on both feet after the last strike."""
    done = strike + round(SETTLE * GRID_FPS)
    planner.load.append((done, 0.5))
    for side in (0, 1):
        events = planner.events[side]
        if events[-1][0] == strike and events[-1][1] == 0.5:
            events[-1] = (strike, STANDING_PHASE)
        events.append((done, STANDING_PHASE))
        planner.stances[side][-1] = replace(planner.stances[side][-1], rest=done)
    planner.swing = 0
    return done
