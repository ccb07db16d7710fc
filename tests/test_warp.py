"""MuJoCo Warp against MuJoCo, on Warp's CPU device; skipped where Warp is not installed."""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Iterator
from dataclasses import replace

import mujoco
import numpy as np
import pytest

from kinesis_app.body.model import N_SUBSTEPS
from kinesis_app.env.bodies import Bodies
from kinesis_app.env.engine import make_bodies
from kinesis_app.env.tracking import TrackingEnv, TrackingSettings
from kinesis_app.env.variation import VariationSettings, varied_models
from kinesis_app.env.warp_bodies import WarpBodies
from kinesis_app.errors import KinesisError
from training.clips import stand

installed = importlib.util.find_spec("mujoco_warp") is not None
needs_warp = pytest.mark.skipif(not installed, reason="the extra 'warp' is not installed")
N = 3
MODELS = varied_models(VariationSettings(models=N, standard=0.3), seed=4)
"""The standard body, and two of other mass and strength."""


@pytest.fixture(scope="module")
def pair() -> Iterator[tuple[Bodies, WarpBodies]]:
    bodies, warped = Bodies(N, 1, MODELS), WarpBodies(N, 1, MODELS, "cpu")
    yield bodies, warped
    bodies.close()


def _start(pair: tuple[Bodies, Bodies]) -> None:
    """The same random, lightly active, moving states for both."""
    rng = np.random.default_rng(1)
    qpos = np.tile(MODELS[0].key_qpos[0], (N, 1))
    qvel, activation = 0.1 * rng.normal(size=(N, 34)), rng.uniform(0.0, 0.4, (N, 80))
    qvel[:, 6:] = 0.0  # the knees' coupled joints must move together
    for bodies in pair:
        bodies.reset(np.arange(N), qpos, qvel, activation)
        bodies.set_push(
            np.array([[0.0] * 6, [30.0, 0.0, 0.0, 0.0, 0.0, 5.0], [0.0, -40.0, 10.0, 0.0, 0.0, 0.0]])
        )


def _tendon_lengths(bodies: Bodies) -> np.ndarray:
    return np.array([data.actuator_length for data in bodies.data])


@needs_warp
def test_one_control_step_agrees_in_single_precision(pair: tuple[Bodies, WarpBodies]) -> None:
    _start(pair)
    excitation = np.random.default_rng(2).uniform(0.0, 0.6, (N, N_SUBSTEPS, 80))
    for bodies in pair:
        bodies.step(excitation)
    a, b = (bodies.frame() for bodies in pair)
    np.testing.assert_allclose(b.qpos, a.qpos, atol=2e-5)
    np.testing.assert_allclose(b.qvel, a.qvel, atol=2e-3)
    np.testing.assert_allclose(b.activation, a.activation, atol=1e-6)
    np.testing.assert_allclose(b.body_pos, a.body_pos, atol=1e-5)
    np.testing.assert_allclose(b.body_vel, a.body_vel, atol=2e-3)
    np.testing.assert_allclose(b.touch, a.touch, atol=1.0)
    np.testing.assert_allclose(pair[1].array("actuator_length"), _tendon_lengths(pair[0]), atol=2e-6)
    assert a.touch.max() > 100.0  # feet on the ground, or nothing was compared


@needs_warp
def test_one_second_stays_close(pair: tuple[Bodies, WarpBodies]) -> None:
    """Open loop: the bodies fall over, and do it the same way."""
    _start(pair)
    rng = np.random.default_rng(3)
    for _ in range(30):
        excitation = rng.uniform(0.0, 0.3, (N, N_SUBSTEPS, 80))
        for bodies in pair:
            bodies.step(excitation)
    a, b = (bodies.frame() for bodies in pair)
    assert np.linalg.norm(a.body_pos[:, 0] - MODELS[0].key_qpos[0, :3], axis=1).min() > 0.05
    assert np.linalg.norm(b.body_pos - a.body_pos, axis=2).max() < 0.01


