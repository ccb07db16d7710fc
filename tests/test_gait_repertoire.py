"""The repertoire: every direction, every turn, every walker; feet that hold, forces that exist."""

from __future__ import annotations

import functools

import numpy as np
import pytest
from soles import sole_points

from kinesis_app.body import kinematics
from kinesis_app.body.joints import joint_table
from kinesis_app.body.rotations import heading, quat_to_matrix
from kinesis_app.errors import KinesisError
from kinesis_app.motion.clip import MotionClip
from kinesis_app.motion.dynamics import foot_spheres, inverse_dynamics
from kinesis_app.motion.feasibility import check
from kinesis_app.motion.gait import (
    SKILLS,
    GaitPlan,
    Style,
    change_sideways,
    change_speed,
    change_turn,
    generate,
    varied,
    walk,
)
from kinesis_app.motion.gait.leg import feet_of
from kinesis_app.motion.gait.plan import path_of
from kinesis_app.motion.gait.sidesteps import clear_of
from kinesis_app.motion.gait.style import RANGES, style_from

WEIGHT = 74.975 * 9.81
FPS = 150.0
MOTIONS = {
    "backward": (-0.6, 0.0, 0.0),
    "backward_fast": (-0.9, 0.0, 0.0),
    "left": (0.0, 0.4, 0.0),
    "right": (0.0, -0.4, 0.0),
    "turn_left": (0.0, 0.0, 1.2),
    "turn_right": (0.0, 0.0, -1.2),
    "curve": (1.0, 0.0, 0.8),
    "all": (0.4, -0.2, 0.4),
}


@functools.cache
def motion(name: str) -> MotionClip:
    """From standing to a velocity and back to standing."""
    plan = GaitPlan(7.0)
    for change, value in zip((change_speed, change_sideways, change_turn), MOTIONS[name], strict=True):
        plan = change(change(plan, 0.5, value), 4.0, 0.0) if value else plan
    return generate(plan, name=name)


def longest_slide(clip: MotionClip) -> float:
    """Furthest that the lowest point of a carrying foot slides in one stance [m]."""
    points, force = sole_points(clip), inverse_dynamics(clip).grf[..., 2]
    speed = np.linalg.norm(np.gradient(points[..., :2], 1.0 / FPS, axis=0), axis=-1)
    worst = 0.0
    for side in (0, 1):
        low = points[:, side, :, 2] < 0.002
        slide = np.where(low, speed[:, side], np.inf).min(axis=1)
        slide = np.where(np.isfinite(slide) & (force[:, side] > 0.2 * WEIGHT), slide, 0.0)
        edges = np.flatnonzero(np.diff(np.r_[0, (slide > 0.0).astype(int), 0]))
        worst = max([worst, *(slide[a:b].sum() / FPS for a, b in zip(edges[::2], edges[1::2], strict=True))])
    return worst


def assert_possible(clip: MotionClip, residual: float = 0.03) -> None:
    """Joints in range and smooth, feet on the floor and not in it, forces that the floor can give."""
    low, high = joint_table().range.T
    assert (clip.joints > low).all()
    assert (clip.joints < high).all()
    assert np.abs(np.diff(clip.joints, n=2, axis=0)).max() * FPS < 8.0
    height = sole_points(clip)[..., 2].min(axis=(1, 2))
    assert height.min() > -0.01
    assert height.max() < 0.01
    missing = inverse_dynamics(clip).root_residual[5:-5, :3]
    assert np.sqrt(np.mean(np.sum(missing**2, axis=1))) < residual * WEIGHT


@pytest.mark.parametrize("name", MOTIONS)
def test_every_direction_is_possible(name: str) -> None:
    clip = motion(name)
    assert_possible(clip, 0.01)
    assert longest_slide(clip) < 0.02


@pytest.mark.parametrize("name", MOTIONS)
def test_every_direction_goes_where_the_plan_says(name: str) -> None:
    clip, plan = motion(name), GaitPlan(7.0)
    for change, value in zip((change_speed, change_sideways, change_turn), MOTIONS[name], strict=True):
        plan = change(change(plan, 0.5, value), 4.0, 0.0) if value else plan
    forward, left, turn = MOTIONS[name]
    yaw = np.unwrap(heading(clip.root_quat))
    ramps = 3.5  # up at 0.5 s, down at 4 s, equal ramps: the integral is value * 3.5 s
    assert yaw[-1] - yaw[0] == pytest.approx(turn * ramps, abs=0.05)
    if not turn:
        way = clip.root_pos[-1] - clip.root_pos[0]
        assert way[0] == pytest.approx(forward * 3.5, abs=0.02)
        assert way[1] == pytest.approx(left * 3.5, abs=0.02)
    np.testing.assert_allclose(path_of(plan, 0.0, 7.0).pose[-1, 2], turn * 3.5, atol=0.01)


def test_turning_in_place_stays_in_place_and_feet_apart() -> None:
    clip = motion("turn_left")
    assert np.ptp(clip.root_pos[:, :2], axis=0).max() < 0.3
    gap = np.linalg.norm(np.diff(sole_points(clip)[..., :2].mean(axis=2), axis=1), axis=-1)
    assert gap.min() > 0.11


