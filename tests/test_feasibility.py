"""The gate for clips, and the gentlest correction: each fault is found by its name, and only that."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from kinesis_app.body.joints import JOINT_NAMES
from kinesis_app.body.kinematics import forward
from kinesis_app.motion.balance import Tolerance, gentlest, nearest_inside
from kinesis_app.motion.clip import MotionClip
from kinesis_app.motion.feasibility import check
from kinesis_app.motion.gait import stand, walk
from kinesis_app.motion.retarget.correction import CLEARANCE, make_feasible, swing_lift
from kinesis_app.motion.retarget.shape import CALCN, sole_heights


@pytest.fixture(scope="module")
def walking() -> MotionClip:
    return walk(1.2, 2.0, stand_before=0.0, stand_after=0.0)


@pytest.fixture(scope="module")
def standing() -> MotionClip:
    return stand(0.6)


def test_standing_and_walking_pass(walking: MotionClip, standing: MotionClip) -> None:
    for clip in (standing, walking):
        found = check(clip)
        assert found.feasible, found.reasons
        assert found.ik_error_mm is None
        assert found.root_residual < 0.03
        assert found.root_residual_n == pytest.approx(found.root_residual * 74.97516 * 9.81, rel=1e-3)


def test_a_body_in_the_air_asks_for_its_whole_weight(standing: MotionClip) -> None:
    found = check(replace(standing, root_pos=standing.root_pos + np.array([0.0, 0.0, 0.1])))
    assert found.root_residual == pytest.approx(1.0, abs=0.01)
    assert found.reasons == ("floor and muscles cannot supply 100% of body weight (limit 10%)",)


def test_sunken_sliding_and_bent_clips_are_named(standing: MotionClip) -> None:
    sunk = check(replace(standing, root_pos=standing.root_pos - np.array([0.0, 0.0, 0.03])))
    assert sunk.penetration_mm == pytest.approx(31.0, abs=2.0)
    assert any("sinks" in reason for reason in sunk.reasons)
    drift = np.linspace(0.0, 0.05, standing.n_frames)[:, None] * [1.0, 0.0, 0.0]
    slid = check(replace(standing, root_pos=standing.root_pos + drift))
    assert slid.skate_mm == pytest.approx(50.0, abs=2.0)
    joints = standing.joints.copy()
    joints[:, JOINT_NAMES.index("knee_angle_r")] = -0.1
    bent = check(replace(standing, joints=joints))
    assert bent.joint_range_violations == 1.0
    assert any("knee_angle_r" in reason for reason in bent.reasons)


def test_a_jump_of_a_joint_is_a_jump_of_tendons(standing: MotionClip) -> None:
    joints = standing.joints.copy()
    joints[40:, JOINT_NAMES.index("hip_flexion_l")] += 0.3  # moment arms of hip flexors reach 5 cm
    assert 8.0 < check(replace(standing, joints=joints)).tendon_jump_mm < 30.0


def test_a_lean_moves_the_zero_moment_point_out(standing: MotionClip) -> None:
    sway = 0.15 * np.sin(np.linspace(0.0, 6.0, standing.n_frames))[:, None] * [0.0, 1.0, 0.0]
    found = check(replace(standing, root_pos=standing.root_pos + sway))
    assert not found.feasible


def test_gentlest_is_free_fall_in_flight_and_a_pendulum_in_stance() -> None:
    n, fps, still = 150, 150.0, np.zeros(150)
    tolerance = Tolerance(zmp=1e-4, fall=1e-3, shift=10.0, jerk=1e5)
    fall = gentlest(still, still, np.full(n, -9.81), still, np.ones(n), tolerance, fps)
    np.testing.assert_allclose(np.diff(fall, 2)[5:-5] * fps**2, -9.81, atol=1e-3)
    wanted = 0.02 * np.sin(np.linspace(0.0, 6.0, n))
    way = gentlest(wanted, np.full(n, 0.1), still, np.ones(n), still, tolerance, fps)
    zmp = way[1:-1] - 0.1 * np.diff(way, 2) * fps**2
    np.testing.assert_allclose(zmp, wanted[1:-1], atol=2e-4)


def test_nearest_inside() -> None:
    square = np.array([[0.0, 0.0], [1.0, 0.0], [1.0, 1.0], [0.0, 1.0]])
    np.testing.assert_allclose(nearest_inside(np.array([0.3, 0.4]), square), [0.3, 0.4])
    np.testing.assert_allclose(nearest_inside(np.array([2.0, 0.5]), square), [1.0, 0.5])
    np.testing.assert_allclose(nearest_inside(np.array([-1.0, 3.0]), square), [0.0, 1.0])
    line = np.array([[0.0, 0.0], [1.0, 0.0], [0.5, 0.0]])
    np.testing.assert_allclose(nearest_inside(np.array([0.5, 1.0]), line), [0.5, 0.0], atol=1e-9)


def test_correction_undoes_a_swaying_pelvis_with_the_feet_held(walking: MotionClip) -> None:
    time = np.arange(walking.n_frames) / walking.fps
    sway = 0.012 * np.sin(2.0 * np.pi * 2.3 * time)[:, None] * [0.0, 1.0, 0.0]
    spoilt = replace(walking, root_pos=walking.root_pos + sway)
    feet, spoilt_feet = forward(walking.qpos()).pos[:, CALCN], forward(spoilt.qpos()).pos[:, CALCN]
    fixed, report = make_feasible(spoilt)
    assert report.residual_before > 0.03
    assert report.residual_after < 0.5 * report.residual_before
    assert report.zmp_after_mm < 0.4 * report.zmp_before_mm
    assert 2.0 < report.pelvis_mm[0] < 30.0
    moved = np.linalg.norm(forward(fixed.qpos()).pos[:, CALCN] - spoilt_feet, axis=-1)[..., None]
    low = sole_heights(forward(spoilt.qpos())).min(axis=(2, 3)) < 0.002
    assert np.percentile(moved[low], 95.0) < 0.004
    assert feet.shape == spoilt_feet.shape


def test_a_sound_clip_is_left_alone(standing: MotionClip) -> None:
    same, report = make_feasible(standing)
    np.testing.assert_allclose(same.joints, standing.joints, atol=1e-9)
    assert report.pelvis_mm == (0.0, 0.0)
    assert report.foot_mm == 0.0


def test_scuffing_feet_are_lifted_in_mid_swing_only() -> None:
    stance = np.ones((90, 2), dtype=bool)
    stance[20:80, 0] = False
    height = np.zeros((90, 2))
    lift = swing_lift(height, stance)
    assert (lift[stance] == 0.0).all()
    assert lift[50, 0] == pytest.approx(CLEARANCE, rel=0.02)
    assert np.abs(np.diff(lift[:, 0])).max() < 0.004
    height[20:80, 0] = 0.1
    assert swing_lift(height, stance).max() == 0.0
