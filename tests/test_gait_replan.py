"""Plans taken up from the body's own state: no jump, feet that stay, a balance that comes back."""

from __future__ import annotations

import functools
from dataclasses import replace

import mujoco
import numpy as np
import pytest

from kinesis_app.body import kinematics
from kinesis_app.body.model import physics_model
from kinesis_app.motion.clip import MotionClip
from kinesis_app.motion.dynamics import inverse_dynamics
from kinesis_app.motion.gait import GaitPlan, change_speed, generate, planned_state, recovery, replan, stand
from kinesis_app.motion.gait.measured import fading, measure
from kinesis_app.motion.gait.recovery import pushed
from kinesis_app.motion.gait.resume import PENDULUM, Catch

WEIGHT = 74.975 * 9.81
FPS = 150.0
PLAN = GaitPlan(12.0, ((0.0, 1.1),), walking_at_start=True, walking_at_end=True)
PUSHES = ((0.3, 0.0), (-0.3, 0.0), (0.0, 0.3), (0.0, -0.3))
TIMES = (300.0 / FPS, 328.0 / FPS, 357.0 / FPS)


@functools.cache
def state(time: float) -> tuple[np.ndarray, np.ndarray]:
    return planned_state(PLAN, time)


def recovered(time: float, push: tuple[float, float]) -> tuple[MotionClip, tuple[np.ndarray, np.ndarray]]:
    after = pushed(state(time), np.array(push))
    plan = replan(PLAN, time, after, state(time))
    return generate(replace(plan, duration=time + 4.0), start=time), after


def planned(time: float) -> MotionClip:
    return generate(replace(PLAN, duration=time + 4.0), start=time)


def first_velocity(clip: MotionClip) -> np.ndarray:
    """Velocity (34,) at the first frame, to second order."""
    qpos, rates = clip.qpos()[:3], np.zeros((2, 34))
    for k in (0, 1):
        mujoco.mj_differentiatePos(physics_model(), rates[k], 1.0 / FPS, qpos[k], qpos[k + 1])
    return 1.5 * rates[0] - 0.5 * rates[1]


@pytest.mark.parametrize("time", TIMES)
def test_without_deviation_nothing_changes(time: float) -> None:
    plan = replan(PLAN, time, state(time), state(time))
    ours, theirs = generate(replace(plan, duration=time + 4.0), start=time), planned(time)
    np.testing.assert_allclose(ours.root_pos, theirs.root_pos, atol=0.004)
    np.testing.assert_allclose(ours.joints, theirs.joints, atol=0.07)
    np.testing.assert_allclose(ours.joints[150:], theirs.joints[150:], atol=0.005)


@pytest.mark.parametrize("time", TIMES)
@pytest.mark.parametrize("push", PUSHES)
def test_a_pushed_walker_comes_back(time: float, push: tuple[float, float]) -> None:
    clip, (qpos, qvel) = recovered(time, push)
    np.testing.assert_allclose(clip.qpos()[0], qpos, atol=1e-9)
    np.testing.assert_allclose(first_velocity(clip), qvel, atol=0.1)
    away = (clip.root_pos - planned(time).root_pos)[:, :2]
    assert np.linalg.norm(away, axis=1).max() < 0.3
    stride = 168  # a hurried step leaves the strides out of phase: compare whole ones
    assert np.linalg.norm(away[-30] - away[-30 - stride]) * FPS / stride < 0.15
    assert np.linalg.norm(away[-30]) < 0.2
    missing = inverse_dynamics(clip).root_residual[5:-5, :3]
    assert np.sqrt(np.mean(np.sum(missing**2, axis=1))) < 0.06 * WEIGHT


def test_the_foot_on_the_floor_stays_and_the_next_one_lands_elsewhere() -> None:
    time = TIMES[1]
    clip, theirs = recovered(time, (0.0, 0.3))[0], planned(time)
    ours, usual = (kinematics.forward(c.qpos()).pos for c in (clip, theirs))
    right, left = kinematics.BODIES.index("toes_r"), kinematics.BODIES.index("toes_l")
    standing = slice(0, 20)  # the right foot until it rolls off
    assert np.abs(ours[standing, right, :2] - usual[standing, right, :2]).max() < 0.01
    landed = 50  # the left foot came down at frame 35
    assert ours[landed, left, 1] - usual[landed, left, 1] > 0.08


