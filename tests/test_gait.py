"""The gait generator: feet that hold, joints that stay human, balance, and plans that can change."""

from __future__ import annotations

import functools

import numpy as np
import pytest
from soles import sole_points

from kinesis_app.body.joints import joint_table
from kinesis_app.errors import KinesisError
from kinesis_app.motion.clip import MotionClip
from kinesis_app.motion.dynamics import ClipDynamics, inverse_dynamics
from kinesis_app.motion.gait import GaitPlan, change_speed, generate, norms, stand, varied_walk, walk

SPEEDS = (0.5, 0.8, 1.1, 1.4, 1.9)
MASS = 74.975
FPS = 150.0


@functools.cache
def steady(speed: float) -> MotionClip:
    return walk(speed, 3.0, stand_before=0.0, stand_after=0.0)


@functools.cache
def whole(speed: float) -> MotionClip:
    return walk(speed, 8.0)


@functools.cache
def dynamics_of(speed: float) -> ClipDynamics:
    return inverse_dynamics(steady(speed))


def strikes(clip: MotionClip) -> np.ndarray:
    """Frames at which the right heel comes down, from the load of the inverse dynamics."""
    loaded = inverse_dynamics(clip).grf[:, 0, 2] > 0.03 * MASS * 9.81
    return np.flatnonzero(loaded[1:] & ~loaded[:-1]) + 1


def cycle(clip: MotionClip, column: int, points: int = 51) -> np.ndarray:
    """One gait cycle of a right-leg joint [deg], shape (points,)."""
    first, second = strikes(clip)[:2]
    grid = np.linspace(first, second, points)
    return np.degrees(np.interp(grid, np.arange(clip.n_frames), clip.joints[:, column]))


@pytest.mark.parametrize("speed", SPEEDS)
def test_speed_length_and_start(speed: float) -> None:
    clip = whole(speed)
    assert clip.duration == pytest.approx(8.0)
    np.testing.assert_allclose(clip.root_pos[0, :2], 0.0, atol=0.02)
    middle = steady(speed)
    n = 2 * round(norms.step_time(speed) * FPS)
    advance = middle.root_pos[n, 0] - middle.root_pos[0, 0]
    assert advance / (n / FPS) == pytest.approx(speed, rel=0.02)
    for end in (clip.root_pos[:20], clip.root_pos[-20:]):  # quiet standing at both ends
        assert np.abs(np.diff(end, axis=0)).max() * FPS < 0.06


@pytest.mark.parametrize("speed", SPEEDS)
def test_feet_neither_slide_nor_sink(speed: float) -> None:
    clip = whole(speed)
    points = sole_points(clip)
    assert points[..., 2].min() > -0.01
    velocity = np.linalg.norm(np.gradient(points[..., :2], 1.0 / FPS, axis=0), axis=-1)
    force = inverse_dynamics(clip).grf[..., 2]
    for side in (0, 1):
        on_floor = points[:, side, :, 2] < 0.002
        sliding = np.where(on_floor, velocity[:, side], np.inf).min(axis=1)
        carrying = force[:, side] > 0.2 * MASS * 9.81
        # The point that carries most stays: its total slide over the clip's stances is small.
        held = carrying & np.isfinite(sliding)
        assert held.sum() > 0.8 * carrying.sum()
        assert np.sum(sliding[held]) / FPS < 0.02 * 8


@pytest.mark.parametrize("speed", SPEEDS)
def test_joints_stay_in_range_and_smooth(speed: float) -> None:
    clip = whole(speed)
    low, high = joint_table().range.T
    assert (clip.joints > low + 0.01).all()
    assert (clip.joints < high - 0.01).all()
    jump = np.abs(np.diff(clip.joints, n=2, axis=0)).max() * FPS
    assert jump < 8.0  # change of joint velocity between frames [rad/s]


@pytest.mark.parametrize("speed", SPEEDS)
def test_walk_is_dynamically_possible(speed: float) -> None:
    residual = dynamics_of(speed).root_residual[5:-5]
    force = np.sqrt(np.mean(np.sum(residual[:, :3] ** 2, axis=1)))
    # Above 1.5 m/s the last frames of single support twist on the toes of one foot.
    assert force < (0.12 if speed > 1.5 else 0.03) * MASS * 9.81
    assert np.abs(dynamics_of(speed).torque[5:-5]).max() < 350.0


