"""Low-passes of the import."""

from __future__ import annotations

import numpy as np
import pytest

from kinesis_app.body.joints import JOINT_NAMES, joint_table
from kinesis_app.motion.retarget.smoothing import CUTOFF, low_pass, smooth_joints, smooth_quat

FPS = 150.0
TIME = np.arange(0.0, 4.0, 1.0 / FPS)
AMID = slice(150, 450)


def gain(hertz: float) -> float:
    wave = np.sin(2.0 * np.pi * hertz * TIME)
    return float(np.abs(low_pass(wave, FPS)[AMID]).max())


def test_the_corner_is_where_it_says_and_slow_motion_stays() -> None:
    """A Butterworth of order 4 run both ways: 1/sqrt(2) at the corner (Winter 2009, eq. 3.8)."""
    assert gain(CUTOFF) == pytest.approx(0.5**0.5, abs=0.02)
    assert gain(2.0) == pytest.approx(1.0, abs=0.01)
    assert gain(4.0 * CUTOFF) < 0.01


def test_a_limit_is_reached_without_a_kink() -> None:
    """A knee that would bend 20 degrees beyond its range, once a second."""
    knee = JOINT_NAMES.index("knee_angle_r")
    low, high = joint_table().range.T
    joints = np.tile((low + high) / 2.0, (len(TIME), 1))
    joints[:, knee] = high[knee] - np.radians(40.0) + np.radians(60.0) * np.sin(2.0 * np.pi * TIME)
    cut, smooth = np.clip(low_pass(joints, FPS), low, high), smooth_joints(joints, FPS)

    def hardest(angles: np.ndarray) -> float:
        return float(np.abs(np.diff(angles[AMID, knee], 2)).max() * FPS**2)

    assert np.all((smooth >= low) & (smooth <= high))
    assert hardest(smooth) < 0.6 * hardest(cut)
    assert np.abs(smooth - cut)[AMID].max() < np.radians(2.5)


def test_turns_stay_turns() -> None:
    """A steady turn about z, its quaternions with the signs of chance."""
    half = 0.5 * np.pi * TIME
    quat = np.stack([np.cos(half), 0.0 * half, 0.0 * half, np.sin(half)], axis=1)
    signs = np.where(np.random.default_rng(0).random(len(TIME)) < 0.5, -1.0, 1.0)
    smooth = smooth_quat(quat * signs[:, None], FPS)
    assert np.abs(np.linalg.norm(smooth, axis=1) - 1.0).max() < 1e-12
    assert np.abs(np.abs(np.sum(smooth * quat, axis=1)) - 1.0)[AMID].max() < 1e-6
