"""The human foresees a fall and goes on another way: the ways, the forward model, what comes of it."""

from __future__ import annotations

import math
import queue
import threading
import time
from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest
from puppet import limp

from kinesis_app.env.leash import LEASH
from kinesis_app.env.reference import ReferenceFrame
from kinesis_app.evaluation.endurance import evaluate_endurance
from kinesis_app.experiment import Experiment
from kinesis_app.experiment.experiment import TimedPush
from kinesis_app.motion.gait import GaitPlan, generate, planned_state, replan
from kinesis_app.policy import load_policy
from kinesis_app.session import lookout as lookout_module
from kinesis_app.session import messages as m
from kinesis_app.session.again import extensions
from kinesis_app.session.checkpoint import Checkpoint
from kinesis_app.session.core import SessionCore
from kinesis_app.session.forward_model import HORIZON, TOGETHER, ForwardModel
from kinesis_app.session.lookout import Lookout
from kinesis_app.session.other_ways import other_ways
from kinesis_app.session.planner import WalkPlanner
from kinesis_app.session.simulation import Simulation
from kinesis_app.session.walking import endless_walk
from kinesis_app.session.way_finding import another_way, falls


def _lifted(table: ReferenceFrame) -> ReferenceFrame:
    return replace(table, body_pos=table.body_pos + np.array([0.0, 0.0, 2.0]))


def walker(push: tuple[float, float] = (0.0, 0.0), experiment: Experiment | None = None) -> Simulation:
    """The shipped policy 1.7 s into a walk, a push of 0.2 s just over."""
    sim = Simulation(endless_walk(), load_policy(), experiment=experiment or Experiment())
    for step in range(51):
        if step == 45 and any(push):
            sim.push((*push, 0.0), 0.2)
        sim.step()
    return sim


@pytest.fixture
def forward_model() -> Iterator[ForwardModel]:
    model = ForwardModel()
    yield model
    model.close()


@pytest.fixture(scope="module")
def pushed() -> Simulation:
    return walker((30.0, 60.0))


def test_the_ways_begin_where_the_body_is(pushed: Simulation) -> None:
    step, frame = pushed.step_index, pushed.frame
    ways = [way() for way in other_ways(pushed.course, step, frame)]
    assert len({id(way.bank) for way in ways}) == len(ways)
    same_steps = [way for way in ways if way.plan is pushed.course.plan]
    anew = [way for way in ways if way.plan is not pushed.course.plan]
    away = [np.linalg.norm(frame.qpos[0, :2] - way.qpos(step)[:2]) for way in same_steps]
    np.testing.assert_allclose(np.sort(away), [0.0, *[LEASH] * 8], atol=1e-9)
    leaping = [way for way in anew if np.allclose(way.qpos(step), frame.qpos[0], atol=0.005)]
    going_over = [way for way in anew if np.allclose(way.qpos(step), pushed.course.qpos(step), atol=1e-6)]
    assert len(leaping) == len(going_over) == len(anew) / 2 == 13
    for way in ways:
        assert way.kept_until == step + 60
        assert way.endless


@pytest.mark.parametrize(("aside", "axis"), [((0.3, 0.0), 0), ((0.0, 0.2), 1), ((0.0, -0.2), 1)])
def test_a_way_aside_comes_back(aside: tuple[float, float], axis: int) -> None:
    """Along +x, ahead is x and left is y. The body goes towards the way aside while that fades in 2.5 s."""
    plan = GaitPlan(12.0, ((0.0, 1.1),), walking_at_start=True, walking_at_end=True)
    state = planned_state(plan, 2.0)
    straight, moved = (
        generate(replace(replan(plan, 2.0, state, state, by), duration=8.0), start=2.0).root_pos
        for by in ((0.0, 0.0), aside)
    )
    off = (moved - straight)[:, axis] / aside[axis]
    assert abs(off[0]) < 1e-6
    assert 0.25 < off[150] < 0.5
    assert abs(off[-1]) < 0.01


