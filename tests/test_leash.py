"""The reference on a leash."""

from __future__ import annotations

import numpy as np
import pytest

from kinesis_app.env.leash import LEASH, taken_along
from kinesis_app.env.pushes import PushSettings
from kinesis_app.env.tracking import TrackingEnv, TrackingSettings
from training.clips import stand


def test_only_what_exceeds_the_leash_moves() -> None:
    pelvis = np.array([[0.3, 0.4], [0.03, 0.04], [0.3, 0.4]])
    leash = np.array([0.1, 0.1, np.inf])
    moved = taken_along(np.zeros((3, 2)), pelvis, np.zeros((3, 2)), leash)
    np.testing.assert_allclose(moved, [[0.24, 0.32], [0.0, 0.0], [0.0, 0.0]])  # 0.5 m away: 0.4 m of it
    again = taken_along(moved, pelvis, np.zeros((3, 2)), leash)
    np.testing.assert_allclose(again, moved)


@pytest.mark.parametrize(("share", "leash"), [(0.0, LEASH), (1.0, LEASH), (1.0, 0.02)])
def test_a_pushed_body_takes_its_reference_along(share: float, leash: float) -> None:
    push = PushSettings(400.0, 0.3, 0.04)
    settings = TrackingSettings(
        n_envs=2, start_noise=0.0, fail_distance=9.0, leashed_share=share, leash=leash, push=push
    )
    env = TrackingEnv([stand(3.0)], settings, seed=1)
    env.reset()
    for _ in range(25):
        env.step(np.zeros((2, 80)))
    gap = np.linalg.norm(env.bodies.frame().qpos[:, :2] - env.bank.qpos[0, :2] - env.moved, axis=1)
    if share:
        assert (np.linalg.norm(env.moved, axis=1) > LEASH).all()
        np.testing.assert_allclose(gap, leash)
    else:
        assert (env.moved == 0.0).all()
        assert (gap > 2 * LEASH).all()


def test_the_policy_sees_where_its_reference_is_now() -> None:
    """Body and reference moved by the same way: nothing changes for the policy."""
    env = TrackingEnv([stand(3.0)], TrackingSettings(n_envs=1, start_noise=0.0))
    before = env.reset()
    env.moved[:] = [[1.5, -0.7]]
    qpos, qvel = env.bank.qpos[:1].copy(), env.bank.qvel[:1]
    qpos[:, :2] += env.moved
    env.step_index[:] = 0
    env.bodies.reset(np.zeros(1, int), qpos, qvel, np.zeros((1, 80)))
    after = env._observe(env.bodies.frame())
    env.moved[:] = 0.0
    env.bodies.reset(np.zeros(1, int), env.bank.qpos[:1], qvel, np.zeros((1, 80)))
    np.testing.assert_allclose(after, env._observe(env.bodies.frame()), atol=1e-5)
    assert before.shape == after.shape
