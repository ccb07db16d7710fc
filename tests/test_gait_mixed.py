"""Walking and running by turns: one plan, forces that exist, no jump where the gait changes."""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from kinesis_app.body.rotations import heading
from kinesis_app.command.grammar import parse
from kinesis_app.command.typed import typed_plan
from kinesis_app.motion.clip import MotionClip
from kinesis_app.motion.dynamics import inverse_dynamics
from kinesis_app.motion.feasibility import check
from kinesis_app.motion.gait import (
    GaitPlan,
    change_speed,
    change_turn,
    generate,
    planned_state,
    replan,
    varied,
)
from kinesis_app.motion.gait.held_path import resumed
from kinesis_app.motion.gait.plan import path_of
from kinesis_app.motion.gait.spans import running_spans
from kinesis_app.session.commands import CommandRequest
from kinesis_app.session.steering import SteerRequest
from kinesis_app.session.walking import continue_walk, course_of, endless_walk

WEIGHT = 74.975 * 9.81
FPS = 150.0
PLAN = change_speed(change_speed(GaitPlan(11.0), 0.6, 2.6), 6.0, 0.0)


@functools.cache
def ran() -> MotionClip:
    return generate(PLAN)


def test_who_goes_fast_runs() -> None:
    force = inverse_dynamics(ran()).grf[..., 2].sum(axis=1) / WEIGHT
    running, walking = force[round(4.5 * FPS) : round(5.5 * FPS)], force[round(9.0 * FPS) :]
    assert running.min() < 0.05  # flight
    assert running.max() > 1.6
    assert walking.min() > 0.5


def test_forces_exist_and_joints_do_not_jump() -> None:
    missing = np.linalg.norm(inverse_dynamics(ran()).root_residual[5:-5, :3], axis=1)
    assert np.sqrt(np.mean(missing**2)) < 0.1 * WEIGHT
    assert np.abs(np.diff(ran().joints, n=2, axis=0)).max() * FPS < 8.0


def test_the_foot_is_down_when_the_load_comes_that_ends_a_run() -> None:
    """The last flight of a run ends where walking begins, which is higher."""
    dynamics = inverse_dynamics(ran())
    slowing = slice(round(6.6 * FPS), round(8.6 * FPS))
    missing = np.linalg.norm(dynamics.root_residual[slowing, :3], axis=1)
    force = dynamics.grf[slowing, :, 2].sum(axis=1)
    assert force.min() < 0.05 * WEIGHT  # there is flight
    assert missing.max() < 0.35 * WEIGHT
    assert np.diff(force).max() < 0.5 * WEIGHT
    assert force.max() < 2.1 * WEIGHT


@pytest.mark.parametrize("clip", [functools.partial(varied, "mixed_run", 1, 12.0)])
def test_starts_runs_and_stops_pass_the_gate(clip: Callable[[], MotionClip]) -> None:
    verdict = check(clip())
    assert verdict.reasons == ()
    assert verdict.penetration_mm < 8.0
    assert verdict.root_residual < 0.06


def test_who_held_his_speed_speeds_up_as_the_path_and_catches_up() -> None:
    plan = change_speed(GaitPlan(12.0, ((0.0, 1.6),), walking_at_start=True, walking_at_end=True), 1.0, 2.8)
    path = path_of(plan, 0.0, 12.0)
    way = resumed(path, began=150, frame=240)  # 0.6 s at 1.6 m/s while the path gains 0.8 m/s^2
    speed = np.diff(way.pose[:, 0]) * FPS
    np.testing.assert_allclose(way.pose[:151], path.pose[:151], atol=1e-6)
    np.testing.assert_allclose(speed[152:239], 1.6, atol=0.01)
    assert path.pose[240, 0] - way.pose[240, 0] == pytest.approx(0.5 * 0.8 * 0.6**2, abs=0.01)
    gain = (speed[255:1640:15] - speed[240:1625:15]) / 0.1
    assert gain.max() < 0.8 + 0.1
    np.testing.assert_allclose(way.pose[1650:], path.pose[1650:], atol=1e-6)
    stopping = path_of(change_speed(plan, 5.0, 0.0), 0.0, 12.0)
    slowed = resumed(stopping, began=150, frame=240)
    np.testing.assert_array_equal(slowed.pose[:751], way.pose[:751])
    assert (stopping.pose[:, 0] - slowed.pose[:, 0]).min() > -1e-6
    np.testing.assert_allclose(slowed.pose[-1], stopping.pose[-1], atol=1e-6)
    early = resumed(path_of(change_speed(plan, 2.2, 0.0), 0.0, 12.0), began=150, frame=240)
    slowing = np.diff(np.diff(early.pose[:, 0]) * FPS)[350:] * FPS
    assert slowing.min() > -0.8 - 0.25  # behind or not, he slows down no harder than that