EXPERIMENTS = {
    "normal": Experiment(),
    "late": Experiment(delay=2),
    "weak, heavy, one muscle held": Experiment(
        strength={"soleus": 0.7}, mass=1.1, excitation={"tibant_r": 0.3}, paralysed=("edl_l",)
    ),
}


@pytest.mark.parametrize("experiment", EXPERIMENTS.values(), ids=EXPERIMENTS)
def test_the_forward_model_does_what_the_human_then_does(
    forward_model: ForwardModel, experiment: Experiment
) -> None:
    sim = walker((0.0, 40.0), experiment)
    begin, done = sim.checkpoint(), []
    foreseen = forward_model.follow(begin, [sim.course], 30)
    for _ in range(30):
        sim.step()
        done.append(sim.body_error)
    np.testing.assert_array_equal(foreseen.errors[:, 0], done)
    assert foreseen.fell.tolist() == [sim.fallen]


def test_a_felt_push_goes_on_for_three_control_steps(forward_model: ForwardModel) -> None:
    sim = walker()
    sim.push((0.0, 60.0, 0.0), 0.1)
    foreseen = forward_model.follow(sim.checkpoint(), [sim.course], 10)
    done = []
    for _ in range(10):
        sim.step()
        done.append(sim.body_error)
    np.testing.assert_array_equal(foreseen.errors[:, 0], done)


def test_side_by_side_each_does_as_it_does_alone(forward_model: ForwardModel) -> None:
    sim = walker((60.0, 90.0))
    begin = sim.checkpoint()
    courses = [way() for way in other_ways(sim.course, sim.step_index, sim.frame)[: TOGETHER - 1]]
    together = forward_model.follow(begin, courses, 30)
    for i, course in enumerate(courses):
        alone = forward_model.follow(begin, [course], 30)
        assert alone.fell[0] == together.fell[i]
        # The network rounds many bodies' numbers otherwise than one's.
        np.testing.assert_allclose(together.errors[:, i], alone.errors[:, 0], atol=1e-3)
    assert len({tuple(errors) for errors in together.errors.T}) == len(courses)


def test_who_falls_on_one_course_falls_on_it_alone(forward_model: ForwardModel) -> None:
    """A course two metres above the human is lost in the first step; the other body walks on."""
    sim = walker()
    bank = sim.course.bank
    lost = replace(sim.course, bank=replace(bank, table=_lifted(bank.table)))
    followed = forward_model.follow(sim.checkpoint(), [lost, sim.course], 20)
    assert followed.fell.tolist() == [True, False]
    assert np.isnan(followed.errors[:, 0]).all()
    assert np.isfinite(followed.errors[:, 1]).all()


def test_it_foresees_no_push_to_come(forward_model: ForwardModel) -> None:
    blow = Experiment(pushes=(TimedPush(900.0, seconds=0.3, at=2.0),))
    sim = walker(experiment=blow)
    followed = forward_model.follow(sim.checkpoint(), [sim.course])
    assert not followed.fell[0]
    assert followed.errors.max() < 0.1
    for _ in range(HORIZON):
        sim.step()
    assert sim.fallen


def test_who_does_not_fall_needs_no_other_way(forward_model: ForwardModel, pushed: Simulation) -> None:
    assert not falls(forward_model, pushed.checkpoint())


def test_the_search_begins_where_it_is_told_and_ends_in_time(
    forward_model: ForwardModel, pushed: Simulation
) -> None:
    found = another_way(forward_model, pushed.checkpoint(), first=1, time_left=lambda: 0.0)
    assert found.tried == TOGETHER
    assert found.course is not None
    away = found.course.qpos(pushed.step_index)[:2] - pushed.frame.qpos[0, :2]
    assert np.linalg.norm(away) < LEASH + 1e-9


