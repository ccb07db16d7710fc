"""Footsteps along a path, planned one after another.

A step looks at most about one second ahead, so a change of speed at time t leaves everything
before t minus that second as it was.
"""

from __future__ import annotations

import bisect
from dataclasses import dataclass, field, replace

import numpy as np

from kinesis_app.motion.gait import norms
from kinesis_app.motion.gait.plan import GRID_FPS, GaitPlan, Path

STEP_WIDTH = 0.11
"""Distance of the two ankles' tracks in walking [m]."""
STANCE_WIDTH = 0.15
"""Distance of the ankles in standing [m]."""
WEIGHT_SHIFT = 0.45
"""From the first wish to move to the first foot leaving the floor [s]."""
SETTLE = 0.7
"""From the last foot strike to even weight on both feet [s]."""
LOOK_AHEAD = round(0.25 * GRID_FPS)
"""A departure is noticed this many frames ahead."""
PELVIS_AHEAD = 0.111
"""How far the pelvis' origin stands ahead of the ankles [m]."""
BRISK, BRISK_FOR = 0.9, 1.5
"""Who brakes keeps stepping as briskly as at this speed [m/s] for this long [s]."""
LONGEST_STEP = 1.04
"""Longest step in steps of the current speed: after a quick start the feet catch up over several."""
FIRST_SWING = 0.85
"""Duration of the first swing, as a share of a step's duration at the coming speed."""
FIRST_STEP_SHAPE = 0.7
"""Share of the coming speed that shapes the first step's foot roll."""
STEP_TOLERANCE = (0.03, 0.08)
"""A foot this near its place [m, rad] needs no step."""


@dataclass(frozen=True)
class Stance:
    """One foot on the floor from strike to off.

    Attributes:
        land, off: Grid frames of foot strike and foot off; far outside for standing at the ends.
        pose: Footprint x, y [m] and yaw [rad] (of the walking direction) under the ankle, (3,).
        speed_in, speed_out: Walking speed of the steps before and after [m/s].
    """

    land: int
    off: int
    pose: np.ndarray
    speed_in: float
    speed_out: float


@dataclass(frozen=True)
class Footsteps:
    """All stances of the right (0) and left (1) foot, and who carries how much.

    Attributes:
        stances: Per foot its stances in order.
        events: Per foot knots (frame, cycle phase) for the phase of the gait cycle.
        load: Knots (frame, share of the weight on the right foot), smooth steps in between.
    """

    stances: tuple[list[Stance], list[Stance]]
    events: tuple[list[tuple[int, float]], list[tuple[int, float]]]
    load: list[tuple[int, float]]


KEPT_EVENTS = 8
"""Events of each foot, and knots of the load, kept of the time before a window."""


def since(steps: Footsteps, frame: int) -> Footsteps:
    """The footsteps that matter from ``frame`` on: an hour's walk must not make its next step slow."""

    def recent(knots: list[tuple[int, float]]) -> list[tuple[int, float]]:
        return knots[max(bisect.bisect_left(knots, (frame, -1.0)) - KEPT_EVENTS, 0) :]

    right, left = ([stance for stance in stances if stance.off > frame] for stances in steps.stances)
    return Footsteps((right, left), (recent(steps.events[0]), recent(steps.events[1])), recent(steps.load))


STANDING_PHASE = 0.2
"""Phase of a foot at rest: foot flat, body above it."""
LONG = 10_000_000
"""Frames; stands for "always"."""


@dataclass
class _Planner:
    """The state of the step-by-step planning."""

    path: Path
    swing: int
    stances: tuple[list[Stance], list[Stance]] = field(default_factory=lambda: ([], []))
    events: tuple[list[tuple[int, float]], list[tuple[int, float]]] = field(default_factory=lambda: ([], []))
    load: list[tuple[int, float]] = field(default_factory=list)

    def footprint(self, side: int, time: float, width: float) -> np.ndarray:
        pose = self.path.at(time)
        left, c, s = 0.5 * width * (1.0 if side else -1.0), np.cos(pose[2]), np.sin(pose[2])
        return pose + np.array([-left * s - PELVIS_AHEAD * c, left * c - PELVIS_AHEAD * s, 0.0])

    def land(self, side: int, frame: int, pose: np.ndarray, speed: float) -> None:
        self.stances[side].append(Stance(frame, LONG, pose, speed, speed))
        self.events[side].append((frame, 0.0))

    def lift(self, side: int, frame: int, speed: float) -> None:
        self.stances[side][-1] = replace(self.stances[side][-1], off=frame, speed_out=speed)
        self.events[side].append((frame, float(norms.foot_off(speed))))


def plan_footsteps(plan: GaitPlan, path: Path) -> Footsteps:
    """Footsteps along a path, from its first frame to its last."""
    planner = _Planner(path, swing=0)
    frame = _begin_walking(planner) if plan.walking_at_start else _begin_standing(planner)
    end = round(path.time[-1] * GRID_FPS)
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


def _begin_standing(planner: _Planner) -> int:
    frame = round(planner.path.time[0] * GRID_FPS)
    for side in (0, 1):
        pose = planner.footprint(side, planner.path.time[0], STANCE_WIDTH)
        planner.stances[side].append(Stance(-LONG, LONG, pose, 0.0, 0.0))
        planner.events[side].append((frame, STANDING_PHASE))
    planner.load.append((frame, 0.5))
    return frame


