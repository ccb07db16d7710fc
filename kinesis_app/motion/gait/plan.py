"""What to walk: speed and turning over time, and the path on the ground that follows from them."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from kinesis_app.errors import KinesisError

GRID_FPS = 150.0
"""All events and frames lie on this grid [1/s]."""
TURNING_SPEED = 0.8
"""Below this speed [m/s] turning fades out: turning in place takes other steps than walking."""
ACCELERATION = 0.8
"""Default change of speed [m/s^2]."""

Knots = tuple[tuple[float, float], ...]


@dataclass(frozen=True)
class GaitPlan:
    """Speed and turning rate over time, and where it starts.

    Attributes:
        duration: Length of the motion [s].
        speed: Knots (time [s], speed [m/s]), piecewise linear, constant outside.
        turn: Knots (time [s], turning rate [rad/s], left +), piecewise linear.
        origin: Start on the ground: x [m], y [m], heading [rad].
        walking_at_start: Starts in mid-walk instead of standing.
        walking_at_end: Ends in mid-walk; the speed goes on beyond the end.
    """

    duration: float
    speed: Knots = ((0.0, 0.0),)
    turn: Knots = ((0.0, 0.0),)
    origin: tuple[float, float, float] = (0.0, 0.0, 0.0)
    walking_at_start: bool = False
    walking_at_end: bool = False

    def speed_at(self, time: np.ndarray | float) -> np.ndarray:
        """Speed along the path [m/s]."""
        return _piecewise(self.speed, time)


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


def change_turn(plan: GaitPlan, at_time: float, new_rate: float, acceleration: float = 1.5) -> GaitPlan:
    """The plan with another turning rate [rad/s] from ``at_time`` on, reached at 1.5 rad/s^2."""
    return replace(plan, turn=_changed(plan.turn, at_time, new_rate, acceleration))


@dataclass(frozen=True)
class Path:
    """The wished way of the pelvis on a time grid.

    Attributes:
        time: Grid [s], shape (N,).
        pose: x [m], y [m], yaw [rad], shape (N, 3).
        speed: Speed [m/s], shape (N,).
    """

    time: np.ndarray
    pose: np.ndarray
    speed: np.ndarray

    def at(self, time: float) -> np.ndarray:
        """Pose (3,) at a time; the ends hold."""
        row, part = self._place(time)
        return (1.0 - part) * self.pose[row] + part * self.pose[row + 1]

    def speed_at(self, time: float) -> float:
        row, part = self._place(time)
        return float((1.0 - part) * self.speed[row] + part * self.speed[row + 1])

    def _place(self, time: float) -> tuple[int, float]:
        """Row of the uniform grid and the fraction of a frame beyond it."""
        place = min(max((time - self.time[0]) * GRID_FPS, 0.0), len(self.time) - 1.0)
        row = min(int(place), len(self.time) - 2)
        return row, place - row


def path_of(plan: GaitPlan, start: float, stop: float) -> Path:
    """Integrate speed and turning from the plan's origin over [start, stop] (start <= 0 <= stop)."""
    first, last = round(start * GRID_FPS), round(stop * GRID_FPS)
    time = np.arange(first, last + 1) / GRID_FPS
    speed = _piecewise(plan.speed, time)
    moving_before, moving_after = plan.walking_at_start, plan.walking_at_end
    speed = np.where((time < 0.0) & (not moving_before), 0.0, speed)
    speed = np.where((time > plan.duration) & (not moving_after), 0.0, speed)
    turn = _piecewise(plan.turn, time) * np.clip(speed / TURNING_SPEED, 0.0, 1.0)
    yaw = _cumulative(turn, -first) + plan.origin[2]
    x = _cumulative(speed * np.cos(yaw), -first) + plan.origin[0]
    y = _cumulative(speed * np.sin(yaw), -first) + plan.origin[1]
    return Path(time, np.stack([x, y, yaw], axis=1), speed)


def _cumulative(rate: np.ndarray, zero: int) -> np.ndarray:
    """Trapezoid integral over the grid, zero at frame ``zero``."""
    total = np.concatenate([[0.0], np.cumsum(0.5 * (rate[1:] + rate[:-1]))]) / GRID_FPS
    return total - total[zero]


def check_speed(speed: float, low: float, high: float) -> None:
    """Refuse a speed outside [low, high] m/s."""
    if not low <= speed <= high:
        raise KinesisError(f"Walking speed {speed:g} m/s is outside {low:g} to {high:g} m/s.")