@needs_warp
def test_resetting_one_body_leaves_the_others_alone(pair: tuple[Bodies, WarpBodies]) -> None:
    _, warped = pair
    _start(pair)
    excitation = np.full((N, N_SUBSTEPS, 80), 0.1)
    warped.step(excitation)
    before, state = warped.frame(), warped.state()
    warped.reset(np.array([1]), MODELS[0].key_qpos[:1])
    after = warped.frame()
    for name in ("qpos", "qvel", "activation", "touch", "body_vel"):
        old, new = getattr(before, name), getattr(after, name)
        np.testing.assert_array_equal(new[[0, 2]], old[[0, 2]], err_msg=name)
        assert not np.array_equal(new[1], old[1]), name
    warped.step(excitation)
    others = warped.frame().qpos[[0, 2]]
    warped.restore(*state)  # and a state put back goes on as it would have
    warped.step(excitation)
    np.testing.assert_array_equal(warped.frame().qpos[[0, 2]], others)


@needs_warp
def test_a_body_that_explodes_stands_up_again(pair: tuple[Bodies, WarpBodies]) -> None:
    _, warped = pair
    _start(pair)
    qvel = np.zeros((1, 34))
    qvel[0, 3] = np.nan
    warped.reset(np.array([2]), MODELS[0].key_qpos[:1], qvel)
    warped.step(np.zeros((N, N_SUBSTEPS, 80)))
    assert np.isfinite(warped.frame().qpos).all()
    np.testing.assert_allclose(warped.frame().qpos[2], MODELS[0].key_qpos[0], atol=1e-6)


@needs_warp
def test_teacher_and_muscles_work_on_warp() -> None:
    pytest.importorskip("numba")
    from training.env_state import env_state, restore_env
    from training.teacher import TeacherActuator

    clip = stand(3.0)
    settings = TrackingSettings(n_envs=N, n_threads=1)
    envs = [
        TrackingEnv([clip], replace(settings, physics=physics), 0, TeacherActuator([clip]))
        for physics in ("mujoco", "warp")
    ]
    observations = [env.reset() for env in envs]
    np.testing.assert_allclose(observations[1], observations[0], atol=1e-4)
    action = np.random.default_rng(5).uniform(-0.3, 0.3, (N, 14))
    labels = [env.actuator.label(env.bodies, action, env.rows(), env.moved) for env in envs]  # type: ignore[attr-defined]
    np.testing.assert_allclose(labels[1], labels[0], atol=2e-3)
    for _ in range(6):
        steps = [env.step(action) for env in envs]
    np.testing.assert_allclose(steps[1].reward, steps[0].reward, atol=1e-3)
    np.testing.assert_allclose(envs[1].bodies.frame().qpos, envs[0].bodies.frame().qpos, atol=1e-3)
    state = env_state(envs[1])
    expected = envs[1].step(action).observation
    restore_env(envs[1], state)
    np.testing.assert_array_equal(envs[1].step(action).observation, expected)


def test_unknown_engine_and_missing_package_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(KinesisError, match=r"'physics: bullet' does not exist\. Valid: mujoco, warp"):
        make_bodies("bullet", 1, 1, ())
    monkeypatch.setitem(sys.modules, "mujoco_warp", None)
    with pytest.raises(KinesisError, match=r"needs MuJoCo Warp: pip install -e '\.\[warp\]'"):
        make_bodies("warp", 1, 1, ())


def test_differing_model_arrays_are_found() -> None:
    from kinesis_app.env.warp_bodies import varying_arrays

    assert varying_arrays([MODELS[0]]) == []
    names = varying_arrays(MODELS)
    assert {"body_mass", "body_inertia", "actuator_gainprm"} <= set(names)
    assert isinstance(MODELS[1], mujoco.MjModel)
    assert "body_pos" not in names
