"""The session: stepping, history, pushes, commands, pacing, and what happens when things go wrong."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from clips import standing_clip
from puppet import Wavy
from small_policy import write_policy
from waiting import until

from kinesis_app.body.model import CTRL_DT
from kinesis_app.body.muscles import bias, gain
from kinesis_app.env.observation import observe
from kinesis_app.env.tracking import TrackingEnv, TrackingSettings
from kinesis_app.errors import KinesisError
from kinesis_app.session import messages as m
from kinesis_app.session.clock import Clock
from kinesis_app.session.live import LiveSession
from kinesis_app.session.look import snapshot_of
from kinesis_app.session.measure import complete_forces, ground_reaction
from kinesis_app.session.simulation import Simulation


class Broken:
    """Fails from a given call on."""

    name = "broken"

    def __init__(self, after: int, failure: Callable[[], np.ndarray]) -> None:
        self.left, self.failure = after, failure

    def __call__(self, observation: np.ndarray) -> np.ndarray:
        self.left -= 1
        return np.full((1, 80), 0.05, np.float32) if self.left >= 0 else self.failure()


@pytest.fixture
def sim() -> Simulation:
    return Simulation(standing_clip(), Wavy())


def advance(sim: Simulation, n: int) -> np.ndarray:
    for _ in range(n):
        sim.step()
    return sim.frame.qpos[0].copy()


def test_no_command_lets_time_stand_still() -> None:
    """After a command the thread waits for the next one no longer than until the next step is due.

    ``queue.SimpleQueue.get`` with a timeout of a microsecond never came back in one of 1000 to 10 000
    cases, where something had been put in before: after a click on Play the human stood still until the
    next click.
    """
    session, steps = LiveSession(Simulation(standing_clip(), Wavy(), "wavy")), 0

    def advance() -> None:
        nonlocal steps
        steps += 1
        session.send(m.SetRate(1.0))

    session._core.advance = advance  # type: ignore[method-assign]
    session._core.patience = lambda: 1e-6  # type: ignore[method-assign]
    session._core.snapshot = session.latest_snapshot  # type: ignore[method-assign]
    with session:
        assert until(lambda: steps > 5_000, 60.0), f"stands still after {steps} steps"


def test_it_sees_and_moves_exactly_as_in_training(sim: Simulation) -> None:
    env = TrackingEnv([standing_clip()], TrackingSettings(n_envs=1, n_threads=1))
    env.bodies.reset(np.zeros(1, dtype=int), env.bank.qpos[:1], env.bank.qvel[:1])
    env.step_index[:] = 0
    seen = env._observe(env.bodies.frame())
    for _ in range(12):
        np.testing.assert_array_equal(seen, observe(sim.frame, sim.course.ahead(sim.step_index)))
        seen = env.step(Wavy()(seen)).final_observation
        sim.step()
        snapshot_of(sim)  # looking must not change what follows
    np.testing.assert_array_equal(env.bodies.data[0].qpos, sim.bodies.data[0].qpos)


def test_going_back_repeats_to_the_last_bit(sim: Simulation) -> None:
    advance(sim, 10)
    sim.push((50.0, 20.0, 0.0), 0.2)
    advance(sim, 3)  # in the middle of the push
    later = advance(sim, 12)
    assert sim.go_back_to(13) == 12
    assert sim.time == pytest.approx(13 * CTRL_DT)
    np.testing.assert_array_equal(advance(sim, 12), later)


def test_going_back_stops_at_the_beginning(sim: Simulation) -> None:
    start = sim.frame.qpos[0].copy()
    advance(sim, 5)
    assert sim.go_back_to(-99) == 5
    np.testing.assert_array_equal(sim.frame.qpos[0], start)
    assert sim.go_back_to(-99) == 0


def test_history_is_bounded() -> None:
    sim = Simulation(standing_clip(), Wavy(), history_seconds=0.5)
    advance(sim, 40)
    assert (len(sim.history), sim.history.first, sim.history.last) == (16, 25, 40)


def test_push_lasts_as_long_as_asked_and_pushes(sim: Simulation) -> None:
    calm = advance(sim, 9)
    sim.reset()
    sim.push((80.0, 0.0, 0.0), 0.1)
    pushes = []
    for _ in range(9):
        pushes.append(snapshot_of(sim).push[0])
        sim.step()
    assert pushes == [80.0] * 3 + [0.0] * 6
    assert sim.frame.qpos[0, 0] - calm[0] > 0.01
    assert not sim.bodies.data[0].xfrc_applied.any()


def test_snapshot_is_an_independent_copy(sim: Simulation) -> None:
    shot = snapshot_of(sim)
    before = shot.qpos.copy(), shot.activation.copy(), shot.reference_qpos.copy()
    advance(sim, 5)
    for kept, now in zip(before, (shot.qpos, shot.activation, shot.reference_qpos), strict=True):
        np.testing.assert_array_equal(kept, now)


def test_muscle_force_follows_the_hill_equations(sim: Simulation) -> None:
    advance(sim, 6)
    shot, data = snapshot_of(sim), sim.bodies.data[0]
    expected = -(
        gain(data.actuator_length, data.actuator_velocity) * shot.activation + bias(data.actuator_length)
    )
    np.testing.assert_allclose(shot.muscle_force, expected, atol=1e-6)


def test_ground_reaction_is_the_whole_contact_force() -> None:
    sim = Simulation(standing_clip(), Wavy())
    advance(sim, 4)
    model, data = sim.bodies.model, sim.bodies.data[0]
    complete_forces(model, data)
    grf = ground_reaction(model, data).force
    # Nothing but the floor constrains the root's translations.
    np.testing.assert_allclose(grf.sum(axis=0), data.qfrc_constraint[:3], atol=1e-6)
    assert grf[:, 2].min() > 50.0


def test_fall_is_noticed_and_reset_forgets_it() -> None:
    sim = Simulation(standing_clip(), lambda o: np.zeros((1, 80), np.float32), "limp")
    advance(sim, 60)
    assert sim.fallen
    assert snapshot_of(sim).fallen
    sim.reset()
    assert not sim.fallen
    assert sim.time == 0.0


@pytest.mark.parametrize("failure", [lambda: np.full((1, 80), np.nan, np.float32), lambda: 1 / 0])
def test_a_failing_policy_leaves_the_state_before_the_step(failure: Callable) -> None:
    sim = Simulation(standing_clip(), Broken(5, failure))
    state = advance(sim, 5)
    with pytest.raises((KinesisError, ZeroDivisionError)):
        sim.step()
    np.testing.assert_array_equal(sim.frame.qpos[0], state)
    assert sim.step_index == 5


def test_unstable_physics_is_undone(sim: Simulation, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    state = advance(sim, 3)
    sim.push((1e13, 0.0, 0.0), 1.0)
    with pytest.raises(KinesisError, match="became unstable"):
        advance(sim, 3)
    sim.push((0.0, 0.0, 0.0), 0.1)
    assert np.isfinite(advance(sim, 3)).all()
    assert np.linalg.norm(sim.frame.qpos[0, :3] - state[:3]) < 0.2
    assert not (tmp_path / "MUJOCO_LOG.TXT").exists()


# --- the live session ----------------------------------------------------------------------


@pytest.mark.parametrize("rate", [0.2, 1.0, 8.0])
def test_the_clock_keeps_the_rate(rate: float, monkeypatch: pytest.MonkeyPatch) -> None:
    now = 100.0
    monkeypatch.setattr("kinesis_app.session.clock.time.perf_counter", lambda: now)
    clock = Clock(rate)
    for step in range(400):
        now += clock.wait_time()
        now += 0.001 if step % 3 else 0.004  # computing time varies
        clock.stepped()
    assert clock.real_time_factor() == pytest.approx(rate, rel=0.03)
    assert now - 100.0 == pytest.approx(399 * CTRL_DT / rate, abs=0.02)  # the first is due at once


def test_as_fast_as_it_goes_then_slower() -> None:
    with LiveSession(Simulation(standing_clip(60.0), Wavy()), rate=math.inf) as live:
        assert until(lambda: live.latest_snapshot().time > 2.0, 30.0)
        live.send(m.SetRate(0.2))
        assert until(lambda: live.latest_snapshot().rate == 0.2)


def test_play_pause_and_single_steps() -> None:
    with LiveSession(Simulation(standing_clip(), Wavy()), playing=False) as live:
        live.send(m.StepForward(7))
        assert until(lambda: live.latest_snapshot().step == 7)
        live.send(m.StepBack(3))
        assert until(lambda: live.latest_snapshot().step == 4)
        time.sleep(0.1)
        assert live.latest_snapshot().step == 4
        live.send(m.Play())
        assert until(lambda: live.latest_snapshot().step > 6)
        live.send(m.Pause())
        assert until(lambda: not live.latest_snapshot().playing)
        live.send(m.Reset())
        assert until(lambda: live.latest_snapshot().step == 0)


def test_samples_are_lossless_and_in_order() -> None:
    with LiveSession(Simulation(standing_clip(60.0), Wavy()), rate=8.0, loop=False) as live:
        steps: list[int] = []
        while len(steps) < 60:
            time.sleep(0.05)
            steps += [shot.step for shot in live.drain_samples()]
    assert steps == list(range(1, len(steps) + 1))


@pytest.mark.parametrize("failure", [lambda: np.full((1, 80), np.nan, np.float32), lambda: 1 / 0])
def test_errors_pause_and_keep_the_session_alive(failure: Callable, tmp_path: Path) -> None:
    with LiveSession(Simulation(standing_clip(), Broken(5, failure)), rate=8.0) as live:
        assert until(lambda: not live.latest_snapshot().playing)
        events = live.drain_events()
        assert [e.level for e in events] == ["error"]
        assert live.alive
        live.send(m.LoadPolicy(str(write_policy(tmp_path / "good.onnx"))))
        live.send(m.Play())
        assert until(lambda: live.latest_snapshot().step > 8)
        assert live.latest_snapshot().policy == "good"


def test_bad_commands_are_told_and_leave_the_run_going(tmp_path: Path) -> None:
    bad = tmp_path / "bad.onnx"
    bad.write_bytes(b"no")
    with LiveSession(Simulation(standing_clip(), Wavy())) as live:
        live.send(m.LoadPolicy(str(bad)))
        live.send(m.SetRate(99.0))
        live.send(m.SetWalkingSpeed(1.0))
        assert until(lambda: live.latest_snapshot().step > 3)
        events = live.drain_events()
        assert [e.level for e in events] == ["error"] * 3
        assert live.latest_snapshot().playing
        assert live.latest_snapshot().rate == 1.0


def test_a_motion_that_ends_loops_or_pauses() -> None:
    with LiveSession(Simulation(standing_clip(0.4), Wavy()), rate=8.0) as live:
        seen = {s.step for s in live.drain_samples()}
        assert until(lambda: seen.update(s.step for s in live.drain_samples()) or 12 in seen)
        assert until(lambda: live.latest_snapshot().step < 5)
        live.send(m.SetLoop(False))
        assert until(lambda: not live.latest_snapshot().playing)
        assert live.latest_snapshot().step == 12
        live.send(m.LoadMotion(standing_clip(3.0, "longer")))
        live.send(m.Play())
        assert until(lambda: live.latest_snapshot().step > 15)
        assert live.latest_snapshot().motion == "longer"
        assert live.latest_snapshot().motion_seconds == pytest.approx(3.0)


def test_a_late_clock_drops_time_rather_than_racing() -> None:
    clock = Clock()
    clock.stepped()
    clock._due -= 10.0  # as if the machine had slept
    clock.stepped()
    assert clock.wait_time() < CTRL_DT + 0.01
    clock.stepped()
    assert clock.wait_time() > 0.0


def test_close_ends_the_thread() -> None:
    live = LiveSession(Simulation(standing_clip(), Wavy())).start()
    live.close()
    assert not live.alive
    assert live.wait(0.1)
