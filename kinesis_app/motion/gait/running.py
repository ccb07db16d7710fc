"""Running: the mean human stride made dynamically sound.

The legs are sketched from published curves, the feet placed and rolled on the floor, and the
ground force of a spring-mass runner is planned: a half sine per contact (Alexander & Jayes 1980, J
Biomech 13:383; Blickhan 1989, J Biomech 22:1217), nothing in flight. Then the pelvis, which carries the
rigid armless trunk, moves until the full inverse dynamics asks for that force and no other: up and down
for the vertical force, horizontally for the zero moment point in stance and free fall in flight, and by
turning for the angular momentum in flight. The legs follow by inverse kinematics, feet held.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from scipy.ndimage import gaussian_filter1d

from kinesis_app.errors import KinesisError
from kinesis_app.motion.clip import MotionClip, continuous_quat, resample
from kinesis_app.motion.gait import running_norms as norms
from kinesis_app.motion.gait.plan import GRID_FPS
from kinesis_app.motion.gait.running_body import planned_run, settled
from kinesis_app.motion.gait.running_strides import plan_strides

SPEED_RANGE = (norms.SLOWEST, norms.FASTEST)
MARGIN = 1.2
"""Motion computed before and after the wanted part [s]."""


def run(
    speed: float,
    seconds: float,
    *,
    turn_rate: float = 0.0,
    heading: float = 0.0,
    fps: float = GRID_FPS,
    name: str | None = None,
) -> MotionClip:
    """A steady run, from mid-run to mid-run.

    Args:
        speed: 2.0 to 3.5 m/s.
        seconds: Length of the clip [s].
        turn_rate: Turning [rad/s], left +.
        heading: Direction at the start [rad], 0 = world +x.
        fps: Frames per second.
        name: Name of the clip.
    """
    if not SPEED_RANGE[0] <= speed <= SPEED_RANGE[1]:
        raise KinesisError(
            f"Running speed {speed:g} m/s is outside {SPEED_RANGE[0]:g} to {SPEED_RANGE[1]:g} m/s."
        )
    time = np.arange(-MARGIN, seconds + MARGIN, 1.0 / GRID_FPS)
    steady = np.full(len(time), speed)
    clip = synthesise(time, steady, np.full(len(time), turn_rate), heading)
    first = int(np.searchsorted(time, -1e-9))
    clip = _cut(clip, first, first + round(seconds * GRID_FPS))
    return resample(replace(clip, name=name or f"run_{speed:.2f}"), fps)


def varied_run(seed: int, seconds: float) -> MotionClip:
    """A random run for training: speeds of 2.0 to 3.5 m/s and gentle turns, from mid-run to mid-run."""
    rng = np.random.default_rng(seed)
    time = np.arange(-MARGIN, seconds + MARGIN, 1.0 / GRID_FPS)
    knots = np.arange(-MARGIN, seconds + MARGIN + 3.0, 3.0)
    low, high = SPEED_RANGE
    speed = np.interp(time, knots, rng.uniform(low + 0.1, high - 0.1, len(knots)))
    turn = np.interp(time, knots, rng.uniform(-0.3, 0.3, len(knots)))
    clip = synthesise(time, gaussian_filter1d(speed, 0.3 * GRID_FPS), gaussian_filter1d(turn, 0.3 * GRID_FPS))
    first = int(np.searchsorted(time, -1e-9))
    return replace(_cut(clip, first, first + round(seconds * GRID_FPS)), name=f"varied_run_{seed}")


def _cut(clip: MotionClip, first: int, last: int) -> MotionClip:
    """Frames first to last, moved so that the clip starts above the world's origin."""
    rows = slice(first, last + 1)
    start = clip.root_pos[first] * [1.0, 1.0, 0.0]
    return replace(
        clip, root_pos=clip.root_pos[rows] - start, root_quat=clip.root_quat[rows], joints=clip.joints[rows]
    )


def synthesise(time: np.ndarray, speed: np.ndarray, turn: np.ndarray, heading: float = 0.0) -> MotionClip:
    """A run at speed (T,) [m/s] and turning rate (T,) [rad/s] over time (T,) on the grid [s]."""
    yaw = heading + _integral(turn)
    path = np.stack([_integral(speed * np.cos(yaw)), _integral(speed * np.sin(yaw)), yaw], axis=1)
    plan = planned_run(plan_strides(time, speed, first=0), time, path, speed, turn)
    body = settled(plan.body, plan.feet, plan.force)
    info = {"source": "running generator", "speed": [round(float(v), 3) for v in speed[:: int(GRID_FPS)]]}
    return MotionClip("run", GRID_FPS, body.root_pos, continuous_quat(body.quat), body.joints, info)


def _integral(rate: np.ndarray) -> np.ndarray:
    return np.concatenate([[0.0], np.cumsum(0.5 * (rate[1:] + rate[:-1]))]) / GRID_FPS
