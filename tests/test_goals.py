"""Goals on the ground: ways to them, their queue, changes of mind, and KINESIS' protocol."""

from __future__ import annotations

import math

import numpy as np
import pytest
from puppet import limp

from kinesis_app.command.approach import DT, Limits, approach
from kinesis_app.command.task import GoalMark
from kinesis_app.errors import KinesisError
from kinesis_app.evaluation.goals import (
    BRISKNESS,
    REACHED,
    GoalEpisode,
    GoalEvaluation,
    evaluate_goals,
    goal_clip,
)
from kinesis_app.motion.gait import GaitPlan
from kinesis_app.motion.gait.plan import COM_BEHIND, path_of
from kinesis_app.session.goals import PASSED, GoalsRequest, plan_goals
from kinesis_app.session.steering import SteerRequest

ORIGIN = np.array([-COM_BEHIND, 0.0, 0.0])
STILL = np.zeros(3)
WALKING = GaitPlan(16.0, speed=((0.0, 1.1),), walking_at_start=True, walking_at_end=True)


def pelvis_at(plan: GaitPlan, time: float) -> np.ndarray:
    """x, y, heading (3,) where the plan wants the pelvis."""
    x, y, heading = path_of(plan, 0.0, time).pose[-1]
    return np.array([x + COM_BEHIND * math.cos(heading), y + COM_BEHIND * math.sin(heading), heading])


@pytest.mark.parametrize("velocity", [(0, 0, 0), (1.2, 0, 0), (0.8, 0, -0.6), (-0.6, 0, 0), (0, 0.4, 0)])
@pytest.mark.parametrize(
    "goal", [(2, 0, None), (-1.5, 1.5, None), (0.3, -0.2, 2.0), (6, 5, -1.0), (0, 0, 3.0)]
)
def test_an_approach_ends_at_rest_at_the_goal_within_the_limits(
    velocity: tuple[float, float, float], goal: tuple[float, float, float | None]
) -> None:
    limits = Limits()
    way = approach(ORIGIN, np.array(velocity, dtype=float), goal, limits)
    knots = [
        tuple((float(t), float(v)) for t, v in zip(way.time, way.velocity[:, k], strict=True))
        for k in range(3)
    ]
    plan = GaitPlan(way.seconds, knots[0], knots[2], sideways=knots[1], walking_at_end=True)
    end = pelvis_at(plan, way.seconds)
    assert math.hypot(*(end[:2] - goal[:2])) < 0.02
    if goal[2] is not None:
        assert abs(math.remainder(end[2] - goal[2], 2 * math.pi)) < math.radians(1.0)
    np.testing.assert_allclose(way.velocity[-1], 0.0, atol=1e-9)
    change = np.diff(way.velocity, axis=0) / DT
    assert np.hypot(change[:, 0], change[:, 1]).max() < limits.acceleration + 0.5  # the last one rounds off
    assert np.abs(change[:, 2]).max() < limits.turn_acceleration + 0.5
    assert way.velocity[:, 0].max() <= max(limits.forward, velocity[0]) + 1e-9
    assert way.velocity[:, 0].min() >= min(-limits.backward, velocity[0]) - 1e-9


@pytest.mark.parametrize(
    ("goal", "style"),
    [
        ((3.0, 0.0, None), "ahead"),
        ((0.0, 0.5, 0.0), "side"),
        ((0.0, -0.3, None), "ahead"),
        ((-1.0, 0.0, None), "ahead"),
        ((-0.6, 0.1, 0.0), "back"),
        ((-2.0, 0.1, 0.0), "ahead"),
        ((-8.0, 0.0, None), "ahead"),
        ((0.0, 2.0, None), "ahead"),
    ],
)
def test_a_step_or_two_is_gone_sideways_or_backward_where_the_facing_matters(
    goal: tuple[float, float, float | None], style: str
) -> None:
    forward, left, _ = approach(ORIGIN, STILL, goal).velocity.T
    leads = {"ahead": forward.max(), "back": -forward.min(), "side": np.abs(left).max()}
    assert max(leads, key=lambda name: leads[name]) == style


def test_from_standing_it_turns_before_it_walks() -> None:
    bearing = math.atan2(0.6, 0.7 + COM_BEHIND)
    forward, _, turn = approach(ORIGIN, STILL, (0.7, 0.6, None)).velocity.T
    turned = np.cumsum(turn) * DT
    assert (forward[turned < bearing - math.radians(25.0)] < 0.2).all()  # cos(25 deg)^16 = 0.2
    assert forward.max() > 0.6


def test_the_border_of_the_protocols_square_is_reached_in_time() -> None:
    for angle in np.radians(np.arange(0.0, 360.0, 15.0)):
        way = 2.0 / max(abs(math.cos(angle)), abs(math.sin(angle)))
        goal = (way * math.cos(angle), way * math.sin(angle), None)
        assert approach(ORIGIN, STILL, goal, BRISKNESS[-1]).seconds < 4.6


