"""Resting feet lie flat after an import: no ball hovers beside a heel that stands."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from clips import standing_clip

from kinesis_app.body.joints import JOINT_NAMES
from kinesis_app.motion.clip import MotionClip, resample
from kinesis_app.motion.retarget.clip_state import ClipState
from kinesis_app.motion.retarget.correction import make_feasible
from kinesis_app.motion.retarget.flattening import laid_flat
from kinesis_app.motion.retarget.footing import part_shuffles, stances
from kinesis_app.motion.retarget.shape import sole_heights


def tipped(joint: str, degrees: float) -> MotionClip:
    """Standing with one joint of both legs turned."""
    clip = standing_clip(2.0)
    joints = clip.joints.copy()
    joints[:, [JOINT_NAMES.index(f"{joint}_{side}") for side in "rl"]] += np.deg2rad(degrees)
    return replace(clip, joints=joints)


def slopes(state: ClipState) -> tuple[np.ndarray, np.ndarray]:
    """How much higher ball than heel and outer than inner edge of the right foot are [m], in mid clip."""
    height = sole_heights(state.frames)[state.clip.n_frames // 2, 0, 0]
    return height[[1, 3]].mean() - height[[0, 2]].mean(), height[[2, 3]].mean() - height[[0, 1]].mean()


@pytest.mark.parametrize(("joint", "degrees"), [("ankle_angle", 4.0), ("subtalar_angle", 8.0)])
def test_a_resting_foot_is_laid_flat_and_its_ankle_stays(joint: str, degrees: float) -> None:
    flat = slopes(ClipState.of(resample(standing_clip(2.0), 150.0)))
    before = ClipState.of(resample(tipped(joint, degrees), 150.0))
    assert np.abs(np.subtract(slopes(before), flat)).max() > 0.003
    after = laid_flat(before, np.ones((before.clip.n_frames, 2), dtype=bool))
    assert np.abs(slopes(after)).max() < 0.0015
    np.testing.assert_allclose(after.clip.root_pos, before.clip.root_pos)
    moved = after.frames.pos - before.frames.pos
    assert np.linalg.norm(moved, axis=-1).max() < 0.02


def test_a_raised_heel_a_pointing_foot_and_a_swinging_foot_stay_as_they_are() -> None:
    for degrees in (-5.0, 12.0):
        state = ClipState.of(resample(tipped("ankle_angle", degrees), 150.0))
        after = laid_flat(state, np.ones((state.clip.n_frames, 2), dtype=bool))
        assert slopes(after)[0] == pytest.approx(slopes(state)[0], abs=0.003)
    state = ClipState.of(resample(tipped("ankle_angle", 4.0), 150.0))
    assert laid_flat(state, np.zeros((state.clip.n_frames, 2), dtype=bool)) is state


def test_the_correction_puts_balls_on_the_floor() -> None:
    """Four degrees of pitch in a stand: the ball hovers a centimetre; afterwards heel and ball carry."""
    fixed, _ = make_feasible(tipped("ankle_angle", 4.0))
    state = ClipState.of(resample(fixed, 150.0))
    assert stances(state).all()
    assert abs(slopes(state)[0]) < 0.002
    assert np.abs(state.soles[50:-50] + 0.002).max() < 0.003


def test_a_foot_may_stand_for_a_single_frame() -> None:
    state = ClipState.of(resample(standing_clip(1.0), 150.0))
    stance = np.zeros((state.clip.n_frames, 2), dtype=bool)
    stance[-1, 0] = True
    part_shuffles(state, stance)
    assert stance.sum() == 1