def test_fewer_fall_with_foresight() -> None:
    """Pushes of 130 N: some of them are too much for who just walks on."""
    fell = {False: 0, True: 0}
    for angle in np.deg2rad([0.0, 60.0, 90.0, 300.0, 330.0]):
        for foresees in fell:
            core = SessionCore(walker(), playing=True, loop=False, rate=math.inf)
            core.obey(m.SetForesight(foresees))
            core.obey(m.Push((130.0 * math.cos(angle), 130.0 * math.sin(angle), 0.0), 0.2))
            for _ in range(100):
                core.advance()
            fell[foresees] += core.simulation.fallen
            assert foresees or core.ways_taken == 0
            core.close()
    assert fell[False] >= 2
    assert fell[True] <= 0.5 * fell[False]


def test_another_way_is_kept_before_it_leads_back() -> None:
    sim, planner = walker(), WalkPlanner()
    sim.move_body((0.0, 0.3, 0.0), (0.0, 0.0, 0.0))
    away = sim.course
    sim.follow(replace(away, kept_until=sim.step_index + 1))
    planner.update(sim, math.inf)
    assert sim.course.bank is away.bank
    sim.follow(away)
    planner.update(sim, math.inf)
    assert sim.course.bank is not away.bank
    planner.close()


def test_in_real_time_nobody_waits_for_a_look_and_none_at_another_course_counts(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    may_see, looks = threading.Event(), queue.SimpleQueue[int]()

    def sees_a_fall(model: ForwardModel, begin: Checkpoint) -> bool:
        looks.put(begin.run_step)
        return may_see.wait(60.0)  # who waited for this would wait in vain: it is set further below

    monkeypatch.setattr(lookout_module, "falls", sees_a_fall)
    sim, lookout = walker((0.0, 110.0)), Lookout()
    assert not lookout.update(sim, 1.0)
    assert not lookout.update(sim, 1.0)
    assert looks.get(timeout=60.0) == sim.run_step
    sim.follow(replace(sim.course, bank=replace(sim.course.bank)))  # something else was asked for
    bank = sim.course.bank
    may_see.set()
    assert looks.empty()
    while not lookout.update(sim, 1.0):
        time.sleep(0.01)
    assert looks.qsize() == 1  # what the first one saw was another course
    assert sim.course.bank is not bank
    lookout.close()


def test_who_no_longer_falls_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    """A look saw a fall, but by the time it was done something had helped."""
    stepped, seen = threading.Event(), [True, False]
    monkeypatch.setattr(lookout_module, "falls", lambda model, begin: stepped.wait(60.0) and seen.pop(0))
    sim, lookout = walker((0.0, 110.0)), Lookout()
    bank = sim.course.bank
    assert not lookout.update(sim, 1.0)
    sim.step()
    stepped.set()
    while seen:
        assert not lookout.update(sim, 1.0)
    assert sim.course.bank is bank
    lookout.close()


def test_who_continues_from_the_past_takes_the_same_ways_again() -> None:
    sim = walker((0.0, 60.0))
    way = other_ways(sim.course, sim.step_index, sim.frame)[0]()
    sim.follow(way)
    sim.step()
    moments = sim.history.between(sim.run_step - 20, sim.run_step)
    assert [course.bank for _, course in extensions(moments)] == [way.bank]


def test_foresight_can_be_switched_off_and_is_told_of() -> None:
    core = SessionCore(walker(), playing=False, loop=False, rate=1.0)
    assert core.snapshot().foresight
    core.obey(m.SetForesight(False))
    assert not core.snapshot().foresight
    core.close()


def test_switched_off_while_it_foresees_a_fall_the_walk_is_still_planned_on() -> None:
    core = SessionCore(walker(), playing=True, loop=False, rate=1.0)
    core.obey(m.Push((0.0, 130.0, 0.0), 0.2))
    for _ in range(8):
        core.advance()
    core.obey(m.SetForesight(False))
    core.obey(m.TypedCommand("stop"))
    bank = core.simulation.course.bank
    for _ in range(40):
        core.advance()
    assert core.simulation.course.bank is not bank
    assert core.ways_taken == 0
    core.close()


def test_evaluation_tells_of_foresight() -> None:
    blind = evaluate_endurance(limp, 0.05, seed=5, foresight=False).to_json()
    assert blind["foresight"] is False
    assert blind["ways_taken"] == 0
