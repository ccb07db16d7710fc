"""Paths that go on as they were: what a body is imagined to do beyond a change of gait."""

from __future__ import annotations

import numpy as np

from kinesis_app.motion.gait.plan import GRID_FPS, Path
from kinesis_app.motion.smooth_step import smooth_step

STEADY = 5.0
"""So long before the change to walking a steady walk is imagined, which the steps go on from [s]."""
CATCH_UP, CATCH_UP_SPEED = 3.0, 0.08
"""Who began to run behind the path catches up in this time at least [s], no faster than this [m/s]."""
TURN = 0.3
"""So much way counts a turn as [m/rad]: who is behind where the path turns on the spot turns later."""


def first_frame(path: Path) -> int:
    """The grid frame at which a path begins."""
    return round(path.time[0] * GRID_FPS)


def held(path: Path, before: int | None, after: int | None) -> Path:
    """The path whose velocity before one grid frame and after another stays what it is there."""
    first, pose, velocity = first_frame(path), path.pose, path.velocity
    if after is not None:
        row, rest = after - first, len(pose) - (after - first) - 1
        pose = np.concatenate(
            [pose[: row + 1], _carried_on(pose[row], velocity[row], np.arange(1, rest + 1))]
        )
        velocity = np.concatenate([velocity[: row + 1], np.tile(velocity[row], (rest, 1))])
    if before is not None:
        row, lead = before - first, round((STEADY + 2.0) * GRID_FPS)
        past = _carried_on(pose[row], velocity[row], np.arange(-lead, 0))
        pose = np.concatenate([past, pose[row:]])
        velocity = np.concatenate([np.tile(velocity[row], (lead, 1)), velocity[row:]])
        first = before - lead
    return Path(np.arange(first, first + len(pose)) / GRID_FPS, pose, velocity)


def _carried_on(pose: np.ndarray, velocity: np.ndarray, frames: np.ndarray) -> np.ndarray:
    """Poses (N, 3) so many frames before or after a pose (3,) at one velocity: an arc."""
    time = frames / GRID_FPS
    forward, left, turn = velocity
    angle = turn * time
    # Integrals of cos and sin of the heading over time.
    c = time * np.sinc(angle / (2.0 * np.pi)) * np.cos(pose[2] + 0.5 * angle)
    s = time * np.sinc(angle / (2.0 * np.pi)) * np.sin(pose[2] + 0.5 * angle)
    return np.stack([pose[0] + forward * c - left * s, pose[1] + forward * s + left * c, pose[2] + angle], 1)


def left(time: np.ndarray, length: float) -> np.ndarray:
    """From 1 to 0 over times [s] from 0 to ``length``."""
    return 1.0 - smooth_step(time / length)


def catch_up_time(way: float) -> float:
    """How long it takes to catch up a way [m] [s]."""
    return max(CATCH_UP, way / CATCH_UP_SPEED)


def resumed(path: Path, began: int, frame: int) -> Path:
    """The way of who kept his speed from grid frame ``began`` to ``frame`` and only then goes on as the path.

    He speeds up no faster than the path asks, so he is behind, and catches up by and by; when the path slows
    down again, so does he. His places and headings are those of the path, met later. What the path does once
    it no longer speeds up changes nothing of the way before: a run may be asked for something else any time.
    """
    first, rows = first_frame(path), np.arange(len(path.time))
    wait, begin, end = frame - began, began - first, frame - first
    source = np.where(rows < begin, rows, np.maximum(rows - wait, begin))
    step = np.linalg.norm(np.diff(path.pose[:, :2], axis=0), axis=1)
    step += TURN * np.abs(np.diff(path.pose[:, 2]))
    gone = np.concatenate([[0.0], np.cumsum(step)])
    gaining = np.diff(path.velocity[end:, 0]) > 1e-9
    steady = end + (len(gaining) if gaining.all() else int(np.argmin(gaining)))
    speed = step[np.minimum(rows, min(steady, len(step) - 1))]  # as if it never slowed down
    lag = np.concatenate([[0.0], np.cumsum(speed - speed[source])[:-1]])
    length = catch_up_time(float(lag[: steady + wait + 1].max()))
    lag = np.maximum(lag, 0.0) * left((rows - end) / GRID_FPS, length)
    place = np.interp(gone - lag, gone + 1e-9 * rows, rows)
    pose = np.stack([np.interp(place, rows, column) for column in path.pose.T], axis=1)
    pace = np.gradient(place)[:, None]
    velocity = pace * np.stack([np.interp(place, rows, column) for column in path.velocity.T], axis=1)
    return Path(path.time, pose, velocity)