def test_waypoints_are_passed_and_the_last_one_is_stopped_at() -> None:
    goals = (GoalMark(3.0, 0.0), GoalMark(5.0, 2.0), GoalMark(5.0, 4.0, math.pi))
    plan, stages = plan_goals(goals, GaitPlan(1.0), 0.5)
    for goal, stage in zip(goals[:2], stages[:2], strict=True):
        here = pelvis_at(plan, stage.end)
        assert math.hypot(here[0] - goal.x, here[1] - goal.y) < PASSED + 0.1
        assert np.hypot(*plan.velocity_at(stage.end)[:2]) > 0.3  # walks on
    end = pelvis_at(plan, stages[-1].end)
    np.testing.assert_allclose(end[:2], (5.0, 4.0), atol=0.02)
    assert abs(math.remainder(end[2] - math.pi, 2 * math.pi)) < 0.02
    np.testing.assert_allclose(plan.velocity_at(stages[-1].end), 0.0, atol=1e-9)


def test_a_change_of_mind_begins_from_the_velocity_of_then() -> None:
    first = GoalsRequest((GoalMark(4.0, 0.0),)).revise(GaitPlan(1.0), 0.5, None)
    second = GoalsRequest((GoalMark(2.0, 2.0),)).revise(first.plan, 3.0, first.task)
    for time in (1.0, 2.0, 3.0):
        np.testing.assert_allclose(second.plan.velocity_at(time), first.plan.velocity_at(time))
    assert second.task is not None
    end = second.task.end
    np.testing.assert_allclose(pelvis_at(second.plan, end)[:2], (2.0, 2.0), atol=0.02)
    change = np.abs(np.diff(path_of(second.plan, 0.0, end).velocity, axis=0)).max(axis=0) * 150.0
    assert (change < [1.6, 1.6, 3.1]).all()


def test_goals_that_were_reached_are_no_longer_shown() -> None:
    revision = GoalsRequest((GoalMark(1.0, 0.0), GoalMark(3.0, 0.0))).revise(GaitPlan(1.0), 0.5, None)
    task = revision.task
    assert task is not None
    assert len(task.at(0.6).goals) == 2
    assert task.at(task.goal_ends[0]).goals == (GoalMark(3.0, 0.0),)
    assert task.at(task.end).goals == ()


@pytest.mark.parametrize("eighth", range(8))
@pytest.mark.parametrize("plan", [GaitPlan(1.0), WALKING], ids=["standing", "walking"])
def test_steering_into_eight_directions(plan: GaitPlan, eighth: int) -> None:
    heading = math.remainder(eighth * math.pi / 4, 2 * math.pi)
    revision = SteerRequest(heading).revise(plan, 2.0, None)
    assert revision.task is not None
    start = revision.task.stages[-1].start
    assert math.isinf(revision.task.end)
    assert start < 2.0 + 6.0
    turned = path_of(revision.plan, 0.0, start + 2.0).pose[-1, 2]
    assert abs(math.remainder(turned - heading, 2 * math.pi)) < math.radians(2.0)
    np.testing.assert_allclose(revision.plan.velocity_at(start + 2.0), (1.1, 0, 0), atol=1e-6)


def test_steering_faster_keeps_the_way_and_stop_stops() -> None:
    faster = SteerRequest(speed_change=0.2).revise(WALKING, 2.0, None).plan
    np.testing.assert_allclose(faster.velocity_at(6.0), (1.3, 0, 0), atol=1e-9)
    both = SteerRequest(speed_change=0.1).after(SteerRequest(heading=1.0, speed_change=0.2))
    assert both == SteerRequest(1.0, pytest.approx(0.3))
    stopped = SteerRequest(stop=True).revise(WALKING, 2.0, None).plan
    np.testing.assert_allclose(stopped.velocity_at(6.0), 0.0, atol=1e-9)


@pytest.mark.parametrize("goal", [(2.0, -2.0), (-2.0, 0.3)])
def test_the_reference_itself_reaches_far_goals_in_five_seconds(goal: tuple[float, float]) -> None:
    clip, planned = goal_clip(*goal, 5.0)
    assert planned < 4.9
    assert math.hypot(*(clip.root_pos[750, :2] - goal)) < REACHED
    assert np.linalg.norm(clip.root_pos[1] - clip.root_pos[0]) * 150 < 0.02  # at rest at first


def test_a_human_without_strength_falls_and_that_is_told() -> None:
    goals = evaluate_goals(limp, 2, range_m=0.5, seconds=2.0, seed=3, n_threads=1)
    assert goals.success_rate == 0.0
    assert all(episode.fell and episode.lowest_m < 0.7 for episode in goals.episodes)
    # Two draws of the generator with seed 3, scaled to +-0.5 m.
    expected = np.random.default_rng(3).uniform(-0.5, 0.5, (2, 2))
    np.testing.assert_allclose([(e.x, e.y) for e in goals.episodes], expected)
    again = evaluate_goals(limp, 2, range_m=0.5, seconds=2.0, seed=3, n_threads=1)
    assert again == goals


def test_the_json_of_goals() -> None:
    episodes = (GoalEpisode(1, 0, True, False, 0.04, 0.9, 3.0), GoalEpisode(0, 1, False, True, 0.9, 0.1, 3.1))
    result = GoalEvaluation(2.0, 5.0, 0, episodes).to_json()
    assert result["success_rate"] == 0.5
    assert result["falls"] == 1
    assert [e["reached"] for e in result["episodes"]] == [True, False]


def test_too_short_a_time_is_refused() -> None:
    with pytest.raises(KinesisError, match="too few"):
        evaluate_goals(limp, 1, seconds=1.0)
