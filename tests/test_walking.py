"""Endless walks: continued without a jump, at any speed asked for, ahead of the human."""

from __future__ import annotations

import cProfile
import functools
import math
import time
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from clips import standing_clip
from puppet import Puppet, limp
from waiting import until

from kinesis_app.body.kinematics import tracked_positions
from kinesis_app.body.model import CTRL_DT, SIM_DT
from kinesis_app.errors import KinesisError
from kinesis_app.motion.clip import MotionClip
from kinesis_app.motion.gait import GaitPlan, generate, walk
from kinesis_app.session import messages as m
from kinesis_app.session import planner as planner_module
from kinesis_app.session import walking as walking_module
from kinesis_app.session.core import SessionCore
from kinesis_app.session.course import Course
from kinesis_app.session.live import LiveSession
from kinesis_app.session.requests import SpeedRequest
from kinesis_app.session.walking import CHUNK, EXTENSION, continue_walk, course_of, endless_walk, plan_of


@pytest.fixture(scope="module")
def walking() -> MotionClip:
    return endless_walk(1.1)


def pelvis_speed(course: Course, step: int, steps: int = 33) -> float:
    ends = [course.qpos(step)[:2], course.qpos(step + steps)[:2]]
    return float(np.linalg.norm(ends[1] - ends[0])) / (steps * CTRL_DT)


def largest_acceleration(course: Course) -> float:
    """Of the seven bodies in the reference [m/s^2]."""
    positions = tracked_positions(course.bank.qpos[: course.bank.length[0]])
    return float(np.abs(np.diff(positions, 2, axis=0)).max() / SIM_DT**2)


def walked_on(course: Course, *steps: int) -> Course:
    """The course planned on at these steps."""
    return functools.reduce(continue_walk, steps, course)


def test_continuing_keeps_what_was_planned(walking: MotionClip) -> None:
    course = course_of(walking)
    longer = continue_walk(course, 300)
    assert longer.last_step == pytest.approx(300 + EXTENSION / CTRL_DT, abs=1)
    for step in range(300, course.last_step - 75, 13):
        np.testing.assert_allclose(longer.qpos(step), course.qpos(step), atol=4e-3)


@pytest.mark.parametrize("step", [150, 157, 163])
@pytest.mark.parametrize("speed", [0.6, 1.7, 0.0])
def test_a_change_of_speed_neither_jumps_nor_kicks(walking: MotionClip, step: int, speed: float) -> None:
    course = course_of(walking)
    changed = continue_walk(course, step, SpeedRequest(speed))
    for ahead in (0, 1):
        np.testing.assert_allclose(changed.qpos(step + ahead), course.qpos(step + ahead), atol=3e-3)
        np.testing.assert_allclose(changed.qvel(step + ahead), course.qvel(step + ahead), atol=0.15)
    later = walked_on(changed, step + 12, step + 60, step + 105)
    assert pelvis_speed(later, step + 110, 66) == pytest.approx(speed, abs=0.08)
    plain = course_of(walk(max(speed, 0.6) if speed < 1.1 else speed, 8.0))
    assert largest_acceleration(changed) < 1.6 * max(
        largest_acceleration(plain), largest_acceleration(course)
    )
    assert changed.speed == speed


def calls_of(plan: GaitPlan) -> int:
    """Functions called to generate the last four seconds of a plan."""
    profile = cProfile.Profile()
    profile.runcall(generate, plan, start=plan.duration - 4.0)
    return sum(entry.callcount for entry in profile.getstats())


def test_the_steps_after_minutes_of_walking_are_still_quickly_planned() -> None:
    """Work in proportion to the way so far, not to its square: no step looks at the whole way."""
    plan = GaitPlan(364.0, speed=((0.0, 1.1),), walking_at_start=True, walking_at_end=True)
    assert calls_of(replace(plan, duration=724.0)) < 2.0 * calls_of(plan)
    clip = generate(plan, start=360.0)
    assert clip.root_pos[0, 0] == pytest.approx(360.0 * 1.1, abs=0.5)


def test_a_long_walk_forgets_its_first_steps() -> None:
    plan = GaitPlan(70.0, speed=((0.0, 1.1),), walking_at_start=True, walking_at_end=True)
    clip = generate(plan, start=60.0)
    origin = round(60.0 / CTRL_DT)
    long = replace(course_of(clip), origin=origin, plan=plan)
    step = origin + 200
    longer = continue_walk(long, step)
    assert longer.plan is not None
    assert longer.plan.resume is not None
    assert longer.plan.resume.frame == 5 * step
    for ahead in range(0, long.last_step - step, 9):
        np.testing.assert_allclose(longer.qpos(step + ahead)[:3], long.qpos(step + ahead)[:3], atol=0.006)
    again = continue_walk(longer, step + 100)
    assert again.plan is not None
    assert again.plan.resume is longer.plan.resume


def test_a_walk_that_would_stop_walks_on_when_asked() -> None:
    course = course_of(walk(1.1, 8.0))
    assert not course.endless
    assert course.speed == pytest.approx(1.1)
    changed = continue_walk(course, 90, SpeedRequest(1.3))
    assert changed.endless
    assert pelvis_speed(walked_on(changed, 110, 160, 190), 200, 66) == pytest.approx(1.3, abs=0.08)


def test_plans_survive_the_clip_file_only_if_they_fit(walking: MotionClip) -> None:
    assert plan_of(walking) is not None
    assert plan_of(standing_clip()) is None
    for change in ({"duration": 99.0}, {"origin": [math.nan, 0, 0]}, {"speed": "fast"}, {"turn": []}):
        assert plan_of(replace(walking, info={"plan": {**walking.info["plan"], **change}})) is None