@pytest.mark.parametrize("speed", [1.1, 1.4])
def test_vertical_force_has_two_humps(speed: float) -> None:
    clip = steady(speed)
    first, second = strikes(clip)[:2]
    force = dynamics_of(speed).grf[first:second, 0, 2] / (MASS * 9.81)
    stance = force[: int(0.6 * len(force))]
    third = len(stance) // 3
    early, late, valley = stance[:third].max(), stance[2 * third :].max(), stance[third : 2 * third].min()
    assert early > 0.98
    assert late > 0.98
    assert valley < min(early, late) - 0.05


# Schwartz, Rozumalski, Trost 2008 (J Biomech 41:1639), free speed 1.28 m/s at leg length 0.90 m:
# mean and standard deviation [deg] at 0, 12, 24, 36, 48, 60, 72, 84 % of the cycle.
FREE_KNEE = ((5.6, 19.3, 13.9, 7.2, 9.5, 33.9, 59.1, 38.8), 6.3)
FREE_ANKLE = ((-2.1, -0.2, 6.8, 10.2, 11.5, -13.8, -7.9, 2.5), 5.3)


@pytest.mark.parametrize(("column", "norm"), [(3, FREE_KNEE), (4, FREE_ANKLE)])
def test_joint_curves_are_human(column: int, norm: tuple[tuple[float, ...], float]) -> None:
    ours = cycle(walk(1.25, 3.0, stand_before=0.0, stand_after=0.0), column)[[0, 6, 12, 18, 24, 30, 36, 42]]
    mean, sd = norm
    distance = np.abs(ours - np.array(mean)) / sd
    assert np.mean(distance) < 1.2
    assert np.max(distance) < 3.0


def test_cadence_and_step_length() -> None:
    # The same source: 111.9 steps/min and 0.684 m at leg length 0.90 m, scaled by the leg length.
    scale = norms.LEG_LENGTH / 0.90
    speed = 1.276 * np.sqrt(scale)
    assert norms.step_length(speed) == pytest.approx(0.684 * scale, rel=0.05)
    assert 60.0 / norms.step_time(speed) == pytest.approx(111.9 / np.sqrt(scale), rel=0.05)


def test_turning_walk_follows_its_arc() -> None:
    clip = walk(1.0, 6.0, turn_rate=0.6, stand_before=0.0, stand_after=0.0)
    from kinesis_app.body.rotations import heading

    turned = np.unwrap(heading(clip.root_quat))
    assert (turned[-1] - turned[0]) / clip.duration == pytest.approx(0.6, abs=0.03)
    assert sole_points(clip)[..., 2].min() > -0.01


def test_a_later_change_of_speed_leaves_the_past_alone() -> None:
    plan = GaitPlan(6.0, ((0.0, 1.0),), walking_at_start=True, walking_at_end=True)
    before, after = generate(plan), generate(change_speed(plan, 4.0, 1.5))
    same = round(2.8 * FPS)
    np.testing.assert_allclose(before.root_pos[:same], after.root_pos[:same], atol=0.01)
    assert after.root_pos[-1, 0] > before.root_pos[-1, 0] + 0.4


def test_speed_outside_the_range_is_refused() -> None:
    with pytest.raises(KinesisError, match=r"0\.5 to 1\.9"):
        walk(2.4, 5.0)


def test_standing_is_still() -> None:
    clip = stand(1.0)
    assert np.abs(clip.qvel()).max() < 1e-3
    assert clip.n_frames == 151


def test_varied_walks_differ_and_stay_feasible() -> None:
    one, other = varied_walk(1, 8.0), varied_walk(2, 8.0)
    assert one.n_frames == other.n_frames
    assert np.abs(one.root_pos[-1] - other.root_pos[-1]).max() > 0.1
    for clip in (one, other):
        low, high = joint_table().range.T
        assert (clip.joints > low).all()
        assert (clip.joints < high).all()
        assert sole_points(clip)[..., 2].min() > -0.012
