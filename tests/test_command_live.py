"""Typed commands, goals and steering in a session whose body is put on the reference: the plan counts."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from clips import standing_clip
from puppet import Puppet, limp
from small_policy import write_policy
from waiting import until

from kinesis_app.body.model import CTRL_DT
from kinesis_app.body.rotations import heading
from kinesis_app.cli import main
from kinesis_app.command import CommandError
from kinesis_app.errors import KinesisError
from kinesis_app.motion.gait import GaitPlan, generate
from kinesis_app.session import messages as m
from kinesis_app.session.core import SessionCore
from kinesis_app.session.live import LiveSession
from kinesis_app.session.simulation import Simulation

STANDING = generate(GaitPlan(4.0, walking_at_end=True), name="walk")


@pytest.fixture
def core() -> Iterator[SessionCore]:
    """A session without a thread, as fast as it goes: plans are made at once."""
    session = SessionCore(Puppet(STANDING, limp), playing=True, loop=False, rate=math.inf)
    for _ in range(30):
        session.advance()
    yield session
    session.close()


def advance(core: SessionCore, seconds: float) -> m.Snapshot:
    for _ in range(round(seconds / CTRL_DT)):
        core.advance()
    return core.snapshot()


def texts(core: SessionCore) -> list[str]:
    found = [event.text for event in core.events]
    core.events.clear()
    return found


def test_a_typed_command_is_done_shown_and_told(core: SessionCore) -> None:
    start = core.snapshot().qpos[:2].copy()
    core.obey(m.TypedCommand("walk 1.5 m, then stop"))
    asked = core.snapshot().task
    assert asked is not None
    assert asked.planning
    task = advance(core, 2 * CTRL_DT).task
    assert task is not None
    assert not task.planning
    assert [stage.text for stage in task.stages] == ["walk forward 1.5 m at 1.2 m/s", "stop"]
    now = core.snapshot()
    assert task.stages[0].start == pytest.approx(now.time, abs=2.1 * CTRL_DT)  # at once
    end = advance(core, 5.0)
    assert np.linalg.norm(end.qpos[:2] - start) == pytest.approx(1.5, abs=0.03)
    assert texts(core) == ["Done: walk 1.5 m, then stop."]
    assert advance(core, 4.0).task is None


def test_a_refusal_changes_nothing(core: SessionCore) -> None:
    core.obey(m.TypedCommand("walk forward"))
    before = advance(core, 1.0).task
    with pytest.raises(CommandError, match="'florp'"):
        core.obey(m.TypedCommand("walk florp"))
    assert advance(core, 0.2).task == before


def test_again_does_what_was_typed_before(core: SessionCore) -> None:
    with pytest.raises(KinesisError, match="Nothing was typed before"):
        core.obey(m.TypedCommand("Again!"))
    start = float(heading(core.snapshot().qpos[None, 3:7])[0])
    core.obey(m.TypedCommand("turn left 30 degrees"))
    advance(core, 3.0)
    core.obey(m.TypedCommand("do it again, please"))
    assert core.snapshot().task is not None
    turned = float(heading(advance(core, 3.5).qpos[None, 3:7])[0]) - start
    assert math.degrees(turned) == pytest.approx(60.0, abs=3.0)


def test_undo_goes_on_with_what_was_done_before(core: SessionCore) -> None:
    """A turn by mistake half way: the rest of the way is walked in the direction of before."""
    start = core.snapshot()
    ahead = float(heading(start.qpos[None, 3:7])[0])
    core.obey(m.TypedCommand("walk 4 m at 1 m/s, then stop"))
    halfway = advance(core, 2.5)
    assert halfway.task is not None
    seconds_left = halfway.task.stages[0].end - halfway.time
    core.obey(m.TypedCommand("turn left 60 degrees"))
    wrong = advance(core, 4.0)
    assert math.degrees(float(heading(wrong.qpos[None, 3:7])[0]) - ahead) == pytest.approx(60.0, abs=3.0)
    core.obey(m.TypedCommand("Undo that, please."))
    task = advance(core, 0.2).task
    assert task is not None
    left = 1.0 * seconds_left - 1.0**2 / (2.0 * 0.8)  # it brakes from 1 m/s at 0.8 m/s^2
    curve, walk, stop = (stage.text for stage in task.stages)
    assert curve.startswith("curve to the right by 60 degrees")
    assert float(walk.split()[2]) == pytest.approx(left, abs=0.05)
    assert stop == "stop"
    end = advance(core, 7.0)
    assert float(heading(end.qpos[None, 3:7])[0]) == pytest.approx(ahead, abs=math.radians(3.0))
    assert "Done: walk 4 m at 1 m/s, then stop." in texts(core)


def test_undo_brings_goals_and_the_walk_back(core: SessionCore) -> None:
    core.obey(m.TypedCommand("walk forward"))
    advance(core, 2.0)
    x, y = core.snapshot().qpos[:2] + np.array([2.0, 1.0])
    core.obey(m.SetGoal(x, y))
    advance(core, 0.5)
    core.obey(m.Steer(stop=True))
    advance(core, 2.0)
    core.obey(m.TypedCommand("go back to what you did before"))
    task = advance(core, 0.2).task
    assert task is not None
    assert [(goal.x, goal.y) for goal in task.goals] == [(x, y)]
    core.obey(m.TypedCommand("never mind"))
    walks = advance(core, 0.2).task
    assert walks is not None
    assert walks.text == "walk forward"
    assert math.isinf(walks.end)
    assert np.linalg.norm(advance(core, 4.0).qvel[:2]) > 0.9


def test_with_nothing_to_undo_undo_is_refused(core: SessionCore) -> None:
    with pytest.raises(KinesisError, match="Nothing was asked before"):
        core.obey(m.TypedCommand("undo"))
    core.obey(m.TypedCommand("turn around"))
    core.obey(m.Reset())
    with pytest.raises(KinesisError, match="Nothing was asked before"):
        core.obey(m.TypedCommand("undo"))


def test_faster_changes_what_is_left_and_not_where_it_ends(core: SessionCore) -> None:
    start = core.snapshot().qpos[:2].copy()
    core.obey(m.TypedCommand("walk 3 m at 0.8 m/s"))
    slow = advance(core, 2.0).task
    core.obey(m.TypedCommand("faster"))
    fast = advance(core, 0.1).task
    assert slow is not None
    assert fast is not None
    assert fast.end < slow.end - 0.2
    assert np.linalg.norm(advance(core, 5.0).qpos[:2] - start) == pytest.approx(3.0, abs=0.03)


def test_an_endless_walk_waits_for_a_plan_that_is_late(monkeypatch: pytest.MonkeyPatch) -> None:
    """A helper that never answers: at the end of what is planned the session plans on by itself."""
    monkeypatch.setattr(ThreadPoolExecutor, "submit", lambda *_: Future())
    session = SessionCore(Puppet(STANDING, limp), playing=True, loop=True, rate=1.0)
    end = session.snapshot().motion_seconds
    session.obey(m.TypedCommand("turn left 90 degrees"))
    shot = advance(session, end + 3.0)
    assert shot.time == pytest.approx(end + 3.0, abs=1.5 * CTRL_DT)  # not begun again
    assert float(heading(shot.qpos[None, 3:7])[0]) > 0.5
    session.close()


def test_cancel_stops(core: SessionCore) -> None:
    core.obey(m.TypedCommand("walk forward"))
    advance(core, 2.5)
    core.obey(m.CancelCommand())
    there = advance(core, 4.0).qpos[:2]
    np.testing.assert_allclose(advance(core, 1.0).qpos[:2], there, atol=5e-3)


def test_goals_are_queued_dragged_reached_and_cleared(core: SessionCore) -> None:
    x, y = core.snapshot().qpos[:2]
    core.obey(m.SetGoal(x + 1.0, y))
    core.obey(m.SetGoal(x + 1.0, y + 1.0, math.pi, queue=True))
    task = core.snapshot().task
    assert task is not None
    assert [(g.x, g.y) for g in task.goals] == [(x + 1.0, y), (x + 1.0, y + 1.0)]
    advance(core, 1.0)
    core.obey(m.MoveGoal(1, x + 1.2, y + 0.8, math.pi))
    end = advance(core, 9.0)
    np.testing.assert_allclose(end.qpos[:2], (x + 1.2, y + 0.8), atol=0.04)
    facing = float(heading(end.qpos[None, 3:7])[0])
    assert abs(math.remainder(facing - math.pi, 2 * math.pi)) < 0.05
    assert [text for text in texts(core) if "At the goal" in text]
    with pytest.raises(KinesisError, match="no goal 1; there are 0"):
        core.obey(m.MoveGoal(0, 0.0, 0.0))
    core.obey(m.ClearGoals())
    with pytest.raises(KinesisError, match="finite"):
        core.obey(m.SetGoal(math.nan, 0.0))
    with pytest.raises(KinesisError, match="more than"):
        core.obey(m.SetGoal(1e6, 0.0))


def test_a_goal_queued_on_a_command_comes_after_it(core: SessionCore) -> None:
    x, y = core.snapshot().qpos[:2]
    core.obey(m.TypedCommand("walk 1 m"))
    advance(core, 0.5)
    core.obey(m.SetGoal(x + 1.0, y + 0.6, queue=True))
    task = advance(core, 0.2).task
    assert task is not None
    assert [s.text.split()[0] for s in task.stages] == ["walk", "go"]
    assert len(task.goals) == 1


def test_steering(core: SessionCore) -> None:
    core.obey(m.Steer(heading=math.pi / 4))
    core.obey(m.Steer(speed_change=0.2))
    advance(core, 4.0)
    first, second = advance(core, 1.0).qpos[:2].copy(), advance(core, 1.0).qpos[:2]
    way = second - first
    assert math.atan2(way[1], way[0]) == pytest.approx(math.pi / 4, abs=0.08)
    assert np.linalg.norm(way) == pytest.approx(1.3, abs=0.08)


def test_a_motion_that_is_no_walk_says_so() -> None:
    core = SessionCore(Simulation(standing_clip(), limp), playing=False, loop=False, rate=1.0)
    for command in (m.TypedCommand("walk"), m.SetGoal(1.0, 1.0), m.Steer(0.0)):
        with pytest.raises(KinesisError, match="no generated walk"):
            core.obey(command)
    core.close()


def test_in_real_time_the_helper_plans_and_no_step_is_missed() -> None:
    with LiveSession(Puppet(STANDING, limp), rate=1.0) as live:
        live.send(m.TypedCommand("walk forwad"))
        assert until(lambda: (task := live.latest_snapshot().task) is not None and not task.planning)
        live.send(m.TypedCommand("blurb"))
        assert until(lambda: any("'blurb'" in event.text for event in live.drain_events()))
        samples = live.drain_samples()
        assert [s.step for s in samples] == list(range(samples[0].step, samples[0].step + len(samples)))


# --- command line ---------------------------------------------------------------------------


@pytest.fixture
def policy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return write_policy(tmp_path / "small.onnx")


def test_run_command(policy: Path, capsys: pytest.CaptureFixture) -> None:
    assert main(["run", "--command", "walk 1 m", "--policy", str(policy), "--json", "--seconds", "1"]) == 0
    result = json.loads(capsys.readouterr().out)
    assert result["motion"] == "walk 1 m"
    assert result["seconds"] == pytest.approx(1.0, abs=0.04)


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["run"], "Give one of them"),
        (["run", "walk", "--command", "walk"], "Give one of them"),
        (["run", "--command", "walk", "--speed", "1"], "part of the sentence"),
        (["run", "--command", "walk florp"], "'florp'"),
        (["evaluate", "--goals", "1", "--seconds", "1"], "too few"),
    ],
)
def test_what_the_command_line_refuses(
    arguments: list[str], says: str, policy: Path, capsys: pytest.CaptureFixture
) -> None:
    assert main([*arguments, "--policy", str(policy)]) == 2
    assert says in capsys.readouterr().err


def test_evaluate_goals_as_json_and_table(policy: Path, capsys: pytest.CaptureFixture) -> None:
    arguments = ["evaluate", "--goals", "1", "--range", "0.5", "--seconds", "2", "--policy", str(policy)]
    assert main([*arguments, "--json", "-"]) == 0
    result = json.loads(capsys.readouterr().out)
    assert "clips" not in result
    assert result["goals"]["success_rate"] == 0.0
    assert len(result["goals"]["episodes"]) == 1
    assert main(arguments) == 0
    assert "0 of 1 reached, 1 falls" in capsys.readouterr().out
