"""What to walk: velocity and turning over time, and the path on the ground that follows from them."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np

from kinesis_app.errors import KinesisError
from kinesis_app.motion.gait.resume import Resume
from kinesis_app.motion.gait.stances import GRID_FPS
from kinesis_app.motion.gait.style import AVERAGE, Style

ACCELERATION = 0.8
"""Default change of speed [m/s^2]."""
TURN_ACCELERATION = 1.5
"""Default change of the turning rate [rad/s^2]."""
RUNS_FROM = 2.1
"""Speed from which people run if they like [m/s] (1.9 to 2.1: Hreljac 1995, J Biomech 28:669)."""
COM_BEHIND = 0.0654
"""How far the body's centre of mass stands behind the pelvis' origin [m]."""
BEFORE = 2.5
"""So much of the path before a plan begins is looked at [s]."""

Knots = tuple[tuple[float, float], ...]


@dataclass(frozen=True)
class RunsSoFar:
    """The runs that a plan had begun when something else was asked of it: they stay begun.

    Attributes:
        frame: Grid frame up to which the plan is what it was.
        spans: Grid frames from and up to which it runs; one that ends after ``frame`` ends when the changed
            plan says so.
    """

    frame: int
    spans: tuple[tuple[int, int], ...]


@dataclass(frozen=True)
class GaitPlan:
    """Velocity and turning rate over time, where it starts, and whose gait it is.

    Attributes:
        duration: Length of the motion [s].
        speed: Knots (time [s], speed forward [m/s], backward -), piecewise linear, constant outside.
        turn: Knots (time [s], turning rate [rad/s], left +), piecewise linear.
        origin: Start on the ground: x [m], y [m], heading [rad].
        walking_at_start: Starts in mid-walk instead of standing.
        walking_at_end: Ends in mid-walk; the speed goes on beyond the end.
        sideways: Knots (time [s], speed to the side [m/s], left +), piecewise linear.
        style: The walker's habits.
        runs_from: Speed from which it runs [m/s]; 2 at least, the slowest run.
        resume: A body's state from which the plan goes on, as ``replan`` sets it.
        ran: Runs begun before the plan was changed; None if it never was.
    """

    duration: float
    speed: Knots = ((0.0, 0.0),)
    turn: Knots = ((0.0, 0.0),)
    origin: tuple[float, float, float] = (0.0, 0.0, 0.0)
    walking_at_start: bool = False
    walking_at_end: bool = False
    sideways: Knots = ((0.0, 0.0),)
    style: Style = AVERAGE
    runs_from: float = RUNS_FROM
    resume: Resume | None = field(default=None, compare=False, repr=False)
    ran: RunsSoFar | None = field(default=None, compare=False, repr=False)

    def velocity_at(self, time: np.ndarray | float) -> np.ndarray:
        """Speed forward [m/s], to the left [m/s] and turning rate [rad/s], shape (..., 3)."""
        return np.stack([_piecewise(knots, time) for knots in (self.speed, self.sideways, self.turn)], -1)


def _piecewise(knots: Knots, time: np.ndarray | float) -> np.ndarray:
    t, v = np.array(knots).T
    return np.interp(time, t, v)


def _changed(knots: Knots, at_time: float, value: float, rate: float) -> Knots:
    """The knots up to ``at_time``, then a ramp to ``value``."""
    now = float(_piecewise(knots, at_time))
    kept = tuple(knot for knot in knots if knot[0] < at_time)
    end = at_time + max(abs(value - now) / rate, 1e-3)
    return (*kept, (at_time, now), (end, value))


def change_speed(
    plan: GaitPlan, at_time: float, new_speed: float, acceleration: float = ACCELERATION
) -> GaitPlan:
    """The plan with another speed [m/s] from ``at_time`` [s] on, reached at ``acceleration`` [m/s^2]."""
    return replace(plan, speed=_changed(plan.speed, at_time, new_speed, acceleration))


def change_turn(
    plan: GaitPlan, at_time: float, new_rate: float, acceleration: float = TURN_ACCELERATION
) -> GaitPlan:
    """The plan with another turning rate [rad/s] from ``at_time`` on, reached at 1.5 rad/s^2."""
    return replace(plan, turn=_changed(plan.turn, at_time, new_rate, acceleration))


def change_sideways(
    plan: GaitPlan, at_time: float, new_speed: float, acceleration: float = ACCELERATION
) -> GaitPlan:
    """The plan with another speed to the side [m/s, left +] from ``at_time`` [s] on."""
    return replace(plan, sideways=_changed(plan.sideways, at_time, new_speed, acceleration))


@dataclass(frozen=True)
class Path:
    """The wished way of the body's centre on a time grid.

    Attributes:
        time: Grid [s], shape (N,).
        pose: x [m], y [m], heading [rad], shape (N, 3).
        velocity: Forward [m/s], to the left [m/s], turning [rad/s], shape (N, 3).
    """

    time: np.ndarray
    pose: np.ndarray
    velocity: np.ndarray

    def at(self, time: float) -> np.ndarray:
        """Pose (3,) at a time; the ends hold."""
        row, part = self._place(time)
        return (1.0 - part) * self.pose[row] + part * self.pose[row + 1]

    def velocity_at(self, time: float) -> np.ndarray:
        """Velocity (3,) at a time; the ends hold."""
        row, part = self._place(time)
        return (1.0 - part) * self.velocity[row] + part * self.velocity[row + 1]

    def rows(self, start: float, stop: float) -> slice:
        """Rows of the grid between two times [s], one at least."""
        first, last = self._place(start)[0], self._place(stop)[0]
        return slice(first, max(first, last) + 1)

    def _place(self, time: float) -> tuple[int, float]:
        """Row of the uniform grid and the fraction of a frame beyond it."""
        place = min(max((time - self.time[0]) * GRID_FPS, 0.0), len(self.time) - 1.0)
        row = min(int(place), len(self.time) - 2)
        return row, place - row


def path_of(plan: GaitPlan, start: float, stop: float) -> Path:
    """The plan's path over [start, stop] [s]: its velocity integrated from where it begins."""
    anchor, pose = _anchor(plan)
    begin, end = round(start * GRID_FPS), round(stop * GRID_FPS)
    first, last = min(begin, anchor), max(end, anchor)
    time = np.arange(first, last + 1) / GRID_FPS
    velocity = plan.velocity_at(time)
    velocity[(time < 0.0) & (not plan.walking_at_start)] = 0.0
    velocity[(time > plan.duration) & (not plan.walking_at_end)] = 0.0
    forward, left, turn = velocity.T
    yaw = _cumulative(turn, anchor - first) + pose[2]
    c, s = np.cos(yaw), np.sin(yaw)
    x = _cumulative(forward * c - left * s, anchor - first) + pose[0]
    y = _cumulative(forward * s + left * c, anchor - first) + pose[1]
    place = np.stack([x, y, yaw], axis=1)
    if plan.resume is not None:
        place[:, :2] += plan.resume.offset_at(time)
    wanted = slice(begin - first, end - first + 1)
    return Path(time[wanted], place[wanted], velocity[wanted])


def path_until(plan: GaitPlan, stop: float) -> Path:
    """The plan's path from before its beginning, or before it was taken up, to a time [s]."""
    begun = 0.0 if plan.resume is None else plan.resume.frame / GRID_FPS
    return path_of(plan, begun - BEFORE, stop)


def _anchor(plan: GaitPlan) -> tuple[int, np.ndarray]:
    """A grid frame and the path's pose (3,) there."""
    if plan.resume is not None:
        return plan.resume.frame, plan.resume.pose
    heading = plan.origin[2]
    ahead = np.array([np.cos(heading), np.sin(heading), 0.0])
    return 0, np.array(plan.origin) - COM_BEHIND * ahead


def _cumulative(rate: np.ndarray, zero: int) -> np.ndarray:
    """Trapezoid integral over the grid, zero at frame ``zero``."""
    total = np.concatenate([[0.0], np.cumsum(0.5 * (rate[1:] + rate[:-1]))]) / GRID_FPS
    return total - total[zero]


def check_speed(speed: float, low: float, high: float) -> None:
    """Refuse a speed outside [low, high] m/s."""
    if not low <= speed <= high:
        raise KinesisError(f"Walking speed {speed:g} m/s is outside {low:g} to {high:g} m/s.")
