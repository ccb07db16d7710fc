"""The reference follows a body that strays: when, from where, and that nothing depends on the clock."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from clips import standing_clip

from kinesis_app.body.joints import joint_angles
from kinesis_app.body.model import CTRL_DT
from kinesis_app.evaluation import evaluate_pushes
from kinesis_app.evaluation.report import push_line
from kinesis_app.motion.gait import walk
from kinesis_app.motion.gait.replanning import State
from kinesis_app.session.again import extensions
from kinesis_app.session.catching import Catching, capture_deviation, caught, keep_up, state_of, strays
from kinesis_app.session.course import Course
from kinesis_app.session.headless import run_headless
from kinesis_app.session.planner import WalkPlanner
from kinesis_app.session.requests import SpeedRequest
from kinesis_app.session.simulation import Simulation
from kinesis_app.session.walking import continue_walk, course_of, endless_walk

STEP = 60
NEVER = Catching(math.inf, math.inf)


def limp(observation: np.ndarray) -> np.ndarray:
    return np.zeros((len(observation), 80), np.float32)


@pytest.fixture(scope="module")
def course() -> Course:
    return course_of(endless_walk(1.1))


def state(course: Course, step: int = STEP, place: float = 0.0, speed: float = 0.0) -> State:
    """On the reference, but the whole body to the left by ``place`` [m] and faster by ``speed`` [m/s]."""
    qpos, qvel = course.qpos(step).copy(), course.qvel(step).copy()
    qpos[1] += place
    qvel[1] += speed
    return qpos, qvel


def test_the_capture_point_counts_place_and_velocity(course: Course) -> None:
    # w = sqrt(9.81 / 0.95) = 3.2135 1/s: 0.3 m/s are 0.0934 m.
    assert capture_deviation(course, STEP, state(course)) == pytest.approx(0.0, abs=1e-9)
    assert capture_deviation(course, STEP, state(course, place=0.05)) == pytest.approx(0.05, abs=1e-6)
    assert capture_deviation(course, STEP, state(course, speed=0.3)) == pytest.approx(0.09336, abs=1e-4)
    both = state(course, place=0.05, speed=-0.3)
    assert capture_deviation(course, STEP, both) == pytest.approx(0.04336, abs=1e-4)


def test_a_body_strays_beyond_the_limits_only(course: Course) -> None:
    rule = Catching(capture_point=0.1, pelvis=0.2)
    assert not strays(course, STEP, state(course, place=0.09), rule)
    assert strays(course, STEP, state(course, place=0.11), rule)
    assert strays(course, STEP, state(course, speed=0.4), rule)
    opposed = state(course, place=0.21, speed=-0.21 * 3.2135)  # on its way back already
    assert strays(course, STEP, opposed, rule)
    assert not strays(course, STEP, opposed, Catching(0.1, math.inf))
    assert not strays(course_of(standing_clip()), 5, state(course, place=1.0), rule)


def test_a_falling_body_is_not_followed_to_the_floor(course: Course) -> None:
    qpos, qvel = state(course, place=0.3)
    qpos[2] = 0.7
    assert not strays(course, STEP, (qpos, qvel), Catching())


def test_a_caught_walk_begins_in_the_body_and_comes_back(course: Course) -> None:
    off = state(course, place=0.12)
    new = caught(course, STEP, off)
    assert new is not None
    np.testing.assert_allclose(new.qpos(STEP), off[0], atol=1e-9)
    later = STEP + round(4.0 / CTRL_DT)
    np.testing.assert_allclose(new.qpos(later)[:2], course.qpos(later)[:2], atol=0.03)
    assert new.endless
    assert not strays(new, STEP, off, Catching())
    longer = continue_walk(new, new.last_step - 40)
    assert longer.last_step > new.last_step + 100
    slower = continue_walk(new, STEP + 5, SpeedRequest(0.8))
    assert slower.speed == 0.8


def test_between_two_plans_there_is_a_pause(course: Course) -> None:
    new = caught(course, STEP, state(course, place=0.12))
    assert new is not None
    rule = Catching(pause=0.2)
    assert not strays(new, STEP + 5, state(new, STEP + 5, place=0.3), rule)
    assert strays(new, STEP + 6, state(new, STEP + 6, place=0.3), rule)


def test_a_change_under_way_is_not_disturbed_before_it_begins(course: Course) -> None:
    changed = continue_walk(course, STEP, SpeedRequest(0.8), delay=0.3)
    assert not strays(changed, STEP + 3, state(changed, STEP + 3, place=0.3), Catching())
    assert strays(changed, STEP + 16, state(changed, STEP + 16, place=0.3), Catching())


def test_a_walk_with_an_end_keeps_it() -> None:
    course = course_of(walk(1.1, 6.0))
    new = caught(course, STEP, state(course, place=0.12))
    assert new is not None
    assert new.last_step == course.last_step
    assert not new.endless


def test_a_headless_run_repeats_and_notices_the_fall() -> None:
    runs = [
        run_headless(Simulation(endless_walk(1.1), limp), 1.5, catching=Catching(0.03, 0.05)) for _ in (0, 1)
    ]
    first, second = (replace(run, times_real_time=0.0) for run in runs)
    assert first == second
    assert first.fell  # although the reference went down with the body for a while
    plain = run_headless(Simulation(endless_walk(1.1), limp), 1.5)
    assert plain.mpjpe_mm > first.mpjpe_mm


def test_the_planner_catches_while_the_body_goes_on(course: Course) -> None:
    simulation = Simulation(endless_walk(1.1), limp)
    planner = WalkPlanner(Catching(0.03, 0.05))
    for _ in range(6):
        simulation.step()
    before, began = simulation.course, state_of(simulation)
    assert strays(before, 6, began, Catching(0.03, 0.05))
    planner.update(simulation, 1.0)
    for _ in range(3):
        simulation.step()
    assert planner._catch is not None
    planner._catch.future.result()
    planner.update(simulation, 1.0)
    new = simulation.course
    assert (new.origin, simulation.step_index) == (6, 9)  # late, and its rows from then on are used
    np.testing.assert_allclose(new.qpos(6)[:7], began[0][:7], atol=1e-9)
    np.testing.assert_allclose(joint_angles(new.qpos(6)), joint_angles(began[0]), atol=1e-9)
    simulation.step()
    found = extensions(simulation.history.between(0, simulation.history.last))
    assert [after for _, after in found] == [new]  # a branch repeats it
    planner.close()


def test_what_comes_too_late_is_dropped() -> None:
    simulation = Simulation(endless_walk(1.1), limp)
    planner = WalkPlanner(Catching(0.03, 0.05, pause=9.0))
    for _ in range(6):
        simulation.step()
    before = simulation.course
    planner.update(simulation, 1.0)
    assert planner._catch is not None
    planner._catch.future.result()
    for _ in range(10):
        simulation.step()
    planner.update(simulation, 1.0)
    assert simulation.course is before
    planner.close()


def test_off_by_default() -> None:
    simulation = Simulation(endless_walk(1.1), limp)
    planner = WalkPlanner()
    for _ in range(8):
        simulation.step()
        planner.update(simulation, 1.0)
    assert planner._catch is None
    planner.close()


def test_an_endless_walk_is_planned_on_in_headless_runs() -> None:
    simulation = Simulation(walk(1.1, 3.0, stand_after=0.0), limp)
    simulation.step_index = simulation.course.last_step - 10
    keep_up(simulation, NEVER)
    assert simulation.course.last_step > simulation.step_index + 200


def test_pushes_with_a_rule_that_never_applies_are_the_plain_ones() -> None:
    plain = evaluate_pushes(limp, 2, seed=4)
    same = evaluate_pushes(limp, 2, seed=4, replan=True, catching=NEVER)
    assert [t.survived for t in same.trials] == [t.survived for t in plain.trials] == [False, False]
    assert same.to_json()["replan"] is True
    assert push_line(same).endswith("walking at 1.1 m/s, steps planned anew)")
    standing = evaluate_pushes(limp, 1, speed=0.0, replan=True)
    assert standing.survived == 0
    assert "standing" in push_line(standing)