def test_a_displaced_body_keeps_its_place_and_returns_to_the_path() -> None:
    time = TIMES[0]
    qpos, qvel = (x.copy() for x in state(time))
    qpos[:2] += [0.04, 0.1]  # the whole body, feet included, stands beside the plan
    plan = replan(PLAN, time, (qpos, qvel), state(time))
    clip, theirs = generate(replace(plan, duration=time + 4.0), start=time), planned(time)
    away = np.linalg.norm((clip.root_pos - theirs.root_pos)[:, :2], axis=1)
    np.testing.assert_allclose(clip.root_pos[0], qpos[:3], atol=1e-9)
    assert away[0] == pytest.approx(np.hypot(0.04, 0.1), abs=2e-3)
    assert away[-60] < 0.02
    assert np.abs(np.diff(away)).max() * FPS < 0.35


def test_a_replanned_walk_can_be_changed_and_replanned() -> None:
    after = pushed(state(TIMES[0]), np.array([0.1, 0.1]))
    once = change_speed(replan(PLAN, TIMES[0], after, state(TIMES[0])), 3.5, 0.0)
    clip = generate(replace(once, duration=9.0), start=3.0)
    assert np.abs(np.diff(clip.root_pos[-30:], axis=0)).max() * FPS < 0.06
    later = planned_state(once, 2.9)
    twice = generate(replace(replan(once, 2.9, later, later), duration=6.0), start=2.9)
    np.testing.assert_allclose(
        twice.root_pos[300:], clip.root_pos[285 : 285 + len(twice.root_pos) - 300], atol=0.01
    )


def test_standing_is_taken_up_too() -> None:
    plan = GaitPlan(6.0)
    qpos, qvel = (x.copy() for x in planned_state(plan, 2.0))
    qpos, qvel = pushed((qpos, qvel), np.array([0.1, 0.0]))
    clip = generate(replan(plan, 2.0, (qpos, qvel)), start=2.0)
    np.testing.assert_allclose(clip.qpos()[0], qpos, atol=1e-9)
    assert np.linalg.norm((clip.root_pos[-1] - stand(6.0).root_pos[-1])[:2]) < 0.02


def test_measured_velocities_are_those_of_mujoco() -> None:
    qpos, qvel = state(TIMES[0])
    m = physics_model()
    d = mujoco.MjData(m)
    d.qpos[:], d.qvel[:] = qpos, qvel
    mujoco.mj_forward(m, d)
    mujoco.mj_subtreeVel(m, d)
    body = measure(qpos, qvel)
    np.testing.assert_allclose(body.com_vel, d.subtree_linvel[1][:2], atol=1e-4)
    velocity = np.zeros(6)
    mujoco.mj_objectVelocity(m, d, mujoco.mjtObj.mjOBJ_XBODY, m.body("calcn_l").id, velocity, 0)
    np.testing.assert_allclose(body.foot_vel[1], velocity[3:], atol=1e-3)
    np.testing.assert_allclose(body.foot_spin[1], velocity[:3], atol=1e-2)


def test_a_fading_difference_starts_and_ends_right() -> None:
    fade = fading(200, 100, np.array([0.2]), np.array([0.01]))[:, 0]
    assert fade[0] == pytest.approx(0.2)
    assert fade[1] - fade[0] == pytest.approx(0.01, abs=2e-4)
    assert np.abs(fade[100:]).max() < 1e-12


def test_a_step_catches_the_capture_point() -> None:
    # A pendulum off by 0.1 m, a step at 0.3 s that carries for ever after: the deviation has grown by
    # exp(w 0.35) when the weight is over, and the foot must be that far beside its place.
    catch = Catch(0, np.array([0.1, 0.0]), np.zeros(2))
    shift = catch.shift(45, 10_000, np.zeros(2), np.zeros(2))
    assert shift[0] == pytest.approx(0.1 * np.exp(PENDULUM * 0.35), rel=1e-6)
    after = catch.after(45, 10_000, shift)
    np.testing.assert_allclose(after.need, 0.0, atol=1e-12)


@pytest.mark.parametrize("seed", range(4))
def test_recoveries_begin_off_balance_and_stay_possible(seed: int) -> None:
    clip = recovery(seed, 4.0)
    assert clip.duration == pytest.approx(4.0, abs=0.01)
    missing = inverse_dynamics(clip).root_residual[5:-5, :3]
    assert np.sqrt(np.mean(np.sum(missing**2, axis=1))) < 0.08 * WEIGHT
