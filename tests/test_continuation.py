"""Beyond its end a clip goes on as its motion did."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from kinesis_app.body.joints import N_JOINTS
from kinesis_app.body.model import N_SUBSTEPS, SIM_DT
from kinesis_app.body.rotations import quat_mul, quat_rotate, yaw_quat
from kinesis_app.env.observation import LOOK_AHEAD
from kinesis_app.env.reference import BEYOND, reference_bank
from kinesis_app.motion import gait
from kinesis_app.motion.clip import MotionClip, resample
from kinesis_app.motion.continuation import continued
from kinesis_app.motion.gait import running


def first_frames(clip: MotionClip, n: int) -> MotionClip:
    return replace(clip, root_pos=clip.root_pos[:n], root_quat=clip.root_quat[:n], joints=clip.joints[:n])


@pytest.mark.parametrize(
    ("whole", "near_m", "near_rad"),
    [
        (gait.walk(1.3, 8.0, stand_before=0.0, stand_after=0.0), 1e-3, 1e-3),
        (running.run(3.0, 6.0), 0.05, 0.1),
    ],
    ids=["walk", "run"],
)
def test_a_steady_gait_goes_on_as_it_really_did(whole: MotionClip, near_m: float, near_rad: float) -> None:
    whole = resample(whole, 1.0 / SIM_DT)
    cut = whole.n_frames // 2
    longer = continued(first_frames(whole, cut), BEYOND)
    assert longer.n_frames == cut + BEYOND
    there = slice(0, cut + BEYOND)
    np.testing.assert_allclose(longer.root_pos, whole.root_pos[there], atol=near_m)
    np.testing.assert_allclose(longer.joints, whole.joints[there], atol=near_rad)
    np.testing.assert_array_equal(longer.root_pos[:cut], whole.root_pos[:cut])


def test_it_goes_on_alike_in_any_direction() -> None:
    """A turning walk, turned about the vertical, goes on in the turned way."""
    clip = first_frames(resample(gait.varied("turn", 3, 6.0), 1.0 / SIM_DT), 800)
    spin = yaw_quat(np.array(1.1))
    turned = replace(
        clip, root_pos=quat_rotate(spin, clip.root_pos), root_quat=quat_mul(spin, clip.root_quat)
    )
    here, there = continued(clip, BEYOND), continued(turned, BEYOND)
    np.testing.assert_allclose(there.root_pos, quat_rotate(spin, here.root_pos), atol=1e-9)
    np.testing.assert_allclose(there.joints, here.joints, atol=1e-9)
    np.testing.assert_allclose(
        np.abs(np.sum(there.root_quat * quat_mul(spin, here.root_quat), axis=1)), 1.0, atol=1e-9
    )


def test_what_never_was_like_its_end_goes_straight_on() -> None:
    n = 400
    pos = np.column_stack([0.5 * SIM_DT * np.arange(n), np.zeros(n), 0.9 + 0.001 * np.arange(n)])
    joints = np.linspace(0.0, 3.0, n)[:, None] * np.ones(N_JOINTS)
    clip = MotionClip("odd", 1.0 / SIM_DT, pos, np.tile([1.0, 0.0, 0.0, 0.0], (n, 1)), joints)
    for length in (n, 50):
        longer = continued(first_frames(clip, length), BEYOND)
        end = pos[length - 1]
        np.testing.assert_allclose(
            longer.root_pos[-1], end + np.array([0.5 * SIM_DT * BEYOND, 0.0, 0.0]), atol=1e-9
        )
        np.testing.assert_array_equal(longer.joints[-1], joints[length - 1])


def test_policies_see_it_at_the_end_of_a_clip_that_keeps_its_length() -> None:
    """At the last step of a run what is seen ahead lies ahead, as far as the run is quick."""
    assert max(LOOK_AHEAD) * N_SUBSTEPS == BEYOND
    bank = reference_bank([running.run(3.0, 4.0), gait.walk(1.0, 6.0, stand_after=0.0)])
    assert bank.control_steps.tolist() == [120, 180]
    clip, last = np.array([0, 1]), bank.length - 1
    ahead = bank.at(bank.rows(clip, last + BEYOND)).root_pos - bank.at(bank.rows(clip, last)).root_pos
    speed = np.linalg.norm(ahead[:, :2], axis=1) / (BEYOND * SIM_DT)
    np.testing.assert_allclose(speed, [3.0, 1.0], rtol=0.1)
    np.testing.assert_array_equal(bank.rows(clip, last + BEYOND + 9), bank.rows(clip, last + BEYOND))
