"""Recordings as other programs write them: names, units and axes vary, the motion does not."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from motion_files import (
    FRAMES,
    bending,
    markers,
    write_amass,
    write_amc,
    write_bvh,
    write_mot,
    write_points,
    write_trc,
)

from kinesis_app.body.joints import JOINT_NAMES
from kinesis_app.errors import KinesisError
from kinesis_app.motion.formats import RawMotion, read_motion
from kinesis_app.motion.retarget import retarget
from kinesis_app.motion.retarget.joint_names import spelled_as_smpl
from kinesis_app.motion.retarget.markers import from_markers
from kinesis_app.motion.retarget.skeleton import from_skeleton

VENDORS = {
    "mixamo": {"": "mixamorig:{}"},
    "mixamo 2": {"": "mixamorig1_{}"},
    "lafan1": {"RightToeBase": "RightToe", "LeftToeBase": "LeftToe"},
    "rokoko": {
        "RightUpLeg": "RightThigh", "LeftUpLeg": "LeftThigh", "RightLeg": "RightShin", "LeftLeg": "LeftShin",
        "RightToeBase": "RightToe", "LeftToeBase": "LeftToe",
    },
    "xsens": {
        "Hips": "Pelvis", "RightUpLeg": "RightUpperLeg", "LeftUpLeg": "LeftUpperLeg",
        "RightLeg": "RightLowerLeg",
        "LeftLeg": "LeftLowerLeg", "RightToeBase": "RightToe", "LeftToeBase": "LeftToe",
    },
    "biped": {
        "Hips": "Bip01 Pelvis", "Neck": "Bip01 Neck", "Head": "Bip01 Head", "RightUpLeg": "Bip01 R Thigh",
        "LeftUpLeg": "Bip01 L Thigh", "RightLeg": "Bip01 R Calf", "LeftLeg": "Bip01 L Calf",
        "RightFoot": "Bip01 R Foot", "LeftFoot": "Bip01 L Foot", "RightToeBase": "Bip01 R Toe0",
        "LeftToeBase": "Bip01 L Toe0",
    },
    "daz": {
        "Hips": "hip", "Neck": "neck", "Head": "head", "RightUpLeg": "rThigh", "LeftUpLeg": "lThigh",
        "RightLeg": "rShin", "LeftLeg": "lShin", "RightFoot": "rFoot", "LeftFoot": "lFoot",
        "RightToeBase": "rToe",
        "LeftToeBase": "lToe",
    },
    "unreal": {
        "Hips": "pelvis", "Neck": "neck_01", "Head": "head", "RightUpLeg": "thigh_r", "LeftUpLeg": "thigh_l",
        "RightLeg": "calf_r", "LeftLeg": "calf_l", "RightFoot": "foot_r", "LeftFoot": "foot_l",
        "RightToeBase": "ball_r", "LeftToeBase": "ball_l",
    },
    "blender": {
        "RightUpLeg": "thigh.R", "LeftUpLeg": "thigh.L", "RightLeg": "shin.R", "LeftLeg": "shin.L",
        "RightFoot": "foot.R", "LeftFoot": "foot.L", "RightToeBase": "toe.R", "LeftToeBase": "toe.L",
    },
}  # fmt: skip


def renamed(text: str, names: dict[str, str]) -> str:
    """A BVH file with its joints called otherwise."""
    lines = []
    for line in text.splitlines():
        words = line.split()
        if words and words[0] in ("ROOT", "JOINT"):
            line = f"{words[0]} {names.get(words[1], names.get('', '{}').format(words[1]))}"
        lines.append(line)
    return "\n".join(lines) + "\n"


@pytest.mark.parametrize("vendor", VENDORS)
def test_skeletons_of_other_vendors_have_the_same_legs(vendor: str, tmp_path: Path) -> None:
    plain = write_bvh(tmp_path / "plain.bvh")
    other = tmp_path / "other.bvh"
    other.write_text(renamed(plain.read_text(), VENDORS[vendor]))
    expected, found = from_skeleton(read_motion(plain)), from_skeleton(read_motion(other))
    np.testing.assert_allclose(found.legs, expected.legs, atol=1e-9)
    np.testing.assert_allclose(found.pelvis, expected.pelvis, atol=1e-9)


def test_names_are_told_by_their_parts_and_that_is_stated() -> None:
    names = ("root", "head", *(f"{part}{s}" for s in "RL" for part in ("Thigh_", "Knee_", "Ankle_", "Foot_")))
    raw = spelled_as_smpl(RawMotion("x", "bvh", "x", 30.0, names, np.zeros((4, len(names), 3))))
    assert raw is not None
    assert raw.joint_names[2:6] == ("right_hip", "right_knee", "right_ankle", "right_foot")
    assert "Knee_R as right_knee" in raw.notes[-1]
    assert spelled_as_smpl(RawMotion("x", "bvh", "x", 30.0, names[:9], np.zeros((4, 9, 3)))) is None


@pytest.mark.parametrize(("unit", "metres"), [("metre", 1.0), ("inch", 0.0254), ("millimetre", 0.001)])
def test_bvh_in_other_units_is_as_tall(unit: str, metres: float, tmp_path: Path) -> None:
    path = write_bvh(tmp_path / "a.bvh")
    centimetres = read_motion(path)
    lines = path.read_text().splitlines()
    for i, line in enumerate(lines):
        words = line.split()
        if words[0] == "OFFSET":
            lines[i] = " ".join(["OFFSET", *(f"{0.01 / metres * float(w):.7f}" for w in words[1:])])
        elif len(words) > 20:
            lines[i] = " ".join([*(f"{0.01 / metres * float(w):.7f}" for w in words[:3]), *words[3:]])
    path.write_text("﻿" + "\n".join(lines) + "\n")  # with the mark that Windows puts in front
    raw = read_motion(path)
    assert any(f"unit: {unit}" in note for note in raw.notes)
    np.testing.assert_allclose(raw.positions, centimetres.positions, atol=1e-5)


def test_bvh_with_z_up_stands_too(tmp_path: Path) -> None:
    path = write_bvh(tmp_path / "a.bvh")
    y_up = read_motion(path)
    text = path.read_text().replace("OFFSET 0 0 0\nCHANNELS 6", "OFFSET 0 0 0\nCHANNELS 6", 1)
    lines = text.splitlines()
    for i, line in enumerate(lines):
        words = line.split()
        if len(words) > 20:  # the root turned by 90 degrees about x, its place likewise
            lines[i] = " ".join([words[0], f"{-float(words[2]):g}", words[1], "0", "90", "0", *words[6:]])
    path.write_text("\n".join(lines) + "\n")
    raw = read_motion(path)
    assert any("up axis: z" in note for note in raw.notes)
    np.testing.assert_allclose(raw.positions, y_up.positions, atol=1e-6)


SETS = {
    "Plug-in Gait": {
        "ASIS": "{}ASI", "PSIS": "{}PSI", "Knee": "{}KNE", "Ankle": "{}ANK", "Heel": "{}HEE", "MT2": "{}TOE",
    },
    "subject in front": {
        "ASIS": "Anna:{}ASI", "PSIS": "Anna:{}PSI", "Knee": "Anna:{}KNE", "Ankle": "Anna:{}ANK",
        "Heel": "Anna:{}HEE",
        "MT2": "Anna:{}TOE",
    },
    "underscore": {
        "ASIS": "P01_{}ASI", "PSIS": "P01_{}PSI", "Knee": "P01_{}KNE", "Ankle": "P01_{}ANK",
        "Heel": "P01_{}HEE",
        "MT2": "P01_{}TOE",
    },
    "CAST": {
        "ASIS": "{}_IAS", "PSIS": "{}_IPS", "Knee": "{}_FLE", "Knee.Medial": "{}_FME", "Ankle": "{}_FAL",
        "Ankle.Medial": "{}_TAM", "Heel": "{}_FCC", "MT1": "{}_FM1", "MT5": "{}_FM5",
    },
    "OpenCap": {
        "ASIS": "{}.ASIS_study", "PSIS": "{}.PSIS_study", "Knee": "{}_knee_study",
        "Knee.Medial": "{}_mknee_study",
        "Ankle": "{}_ankle_study", "Ankle.Medial": "{}_mankle_study", "Heel": "{}_calc_study",
        "MT2": "{}_toe_study",
        "MT5": "{}_5meta_study",
    },
    "sides behind": {
        "ASIS": "ASIS_{}", "PSIS": "PSIS_{}", "Knee": "knee_lat_{}", "Ankle": "ankle_lat_{}",
        "Heel": "heel_{}",
        "MT2": "toe_{}",
    },
}  # fmt: skip


def marked(spelling: dict[str, str]) -> dict[str, np.ndarray]:
    """Markers of a bending body, spelled otherwise."""
    tracks = markers(bending())
    for side in "RL":
        tracks[f"{side}.MT2"] = 0.5 * (tracks[f"{side}.MT1"] + tracks[f"{side}.MT5"])
    return {new.format(s): tracks[f"{s}.{old}"] for s in "RL" for old, new in spelling.items()}


@pytest.mark.parametrize("kind", SETS)
def test_marker_sets_of_other_laboratories_have_the_same_legs(kind: str, tmp_path: Path) -> None:
    points = {name: 1e3 * track for name, track in marked(SETS[kind]).items()}
    points["RNormalisedGRF"] = np.full((FRAMES, 3), 5e6)  # an output that is no place
    legs = from_markers(read_motion(write_points(tmp_path / "a.c3d", points))).legs
    expected = from_markers(read_motion(write_trc(tmp_path / "a.trc"))).legs
    assert np.linalg.norm(legs - expected, axis=-1).mean() < 0.02


def test_markers_in_a_laboratory_whose_origin_is_in_a_corner(tmp_path: Path) -> None:
    """All places are positive along y and z: the pelvis over the feet tells which of them is up."""
    points = {name: 1e3 * track + [0.0, 3e3, 0.0] for name, track in marked(SETS["Plug-in Gait"]).items()}
    raw = read_motion(write_points(tmp_path / "a.c3d", points))
    assert any("up axis: z" in note for note in raw.notes)


def test_relatives_of_amass_are_read(tmp_path: Path) -> None:
    arrays = dict(np.load(write_amass(tmp_path / "a.npz")))
    expected = read_motion(tmp_path / "a.npz")
    poses, trans = arrays["poses"], arrays["trans"]
    others = {
        "smplx": {
            "root_orient": poses[:, :3], "pose_body": poses[:, 3:66], "trans": trans,
            "mocap_frame_rate": 50.0,
        },
        "tracker": {
            "global_orient": poses[:, :3], "body_pose": poses[:, 3:66].reshape(-1, 21, 3),
            "transl": trans, "fps": 50.0,
        },
        "aist": {"smpl_poses": poses[:, :72], "smpl_trans": trans, "fps": 50},
    }  # fmt: skip
    for name, content in others.items():
        np.savez(tmp_path / f"{name}.npz", **content)
        raw = read_motion(tmp_path / f"{name}.npz")
        np.testing.assert_allclose(raw.positions, expected.positions, atol=1e-9)
        assert raw.fps == 50.0
    upright = poses.copy()
    upright[:, 0] = 0.0  # a world whose y is up; the pelvis' offset at rest is added along it
    np.savez(tmp_path / "y.npz", poses=upright, trans=trans[:, [0, 2, 1]] + [0.0, 0.2515, 0.0], fps=50.0)
    raw = read_motion(tmp_path / "y.npz")
    assert any("up axis: y" in note for note in raw.notes)
    heights = raw.positions[..., 2] - expected.positions[..., 2]
    assert np.abs(heights).max() < 0.01
    np.savez(tmp_path / "b.npz", root_orient=poses[:, :3], pose_body=poses[:5, 3:66], trans=trans, fps=50.0)
    with pytest.raises(KinesisError, match="expected"):
        read_motion(tmp_path / "b.npz")


def test_smpl_joints_of_larger_skeletons_are_cut_to_the_body(tmp_path: Path) -> None:
    joints = np.random.default_rng(0).normal(size=(6, 24, 3)).astype(np.float32)
    np.save(tmp_path / "a.npy", joints[None])
    np.save(tmp_path / "b.npy", joints[:, :22])
    np.testing.assert_array_equal(
        read_motion(tmp_path / "a.npy").positions, read_motion(tmp_path / "b.npy").positions
    )


def test_coordinates_without_a_word_on_degrees_and_of_planar_models(tmp_path: Path) -> None:
    path = write_mot(tmp_path / "walk.mot")
    text, expected = path.read_text(), read_motion(path)
    path.write_text(text.replace("inDegrees=yes\n", ""))
    raw = read_motion(path)
    assert any("not stated" in note for note in raw.notes)
    np.testing.assert_allclose(raw.coordinates["knee_angle_r"], expected.coordinates["knee_angle_r"])
    head, names, *rows = text[: text.index("time")], *text[text.index("time") :].splitlines()
    columns = names.split("\t")
    kept = ("time", "pelvis_tilt", "pelvis_tx", "pelvis_ty", *(
        f"{joint}_{side}" for side in "rl" for joint in ("hip_flexion", "knee_angle", "ankle_angle")
    ))  # fmt: skip
    chosen = [i for i, name in enumerate(columns) if name in kept]
    lines = ["\t".join(np.array(row.split("\t"))[chosen]) for row in [names, *rows]]
    path.write_text(head + "\n".join(lines) + "\n")
    clip, report = retarget(read_motion(path))
    assert any("planar" in note for note in report.notes)
    assert np.rad2deg(clip.joints[:, JOINT_NAMES.index("knee_angle_r")].mean()) > 5.0


def test_a_skeleton_file_with_another_unit_gives_a_body_of_human_size(tmp_path: Path) -> None:
    path = write_amc(tmp_path / "07_01.amc")
    tall = np.ptp(read_motion(path).positions[0, :, 2])
    asf = path.with_suffix(".asf")
    asf.write_text(asf.read_text().replace("length 0.45\n", "length 0.01\n", 1))
    raw = read_motion(path)
    assert any("would be" in note for note in raw.notes)
    assert np.ptp(raw.positions[0, :, 2]) == pytest.approx(tall, rel=0.01)


def test_marker_files_shorter_than_announced_say_so(tmp_path: Path) -> None:
    path = write_trc(tmp_path / "a.trc")
    lines = path.read_text().splitlines()
    path.write_text("\n".join(lines[:-4]) + "\n")
    assert any("announces 24 frames, 20 are there" in note for note in read_motion(path).notes)
