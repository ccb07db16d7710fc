"""Generated walks against people: joint angles inside mean +- 1 sd (Schwartz et al. 2008) at five speeds."""

from __future__ import annotations

import functools
import itertools

import numpy as np
import pytest
from soles import sole_points

from kinesis_app.evaluation.human import ANGLES, angle_band
from kinesis_app.motion.clip import MotionClip
from kinesis_app.motion.gait import GaitPlan, generate

SPEEDS = (0.50, 0.85, 1.25, 1.63, 2.02)
"""The study's mean speeds for a leg as long as the model's [m/s]."""
COLUMNS = {"hip": 0, "knee": 3, "ankle": 4}
PHASE = np.linspace(0.0, 1.0, 51)[:-1]
ON_THE_FLOOR = 0.002  # m


@functools.cache
def steady(speed: float) -> MotionClip:
    plan = GaitPlan(6.0, speed=((0.0, speed),), walking_at_start=True, walking_at_end=True)
    return generate(plan)


def strikes(clip: MotionClip, side: int) -> list[int]:
    """Frames at which the lowest point of a sole comes to the floor, away from the clip's ends."""
    down = sole_points(clip)[:, side, :, 2].min(axis=1) < ON_THE_FLOOR
    frames = np.flatnonzero(down[1:] & ~down[:-1]) + 1
    apart = np.diff(frames, prepend=-100) > 20
    return [f for f in frames[apart] if 20 < f < clip.n_frames - 20]


def mean_cycle(clip: MotionClip, column: int) -> np.ndarray:
    """Mean over the strides of both legs [deg], shape (50,)."""
    cycles = []
    for side in (0, 1):
        frames = strikes(clip, side)
        for a, b in itertools.pairwise(frames):
            angle = clip.joints[:, 7 * side + column]
            cycles.append(np.degrees(np.interp(a + (b - a) * PHASE, np.arange(clip.n_frames), angle)))
    return np.mean(cycles, axis=0)


@pytest.mark.parametrize("name", ANGLES)
@pytest.mark.parametrize("speed", SPEEDS)
def test_angles_are_inside_the_human_band(speed: float, name: str) -> None:
    band = angle_band(name, PHASE, speed)
    off = np.abs(mean_cycle(steady(speed), COLUMNS[name]) - band.mean) / band.sd
    assert (off <= 1.0).mean() >= 0.9, f"worst {off.max():.1f} sd at {100 * PHASE[off.argmax()]:.0f} %"
