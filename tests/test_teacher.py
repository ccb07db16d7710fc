"""The teacher: it holds a standing body up by muscles alone, and labels without side effects."""

from __future__ import annotations

import numpy as np
import pytest

pytest.importorskip("numba")

from kinesis_app.body import muscles
from kinesis_app.env.tracking import TrackingEnv, TrackingSettings
from kinesis_app.motion.gait import stand
from training.muscle_sharing import muscle_gain_bias
from training.teacher import TeacherActuator
from training.teacher_gains import gait_shares

RNG = np.random.default_rng(3)


@pytest.fixture(scope="module")
def env() -> TrackingEnv:
    clip = stand(6.0)
    return TrackingEnv([clip], TrackingSettings(n_envs=3, n_threads=2), 0, TeacherActuator([clip]))


def test_scalar_muscle_equations_match_the_batched_ones() -> None:
    table = muscles.muscle_table()
    for _ in range(200):
        m = int(RNG.integers(80))
        length = np.tile(table.tendon_slack_length + RNG.uniform(0.3, 1.9) * table.optimal_fiber_length, 1)
        velocity = RNG.uniform(-1.2, 1.2) * 10.0 * table.optimal_fiber_length
        expected = muscles.gain(length, velocity)[m], muscles.bias(length)[m]
        assert muscle_gain_bias(m, length[m], velocity[m]) == pytest.approx(expected, abs=1e-6)


def test_zero_offsets_keep_a_standing_body_up(env: TrackingEnv) -> None:
    env.reset()
    for _ in range(60):
        step = env.step(np.zeros((3, 14)))
        assert not step.terminated.any()
    assert np.abs(env.bodies.frame().qpos[:, 2] - env.bank.qpos[0, 2]).max() < 0.02
    assert all(not data.xfrc_applied.any() and not data.qfrc_applied.any() for data in env.bodies.data)


def test_label_leaves_the_bodies_as_they_were(env: TrackingEnv) -> None:
    env.reset()
    action = RNG.uniform(-0.5, 0.5, (3, 14))
    for _ in range(3):
        env.step(np.zeros((3, 14)))
    assert isinstance(env.actuator, TeacherActuator)
    rows = env.rows()
    label = env.actuator.label(env.bodies, action, rows, env.moved)
    again = env.actuator.label(env.bodies, action, rows, env.moved)
    np.testing.assert_array_equal(label, again)
    assert label.min() >= 0.0
    assert label.max() <= 1.0
    before = env.bodies.frame().qpos
    env.actuator.apply(env.bodies, action, rows, env.moved)
    moved = env.bodies.frame().qpos
    assert np.abs(moved - before).max() > 1e-4


def test_gains_fade_with_the_gait() -> None:
    """One second of standing, one of walking with both legs in turn, one of running with flights."""
    load = np.full((450, 2), 0.5)
    for start in range(150, 300, 50):
        load[start : start + 20] = [1.0, 0.0]
        load[start + 25 : start + 45] = [0.0, 1.0]
    for start in range(300, 450, 30):
        load[start : start + 15] = [1.0, 0.0]
        load[start + 15 : start + 30] = 0.0
    shares = gait_shares(load)
    np.testing.assert_allclose(shares.sum(axis=1), 1.0)
    np.testing.assert_allclose(shares[[20, 170, 400]], np.eye(3), atol=1e-9)
    assert np.abs(np.diff(shares, axis=0)).max() < 0.05