def test_backward_walking_lands_on_the_toes() -> None:
    clip = motion("backward")
    heights = sole_points(clip)[300:600, 0, :, 2]
    spheres = foot_spheres(0)
    heel, toes = heights[:, ~spheres.on_toes].min(axis=1), heights[:, spheres.on_toes].min(axis=1)
    lands = np.flatnonzero((np.minimum(heel, toes)[1:] < 0.003) & (np.minimum(heel, toes)[:-1] >= 0.003))
    assert len(lands) >= 1
    assert (toes[lands + 1] < heel[lands + 1]).all()


def test_a_foot_is_moved_out_of_the_others_way() -> None:
    other = np.array([0.0, 0.0, 0.0])  # a right foot
    crossing = clear_of(other, np.array([0.02, -0.1, 0.0]), 1, Style())
    assert crossing[1] == pytest.approx(0.085)
    ahead = np.array([0.6, -0.02, 0.0])
    np.testing.assert_array_equal(clear_of(other, ahead, 1, Style()), ahead)
    twisted = clear_of(other, np.array([0.0, 0.2, np.radians(75.0)]), 1, Style())
    assert np.degrees(twisted[2]) == pytest.approx(60.0)  # the hips turn by 40 degrees each


@pytest.mark.parametrize("speed", [0.5, 1.1, 1.9])
def test_walks_from_standing_to_standing_pass_the_gate(speed: float) -> None:
    verdict = check(walk(speed, 9.0))
    assert verdict.reasons == ()
    assert verdict.root_residual < 0.03


def test_the_foot_of_a_closing_step_lifts_before_it_goes_on() -> None:
    clip = walk(1.1, 20.0)  # whose last step is a short one
    assert check(clip).skate_mm < 16.0


def test_leg_kinematics_agree_with_those_of_the_body() -> None:
    rng = np.random.default_rng(0)
    low, high = joint_table().range.T
    clip = MotionClip(
        "pose",
        FPS,
        rng.normal(size=(40, 3)),
        (lambda q: q / np.linalg.norm(q, axis=1, keepdims=True))(rng.normal(size=(40, 4))),
        rng.uniform(low, high, (40, 14)),
    )
    frames = kinematics.forward(clip.qpos())
    for side, calcn in enumerate(("calcn_r", "calcn_l")):
        angles = clip.joints[:, 7 * side : 7 * side + 6]
        root = (clip.root_pos, quat_to_matrix(clip.root_quat))
        pos, rot, jacobian = (x[0] for x in feet_of(*root, angles[None], (side,)))
        body = kinematics.BODIES.index(calcn)
        np.testing.assert_allclose(pos, frames.pos[:, body], atol=1e-6)
        np.testing.assert_allclose(rot, frames.rot[:, body], atol=1e-6)
        for k in range(6):  # and the Jacobian with differences
            step = np.zeros(6)
            step[k] = 1e-4
            after, before = (feet_of(*root, (angles + way * step)[None], (side,))[0][0] for way in (1, -1))
            difference = (after - before) / 2e-4
            inside = np.abs(angles[:, 3] - 1.0) < 0.9
            np.testing.assert_allclose(jacobian[inside, :3, k], difference[inside], atol=2e-3)


@pytest.mark.parametrize("skill", [skill for skill in SKILLS if "run" not in skill])
def test_varied_motions_are_possible_and_repeat(skill: str) -> None:
    clip = varied(skill, 3, 4.0)
    assert_possible(clip, 0.05)
    again = varied(skill, 3, 4.0)
    np.testing.assert_array_equal(again.joints, clip.joints)
    assert np.abs(varied(skill, 4, 4.0).joints - clip.joints).max() > 0.01


def test_unknown_skills_are_listed() -> None:
    with pytest.raises(KinesisError, match="No skill 'swim'; there are stand, walk"):
        varied("swim", 0, 3.0)


def test_styles_show() -> None:
    plan = GaitPlan(3.0, ((0.0, 1.1),), walking_at_start=True, walking_at_end=True)

    def walked(style: Style) -> MotionClip:
        return generate(
            GaitPlan(plan.duration, plan.speed, walking_at_start=True, walking_at_end=True, style=style)
        )

    usual, other = walked(Style()), walked(Style(step_width=0.18, lean=0.1, knee_flexion=0.2, cadence=1.1))
    tilt = [quat_to_matrix(c.root_quat)[:, 0, 2].mean() for c in (usual, other)]
    assert tilt[1] - tilt[0] == pytest.approx(np.sin(0.1), abs=0.02)  # the trunk's axis leans ahead
    assert other.joints[:, [3, 10]].min() > usual.joints[:, [3, 10]].min() + 0.05
    feet = [sole_points(c)[..., 1].mean(axis=2) for c in (usual, other)]
    assert np.median(feet[1][:, 1] - feet[1][:, 0]) > np.median(feet[0][:, 1] - feet[0][:, 0]) + 0.04


def test_styles_are_read_with_care() -> None:
    assert style_from({"lean": 0.05}) == Style(lean=0.05)
    for wrong in ({"hat": 1.0}, {"lean": float("nan")}, "old"):
        with pytest.raises(KinesisError):
            style_from(wrong)
    assert {*RANGES, "wariness"} == set(Style.__dataclass_fields__)
