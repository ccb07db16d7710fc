"""The held teacher does exactly what a network would do that has learnt its labels without error."""

from __future__ import annotations

import numpy as np
import pytest

pytest.importorskip("numba")

from kinesis_app.env.tracking import TrackingSettings
from kinesis_app.motion.gait import stand
from kinesis_app.motion.gait.running import run
from training.actions import make_env, make_labeller

SETTINGS = TrackingSettings(n_envs=2, n_threads=2, start_noise=0.0, fail_distance=0.5)


def test_held_commands_move_as_a_student_of_the_labels_would() -> None:
    clips = [run(2.5, 2.0)]
    held = make_env("teacher", clips, SETTINGS, held=True)
    student = make_env("muscles", clips, SETTINGS)
    labeller = make_labeller(clips, student.bank, leashed=False)
    start = np.zeros(2, int), np.array([0, 7])
    np.testing.assert_array_equal(held.begin_at(*start), student.begin_at(*start))
    rng = np.random.default_rng(5)
    for _ in range(12):
        action = rng.uniform(-0.3, 0.3, (2, 14))
        command = labeller.label(student.bodies, action, student.rows(), student.moved)
        expected = student.step(command)
        np.testing.assert_array_equal(held.step(action).observation, expected.observation)


def test_without_holding_the_teacher_corrects_itself_in_between() -> None:
    """The two end up apart within a step already: the free one changes its muscles at every physics step."""
    clips = [run(2.5, 2.0)]
    envs = [make_env("teacher", clips, SETTINGS, held=held) for held in (False, True)]
    for env in envs:
        env.begin_at(np.zeros(2, int), np.array([0, 7]))
        env.step(np.zeros((2, 14)))
    free, held = (env.bodies.frame().qpos[:, :3] for env in envs)
    assert 1e-5 < np.abs(free - held).max() < 0.005


def test_a_held_teacher_keeps_a_standing_body_up() -> None:
    env = make_env("teacher", [stand(3.0)], SETTINGS, held=True)
    env.begin_at(np.zeros(2, int), np.zeros(2, int))
    for _ in range(60):
        assert not env.step(np.zeros((2, 14))).terminated.any()
