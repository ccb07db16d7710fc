"""Velocities over time as knots: ramps and holds whose integrals are the distances and angles asked for."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np

from kinesis_app.motion.gait.plan import ACCELERATION, GRID_FPS, GaitPlan, Knots, path_of

CURVE_ACCELERATION = 1.0
"""Change of the turning rate in mid-walk [rad/s^2]."""
HARDEST = 2.0
"""Hardest braking where the way is short [m/s^2]."""


@dataclass(frozen=True)
class Ramps:
    """A speed that goes from one value over another to a third.

    Attributes:
        peak: The value in the middle.
        rise, hold, fall: How long it takes to reach it, stays, and takes to leave it [s].
    """

    peak: float
    rise: float
    hold: float
    fall: float

    @property
    def seconds(self) -> float:
        """How long all of it takes [s]."""
        return self.rise + self.hold + self.fall


def over_distance(distance: float, start: float, peak: float, end: float, rate: float) -> Ramps:
    """From ``start`` over at most ``peak`` to ``end`` [m/s, or rad/s], covering ``distance`` exactly.

    Ramps have the slope ``rate``; where the way is too short it brakes harder, and beyond ``HARDEST``
    it goes farther than asked.
    """
    rise, fall = abs(peak - start) / rate, abs(peak - end) / rate
    left = distance - 0.5 * (start + peak) * rise - 0.5 * (peak + end) * fall
    if left >= 0.0:
        return Ramps(peak, rise, left / max(peak, 1e-9), fall)
    square = rate * distance + 0.5 * (start**2 + end**2)  # rise and fall meet at this speed squared
    top = math.sqrt(max(square, 0.0))
    if top >= max(start, end):
        return Ramps(top, (top - start) / rate, 0.0, (top - end) / rate)
    harder = abs(start**2 - end**2) / (2.0 * max(distance, 1e-9))
    return Ramps(start, 0.0, 0.0, abs(start - end) / min(harder, HARDEST * max(rate, 1.0)))


def over_time(seconds: float, start: float, peak: float, end: float, rate: float) -> Ramps:
    """From ``start`` over ``peak`` to ``end`` in ``seconds``, longer only where braking needs it."""
    rise, fall = abs(peak - start) / rate, abs(peak - end) / rate
    if rise + fall <= seconds:
        return Ramps(peak, rise, seconds - rise - fall, fall)
    top = 0.5 * (rate * seconds + start + end)
    if top >= max(start, end):
        return Ramps(top, (top - start) / rate, 0.0, (top - end) / rate)
    return Ramps(start, 0.0, 0.0, max(seconds, abs(start - end) / HARDEST))


def pose_at(plan: GaitPlan, time: float) -> np.ndarray:
    """Of the body's centre at a time: x, y [m], heading [rad], shape (3,)."""
    return path_of(plan, time, time + 1.0 / GRID_FPS).pose[0]


FORWARD, SIDEWAYS, TURN = 0, 1, 2
"""Channels of a plan's velocity."""


