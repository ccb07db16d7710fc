"""The environment: layout and invariance of the observation, determinism, time limits, gymnasium."""

from __future__ import annotations

import dataclasses
import warnings
from dataclasses import replace

import numpy as np
import pytest

from kinesis_app.body.rotations import quat_mul, quat_rotate, yaw_quat
from kinesis_app.env.action import excitations
from kinesis_app.env.bodies import Frame
from kinesis_app.env.observation import OBSERVATION_SIZE, TERMS, observe
from kinesis_app.env.pushes import PushSettings
from kinesis_app.env.reference import ReferenceFrame, reference_bank
from kinesis_app.env.reward import RewardSettings, body_error, reward_terms
from kinesis_app.env.tracking import TrackingEnv, TrackingSettings
from kinesis_app.errors import KinesisError
from kinesis_app.motion.gait import walk
from training.clips import stand

SETTINGS = TrackingSettings(n_envs=6, n_threads=2, episode_seconds=1.0, push=PushSettings(40.0))


def play(env: TrackingEnv, steps: int) -> list[np.ndarray]:
    rng = np.random.default_rng(7)
    out = [env.reset()]
    for _ in range(steps):
        step = env.step(rng.uniform(0.0, 0.3, (len(out[0]), 80)))
        out += [step.observation, step.reward, step.terminated, step.final_observation]
    env.bodies.close()
    return out


def test_observation_layout() -> None:
    sizes = {term.name: term.size for term in TERMS}
    assert sum(sizes.values()) == OBSERVATION_SIZE == 313
    assert list(sizes)[:5] == [
        "pelvis_height", "pelvis_up", "pelvis_velocity", "pelvis_angular_velocity", "joint_angles",
    ]  # fmt: skip
    assert sizes["activations"] == 80
    assert sizes["ahead_joint_error"] == 5 * 14
    env = TrackingEnv([stand(2.0)], SETTINGS)
    frame, ahead = env.bodies.frame(), env.bank.at(env.rows()[:, None] + np.zeros(5, int))
    observation = observe(frame, ahead)
    assert observation.dtype == np.float32
    at = np.cumsum([0, *sizes.values()])
    columns = {name: observation[:, a:b] for name, a, b in zip(sizes, at[:-1], at[1:], strict=True)}
    np.testing.assert_allclose(columns["pelvis_height"], frame.qpos[:, 2:3])
    np.testing.assert_array_equal(columns["activations"], 0.0)
    np.testing.assert_allclose(columns["ahead_joint_error"], 0.0, atol=1e-6)
    np.testing.assert_allclose(columns["pelvis_up"], [[0, 0, 1]] * 6, atol=2e-2)


def _moved_frame(frame: Frame, yaw: np.ndarray, shift: np.ndarray) -> Frame:
    qpos, qvel = frame.qpos.copy(), frame.qvel.copy()
    qpos[:, :3] = quat_rotate(yaw, frame.qpos[:, :3]) + shift
    qpos[:, 3:7] = quat_mul(np.broadcast_to(yaw, qpos[:, 3:7].shape), frame.qpos[:, 3:7])
    qvel[:, :3] = quat_rotate(yaw, frame.qvel[:, :3])
    pos = quat_rotate(yaw, frame.body_pos) + shift
    return replace(frame, qpos=qpos, qvel=qvel, body_pos=pos, body_vel=quat_rotate(yaw, frame.body_vel))


def _moved_reference(ref: ReferenceFrame, yaw: np.ndarray, shift: np.ndarray, angle: float) -> ReferenceFrame:
    return dataclasses.replace(
        ref,
        root_pos=quat_rotate(yaw, ref.root_pos) + shift,
        root_quat=quat_mul(np.broadcast_to(yaw, ref.root_quat.shape), ref.root_quat),
        root_vel=quat_rotate(yaw, ref.root_vel),
        heading=ref.heading + angle,
        body_pos=quat_rotate(yaw, ref.body_pos) + shift,
        body_vel=quat_rotate(yaw, ref.body_vel),
    )


def test_observation_and_reward_know_no_place_and_no_compass() -> None:
    env = TrackingEnv([stand(3.0)], replace(SETTINGS, start_noise=0.05))
    env.reset()
    rng = np.random.default_rng(3)
    for _ in range(6):
        env.step(rng.uniform(0.0, 0.5, (6, 80)))
    frame, ref = env.bodies.frame(), env.bank.at(env.rows()[:, None] + 5 * np.array([1, 2, 4, 8, 16]))
    angle, shift = 2.3, np.array([5.0, -3.0, 0.0])
    yaw = yaw_quat(np.array(angle))
    moved, moved_ref = _moved_frame(frame, yaw, shift), _moved_reference(ref, yaw, shift, angle)
    np.testing.assert_allclose(observe(moved, moved_ref), observe(frame, ref), atol=1e-5)
    now = env.bank.at(env.rows())
    moved_now = _moved_reference(now, yaw, shift, angle)
    np.testing.assert_allclose(body_error(moved, moved_now), body_error(frame, now), atol=1e-9)
    effort = np.zeros(6)
    here = reward_terms(frame, now, effort, RewardSettings())
    there = reward_terms(moved, moved_now, effort, RewardSettings())
    for name, value in here.items():
        np.testing.assert_allclose(there[name], value, atol=1e-9, err_msg=name)