def _begin_walking(planner: _Planner) -> int:
    """Right foot strikes one second into the path; the left one struck half a cycle before."""
    start = planner.path.time[0] + 1.0
    speed = planner.path.speed_at(start)
    half = norms.step_time(speed)
    frame, before = round(start * GRID_FPS), round((start - half) * GRID_FPS)
    planner.land(1, before, planner.footprint(1, start - 0.5 * half, STEP_WIDTH), speed)
    planner.land(0, frame, planner.footprint(0, start + 0.5 * half, STEP_WIDTH), speed)
    planner.events[1].append((frame, 0.5))
    planner.load.append((frame, 0.0))
    planner.swing = 1
    return frame


def _next_departure(planner: _Planner, frame: int, end: int) -> int:
    """First frame from which the path leaves the place where the feet stand."""
    here = 0.5 * (planner.stances[0][-1].pose + planner.stances[1][-1].pose)
    here[:2] += PELVIS_AHEAD * np.array([np.cos(here[2]), np.sin(here[2])])
    first = frame - round(planner.path.time[0] * GRID_FPS)
    # Leave early enough that the first foot lifts when the path has gone a little way.
    ahead = np.minimum(np.arange(first, len(planner.path.time)) + LOOK_AHEAD, len(planner.path.time) - 1)
    away = planner.path.pose[ahead] - here
    gone = (np.hypot(away[:, 0], away[:, 1]) > STEP_TOLERANCE[0]) | (np.abs(away[:, 2]) > STEP_TOLERANCE[1])
    return frame + int(np.argmax(gone)) if gone.any() else end


def _leave_stand(planner: _Planner, frame: int) -> int:
    """Shift the weight and swing the first foot; returns its strike."""
    swing, stance = planner.swing, 1 - planner.swing
    path, lift = planner.path, frame + round(WEIGHT_SHIFT * GRID_FPS)
    speed = max(path.speed_at(lift / GRID_FPS + 0.5), norms.SLOWEST)
    duration = norms.step_time(speed)
    strike = lift + round(FIRST_SWING * duration * GRID_FPS)
    middle = strike / GRID_FPS + 0.5 * duration
    here = path.at(frame / GRID_FPS)
    while np.hypot(*(path.at(middle) - here)[:2]) > norms.step_length(speed):
        middle -= 1.0 / GRID_FPS
    planner.load += [(frame, 0.5), (lift, float(stance == 0))]
    planner.events[swing].append((frame, STANDING_PHASE))
    planner.events[stance].append((lift, STANDING_PHASE + 0.03))
    planner.lift(swing, lift, FIRST_STEP_SHAPE * speed)
    planner.land(swing, strike, planner.footprint(swing, middle, STEP_WIDTH), FIRST_STEP_SHAPE * speed)
    planner.events[stance].append((strike, 0.5))
    planner.load.append((strike, float(stance == 0)))
    planner.swing = stance
    return strike


def _step(planner: _Planner, strike: int) -> int | None:
    """Plan the step that follows a foot strike; None if both feet are where they should end."""
    swing, path = planner.swing, planner.path
    now = strike / GRID_FPS
    speed = path.speed_at(now + 0.2)
    duration = norms.step_time(max(speed, min(path.speed_at(now - BRISK_FOR), BRISK)))
    ending = path.speed_at(now + 1.5 * duration) <= 0.0 and path.speed_at(now + duration) <= 0.0
    width = STANCE_WIDTH if ending else STEP_WIDTH
    target = planner.footprint(swing, now + 1.5 * duration, width)
    slower = max(min(speed, path.speed_at(now + 1.5 * duration)), norms.SLOWEST)
    other, longest = planner.stances[1 - swing][-1].pose, LONGEST_STEP * norms.step_length(slower)
    middle = now + 1.5 * duration
    while middle > now and np.hypot(*(target - other)[:2]) > np.hypot(longest, width):
        middle -= 2.0 / GRID_FPS
        target = planner.footprint(swing, middle, width)
    away = target - planner.stances[swing][-1].pose
    if np.hypot(away[0], away[1]) < STEP_TOLERANCE[0] and abs(away[2]) < STEP_TOLERANCE[1]:
        return None
    stride = np.hypot(away[0], away[1]) / (2.0 * duration)
    effective = float(min(speed, 1.2 * stride)) if speed > 0 else float(stride)
    double_support = (float(norms.foot_off(speed)) - 0.5) * 2.0 * duration
    lift = strike + round(double_support * GRID_FPS)
    landing = strike + round(duration * GRID_FPS)
    planner.events[1 - swing].append((lift, float(norms.foot_off(speed)) - 0.5))
    planner.lift(swing, lift, effective)
    planner.load += [(lift, float(swing == 1)), (landing, float(swing == 1))]
    planner.land(swing, landing, target, effective)
    planner.events[1 - swing].append((landing, 0.5))
    planner.swing = 1 - swing
    return landing


def _settle(planner: _Planner, strike: int) -> int:
    """Even weight on both feet after the last strike."""
    done = strike + round(SETTLE * GRID_FPS)
    planner.load.append((done, 0.5))
    for side in (0, 1):
        events = planner.events[side]
        if events[-1][0] == strike and events[-1][1] == 0.5:
            events[-1] = (strike, STANDING_PHASE)
        events.append((done, STANDING_PHASE))
    planner.swing = 0
    return done
