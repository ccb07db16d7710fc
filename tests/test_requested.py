"""Motions as sessions ask for them."""

from __future__ import annotations

import numpy as np
import pytest

from kinesis_app.motion.clip import MotionClip
from training.requested import requested


@pytest.fixture(scope="module")
def motion() -> MotionClip:
    return requested(3, seconds=8.0)


def test_it_is_one_continuous_motion(motion: MotionClip) -> None:
    """A seam between two plans would be a step of centimetres or tenths of a radian between frames."""
    assert motion.duration == pytest.approx(8.0, abs=0.01)
    assert np.abs(np.diff(motion.root_pos, axis=0)).max() * motion.fps < 2.5
    assert np.abs(np.diff(motion.joints, axis=0)).max() * motion.fps < 12.0
    assert np.sum(motion.root_quat[1:] * motion.root_quat[:-1], axis=1).min() > 0.999


def test_something_is_asked_for_on_the_way(motion: MotionClip) -> None:
    """Somebody left alone would walk straight on at 1.1 m/s."""
    ahead = motion.root_pos[-1, :2] - motion.root_pos[0, :2]
    assert abs(np.linalg.norm(ahead) - 1.1 * motion.duration) > 1.0


def test_a_seed_asks_the_same_again(motion: MotionClip) -> None:
    assert np.array_equal(requested(3, seconds=8.0).joints, motion.joints)
    assert not np.array_equal(requested(4, seconds=8.0).joints, motion.joints)
