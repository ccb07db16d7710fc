"""Paths that go on as they were: what a body is imagined to do beyond a change of gait."""

from __future__ import annotations

import numpy as np

from kinesis_app.motion.gait.plan import GRID_FPS, Path

STEADY = 5.0
"""So long before the change to walking a steady walk is imagined, which the steps go on from [s]."""


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
