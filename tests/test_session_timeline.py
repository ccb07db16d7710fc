"""The timeline: scrub, play the past again, loop a part of it, branch; and what a failure leaves."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable
from pathlib import Path

import mujoco
import numpy as np
import pytest
from clips import standing_clip
from puppet import Puppet, Wavy

from kinesis_app.body.model import CTRL_DT, N_SUBSTEPS, physics_model
from kinesis_app.cli import main
from kinesis_app.errors import KinesisError
from kinesis_app.experiment import Experiment, Fatigue, TimedPush
from kinesis_app.session import messages as m
from kinesis_app.session.core import SessionCore
from kinesis_app.session.live import LiveSession
from kinesis_app.session.recording import Recording
from kinesis_app.session.replay import read_post_mortem, replay
from kinesis_app.session.simulation import Simulation
from kinesis_app.session.walking import endless_walk

HARD = Experiment(
    strength={"soleus": 0.5},
    fatigue=Fatigue(pace=50.0),
    noise=0.3,
    pushes=(TimedPush(40.0, 0.2, 90.0, at=0.5),),
    slope=2.0,
)


class Failing(Wavy):
    """The same until it fails on call number ``fails_at``."""

    def __init__(self, fails_at: int, failure: Callable[[], np.ndarray]) -> None:
        self.left, self.failure = fails_at, failure

    def __call__(self, observation: np.ndarray) -> np.ndarray:
        self.left -= 1
        return self.failure() if self.left == 0 else super().__call__(observation)


def core_of(simulation: Simulation, loop: bool = False) -> SessionCore:
    return SessionCore(simulation, playing=True, loop=loop, rate=8.0)


@pytest.fixture
def core() -> SessionCore:
    return core_of(Simulation(standing_clip(30.0), Wavy(), experiment=HARD))


def play(core: SessionCore, n: int) -> None:
    for _ in range(n):
        core.advance()


def state(core: SessionCore) -> np.ndarray:
    shot = core.snapshot()
    return np.concatenate([shot.qpos, shot.qvel, shot.activation, shot.fatigue, shot.grf.ravel()])


def test_seek_shows_what_was_and_pauses(core: SessionCore) -> None:
    states = [state(core)]
    for _ in range(30):
        play(core, 1)
        states.append(state(core))
    core.obey(m.Seek(10 * CTRL_DT))
    shot = core.snapshot()
    assert (shot.reviewing, shot.playing) == (True, False)
    assert shot.run_time == pytest.approx(10 * CTRL_DT)
    assert shot.history == pytest.approx((0.0, 30 * CTRL_DT))
    np.testing.assert_array_equal(state(core), states[10])
    core.obey(m.Seek(99.0))
    assert not core.snapshot().reviewing
    np.testing.assert_array_equal(state(core), states[30])


def test_the_past_plays_again_and_goes_on_live(core: SessionCore) -> None:
    play(core, 20)
    core.samples.clear()
    core.obey(m.Seek(5 * CTRL_DT))
    core.obey(m.Play())
    play(core, 15)
    assert not core.snapshot().reviewing
    assert not core.samples  # nothing was computed
    play(core, 2)
    assert [round(s.run_time / CTRL_DT) for s in core.samples] == [21, 22]


def test_the_past_played_again_ends_where_the_motion_ended() -> None:
    core = core_of(Simulation(standing_clip(0.4), Wavy()))
    play(core, 12)
    assert not core.playing
    core.obey(m.Seek(0.1))
    core.obey(m.Play())
    play(core, 20)
    shot = core.snapshot()
    assert (shot.playing, shot.reviewing, shot.step) == (False, False, 12)
    core.obey(m.Play())  # and once more is from the beginning
    play(core, 1)
    assert core.snapshot().step == 1


def test_steps_through_the_past_then_live(core: SessionCore) -> None:
    play(core, 8)
    core.obey(m.StepBack(3))
    assert core.snapshot().run_time == pytest.approx(5 * CTRL_DT)
    core.obey(m.StepForward(5))
    assert core.snapshot().run_time == pytest.approx(10 * CTRL_DT)
    core.obey(m.StepBack(99))
    assert core.snapshot().run_time == 0.0
    core.obey(m.StepBack())
    assert [e.text for e in core.events] == ["The history goes back no further."]


def test_a_branch_repeats_to_the_last_bit(core: SessionCore) -> None:
    """With fatigue, noise, a push under way and a slope: all of it belongs to the state."""
    play(core, 40)
    end = state(core)
    core.obey(m.Seek(17 * CTRL_DT))  # in the middle of the push
    core.obey(m.ContinueFromHere())
    branched = [e for e in core.events if isinstance(e, m.Branched)]
    assert [e.run_time for e in branched] == [pytest.approx(17 * CTRL_DT)]
    assert core.snapshot().history[1] == pytest.approx(17 * CTRL_DT)
    play(core, 23)
    np.testing.assert_array_equal(state(core), end)


def test_what_is_done_by_hand_replays_from_the_recording() -> None:
    """Pushes and pulls are in the recording: plain MuJoCo repeats the run from it."""
    core = core_of(Simulation(standing_clip(30.0), Wavy()))
    play(core, 3)
    core.obey(m.Push((40.0, 20.0, 0.0), 0.2))
    core.obey(m.Pull("femur_r", (0.05, -0.2, 0.0), (0.0, 30.0, 15.0)))
    play(core, 10)
    core.obey(m.Pull("femur_r", (0.0, 0.0, 0.0), (0.0, 0.0, 0.0)))
    play(core, 10)
    arrays = Recording.of(core.simulation.history.between(0, 99)).arrays()
    assert list(arrays["body_names"]).index("femur_r") in np.flatnonzero(arrays["wrenches"][5].any(axis=1))
    assert not arrays["wrenches"][14].any()
    model = physics_model()
    data = mujoco.MjData(model)
    data.qpos[:], data.qvel[:] = arrays["qpos"][0], arrays["qvel"][0]
    mujoco.mj_forward(model, data)
    for i in range(23):
        data.xfrc_applied[:] = arrays["wrenches"][i]
        for k in range(N_SUBSTEPS):
            data.ctrl[:] = arrays["excitation_sim"][N_SUBSTEPS * i + k]
            mujoco.mj_step(model, data)
    np.testing.assert_allclose(data.qpos, arrays["qpos"][23], atol=1e-9)


def test_a_pull_acts_at_its_point() -> None:
    """A pull along the line through the centre of mass has no moment; beside it, force times arm."""
    sim = Simulation(standing_clip(), Wavy())
    data, row = sim.bodies.data[0], physics_model().body("femur_l").id
    centre = data.xmat[row].reshape(3, 3).T @ (data.xipos[row] - data.xpos[row])
    sim.pull("femur_l", tuple(centre), (0.0, 0.0, 50.0))
    np.testing.assert_allclose(sim.wrenches()[row], (0, 0, 50, 0, 0, 0), atol=1e-9)
    beside = data.xmat[row].reshape(3, 3).T @ (data.xipos[row] + [0.2, 0.0, 0.0] - data.xpos[row])
    sim.pull("femur_l", tuple(beside), (0.0, 0.0, 50.0))
    np.testing.assert_allclose(sim.wrenches()[row], (0, 0, 50, 0, -10, 0), atol=1e-9)  # x times z is -y
    for body, x in (("nobody", 1.0), ("femur_l", np.nan), ("world", 1.0)):
        with pytest.raises(KinesisError):
            sim.pull(body, (0.0, 0.0, 0.0), (x, 0.0, 0.0))


def test_a_branch_of_an_endless_walk_meets_the_same_references() -> None:
    """It is planned on while it is walked, at a moment that is not the same twice."""
    core = core_of(Puppet(endless_walk(1.1), Wavy()))
    while len({id(x.checkpoint.course) for x in core.simulation.history.between(0, 9999)}) < 2:
        play(core, 1)
        time.sleep(0.001)  # a thread plans
    n = core.simulation.run_step + 30
    play(core, 30)
    end, switched = state(core), core.simulation.course
    for undisturbed in (True, False):
        core.obey(m.Seek((n - 90) * CTRL_DT))
        core.obey(m.ContinueFromHere())
        if not undisturbed:
            core.obey(m.SetExperiment(Experiment(noise=0.1)))
        play(core, 90)
        assert core.snapshot().run_time == pytest.approx(n * CTRL_DT)
        assert (core.simulation.course is switched) == undisturbed
        if undisturbed:
            np.testing.assert_array_equal(state(core), end)
    core.close()


@pytest.mark.parametrize(
    "command", [m.Push((60.0, 0.0, 0.0)), m.SetExperiment(Experiment(strength={"all": 0.1}))]
)
def test_what_changes_the_past_branches(core: SessionCore, command: m.Command) -> None:
    play(core, 40)
    end = state(core)
    core.obey(m.Seek(20 * CTRL_DT))
    core.obey(command)
    assert core.snapshot().history[1] == pytest.approx(20 * CTRL_DT)
    core.obey(m.Play())
    play(core, 20)
    assert np.abs(state(core) - end).max() > 1e-3


def test_a_b_loop(core: SessionCore) -> None:
    play(core, 10)
    core.obey(m.SetLoopRange((4 * CTRL_DT, 7 * CTRL_DT)))
    seen = []
    for _ in range(8):
        core.advance()
        seen.append(round(core.snapshot().run_time / CTRL_DT))
    assert seen == [5, 6, 7, 5, 6, 7, 5, 6]
    assert core.snapshot().loop_range == (4 * CTRL_DT, 7 * CTRL_DT)
    core.obey(m.SetLoopRange(None))
    play(core, 10)
    assert core.snapshot().run_time == pytest.approx(16 * CTRL_DT)  # to the live end at 10, then on
    for nonsense in ((0.5, 0.2), (50.0, 60.0), (float("nan"), 1.0)):
        with pytest.raises(KinesisError):
            core.obey(m.SetLoopRange(nonsense))


def test_the_history_goes_on_over_resets_and_motions() -> None:
    core = core_of(Simulation(standing_clip(0.5), Wavy()), loop=True)
    play(core, 40)
    core.obey(m.LoadMotion(standing_clip(3.0, "other")))
    play(core, 5)
    shots = [moment.snapshot for moment in core.simulation.history.between(0, 999)]
    assert all(shot is not None for shot in shots)
    assert [round(s.run_time / CTRL_DT) for s in shots if s] == list(range(len(shots)))
    assert sum(s.step == 0 for s in shots if s) == 4
    core.obey(m.Seek(5 * CTRL_DT))
    assert core.snapshot().motion == "still"
    core.obey(m.ContinueFromHere())
    play(core, 3)
    assert core.snapshot().motion == "still"


def test_a_full_minute_of_states_is_kept_and_no_more() -> None:
    sim = Simulation(standing_clip(1.0), Wavy())
    for _ in range(40):
        sim.step()
    assert sim.history._ring.maxlen >= 60.0 / CTRL_DT
    moment = sim.history.at(sim.history.last)
    size = sum(a.nbytes for a in vars(moment.checkpoint).values() if isinstance(a, np.ndarray))
    size += moment.excitations.nbytes
    assert size * sim.history._ring.maxlen < 60e6


def test_references_do_not_fill_the_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    """A walk that is planned anew all the time leaves many references; old moments go earlier."""
    monkeypatch.setattr("kinesis_app.session.history.MOST_COURSE_BYTES", 2.3e6)
    sim = Simulation(standing_clip(5.0), Wavy())  # 1.1 MB of reference each
    for _ in range(4):
        sim.load_motion(standing_clip(5.0))
        for _ in range(5):
            sim.step()
    assert len({id(x.checkpoint.course) for x in sim.history.between(0, 999)}) == 2
    assert len(sim.history) == 12


def test_other_threads_read_the_history_while_it_grows() -> None:
    with LiveSession(Simulation(standing_clip(60.0), Wavy(), history_seconds=1.0), rate=8.0) as live:
        while live.latest_snapshot().run_time < 3.0:
            shots = live.recorded(0.0, 1e6)
            steps = [round(s.run_time / CTRL_DT) for s in shots]
            assert steps == list(range(steps[0], steps[0] + len(steps)))
            assert len(steps) <= 31


# --- failures --------------------------------------------------------------------------------

FAILURES = {
    "no finite number (first addbrev_r": lambda: np.full((1, 80), np.nan, np.float32),
    "raised an error": lambda: 1 / 0,
}


@pytest.mark.parametrize("verdict", FAILURES)
def test_a_failing_policy_leaves_a_post_mortem(verdict: str, capsys: pytest.CaptureFixture[str]) -> None:
    core = core_of(Simulation(standing_clip(), Failing(25, FAILURES[verdict]), experiment=HARD))
    play(core, 25)
    failed = core.events[-1]
    assert isinstance(failed, m.Failed)
    assert failed.post_mortem is not None
    assert str(failed.post_mortem) in failed.text
    assert Path(os.environ["XDG_STATE_HOME"]) in failed.post_mortem.parents
    assert not core.playing
    assert core.snapshot().run_time == pytest.approx(24 * CTRL_DT)
    result = replay(read_post_mortem(failed.post_mortem))
    assert (result.steps, result.largest_difference, result.first_difference) == (24, 0.0, None)
    assert verdict in result.verdict
    assert main(["replay", str(failed.post_mortem)]) == 0
    assert verdict in (out := capsys.readouterr().out)
    assert "to the last bit" in out
    core.obey(m.Play())  # the policy fails only once: the run goes on
    play(core, 3)
    assert core.snapshot().run_time == pytest.approx(27 * CTRL_DT)


def test_a_post_mortem_says_which_joint_exploded(capsys: pytest.CaptureFixture[str]) -> None:
    core = core_of(Simulation(standing_clip(), Wavy()))
    play(core, 5)
    core.obey(m.Push((1e13, 0.0, 0.0), 1.0))
    play(core, 1)
    failed = core.events[-1]
    assert isinstance(failed, m.Failed)
    assert main(["replay", str(failed.post_mortem), "--json"]) == 0
    result = json.loads(capsys.readouterr().out)
    assert "pelvis_vx" in result["verdict"] or "became unstable" in result["verdict"]
    assert "largest push or pull was 1e+13 N" in result["verdict"]
    assert result["failed_at"] == pytest.approx(5 * CTRL_DT)


def test_a_changed_state_is_found_by_the_replay(tmp_path: Path) -> None:
    core = core_of(Simulation(standing_clip(), Failing(20, lambda: 1 / 0)))
    play(core, 20)
    failed = core.events[-1]
    assert isinstance(failed, m.Failed)
    with np.load(failed.post_mortem) as data:
        arrays = {name: data[name] for name in data.files}
    arrays["excitations"][11, N_SUBSTEPS - 1] += 0.3
    np.savez(tmp_path / "forged.npz", **arrays)
    result = replay(read_post_mortem(tmp_path / "forged.npz"))
    assert result.first_difference == pytest.approx(11 * CTRL_DT)


@pytest.mark.parametrize("content", [b"", b"no zip", b"PK\x03\x04 half"])
def test_garbage_is_no_post_mortem(
    content: bytes, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "p.npz"
    path.write_bytes(content)
    assert main(["replay", str(path)]) == 2
    assert capsys.readouterr().err.count("\n") == 1


def test_a_run_without_a_window_leaves_one_too(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(
        "kinesis_app.cli.run_command.load_policy", lambda _: Failing(9, FAILURES["raised an error"])
    )
    assert main(["run", "stand:2"]) == 2
    err = capsys.readouterr().err
    path = Path(err.split()[-1])
    assert Path(os.environ["XDG_STATE_HOME"]) in path.parents
    assert replay(read_post_mortem(path)).steps == 8