def test_nearness_to_the_end_of_a_motion_is_rewarded_where_asked_for() -> None:
    settings = replace(SETTINGS, start_noise=0.0, reward=RewardSettings(arrival=0.6, arrival_scale=2.0))
    env = TrackingEnv([walk(1.0, 8.0)], settings)
    env.reset()
    frame = env.bodies.frame()
    end = env.bank.table.root_pos[env.bank.length[0] - 1, :2]
    terms = env._reward_terms(frame, env.bank.at(env.rows()))
    away = np.linalg.norm(frame.qpos[:, :2] - end, axis=1)
    assert away.max() > 1.0
    np.testing.assert_allclose(terms["arrival"], 0.6 * np.exp(-2.0 * away), rtol=1e-9)


def test_perfect_tracking_earns_every_term_in_full() -> None:
    env = TrackingEnv([stand(2.0)], replace(SETTINGS, start_noise=0.0))
    env.reset()
    terms = reward_terms(env.bodies.frame(), env.bank.at(env.rows()), np.zeros(6), RewardSettings())
    assert {name: pytest.approx(value[0]) for name, value in terms.items()} == {
        "position": 0.5, "velocity": 0.15, "upright": 0.1, "effort": 0.1, "joints": 0.15,
    }  # fmt: skip


def test_same_seed_same_result_whatever_the_threads() -> None:
    clips = [stand(2.0), stand(1.5)]
    runs = [play(TrackingEnv(clips, replace(SETTINGS, n_threads=n), seed=5), 45) for n in (1, 2, 3)]
    for other in runs[1:]:
        for a, b in zip(runs[0], other, strict=True):
            np.testing.assert_array_equal(a, b)
    different = play(TrackingEnv(clips, SETTINGS, seed=6), 5)
    assert np.abs(different[0] - runs[0][0]).max() > 1e-3


def test_time_limit_and_clip_end_truncate() -> None:
    env = TrackingEnv([stand(1.2)], replace(SETTINGS, fail_distance=10.0))
    observations = play(env, 0)
    assert observations[0].shape == (6, 313)
    env = TrackingEnv([stand(1.2)], replace(SETTINGS, fail_distance=10.0))
    env.reset()
    left = np.minimum(env.bank.control_steps[0] - env.step_index, 30)
    for t in range(1, 31):
        step = env.step(np.full((6, 80), 0.02))
        assert not step.terminated.any()
        np.testing.assert_array_equal(step.truncated[left >= t], (left == t)[left >= t])
    assert (env.age <= 30).all()


def test_action_map_reaches_its_target() -> None:
    from kinesis_app.body.muscles import step_activation

    activation = np.full((2, 80), 0.3)
    u = excitations(np.stack([np.full(80, 0.35), np.full(80, 2.0)]), activation)
    assert u.min() >= 0.0
    assert u.max() <= 1.0
    for k in range(5):
        activation = step_activation(u[:, k], activation)
    np.testing.assert_allclose(activation[0], 0.35, atol=1e-6)
    assert (activation[1] > 0.5).all()


def test_reference_bank_refuses_nothing() -> None:
    with pytest.raises(KinesisError, match="at least one clip"):
        reference_bank([])


def test_gymnasium_check() -> None:
    gymnasium = pytest.importorskip("gymnasium")
    from gymnasium.utils.env_checker import check_env

    from kinesis_app.env.gym_env import ENV_ID

    with warnings.catch_warnings():
        warnings.simplefilter("error", DeprecationWarning)
        env = gymnasium.make(ENV_ID, clips=[stand(2.0)])
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", message=".*(maximum|minimum) value.*infinity.*")
            check_env(env.unwrapped, skip_render_check=True)
    _, info = env.reset(seed=1)
    assert info["clip"] == "stand"
    total, done = 0, False
    while not done:
        observation, reward, terminated, truncated, info = env.step(env.action_space.sample())
        done, total = terminated or truncated, total + 1
    assert observation.shape == (313,)
    assert reward == pytest.approx(sum(v for k, v in info.items() if k.startswith("reward/")))
    assert 0 < total <= 60
    env.close()


def test_a_push_under_way_ends_when_pushes_are_switched_off() -> None:
    push = PushSettings(force=60.0, duration=0.2, interval=1.0 / 30.0)  # one starts at once
    env = TrackingEnv([stand(5.0)], TrackingSettings(n_envs=2, n_threads=1, fail_distance=9.0, push=push))
    env.reset()
    env.step(np.zeros((2, 80)))
    assert all(data.xfrc_applied.any() for data in env.bodies.data)
    env.settings = replace(env.settings, push=PushSettings(force=0.0))
    for _ in range(8):
        env.step(np.zeros((2, 80)))
    assert not any(data.xfrc_applied.any() for data in env.bodies.data)


def test_some_episodes_start_where_evaluations_do() -> None:
    settings = TrackingSettings(n_envs=64, n_threads=1, first_frame_share=0.5)
    env = TrackingEnv([stand(30.0)], settings, seed=3)
    env.reset()
    first = env.step_index == 0
    assert 20 <= np.count_nonzero(first) <= 44
    assert not env.bodies.frame().activation[first].any()
    assert env.bodies.frame().activation[~first].any()
