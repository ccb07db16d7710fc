"""Who was pushed walks on with quick, wide steps for a while, and then as before."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from kinesis_app.body.model import CTRL_DT
from kinesis_app.evaluation.pushes import evaluate_pushes
from kinesis_app.experiment import Experiment
from kinesis_app.experiment.experiment import TimedPush
from kinesis_app.motion.gait import GaitPlan, generate, planned_state
from kinesis_app.motion.gait.footsteps import plan_footsteps
from kinesis_app.motion.gait.plan import path_until
from kinesis_app.motion.gait.stances import GRID_FPS, LONG
from kinesis_app.motion.gait.stepping import step_frequency
from kinesis_app.motion.gait.style import Style
from kinesis_app.policy import load_policy
from kinesis_app.session import messages as m
from kinesis_app.session.core import SessionCore
from kinesis_app.session.director import WARY_NEWS
from kinesis_app.session.planner import WalkPlanner
from kinesis_app.session.simulation import Simulation
from kinesis_app.session.treatment import WARY
from kinesis_app.session.walking import continue_walk, course_of, endless_walk

WARILY = Style(wariness=1.0)


def slow_walk(speed: float = 0.6) -> Simulation:
    return Simulation(endless_walk(speed), load_policy())


def strikes(plan: GaitPlan, start: float, end: float) -> np.ndarray:
    """Times [s] at which a foot strikes between ``start`` and ``end``."""
    stances = plan_footsteps(plan, path_until(plan, end + 1.0)).stances
    times = sorted(s.land / GRID_FPS for side in stances for s in side if s.land > -LONG)
    return np.array([t for t in times if start < t < end])


def widths(plan: GaitPlan, start: float, end: float) -> np.ndarray:
    """Distances across between feet that strike one after the other, in a walk along x [m]."""
    stances = plan_footsteps(plan, path_until(plan, end + 1.0)).stances
    left, right = ([s.pose[1] for s in stances[k] if start < s.land / GRID_FPS < end] for k in (1, 0))
    return np.array([a - b for a, b in zip(left, right, strict=False)])


@pytest.mark.parametrize("velocity", [(0.5, 0, 0), (-0.4, 0, 0), (0, 0.1, 0), (0, 0, 0.5)])
def test_wary_steps_are_never_slow(velocity: tuple[float, float, float]) -> None:
    assert step_frequency(np.array(velocity), Style()) < 1.7
    assert step_frequency(np.array(velocity), WARILY) == 1.85
    assert step_frequency(np.array(velocity), replace(WARILY, wariness=0.0)) == step_frequency(
        np.array(velocity), Style()
    )


def test_a_brisk_walk_has_quick_steps_already() -> None:
    brisk = np.array([1.4, 0.0, 0.0])
    assert step_frequency(brisk, WARILY) == step_frequency(brisk, Style())


def test_the_wary_keep_their_way_and_speed() -> None:
    """The path is the same, only what the feet do differs."""
    plan = GaitPlan(12.0, ((0.0, 0.6),), walking_at_start=True, walking_at_end=True)
    usual, wary = (generate(replace(plan, style=style)) for style in (Style(), WARILY))
    assert abs(usual.root_pos[-1, 0] - wary.root_pos[-1, 0]) < 0.05
    assert np.diff(strikes(replace(plan, style=WARILY), 2.0, 10.0)).mean() == pytest.approx(
        1 / 1.85, abs=0.01
    )


def test_a_slow_walk_becomes_wary_and_calms_down() -> None:
    """Nothing changes before the splice, and nobody is put off its way."""
    course = course_of(endless_walk(0.6))
    wary = continue_walk(course, 120, delay=0.2, wary=True)
    splice, at = 126, 126 * CTRL_DT
    np.testing.assert_allclose(wary.planned(splice), course.planned(splice), atol=2e-3)
    assert wary.plan is not None
    assert course.plan is not None
    assert np.diff(strikes(course.plan, 1.5, 9.0)).mean() > 0.75
    assert np.diff(strikes(wary.plan, at + 1.5, at + 6.0)).mean() == pytest.approx(1 / 1.85, abs=0.02)
    assert widths(wary.plan, at + 1.5, at + 6.0).mean() > widths(course.plan, 1.5, 9.0).mean() + 0.02
    calm = continue_walk(wary, 270, delay=0.2)
    assert calm.plan is not None
    assert calm.plan.style == course.plan.style
    assert np.diff(strikes(calm.plan, 11.0, 16.0)).mean() > 0.75
    assert abs(planned_state(calm.plan, 14.0)[0][0] - planned_state(course.plan, 14.0)[0][0]) < 0.05


def test_a_push_makes_wary_for_twenty_seconds() -> None:
    sim, planner = slow_walk(), WalkPlanner()
    planner.update(sim, np.inf)
    assert _wariness(sim) == 0.0
    sim.push((0.0, 20.0, 0.0), 0.2)
    for _ in range(6):
        planner.update(sim, np.inf)
        sim.step()
    pushed_until = sim.step_index
    planner.update(sim, np.inf)
    assert _wariness(sim) == 1.0
    while sim.step_index < pushed_until + WARY:
        assert sim.treatment.wary(sim.step_index)
        planner.update(sim, np.inf)
        sim.step()
    assert not sim.fallen
    assert WARY * CTRL_DT == 20.0
    planner.update(sim, np.inf)
    assert _wariness(sim) == 0.0
    planner.close()


def test_the_user_is_told_once() -> None:
    core = SessionCore(slow_walk(), playing=True, loop=True, rate=np.inf)
    for _ in range(3):
        core.obey(m.Push((0.0, 15.0, 0.0), 0.1))
        for _ in range(10):
            core.advance()
    assert [event.text for event in core.events].count(WARY_NEWS) == 1
    core.close()


def test_pulls_and_pushes_of_experiments_make_wary_too() -> None:
    pulled = slow_walk()
    pulled.pull("femur_r", (0.0, 0.0, 0.0), (0.0, 5.0, 0.0))
    pushed = slow_walk()
    pushed.set_experiment(Experiment(pushes=(TimedPush(10.0, 0.1, 90.0, at=0.05),)))
    for sim in (pulled, pushed):
        assert not sim.treatment.wary(sim.step_index)
        for _ in range(4):
            sim.step()
        assert sim.treatment.wary(sim.step_index)
        sim.reset()
        assert not sim.treatment.wary(sim.step_index)


def test_who_stands_stays_as_they_stand() -> None:
    sim, planner = Simulation(generate(GaitPlan(8.0, walking_at_end=True)), load_policy()), WalkPlanner()
    sim.push((10.0, 0.0, 0.0), 0.1)
    for _ in range(10):
        planner.update(sim, np.inf)
        sim.step()
    assert sim.treatment.wary(sim.step_index)
    assert _wariness(sim) == 0.0
    planner.close()


def test_the_wary_fall_less() -> None:
    """Hak et al. 2012: quick and wide steps keep from falling."""
    usual, wary = (
        evaluate_pushes(load_policy(), 30, force=80.0, speed=0.5, wary=wary).survived
        for wary in (False, True)
    )
    assert wary >= 27 > usual + 5


def _wariness(sim: Simulation) -> float:
    assert sim.course.plan is not None
    return sim.course.plan.style.wariness