def test_a_splice_that_would_jerk_is_made_a_little_later(
    walking: MotionClip, monkeypatch: pytest.MonkeyPatch
) -> None:
    course = course_of(walking)
    jumps = walking.root_pos.copy()
    jumps[300:] += np.array([0.0, 0.0, 0.01])  # 1 cm within a frame of 1/150 s: 225 m/s^2
    assert walking_module._jerks(course_of(replace(walking, root_pos=jumps)), course)
    assert not walking_module._jerks(continue_walk(course, 100, SpeedRequest(0.8)), course)
    verdicts = iter([True, False])
    monkeypatch.setattr(walking_module, "_jerks", lambda new, old: next(verdicts))
    changed = continue_walk(course, 100, SpeedRequest(0.8))
    assert changed.plan is not None
    assert changed.plan.resume is not None
    assert changed.plan.resume.frame == 5 * 103  # 0.1 s later


def test_a_clip_that_left_its_plan_is_refused(walking: MotionClip) -> None:
    moved = course_of(replace(walking, root_pos=walking.root_pos + np.array([1.0, 0.0, 0.0])))
    with pytest.raises(KinesisError, match="does not follow its own plan"):
        continue_walk(moved, 100, SpeedRequest(1.0))


@pytest.mark.parametrize("speed", [0.3, 2.5, -1.0, math.nan])
def test_speeds_out_of_range_are_refused(walking: MotionClip, speed: float) -> None:
    with pytest.raises(KinesisError, match=r"neither 0 nor within 0\.5 to 1\.9"):
        continue_walk(course_of(walking), 100, SpeedRequest(speed))


@pytest.mark.parametrize("rate", [4.0, math.inf])
def test_an_endless_walk_does_not_end(walking: MotionClip, rate: float) -> None:
    with LiveSession(Puppet(walking, limp), rate=rate, loop=False) as live:
        assert until(lambda: live.latest_snapshot().time > 1.3 * CHUNK)
        shot = live.latest_snapshot()
        assert shot.playing
        assert live.drain_events() == []
        assert shot.qpos[0] / shot.time == pytest.approx(1.1, abs=0.05)


def test_the_slider_changes_the_speed_without_stopping_the_clock(walking: MotionClip) -> None:
    with LiveSession(Puppet(walking, limp)) as live:
        assert until(lambda: live.latest_snapshot().step > 3)
        for speed in (0.7, 0.9, 1.6):  # as a dragged slider does
            live.send(m.SetWalkingSpeed(speed))
        assert until(lambda: live.latest_snapshot().walking_speed == 1.6)
        assert until(lambda: live._core._run._director.planner.wanted is None)
        now = live.latest_snapshot().time
        assert until(lambda: live.latest_snapshot().time > now + 2.5)  # finish the step, speed up
        samples = live.drain_samples()
        assert [s.step for s in samples] == list(range(samples[0].step, samples[0].step + len(samples)))
        x = np.array([s.qpos[0] for s in samples])
        assert np.abs(np.diff(x, 2)).max() / CTRL_DT**2 < 12.0  # no jump
        assert (x[-1] - x[-12]) / (11 * CTRL_DT) == pytest.approx(1.6, abs=0.3)
        live.send(m.SetWalkingSpeed(3.0))
        assert until(lambda: any("3 m/s" in e.text for e in live.drain_events()))


def plan_slowly(monkeypatch: pytest.MonkeyPatch, seconds: float) -> None:
    """Every plan takes so much longer."""

    def slow(*args: Any, **kwargs: Any) -> Course:
        time.sleep(seconds)
        return continue_walk(*args, **kwargs)

    monkeypatch.setattr(planner_module, "continue_walk", slow)


def test_late_planning_is_tried_again_with_more_time(
    walking: MotionClip, monkeypatch: pytest.MonkeyPatch
) -> None:
    plan_slowly(monkeypatch, 0.4)
    with LiveSession(Puppet(walking, limp)) as live:
        live.send(m.SetWalkingSpeed(1.4))
        core = live._core
        assert until(
            lambda: core._run._director.planner.wanted is None and core.simulation.course.speed == 1.4
        )
        assert core._run._director.planner._patience > 0.4 - planner_module.LONGEST_GRACE


def test_one_step_at_most_does_not_know_of_what_was_asked(
    walking: MotionClip, monkeypatch: pytest.MonkeyPatch
) -> None:
    plan_slowly(monkeypatch, 0.15)
    monkeypatch.setattr(planner_module, "LONGEST_GRACE", 60.0)  # on however busy a machine
    core = SessionCore(Puppet(walking, limp), playing=True, loop=True, rate=1.0)
    try:
        core.advance()
        for speed in (1.4, 0.8):
            core.obey(m.SetWalkingSpeed(speed))
            core.advance()
            core.advance()
            assert core.simulation.course.speed == speed
            assert core._run._director.planner.wanted is None
            for _ in range(3):
                core.advance()
    finally:
        core.close()


def test_a_walk_that_cannot_be_planned_on_says_so_once(walking: MotionClip) -> None:
    cut = replace(walking, root_pos=walking.root_pos + np.array([1.0, 0.0, 0.0]))
    with LiveSession(Puppet(cut, limp), rate=8.0, loop=False) as live:
        assert until(lambda: not live.latest_snapshot().playing)
        assert [e.level for e in live.drain_events()].count("error") == 1