def test_who_stopped_running_turns_on_the_spot_as_told() -> None:
    plan = change_speed(change_speed(GaitPlan(13.0), 0.6, 2.2), 4.4, 0.0)
    plan = change_speed(change_turn(change_turn(plan, 7.5, 1.2), 10.1, 0.0), 10.1, 1.0)
    clip = generate(plan)
    facing = np.unwrap(heading(clip.root_quat))
    assert facing[-1] == pytest.approx(1.2 * 2.6, abs=0.1)
    assert facing[round(9.5 * FPS)] == pytest.approx(1.2 * 1.6, abs=0.4)
    assert np.abs(np.diff(facing)).max() * FPS < 2.5


def test_what_a_run_is_asked_for_later_leaves_it_as_it_is_before() -> None:
    """The next second stays, or the human could not be told anything while it runs."""
    plan = replace(change_speed(GaitPlan(7.0), 0.6, 2.5), walking_at_end=True)
    usual = generate(plan, start=4.9)
    for wanted, away in ((3.0, 0.015), (0.0, 0.035)):
        changed = generate(replace(change_speed(plan, 5.6, wanted), duration=6.3), start=4.9)
        np.testing.assert_allclose(changed.root_pos[:45], usual.root_pos[:45], atol=away)
        assert changed.root_pos[:, 2].min() > 0.8


def test_a_running_human_is_steered() -> None:
    """What is planned for now ends in mid-flight: its last frames must not throw the rest about."""
    running = CommandRequest("run at 2.5 m/s", parse("run at 2.5 m/s"))
    course = continue_walk(course_of(endless_walk()), 40, running, ahead=8.0)
    turned = continue_walk(course, 211, SteerRequest(1.2), delay=0.035)
    assert turned.clip.root_pos[:, 2].min() > 0.8


def test_the_way_is_that_of_the_plan() -> None:
    path = path_of(PLAN, 0.0, 11.0).pose
    assert ran().root_pos[-1, 0] == pytest.approx(path[-1, 0] + 0.0654, abs=0.08)
    assert np.abs(np.diff(ran().root_pos[-30:], axis=0)).max() * FPS < 0.06  # it stands


def test_a_fast_walk_stays_a_walk() -> None:
    plan = GaitPlan(4.0, ((0.0, 2.02),), walking_at_start=True, walking_at_end=True)
    assert running_spans(plan, path_of(plan, 0.0, 4.0)) == []


def test_a_run_keeps_its_plan_when_planned_anew() -> None:
    state = planned_state(PLAN, 4.5)
    assert replan(PLAN, 4.5, state, state) is PLAN
    later = planned_state(PLAN, 9.4)
    again = generate(replan(PLAN, 9.4, later, later), start=9.4)
    np.testing.assert_allclose(again.root_pos[-1], ran().root_pos[-1], atol=0.02)


def test_who_is_told_to_run_at_the_slowest_speed_runs() -> None:
    plan = typed_plan("run 15 m at 2 m/s", 12.0)
    force = inverse_dynamics(generate(plan)).grf[round(4.5 * FPS) : round(7.0 * FPS), :, 2].sum(axis=1)
    assert force.min() < 0.05 * WEIGHT  # flight
    assert course_of(generate(plan)).plan.runs_from == 2.0  # type: ignore[union-attr]
