"""Minutes of everything: what is asked, that a seed asks the same again, and what is told of falls."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
from puppet import Puppet, limp

from kinesis_app.cli.evaluate_tables import endurance_table, latency_line
from kinesis_app.command import parse
from kinesis_app.evaluation.endurance import Endurance, Fall, evaluate_endurance
from kinesis_app.evaluation.latency import Answer, LatencyEvaluation, evaluate_latency
from kinesis_app.session import messages as m
from kinesis_app.session.core import SessionCore
from kinesis_app.session.surprises import BETWEEN, SENTENCES, Surprises
from kinesis_app.session.walking import endless_walk


def test_the_human_is_asked_and_pushed_as_often_as_said() -> None:
    core = SessionCore(Puppet(endless_walk(), limp), playing=True, loop=False, rate=math.inf)
    shot, surprises = core.snapshot(), Surprises(3, force=60.0)
    core.close()
    times = np.arange(0.0, 400.0, 1.0 / 30.0)
    asked = [one for time in times for one in surprises.due(_at(shot, time))]
    pushes = [one.message for one in asked if isinstance(one.message, m.Push)]
    rest = [one for one in asked if not isinstance(one.message, m.Push)]
    for some in (pushes, rest):
        assert 400.0 / BETWEEN[1] < len(some) < 400.0 / BETWEEN[0]
    assert {one.kind for one in asked} == {"goal", "command", "direction", "push"}
    sizes = [math.hypot(*push.force[:2]) for push in pushes]
    assert 15.0 <= min(sizes) < 25.0
    assert 50.0 < max(sizes) <= 60.0
    assert {push.seconds for push in pushes} == {0.2}
    for one in rest:
        if isinstance(one.message, m.SetGoal):
            assert max(abs(one.message.x - shot.qpos[0]), abs(one.message.y - shot.qpos[1])) <= 4.0


def _at(shot: m.Snapshot, time: float) -> m.Snapshot:
    return replace(shot, run_time=float(time))


def test_all_sentences_are_understood() -> None:
    assert all(parse(text) for text in SENTENCES)


def test_a_human_without_strength_falls_and_a_seed_says_how_again() -> None:
    first = evaluate_endurance(limp, 0.1, seed=5)
    assert len(first.falls) >= 2
    assert all(
        later.time > fall.time + 2.0 for fall, later in zip(first.falls, first.falls[1:], strict=False)
    )
    assert evaluate_endurance(limp, 0.1, seed=5) == first
    assert first.to_json()["falls"][0]["time"] == first.falls[0].time


def test_the_window_can_be_left_to_surprises() -> None:
    core = SessionCore(Puppet(endless_walk(), limp), playing=True, loop=False, rate=math.inf)
    core.obey(m.Surprise(on=True, seed=1))
    for _ in range(200):
        core.advance()
    told = [event.text for event in core.events if event.text.startswith("Surprise: ")]
    assert len(told) >= 2
    assert core.snapshot().surprises
    core.obey(m.Surprise(on=False))
    assert not core.snapshot().surprises
    core.close()


def test_the_table_of_falls() -> None:
    fall = Fall(12.3, "goal: 1.00, 2.00 m away", 1.5, "go to 1, 2", "75 N towards 90 deg", 0.4)
    text = endurance_table(Endurance(1.0, 80.0, 0, {"goal": 3, "push": 2}, 0, (fall,)))
    assert "12.3" in text
    assert "1 minutes: 1 falls; 3 goals, 2 pushes up to 80 N" in text


def test_requests_are_answered_in_real_time() -> None:
    latency = evaluate_latency(limp, 2, seed=1)
    assert len(latency.answers) == 2
    assert all(answer.milliseconds > 0.0 and answer.steps >= 0 for answer in latency.answers)


def test_latency_is_summed_up() -> None:
    answers = (Answer("a goal", 0, 20.0), Answer("stop", 1, 40.0), Answer("stop", 0, 30.0))
    line = latency_line(LatencyEvaluation(0, answers))
    assert line == "latency: 0 control steps (30 ms) on the median, 1 (40 ms) at worst, of 3 requests"