class Writer:
    """Writes velocities on at the end of a plan.

    Args:
        plan: What is planned; all of it after ``time`` is dropped.
        time: When the new velocities begin [s].
    """

    def __init__(self, plan: GaitPlan, time: float) -> None:
        self.time = self._start = time
        self._plan = plan
        self._pose: tuple[float, np.ndarray] | None = None
        self.velocity = plan.velocity_at(time)
        """Now: forward, left [m/s], turning [rad/s], shape (3,)."""
        self._kept = tuple(
            tuple(knot for knot in knots if knot[0] < time)
            for knots in (plan.speed, plan.sideways, plan.turn)
        )
        self._new: tuple[list[tuple[float, float]], ...] = ([], [], [])
        for channel in range(3):
            self._put(channel, time, float(self.velocity[channel]))

    def ramp(self, channel: int, value: float, rate: float, *, start: float | None = None) -> float:
        """Let a channel go to ``value`` at ``rate`` from now (or ``start``) on; when it is there [s].

        The writer's time stays; use :meth:`until`.
        """
        begin = self.time if start is None else start
        now = float(self.velocity[channel])
        end = begin + abs(value - now) / rate
        if end > begin + 1e-9:
            self._put(channel, begin, now)
            self._put(channel, end, value)
        self.velocity[channel] = value
        return end

    def follow(self, channel: int, ramps: Ramps, end: float, sign: float = 1.0) -> None:
        """Let a channel do ``ramps`` from now on and end at the value ``end``; time stays."""
        rows = ((ramps.rise, ramps.peak), (ramps.hold, ramps.peak), (ramps.fall, end))
        time = self.time
        self._put(channel, time, float(self.velocity[channel]))
        for seconds, value in rows:
            if seconds > 0.0:
                time += seconds
                self._put(channel, time, sign * value)
        self.velocity[channel] = sign * end

    def knot(self, time: float, velocity: np.ndarray) -> None:
        """Reach ``velocity`` (3,) at ``time``."""
        for channel in range(3):
            self._put(channel, self.time, float(self.velocity[channel]))
            self._put(channel, time, float(velocity[channel]))
        self.velocity = np.array(velocity, dtype=float)
        self.time = time

    def until(self, time: float) -> None:
        """Let time go on, never back."""
        self.time = max(self.time, time)

    def turned(self) -> float:
        """Angle turned since the beginning [rad], exactly."""
        t, v = np.array(self._channel(TURN, self.time)).T
        return float(np.sum(0.5 * (v[1:] + v[:-1]) * np.diff(t)))

    def pose(self) -> np.ndarray:
        """Of the body's centre now: x, y [m], heading [rad], shape (3,)."""
        if self._pose is None:
            self._pose = (self._start, pose_at(self._plan, self._start))
        since, pose = self._pose
        n = max(math.ceil((self.time - since) * GRID_FPS), 1)
        time = since + (self.time - since) * np.arange(n + 1) / n
        forward, left, turn = (
            np.interp(time, *np.array(self._channel(k, self.time)).T) for k in (FORWARD, SIDEWAYS, TURN)
        )
        yaw = pose[2] + _cumulative(turn, time)
        c, s = np.cos(yaw), np.sin(yaw)
        way = [_cumulative(forward * c - left * s, time)[-1], _cumulative(forward * s + left * c, time)[-1]]
        self._pose = (self.time, np.array([pose[0] + way[0], pose[1] + way[1], yaw[-1]]))
        return self._pose[1]

    def plan(self, end: float) -> GaitPlan:
        """The plan with what was written, lasting until ``end`` [s]."""
        speed, sideways, turn = (self._kept[k] + self._channel(k, self.time) for k in range(3))
        return replace(
            self._plan, duration=end, speed=speed, sideways=sideways, turn=turn, walking_at_end=True
        )

    def _channel(self, channel: int, time: float) -> Knots:
        knots = self._new[channel]
        held = [] if knots[-1][0] >= time else [(time, float(self.velocity[channel]))]
        return (*knots, *held)

    def _put(self, channel: int, time: float, value: float) -> None:
        knots = self._new[channel]
        if knots and time <= knots[-1][0] + 1e-9:
            if abs(knots[-1][1] - value) < 1e-12:
                return
            time = knots[-1][0] + 1e-6  # a jump
        knots.append((time, value))


def curve(writer: Writer, angle: float, radius: float, speed: float, *, goes_on: bool) -> None:
    """Turn by ``angle`` [rad] on a circle of ``radius`` [m] at ``speed`` [m/s], then walk on or stand.

    From and to rest, speed and turning change in proportion, so that the way is the circle itself; from
    and to walking the turning changes at its own rate, from what it is, and the way into the circle is a
    little wider.
    """
    begin, sign = writer.time, math.copysign(1.0, angle)
    at_rest = (bool(writer.velocity[FORWARD] < 1e-3), not goes_on)
    if all(at_rest):
        speed = min(speed, math.sqrt(abs(angle) * radius * ACCELERATION))
    rates = [ACCELERATION / radius if rest else CURVE_ACCELERATION for rest in at_rest]
    ramps = _turning(abs(angle), max(sign * float(writer.velocity[TURN]), 0.0), speed / radius, rates)
    writer.follow(TURN, ramps, 0.0, sign)
    there = writer.ramp(FORWARD, speed, ACCELERATION)
    end = max(begin + ramps.seconds, there)
    if not goes_on:
        brake = max(there, begin + ramps.seconds - speed / ACCELERATION)
        end = max(end, writer.ramp(FORWARD, 0.0, ACCELERATION, start=brake))
    writer.until(end)


def _turning(angle: float, now: float, turning: float, rates: list[float]) -> Ramps:
    """From the rate ``now`` over ``turning`` to none [rad/s], by ``angle`` in all [rad]."""
    slopes = 0.5 / rates[0] + 0.5 / rates[1]
    peak = min(turning, math.sqrt((angle + 0.5 * now**2 / rates[0]) / slopes))
    rise = abs(peak - now) / rates[0]
    hold = (angle - 0.5 * (now + peak) * rise - 0.5 * peak**2 / rates[1]) / max(peak, 1e-9)
    return Ramps(peak, rise, max(hold, 0.0), peak / rates[1])


def _cumulative(rate: np.ndarray, time: np.ndarray) -> np.ndarray:
    """Trapezoid integral, shape (N,), zero at first."""
    return np.concatenate([[0.0], np.cumsum(0.5 * (rate[1:] + rate[:-1]) * np.diff(time))])
