"""A generated walk goes where the body takes it, and leads back by and by."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from kinesis_app.env.leash import LEASH
from kinesis_app.motion.library import load_motion
from kinesis_app.policy import load_policy
from kinesis_app.session.planner import WalkPlanner
from kinesis_app.session.simulation import Simulation
from kinesis_app.session.walking import continue_walk, course_of, endless_walk


def off(sim: Simulation) -> float:
    """How far the pelvis is from its reference on the ground [m]."""
    return float(np.linalg.norm(sim.frame.qpos[0, :2] - sim.course.qpos(sim.step_index)[:2]))


def test_a_pushed_walker_takes_its_walk_along_and_is_led_back() -> None:
    sim, planner = Simulation(endless_walk(1.1), load_policy()), WalkPlanner()
    path = []
    for step in range(300):
        if step == 30:
            sim.push((0.0, 60.0, 0.0), 0.2)  # to the left
        planner.update(sim, math.inf)
        sim.step()
        assert off(sim) < LEASH + 1e-6
        path.append(sim.frame.qpos[0, 1])
    assert not sim.fallen
    assert max(path) - np.mean(path[:30]) > 0.06  # it went aside
    assert abs(np.mean(path[-60:])) < 0.05  # and came back to the line it was to walk
    planner.close()


def test_going_back_in_time_brings_the_place_back() -> None:
    sim = Simulation(endless_walk(1.1), load_policy())
    for step in range(40):
        if step == 5:
            sim.push((0.0, 70.0, 0.0), 0.2)
        sim.step()
        if step == 20:
            then, state = sim.course.moved, sim.frame.qpos[0].copy()
    assert then != (0.0, 0.0)
    assert sim.course.moved != then
    sim.go_back_to(sim.run_step - 19)
    assert sim.course.moved == then
    np.testing.assert_array_equal(sim.frame.qpos[0], state)


def test_a_recording_stays_where_it_was_made() -> None:
    clip = load_motion("walk_1.1")
    course = course_of(clip)
    assert course.plan is not None
    recording = course_of(replace(clip, info={}))
    far = np.array([9.0, 9.0])
    assert recording.taken_along(far, 3) is recording
    moved = course.taken_along(far, 3)
    assert np.linalg.norm(moved.qpos(3)[:2] - far) == pytest.approx(LEASH)
    np.testing.assert_allclose(
        moved.ahead(3).root_pos, course.ahead(3).root_pos + np.array([*moved.moved, 0.0])
    )
    np.testing.assert_allclose(
        moved.physics_frames(3, 4).body_pos[..., 2], course.physics_frames(3, 4).body_pos[..., 2]
    )


def test_a_walk_taken_along_is_planned_on_without_a_jump() -> None:
    course = course_of(endless_walk(1.1))
    moved = replace(course, moved=(0.1, -0.2))
    new = continue_walk(moved, 60)
    assert new.moved == (0.0, 0.0)
    for step in (58, 60, 62, 66):
        np.testing.assert_allclose(new.qpos(step)[:2], moved.qpos(step)[:2], atol=0.02)
    speed = np.linalg.norm(np.diff([new.qpos(s)[:2] for s in range(60, 150)], axis=0), axis=1) * 30
    assert speed.max() < 1.7
    np.testing.assert_allclose(new.qpos(60 + 150)[:2], course.qpos(60 + 150)[:2], atol=0.05)
