"""The gate for clips, and the gentlest correction: each fault is found by its name, and only that."""

from __future__ import annotations

from dataclasses import replace

import mujoco
import numpy as np
import pytest

from kinesis_app.body.joints import JOINT_NAMES
from kinesis_app.body.model import physics_model
from kinesis_app.body.rotations import heading, quat_from_axis_angle, quat_mul
from kinesis_app.motion.balance import Tolerance, gentlest, nearest_inside
from kinesis_app.motion.clip import MotionClip, resample
from kinesis_app.motion.feasibility import check
from kinesis_app.motion.gait import stand, walk
from kinesis_app.motion.gait.running import run
from kinesis_app.motion.retarget.clip_state import ClipState
from kinesis_app.motion.retarget.correction import make_feasible
from kinesis_app.motion.retarget.footing import CLEARANCE, swing_lift
from kinesis_app.motion.retarget.leaning import balanced
from kinesis_app.motion.retarget.shape import CALCN


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
    square = np.array([[0.0, 0.0], [1.0, 0.0], [1.0, 1.0], [0.0, 1.0], [0.4, 0.6], [9.0, 9.0]])
    line = np.array([[0.0, 0.0], [1.0, 0.0], [0.5, 0.0], [9.0, 9.0], [9.0, 9.0], [9.0, 9.0]])
    points = np.array([[0.3, 0.4], [2.0, 0.5], [-1.0, 3.0], [0.5, 1.0], [0.9, 1.2]])
    corners = np.stack([square, square, square, line, square])
    counted = np.arange(6) < np.array([5, 5, 5, 3, 1])[:, None]
    found = nearest_inside(points, corners, counted)
    wanted = [[0.3, 0.4], [1.0, 0.5], [0.0, 1.0], [0.5, 0.0], [0.0, 0.0]]
    np.testing.assert_allclose(found, wanted, atol=1e-9)


def test_correction_undoes_a_swaying_body_and_holds_its_feet(walking: MotionClip) -> None:
    time = np.arange(walking.n_frames) / walking.fps
    sway = 0.012 * np.sin(2.0 * np.pi * 2.3 * time)[:, None] * [0.0, 1.0, 0.0]
    spoilt = replace(walking, root_pos=walking.root_pos + sway)
    fixed, report = make_feasible(spoilt)
    assert report.residual_before > 0.03
    assert report.residual_after < 0.5 * report.residual_before
    assert report.zmp_after_mm < 0.4 * report.zmp_before_mm
    assert 2.0 < report.pelvis_mm[0] < 30.0
    assert check(spoilt).skate_mm > 15.0
    assert check(fixed).skate_mm < 8.0


def test_in_flight_the_body_falls_freely_and_keeps_its_angular_momentum() -> None:
    """A run whose pelvis is held too level and nods: both are put right where no foot carries."""
    steady = run(3.0, 2.0)
    time = np.arange(steady.n_frames) / steady.fps
    spoilt = replace(
        steady,
        root_pos=steady.root_pos + 0.01 * np.sin(2.0 * np.pi * 2.1 * time)[:, None] * [0.0, 0.0, 1.0],
        root_quat=quat_mul(
            quat_from_axis_angle(np.array([0.0, 1.0, 0.0]), 0.03 * np.sin(2.0 * np.pi * 3.1 * time)),
            steady.root_quat,
        ),
    )
    fixed, report = make_feasible(spoilt)
    assert report.residual_before > 0.1
    assert report.residual_after < 0.5 * report.residual_before
    before, after = ClipState.of(resample(spoilt, 150.0)), ClipState.of(resample(fixed, 150.0))
    inner = slice(20, -20)

    def turning(state: ClipState) -> float:
        air = state.ready[inner].max(axis=(1, 2)) < 0.05
        return float(np.sqrt(np.square(state.wrench[inner][air][:, 3:5]).mean()))

    assert turning(after) < 0.5 * turning(before)


def test_a_body_that_would_fall_forward_leans_back(standing: MotionClip) -> None:
    """Told that its weight is 3 cm too far ahead, the body brings it back by that, on its feet."""
    state = ClipState.of(resample(standing, 150.0))
    facing = float(heading(standing.root_quat[0]))
    ahead = np.array([np.cos(facing), np.sin(facing)])
    told = replace(state, excess=np.broadcast_to(-0.03 * ahead, state.excess.shape))
    leaning = balanced(told)
    places = [_centre_of_mass(s.clip) for s in (state, leaning)]
    assert (places[1] - places[0])[:2] @ ahead == pytest.approx(-0.03, abs=0.004)
    feet, held = (s.frames.pos[:, CALCN] for s in (state, leaning))
    assert np.abs(feet - held).max() < 0.003


def _centre_of_mass(clip: MotionClip) -> np.ndarray:
    """Of its first pose [m], shape (3,)."""
    data = mujoco.MjData(physics_model())
    data.qpos[:] = clip.qpos()[0]
    mujoco.mj_forward(physics_model(), data)
    return np.array(data.subtree_com[0])


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
