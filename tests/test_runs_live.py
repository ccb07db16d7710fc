"""A run is told something else: what was begun stays as it was, wherever the body takes it."""

from __future__ import annotations

import functools
from concurrent.futures import Future
from dataclasses import replace

import numpy as np
import pytest
from puppet import Puppet, limp

from kinesis_app.command.grammar import parse
from kinesis_app.errors import KinesisError
from kinesis_app.motion.gait import GaitPlan, change_speed, generate
from kinesis_app.motion.gait.plan import path_until
from kinesis_app.motion.gait.spans import running_spans, with_runs_begun
from kinesis_app.session.commands import CommandRequest
from kinesis_app.session.course import Course
from kinesis_app.session.planner import WalkPlanner, _Job
from kinesis_app.session.walking import continue_walk, course_of, endless_walk

FPS = 150
STEPS_BEFORE = range(-5, 2)


def asked(text: str) -> CommandRequest:
    return CommandRequest(text, parse(text))


@functools.cache
def short_run() -> Course:
    """A walk that runs from 2.3 to 3.9 s, and walks again."""
    return continue_walk(course_of(endless_walk()), 40, asked("run 6 m at 2.5 m/s"), ahead=8.0)


def farthest(new: Course, old: Course, step: int) -> float:
    """Largest distance of two courses just before a step [m]."""
    return max(float(np.linalg.norm(new.qpos(step + k)[:3] - old.qpos(step + k)[:3])) for k in STEPS_BEFORE)


@pytest.mark.parametrize("text", ["run for 5 s", "stop"])
@pytest.mark.parametrize("step", [64, 84, 100, 108, 120])
def test_what_a_run_was_up_to_then_stays(text: str, step: int) -> None:
    old = short_run()
    new = continue_walk(old, step, asked(text), delay=0.035)
    assert new.moved == (0.0, 0.0)
    assert farthest(new, old, step) < 0.01
    assert new.clip.root_pos[:, 2].min() > 0.78


@functools.cache
def long_run() -> Course:
    return continue_walk(course_of(endless_walk()), 40, asked("run at 2.5 m/s"), ahead=8.0)


@pytest.mark.parametrize("step", [184, 190, 196, 202])
@pytest.mark.parametrize("text", ["walk at 1.2 m/s", "go to 20, -4"])
def test_a_walk_to_come_whose_end_is_in_sight_throws_nothing_about(step: int, text: str) -> None:
    """Its feet are behind its path, and its last frames have a singular balance."""
    new = continue_walk(long_run(), step, asked(text))
    assert farthest(new, long_run(), step) < 0.035
    assert new.clip.root_pos[:, 2].min() > 0.78
    np.testing.assert_array_less(np.abs(np.diff(new.clip.root_pos, axis=0)), 0.03)


def test_a_run_goes_on_where_the_body_took_it_and_the_walk_after_it_leads_back() -> None:
    moved = replace(short_run(), moved=(0.3, -0.2))
    running = continue_walk(moved, 95, asked("walk at 1.2 m/s"), delay=0.035, ahead=8.0)
    assert running.moved == moved.moved
    assert farthest(running, moved, 95) < 0.01
    walking = continue_walk(running, 240)
    assert walking.moved == (0.0, 0.0)
    assert farthest(walking, running, 240) < 0.02
    line = path_until(walking.plan, 12.0).pose if walking.plan else np.zeros(0)
    assert abs(line[-1, 1]) < 0.01  # the plan's way is where it was
    assert walking.qpos(300)[1] > running.qpos(240)[1] + 0.1


def test_a_motion_that_does_not_meet_the_one_under_way_is_taken_along() -> None:
    walk = course_of(endless_walk())
    assert walk.plan is not None
    aside = replace(walk, plan=replace(walk.plan, origin=(0.0, 0.2, 0.0)))
    new = continue_walk(aside, 100)
    np.testing.assert_allclose(new.moved, (0.0, -0.2), atol=0.005)
    assert farthest(new, aside, 100) < 0.01
    away = replace(walk, plan=replace(walk.plan, origin=(2.0, 0.0, 0.0)))
    with pytest.raises(KinesisError, match="does not follow its own plan"):
        continue_walk(away, 100)


def spans(plan: GaitPlan) -> list[tuple[int, int]]:
    return running_spans(plan, path_until(plan, 14.0))


def test_runs_begun_stay_begun_and_others_do_not() -> None:
    plan = GaitPlan(9.0, ((0.0, 1.1), (1.0, 1.1), (2.75, 2.5)), walking_at_start=True, walking_at_end=True)
    fast = round((1.0 + (1.95 - 1.1) / 0.8) * FPS)  # the frame from which it is faster than 1.95 m/s
    (start, _) = spans(plan)[0]
    assert abs(start - (fast - 60)) <= 1
    for time, runs in ((fast / FPS - 0.1, False), (fast / FPS + 0.02, True)):
        stopped = with_runs_begun(change_speed(plan, time, 0.0), plan, time)
        assert spans(stopped) == ([(start, start + 120)] if runs else [])
    later = with_runs_begun(change_speed(plan, 5.0, 0.0), plan, 5.0)
    (begun, ended) = spans(later)[0]
    assert begun == start
    assert abs(ended - (5.0 + (2.5 - 1.95) / 0.8) * FPS) <= 1
    again = with_runs_begun(change_speed(later, 6.0, 2.5), later, 6.0)
    first, second = spans(again)
    assert first == (begun, ended)
    assert second[0] == ended + 225  # 1.5 s of walking between two runs


@pytest.mark.parametrize("early", [-60, -30, 0, 15])
def test_a_run_is_the_same_from_wherever_it_is_worked_out(early: int) -> None:
    """The window that is worked out begins three seconds before: about where the run begins."""
    plan = change_speed(replace(change_speed(GaitPlan(8.0), 0.6, 2.9), walking_at_end=True), 3.7, 0.8)
    whole, start = generated(plan, 0.0), spans(plan)[0][0] + 450 + early
    part = generated(plan, start / FPS)
    np.testing.assert_allclose(part[:90], whole[start : start + 90], atol=0.012)


@functools.cache
def generated(plan: GaitPlan, start: float) -> np.ndarray:
    return generate(plan, start=start).root_pos


def test_what_went_wrong_for_a_course_that_is_no_more_is_nobodys_concern() -> None:
    clip = endless_walk(1.1)
    simulation, planner = Puppet(clip, limp), WalkPlanner()
    failed: Future[tuple[Course, float]] = Future()
    failed.set_exception(KinesisError("too late"))
    planner._job = _Job(short_run(), None, 3, failed)
    planner.take(simulation)
    planner._job = _Job(simulation.course, None, 3, failed)
    with pytest.raises(KinesisError, match="too late"):
        planner.take(simulation)
    planner.close()
