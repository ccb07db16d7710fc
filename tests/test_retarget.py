"""Retargeting: exact where it can be, within stated bars on real recordings."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from motion_files import write_trc
from recordings import DATA, needs_data
from scipy.spatial.transform import Rotation

from kinesis_app.body.joints import JOINT_NAMES, joint_table
from kinesis_app.body.kinematics import forward
from kinesis_app.body.rotations import FACING_X, heading, quat_mul, quat_rotate, quat_to_matrix, yaw_quat
from kinesis_app.errors import KinesisError
from kinesis_app.motion.clip import MotionClip
from kinesis_app.motion.formats import RawMotion, read_motion
from kinesis_app.motion.formats.raw import Y_UP_TO_Z_UP
from kinesis_app.motion.library import load_motion
from kinesis_app.motion.retarget import RetargetReport, retarget
from kinesis_app.motion.retarget.contact import detect, sole_points
from kinesis_app.motion.retarget.coordinates import ANATOMICAL_FROM_OPENSIM
from kinesis_app.motion.retarget.functional import centre_of_rotation
from kinesis_app.motion.retarget.ik import Pose, solve
from kinesis_app.motion.retarget.layout import Targets
from kinesis_app.motion.retarget.pivots import on_one_end
from kinesis_app.motion.retarget.shape import (
    CALCN,
    LEG_BODIES,
    ROOT_FROM_ANATOMICAL,
    body_shape,
    sole_heights,
)

RECORDINGS = {
    "cmu/02_01.amc": (1.05, 1.30),
    "cmu/02_02.amc": (1.45, 1.75),
    "cmu/02_03.amc": (2.30, 2.70),
    "opensim_moco3dwalk/coordinates.sto": (1.15, 1.32),
    "opensim_gait2392/subject01_walk1_ik.mot": (0.90, 1.30),
    "bmc/ik_output_run.mot": (2.60, 3.10),
    "deepmimic/humanoid3d_walk.txt": (0.85, 1.10),
    "bandai_namco/dataset-1_walk_old_001.bvh": (0.55, 0.80),
    "opensim_moco3dwalk/markers_walk.trc": (1.10, 1.32),
    "bmc/walk1.trc": (1.00, 1.25),
    "bmc/walk2.trc": (1.10, 1.35),
    "bmc/rra_run_1_Kinematics_q.sto": (2.60, 3.20),
    "bmc/walk.trc": (1.00, 1.30),
    "c3d/walking2.c3d": (1.45, 1.75),
    "opensim_gait2392/subject01_walk1.trc": (0.85, 1.20),
    "deepmimic/humanoid3d_run.txt": (3.20, 3.70),
    "bandai_namco/dataset-1_run_active_001.bvh": (2.30, 2.80),
    "bandai_namco/dataset-1_walk-back_tired_001.bvh": (0.80, 1.10),
    "mjpc/CMU_137_40.xml": (0.10, 0.50),
}


def squat(seconds: float = 3.0) -> Pose:
    """Squatting, swaying and twisting over feet that stay flat where they are."""
    t = np.arange(int(150 * seconds)) / 150.0
    rest = forward(Pose(np.zeros((1, 3)), FACING_X[None], np.zeros((1, 14))).qpos())
    ground = -sole_heights(rest).min() - 0.002
    dip = 0.02 + 0.03 * (1.0 - np.cos(2 * np.pi * 0.7 * t))
    quat = quat_mul(yaw_quat(0.08 * np.sin(2 * np.pi * 0.5 * t)), FACING_X)
    middle = ROOT_FROM_ANATOMICAL.T @ body_shape().hips.mean(axis=0)
    root = quat_to_matrix(quat) @ ROOT_FROM_ANATOMICAL
    sway = np.stack(
        [0.01 * np.sin(2 * np.pi * 0.7 * t), 0.02 * np.sin(2 * np.pi * 0.4 * t), ground - dip], axis=1
    )
    legs = np.broadcast_to(rest.pos[:, LEG_BODIES] + [0.0, 0.0, ground], (len(t), 2, 4, 3)).copy()
    hips = sway + root @ middle
    for side in (0, 1):
        legs[:, side, 0] = sway + quat_rotate(quat, np.broadcast_to(body_shape().hips[side], (len(t), 3)))
    np.testing.assert_allclose(legs[:, :, 0].mean(axis=1), hips, atol=1e-9)
    legs[:, :, 1] = 0.5 * (legs[:, :, 0] + legs[:, :, 2]) + [0.08, 0.0, 0.0]  # knees forward
    foot = np.broadcast_to(rest.rot[:, CALCN] @ body_shape().foot_axes, (len(t), 2, 3, 3))
    preferred = np.zeros((len(t), 14))
    preferred[:, [JOINT_NAMES.index(f"knee_angle_{s}") for s in "rl"]] = 0.5
    return solve(Targets(150.0, root, legs, foot, None), preferred)


def write_mot(path: Path, pose: Pose) -> None:
    """The pose as an OpenSim coordinates file in degrees, Rajagopal names."""
    pelvis = Y_UP_TO_Z_UP.T @ quat_to_matrix(pose.root_quat) @ ROOT_FROM_ANATOMICAL @ ANATOMICAL_FROM_OPENSIM
    turn = Rotation.from_matrix(pelvis).as_euler("ZXY", degrees=True)
    place = pose.root_pos @ Y_UP_TO_Z_UP
    columns = np.column_stack([np.arange(len(place)) / 150.0, turn, place, np.rad2deg(pose.joints)])
    names = ["time", "pelvis_tilt", "pelvis_list", "pelvis_rotation", "pelvis_tx", "pelvis_ty", "pelvis_tz"]
    rows = ["\t".join(f"{v:.9f}" for v in row) for row in columns]
    head = [
        "Coordinates",
        f"nRows={len(rows)}",
        "inDegrees=yes",
        "endheader",
        "\t".join([*names, *JOINT_NAMES]),
    ]
    path.write_text("\n".join([*head, *rows]) + "\n")


def test_inverse_kinematics_puts_the_feet_where_they_belong() -> None:
    pose = squat()
    frames = forward(pose.qpos())
    ankle = frames.pos[:, LEG_BODIES[:, 2]]
    assert np.abs(ankle - ankle[0]).max() < 3e-3  # the knees pull a little
    low, high = joint_table().range.T
    assert (pose.joints >= low).all()
    assert (pose.joints <= high).all()
    assert np.ptp(pose.joints[:, JOINT_NAMES.index("knee_angle_r")]) > 0.3


def test_a_clip_written_as_mot_comes_back(tmp_path: Path) -> None:
    pose = squat()
    write_mot(tmp_path / "squat.mot", pose)
    clip, report = retarget(read_motion(tmp_path / "squat.mot"))
    inner = slice(15, clip.n_frames - 15)
    assert np.rad2deg(np.abs(clip.joints - pose.joints[: clip.n_frames])[inner].max()) < 1.0
    moved, original = clip.root_pos, pose.root_pos[: clip.n_frames]
    yaw = heading(clip.root_quat[0]) - heading(pose.root_quat[0])
    expected = quat_rotate(yaw_quat(np.array(yaw)), original)
    expected[:, :2] += (moved - expected)[inner, :2].mean(axis=0)
    assert np.linalg.norm((moved - expected)[inner], axis=1).max() < 5e-3
    assert report.mean_residual_mm < 3.0


def test_a_generated_walk_comes_back(tmp_path: Path) -> None:
    """Exported and imported again it is the same clip: within a degree and 5 mm, in the same place."""
    walk = load_motion("walk:1.2:6")
    write_mot(tmp_path / "walk.mot", Pose(walk.root_pos, walk.root_quat, walk.joints))
    clip, report = retarget(read_motion(tmp_path / "walk.mot"))
    assert clip.n_frames == walk.n_frames
    assert np.rad2deg(np.abs(clip.joints - walk.joints).max()) < 1.0
    assert np.linalg.norm(clip.root_pos - walk.root_pos, axis=1).max() < 0.005
    assert any("kept as it is" in note for note in report.notes)


def test_left_and_right_are_treated_alike(tmp_path: Path) -> None:
    """The mirrored recording gives the mirrored clip."""
    pose = squat()
    write_mot(tmp_path / "a.mot", pose)
    raw = read_motion(tmp_path / "a.mot")
    mirrored = {}
    for name, values in raw.coordinates.items():
        other = name[:-1] + {"r": "l", "l": "r"}[name[-1]] if name[-2:] in ("_r", "_l") else name
        odd = name in ("pelvis_list", "pelvis_rotation", "pelvis_tz")
        mirrored[other] = -values if odd else values
    one, _ = retarget(raw)
    two, _ = retarget(RawMotion("b", "opensim", "b", raw.fps, coordinates=mirrored))
    swapped = two.joints[:, [(i + 7) % 14 for i in range(14)]]
    assert np.rad2deg(np.abs(one.joints - swapped).max()) < 0.1


def test_unknown_skeletons_and_impossible_legs_are_refused() -> None:
    names = (
        "root",
        "thorax",
        *(f"{s}{part}" for s in "rl" for part in ("hipjoint", "femur", "tibia", "foot")),
    )
    with pytest.raises(KinesisError, match="no known leg joint names"):
        retarget(RawMotion("x", "test", "x", 60.0, ("a", "b"), np.zeros((10, 2, 3))))
    names = (*names, "rclavicle", "lclavicle")
    with pytest.raises(KinesisError, match="units"):
        retarget(RawMotion("x", "test", "x", 60.0, names, np.zeros((10, len(names), 3))))
    gaps = np.random.default_rng(0).normal(size=(10, len(names), 3))
    gaps[3] = np.nan
    with pytest.raises(KinesisError, match="missing in 1 frame"):
        retarget(RawMotion("x", "test", "x", 60.0, names, gaps))


def _first_seconds(raw: RawMotion, seconds: float) -> RawMotion:
    """The beginning of a long skeleton recording, to keep the tests short."""
    if raw.coordinates or raw.duration <= seconds:
        return raw
    n = int(seconds * raw.fps)
    rotations = None if raw.rotations is None else raw.rotations[:n]
    return replace(raw, positions=raw.positions[:n], rotations=rotations)


@pytest.fixture(scope="module")
def imported() -> dict[str, tuple[MotionClip, RetargetReport]]:
    clips = {}
    for name in RECORDINGS:
        raw = _first_seconds(read_motion(DATA / name), 4.0)
        clips[name] = retarget(raw)
    return clips


@needs_data
@pytest.mark.parametrize("name", RECORDINGS)
def test_recordings_meet_the_bars(name: str, imported) -> None:  # type: ignore[no-untyped-def]
    clip, report = imported[name]
    assert report.mean_residual_mm <= 25.0
    assert report.limit_violations <= 0.003
    assert max(report.skate_mm) <= 20.0
    assert report.penetration_mm <= 10.0
    assert report.tendon_jump_mm <= 10.0
    assert RECORDINGS[name][0] <= report.speed <= RECORDINGS[name][1]
    assert clip.fps == 150.0


@needs_data
@pytest.mark.parametrize("name", RECORDINGS)
def test_clips_head_along_x_upright_on_the_floor(name: str, imported) -> None:  # type: ignore[no-untyped-def]
    clip, _ = imported[name]
    travel = clip.root_pos[-1, :2] - clip.root_pos[0, :2]
    assert abs(np.arctan2(travel[1], travel[0])) < 0.05
    assert np.linalg.norm(clip.root_pos[0, :2]) < 0.3
    backwards = np.pi if "back" in name else 0.0
    assert abs(abs(np.unwrap(heading(clip.root_quat)).mean()) - backwards) < (0.6 if backwards else 0.35)
    up = quat_rotate(clip.root_quat, np.broadcast_to([0.0, 0.0, 1.0], (clip.n_frames, 3)))
    leaning = 32.0 if any(word in name for word in ("run", "02_03", "old", "tired", "mjpc")) else 8.5
    assert np.rad2deg(np.arccos(up[:, 2])).max() < 15.0 + leaning
    assert np.abs(np.rad2deg(up[:, :2].mean(axis=0))).max() < leaning
    lowest = sole_heights(forward(clip.qpos())).min(axis=(1, 2, 3))
    assert -0.005 < np.median(lowest) < 0.03  # runs fly part of the time


@needs_data
def test_gait2392_treadmill_is_noticed(imported) -> None:  # type: ignore[no-untyped-def]
    notes = imported["opensim_gait2392/subject01_walk1_ik.mot"][1].notes
    assert any("treadmill" in note for note in notes)
    assert any("sign turned" in note for note in notes)


@needs_data
def test_reversed_axes_are_noticed(imported) -> None:  # type: ignore[no-untyped-def]
    assert any("exchanged" in note for note in imported["bmc/walk1.trc"][1].notes)
    assert not any("exchanged" in note for note in imported["bmc/walk2.trc"][1].notes)


@needs_data
def test_missing_and_long_absent_markers_are_named() -> None:
    raw = read_motion(DATA / "opensim_moco3dwalk" / "markers_walk.trc")
    other = {"R.Knee": "R.Other", "R.SH1": "R.A", "R.SH2": "R.B"}  # too few are left for a cluster
    without = tuple(other.get(name, name) for name in raw.joint_names)
    with pytest.raises(KinesisError, match="no marker for the right knee"):
        retarget(replace(raw, joint_names=without))
    positions = raw.positions.copy()
    positions[100:105, raw.joint_names.index("R.Heel")] = np.nan
    _, report = retarget(replace(raw, positions=positions))
    assert any("5 empty marker samples bridged" in note for note in report.notes)
    positions[100:130, raw.joint_names.index("R.Heel")] = np.nan
    with pytest.raises(KinesisError, match=r"'R\.Heel' is missing in frames 101 to 130"):
        retarget(replace(raw, positions=positions))


@needs_data
def test_walks_look_like_walking(imported) -> None:  # type: ignore[no-untyped-def]
    """Knee flexes most in swing, hip swings, the heel strikes first (Winter 2009)."""
    for name in ("cmu/02_01.amc", "opensim_moco3dwalk/coordinates.sto"):
        clip, report = imported[name]
        knee = np.rad2deg(clip.joints[:, JOINT_NAMES.index("knee_angle_l")])
        hip = np.rad2deg(clip.joints[:, JOINT_NAMES.index("hip_flexion_l")])
        assert 50.0 < knee.max() < 85.0
        assert knee.min() < 15.0
        assert 35.0 < np.ptp(hip) < 65.0
        start, stop = next(s for s in report.contacts[1] if s[0] > 0.1 and s[1] < clip.duration - 0.01)
        assert 0.5 < stop - start < 0.8
        strike = forward(clip.qpos()[round(start * 150) : round(start * 150) + 1])
        heights = sole_heights(strike)[0, 1]
        assert heights[0, (0, 2)].min() < heights[1].min() - 0.01


def test_exchanged_labels_and_spikes_are_put_right(tmp_path: Path) -> None:
    raw = read_motion(write_trc(tmp_path / "walk.trc"))
    clean, _ = retarget(raw)
    a, b = raw.joint_names.index("R.Heel"), raw.joint_names.index("L.Heel")
    positions = raw.positions.copy()
    positions[8:13, [a, b]] = positions[8:13, [b, a]]
    positions[17, a] += np.array([0.5, 0.0, 0.3])
    clip, report = retarget(replace(raw, positions=positions))
    assert np.abs(clip.joints - clean.joints).max() < np.deg2rad(0.5)
    notes = "; ".join(report.notes)
    assert "'R.Heel' and 'L.Heel' exchanged from frame 9" in notes
    assert "'R.Heel' and 'L.Heel' exchanged from frame 14" in notes
    assert "'R.Heel' is astray in frames 18 to 18" in notes
    positions[17:, a] += np.array([1.5, 0.0, 1.7])
    with pytest.raises(KinesisError, match=r"'R\.Heel' jumps by 2\.83 m at frame 18"):
        retarget(replace(raw, positions=positions))


def test_left_and_right_exchanged_throughout_are_put_right(tmp_path: Path) -> None:
    raw = read_motion(write_trc(tmp_path / "walk.trc"))
    swap = {"R.Knee": "L.Knee", "L.Knee": "R.Knee"}
    clip, report = retarget(replace(raw, joint_names=tuple(swap.get(n, n) for n in raw.joint_names)))
    clean, _ = retarget(raw)
    np.testing.assert_allclose(clip.joints, clean.joints, atol=1e-9)
    assert any("exchanged in the whole recording" in note for note in report.notes)


def test_centre_of_rotation_between_clusters() -> None:
    """Two rigid clusters turning about a common point; the point comes out (Ehrig et al. 2006)."""
    rng = np.random.default_rng(3)
    angles = np.linspace(-0.6, 0.6, 80)
    place = np.cumsum(rng.normal(0.0, 0.005, (80, 3)), axis=0)
    one, two = rng.normal(0.0, 0.1, (2, 4, 3))
    turn_one = Rotation.from_euler("xyz", np.column_stack([0.2 * angles, 0.3 * angles, angles])).as_matrix()
    turn_two = Rotation.from_euler("yxz", np.column_stack([angles, -0.5 * angles, 0.1 * angles])).as_matrix()
    first = place[:, None] + np.einsum("tij,mj->tmi", turn_one, one)
    second = place[:, None] + np.einsum("tij,mj->tmi", turn_two, two)
    found = centre_of_rotation(first, second, place + 0.01)
    assert np.linalg.norm(found - place, axis=1).max() < 3e-3


def test_feet_do_not_turn_flat_on_the_floor() -> None:
    """A standing foot that turns by 40 degrees does so on one end, and what rests does not slide."""
    pose = squat(2.0)
    frames = forward(pose.qpos())
    foot = frames.rot[:, CALCN] @ body_shape().foot_axes
    angle = np.deg2rad(40.0) * 0.5 * (1.0 - np.cos(np.pi * np.clip((np.arange(300) - 75) / 150.0, 0.0, 1.0)))
    foot[:, 0] = quat_to_matrix(yaw_quat(angle)) @ foot[:, 0]
    legs = frames.pos[:, LEG_BODIES].copy()
    legs[:, 0, 3] = legs[:, 0, 2] + np.einsum("tij,j->ti", foot[:, 0], body_shape().ankle_to_toe[0])
    root = quat_to_matrix(pose.root_quat) @ ROOT_FROM_ANATOMICAL
    targets = Targets(150.0, root, legs, foot, None)
    turned, contacts = on_one_end(targets, detect(targets))
    middle = slice(120, 180)
    assert contacts.any[:, 0].all()
    assert not (contacts.heel & contacts.ball)[middle, 0].any()
    heel, ball = sole_points(turned)
    assert (np.abs(heel - ball)[middle, 0, 2] > 0.008).all()


@needs_data
def test_one_walk_from_two_sources_is_one_walk(imported) -> None:  # type: ignore[no-untyped-def]
    """Coordinates and markers of the same trial (0.45 s apart)."""
    a = imported["opensim_moco3dwalk/coordinates.sto"][0].joints
    b = imported["opensim_moco3dwalk/markers_walk.trc"][0].joints
    shifts = [np.rad2deg(a - b[lag : lag + len(a)]) for lag in range(60, 76)]
    error = np.sqrt(np.square(min(shifts, key=lambda d: np.square(d).sum())).mean(axis=0))
    rms = dict(zip(JOINT_NAMES, error, strict=True))
    for side in "rl":
        assert rms[f"hip_flexion_{side}"] < 5.0
        assert rms[f"hip_adduction_{side}"] < 5.0
        assert rms[f"knee_angle_{side}"] < 5.0
        assert rms[f"ankle_angle_{side}"] < 5.0
