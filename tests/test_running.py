"""Running: human times and angles, free fall in flight, and the floor's force over a stride."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest

from kinesis_app.body import kinematics
from kinesis_app.body.joints import JOINT_NAMES, joint_table
from kinesis_app.errors import KinesisError
from kinesis_app.motion.clip import MotionClip
from kinesis_app.motion.dynamics import ClipDynamics, foot_spheres, inverse_dynamics
from kinesis_app.motion.gait import running_norms as norms
from kinesis_app.motion.gait.rolling import toe_rotation
from kinesis_app.motion.gait.running import run, varied_run
from kinesis_app.motion.gait.running_heels import heels_lifted
from kinesis_app.motion.gait.running_pelvis import Runner, centre_of_mass

WEIGHT = 74.97516 * 9.81


@pytest.fixture(scope="module")
def running() -> tuple[MotionClip, ClipDynamics]:
    clip = run(3.0, 2.1)
    return clip, inverse_dynamics(clip)


def test_speed_start_and_ranges(running: tuple[MotionClip, ClipDynamics]) -> None:
    clip, _ = running
    assert clip.n_frames == 316
    np.testing.assert_allclose(clip.root_pos[0, :2], 0.0, atol=1e-9)
    assert (clip.root_pos[-1, 0] - clip.root_pos[0, 0]) / clip.duration == pytest.approx(3.0, rel=0.03)
    low, high = joint_table().range.T
    assert (clip.joints >= low).all()
    assert (clip.joints <= high).all()


def test_force_is_flight_and_half_sines_that_carry_the_body(running: tuple[MotionClip, ClipDynamics]) -> None:
    clip, dynamics = running
    residual = np.sqrt(np.square(dynamics.root_residual[:, :3]).sum(axis=1).mean()) / WEIGHT
    assert residual < 0.12
    stride = round(2.0 / float(norms.cadence(3.0)) * clip.fps)
    needed = (dynamics.grf.sum(axis=1) + dynamics.root_residual[:, :3])[60 : 60 + 2 * stride]
    assert needed[:, 2].mean() == pytest.approx(WEIGHT, rel=0.04)
    assert abs(needed[:, 0].mean()) < 0.04 * WEIGHT
    assert 1.8 < needed[:, 2].max() / WEIGHT < 2.5  # Novacheck 1998: 2.2 body weights at 3.2 m/s
    braking = needed[:, 0].min() / WEIGHT
    assert -0.45 < braking < -0.1
    in_air = (dynamics.grf[60 : 60 + 2 * stride, :, 2] < 0.05 * WEIGHT).all(axis=1).mean()
    assert 0.12 < in_air < 0.36  # 1 - 2 x duty factor of 0.32 to 0.44


def test_centre_of_mass_falls_freely_in_flight(running: tuple[MotionClip, ClipDynamics]) -> None:
    clip, dynamics = running
    height = centre_of_mass(clip.qpos())[:, 2]
    fall = np.gradient(np.gradient(height)) * clip.fps**2
    air = np.all(dynamics.grf[..., 2] < 1.0, axis=1)
    air[:5] = air[-5:] = False
    middle = air & np.roll(air, 2) & np.roll(air, -2)
    assert middle.sum() > 10
    assert np.median(fall[middle]) == pytest.approx(-9.81, abs=1.5)


def test_joint_angles_are_a_runners(running: tuple[MotionClip, ClipDynamics]) -> None:
    clip, _ = running
    knee = np.degrees(clip.joints[:, JOINT_NAMES.index("knee_angle_r")])
    hip = np.degrees(clip.joints[:, JOINT_NAMES.index("hip_flexion_r")])
    assert 85.0 < knee.max() < 115.0  # Novacheck 1998: about 90 in swing at 3.2 m/s
    assert knee.min() > 5.0
    assert 45.0 < np.ptp(hip) < 75.0
    assert np.abs(np.diff(clip.joints, axis=0)).max() * clip.fps < 25.0


def test_a_heel_rises_where_the_ankle_bends_no_further_and_the_toes_stay() -> None:
    clip = run(2.5, 0.5)
    ankle, limit = JOINT_NAMES.index("ankle_angle_r"), joint_table().range[4, 1] - 0.02
    joints = clip.joints.copy()
    joints[:, ankle] += np.radians(10.0)
    wanted = kinematics.forward(replace(clip, joints=joints).qpos())
    asked = joints[:, ankle].copy()
    joints[:, ankle] = np.minimum(asked, limit)
    stiff = replace(clip, joints=joints)
    calcn, toes = (kinematics.BODIES.index(f"{name}_r") for name in ("calcn", "toes"))
    feet = tuple(
        SimpleNamespace(
            pos=wanted.pos[:, kinematics.BODIES.index(f"calcn_{s}")],
            rot=wanted.rot[:, kinematics.BODIES.index(f"calcn_{s}")],
        )
        for s in "rl"
    )
    before = Runner(stiff.root_pos, stiff.root_quat, stiff.joints)
    body, lifted = heels_lifted(before, (feet[0], feet[1]))
    rise = lifted[0].pos[:, 2] - wanted.pos[:, calcn, 2]
    t = int(rise.argmax())
    assert rise[t] > 0.01
    turn = before.joints[t, 6] - body.joints[t, 6]
    assert 0.5 < turn / (asked[t] - limit) < 1.6
    held = lifted[0].pos[t] + lifted[0].rot[t] @ foot_spheres(0).toe_offset
    np.testing.assert_allclose(held, wanted.pos[t, toes], atol=1e-9)
    np.testing.assert_allclose(
        toe_rotation(0, lifted[0].rot, body.joints[:, 6])[t], wanted.rot[t, toes], atol=1e-6
    )
    np.testing.assert_allclose(lifted[1].pos, feet[1].pos, atol=1e-3)


def test_norms() -> None:
    assert norms.cadence(3.0) == pytest.approx(2.9, abs=0.1)
    duty = 0.5 * norms.contact_time(np.array([2.0, 3.5])) * norms.cadence(np.array([2.0, 3.5]))
    assert 0.40 < duty[0] < 0.48
    assert 0.30 < duty[1] < 0.40
    assert np.degrees(norms.curve("knee", np.array([0.0]), 2.9)[0]) == pytest.approx(18.0, abs=5.0)
    stance = np.degrees(norms.curve("knee", np.linspace(0.0, 1.0, 50), 2.9)).max()
    assert stance == pytest.approx(46.0, abs=5.0)  # Heiderscheit 2011


def test_varied_runs_differ_by_seed_and_walking_speeds_are_refused() -> None:
    one, two = varied_run(1, 1.0), varied_run(2, 1.0)
    assert np.abs(one.joints - two.joints).max() > 0.01
    np.testing.assert_allclose(one.joints, varied_run(1, 1.0).joints)
    with pytest.raises(KinesisError, match=r"2 to 3\.5 m/s"):
        run(1.2, 2.0)
