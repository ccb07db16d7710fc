"""Sensorimotor delay: by hand, in the environment, through a checkpoint, in the evaluation."""

from __future__ import annotations

import numpy as np
import pytest

from kinesis_app.body.muscles import N_MUSCLES
from kinesis_app.cli.parsers import parser_for
from kinesis_app.env.action import excitations
from kinesis_app.env.bodies import Bodies
from kinesis_app.env.delay import LONGEST, Delay
from kinesis_app.env.foresight import foreseen
from kinesis_app.env.tracking import TrackingEnv, TrackingSettings
from kinesis_app.env.variation import VariationSettings
from kinesis_app.evaluation import evaluate
from kinesis_app.evaluation.pushes import evaluate_pushes
from kinesis_app.motion.gait import stand
from kinesis_app.policy.onnx_policy import read_policy
from kinesis_app.shipped import shipped_folder


def test_what_arrives_by_hand() -> None:
    """Four bodies told 1, 2, 3, ... and late by 0, 1, 2, 0 steps; the third starts anew, then in time."""
    delay = Delay(4, 1)
    delay.restart(np.arange(4), np.array([0, 1, 2, 0]))
    told = [np.full((4, 1), float(t)) for t in (1, 2, 3, 4, 5)]
    assert [delay(x)[:, 0].tolist() for x in told[:4]] == [
        [1, 1, 1, 1], [2, 1, 1, 2], [3, 2, 1, 3], [4, 3, 2, 4],
    ]  # fmt: skip
    delay.restart(np.array([1]), 1)
    assert delay(told[4])[:, 0].tolist() == [5, 5, 3, 5]  # who is new has nothing on its way
    delay.restart(np.array([1, 2]), 0)
    nobody = np.zeros((4, 1))
    assert delay(nobody) is nobody


def _actions(share: float, steps: int = 8) -> tuple[np.ndarray, np.ndarray]:
    """What the bodies were told, and their activations afterwards, each (T, B)."""
    settings = TrackingSettings(
        n_envs=40, n_threads=1, fail_distance=9.0, variation=VariationSettings(delayed=share)
    )
    env = TrackingEnv([stand(30.0)], settings, seed=2)
    env.reset()
    env.bodies.reset(np.arange(40), env.bodies.frame().qpos)
    told = np.linspace(0.1, 0.8, steps)
    felt = []
    for value in told:
        env.step(np.full((40, N_MUSCLES), value))
        felt.append(env.bodies.frame().activation.mean(axis=1))
    env.bodies.close()
    return told, np.array(felt)


def test_a_share_of_episodes_obeys_one_step_late() -> None:
    _, prompt = _actions(0.0)
    told, mixed = _actions(0.5)
    late = ~np.isclose(mixed[2], prompt[2], atol=1e-9)
    assert 10 <= late.sum() <= 30
    # Without delay the activation reached after a step is that of the action; late, that of the one before.
    np.testing.assert_allclose(prompt[2:], np.broadcast_to(told[2:, None], (6, 40)), atol=0.02)
    np.testing.assert_allclose(mixed[3:, late] - told[2:-1, None], 0.0, atol=0.02)


def test_delayed_environment_goes_on_exactly_from_its_state() -> None:
    pytest.importorskip("torch")
    from training.env_state import env_state, restore_env

    settings = TrackingSettings(
        n_envs=6, n_threads=1, episode_seconds=0.3, variation=VariationSettings(delayed=0.5)
    )
    actions = np.random.default_rng(0).uniform(0.0, 0.4, (20, 6, 80))
    env, other = (TrackingEnv([stand(3.0)], settings, seed=seed) for seed in (1, 9))
    env.reset()
    for action in actions[:8]:
        env.step(action)
    state = env_state(env)
    expected = [env.step(action).observation for action in actions[8:]]
    other.reset()
    restore_env(other, state)
    for action, wanted in zip(actions[8:], expected, strict=True):
        np.testing.assert_array_equal(other.step(action).observation, wanted)


def test_evaluation_with_delay() -> None:
    """A policy that counts its calls moves a delayed body one call behind."""

    def counting() -> object:
        calls = [0]

        def policy(observation: np.ndarray) -> np.ndarray:
            calls[0] += 1
            return np.full((len(observation), N_MUSCLES), min(0.05 * calls[0], 0.4))

        return policy

    prompt, late = (
        evaluate(counting(), [stand(1.0)], delay=k, n_threads=1, foresight=False)  # type: ignore[arg-type]
        for k in (0, 1)
    )
    assert late.clips[0].mean_activation < prompt.clips[0].mean_activation
    options = parser_for("evaluate").parse_args(["--delay", str(LONGEST)])
    assert options.delay == LONGEST
    with pytest.raises(SystemExit):
        parser_for("evaluate").parse_args(["--delay", str(LONGEST + 1)])


def test_what_is_on_its_way() -> None:
    delay = Delay(2, 1)
    delay.restart(np.arange(2), 2)
    assert delay.on_their_way() == []  # nobody has acted
    for value in (1.0, 2.0, 3.0):
        delay(np.full((2, 1), value))
    assert [float(action[0, 0]) for action in delay.on_their_way()] == [2.0, 3.0]
    assert float(delay(np.full((2, 1), 4.0))[0, 0]) == 2.0  # as foretold
    delay.restart(np.array([1]), 2)
    assert delay.on_their_way() == []


def test_what_is_foreseen_comes_true_and_foreseeing_changes_nothing() -> None:
    """Who foresaw two steps goes on as who did not, and it comes true, but for a push."""
    actions = np.random.default_rng(0).uniform(0.0, 0.3, (4, 2, N_MUSCLES))
    bodies, others = Bodies(2, 1), Bodies(2, 1)
    for action in actions[:2]:
        for them in (bodies, others):
            them.step(excitations(action, them.activation()))
    told = foreseen(bodies, list(actions[2:]))
    push = np.zeros((2, 6))
    push[1, 0] = 300.0
    for action in actions[2:]:
        for them in (bodies, others):
            them.set_push(push)
            them.step(excitations(action, them.activation()))
    np.testing.assert_array_equal(bodies.frame().qpos, others.frame().qpos)
    np.testing.assert_array_equal(told.qpos[0], bodies.frame().qpos[0])
    assert np.abs(told.qvel[1] - bodies.frame().qvel[1]).max() > 0.1  # nobody foresees a push


def test_the_shipped_policy_stands_late_commands_by_foresight() -> None:
    policy = read_policy(shipped_folder("policies") / "locomotion.onnx")
    foreseeing = evaluate_pushes(policy, 4, force=50.0, delay=1, n_threads=1)
    blind = evaluate_pushes(policy, 4, force=50.0, delay=1, n_threads=1, foresight=False)
    assert foreseeing.survived == 4
    assert blind.survived < 4
