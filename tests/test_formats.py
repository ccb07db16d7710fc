"""Readers: what they read is what was recorded, and bad files say what is wrong and where."""

from __future__ import annotations

import json
from pathlib import Path

import motion_files
import numpy as np
import pytest
from recordings import DATA, needs_data

from kinesis_app.errors import KinesisError
from kinesis_app.motion.formats import Given, read_motion

ASF = (
    "# a leg\n:version 1.10\n"
    + motion_files.ASF
    + """  begin
    name femur
    direction 0 -1 0
    length 8
    axis 0 0 20 XYZ
    dof rx ry rz
  end
  begin
    name tibia
    direction 0 -1 0
    length 7
    axis 0 0 0 XYZ
    dof rx
  end
:hierarchy
  begin
    root femur
    femur tibia
  end
"""
)
COORDINATES = (
    "pelvis_tilt", "pelvis_list", "pelvis_rotation", "pelvis_tx", "pelvis_ty", "pelvis_tz",
    "hip_flexion_r", "hip_adduction_r", "knee_angle_r", "ankle_angle_r",
    "hip_flexion_l", "hip_adduction_l", "knee_angle_l", "ankle_angle_l",
)  # fmt: skip


def amc_text(frames: int = 5) -> str:
    rows = [":FULLY-SPECIFIED", ":DEGREES"]
    for i in range(frames):
        rows += [str(i + 1), f"root {i} 17 0 0 90 0", "femur 0 0 0", "tibia 90"]
    return "\n".join(rows) + "\n"


def mot_text(rows: int = 5, *, degrees: bool = True, names: tuple[str, ...] = COORDINATES) -> str:
    head = (
        f"walk\nversion=1\nnRows={rows}\nnColumns={len(names) + 1}\ninDegrees={'yes' if degrees else 'no'}\n"
    )
    values = [
        "\t".join([f"{0.01 * i:.2f}", *("30.0" if degrees else "0.5" for _ in names)]) for i in range(rows)
    ]
    return head + "endheader\n" + "\t".join(("time", *names)) + "\n" + "\n".join(values) + "\n"


@pytest.fixture
def leg(tmp_path: Path) -> Path:
    (tmp_path / "07.asf").write_text(ASF)
    path = tmp_path / "07_01.amc"
    path.write_text(amc_text())
    return path


def test_amc_forward_kinematics_by_hand(leg: Path) -> None:
    raw = read_motion(leg)
    unit = 0.0254 / 0.45
    assert raw.joint_names == ("root", "femur", "tibia")
    assert (raw.fps, raw.n_frames) == (120.0, 5)
    # The root moves along x and is turned 90 deg about the vertical (y in the file, z here).
    np.testing.assert_allclose(raw.positions[3, 0], [3 * unit, 0.0, 17 * unit], atol=1e-12)
    np.testing.assert_allclose(raw.positions[3, 1], [3 * unit, 0.0, 9 * unit], atol=1e-12)
    # 90 deg about the bone's x: the shank swings to -z of the root's frame, which the turn makes -x.
    np.testing.assert_allclose(raw.positions[3, 2], [-4 * unit, 0.0, 9 * unit], atol=1e-12)


def test_amc_says_what_it_assumed(leg: Path) -> None:
    assert any("120 assumed" in note for note in read_motion(leg).notes)
    assert read_motion(leg, Given(fps=60.0)).fps == 60.0


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (lambda t: t[: t.rindex("tibia")], "truncated"),
        (lambda t: t.replace("tibia 90", "tibia 90 91", 1), "line 6: 'tibia' needs 1"),
        (lambda t: t.replace("tibia 90", "tibia nan", 1), "line 6: every value must be finite"),
        (lambda t: t.replace("tibia 90", "tibia x", 1), "line 6: 'x' is not a number"),
        (lambda t: t.replace("femur 0 0 0", "arm 1", 1), "'arm' does not move"),
        (lambda t: ":DEGREES\n", "0 frame"),
        (lambda t: "", "is empty"),
        (lambda t: "PK\0\1", "not a text file"),
    ],
)
def test_bad_amc_is_one_clear_line(leg: Path, change, expected: str) -> None:  # type: ignore[no-untyped-def]
    leg.write_text(change(amc_text()))
    with pytest.raises(KinesisError, match=expected) as caught:
        read_motion(leg)
    assert "\n" not in str(caught.value)


def test_missing_skeleton_names_the_file_it_wants(leg: Path) -> None:
    (leg.parent / "07.asf").unlink()
    with pytest.raises(KinesisError, match=r"'07_01\.asf' or '07\.asf' not found"):
        read_motion(leg)


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        (":hierarchy", ":other", "section ':hierarchy'"),
        ("direction 0 -1 0", "direction 0 -1", "3 number"),
        ("length 8", "", "no 'length'"),
        ("femur tibia", "femur shin", "'shin' is unknown"),
        ("axis 0 0 20 XYZ", "axis 0 0 20 XXY", "permutation"),
        ("length 0.45", "length 0", "must be positive"),
    ],
)
def test_bad_asf_is_one_clear_line(leg: Path, old: str, new: str, expected: str) -> None:
    (leg.parent / "07.asf").write_text(ASF.replace(old, new, 1))
    with pytest.raises(KinesisError, match=expected):
        read_motion(leg)


def test_mot_degrees_and_radians_and_paths(tmp_path: Path) -> None:
    path = tmp_path / "walk.mot"
    path.write_text(mot_text())
    raw = read_motion(path)
    assert raw.coordinates["knee_angle_r"][0] == pytest.approx(np.deg2rad(30.0))
    assert raw.coordinates["pelvis_ty"][0] == pytest.approx(30.0)  # a length stays a length
    assert raw.fps == pytest.approx(100.0)
    long = tuple(f"/jointset/some/{name}/value" for name in COORDINATES)
    path.write_text(mot_text(degrees=False, names=(*long, "/jointset/some/knee_angle_r/speed")))
    raw = read_motion(path)
    assert raw.coordinates["knee_angle_r"][0] == pytest.approx(0.5)
    assert set(raw.coordinates) == set(COORDINATES)


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (lambda t: t.replace("0.02\t", "0.02\t7\t"), "line 10: 15 columns expected, found 16"),
        (lambda t: t.replace("0.02\t30.0", "0.02\tnan"), "line 10: every value must be finite"),
        (lambda t: t.replace("0.02\t", "0.01\t"), "time must increase"),
        (lambda t: t.replace("0.04\t", "9.00\t"), "a gap"),
        (lambda t: t.replace("endheader", "enheader"), "no line 'endheader'"),
        (lambda t: t.replace("knee_angle_l", "elbow"), "no coordinate 'knee_angle_l'"),
        (lambda t: t.replace("nRows=5", "nRows=900"), "truncated"),
        (lambda t: t.replace("inDegrees=yes", "inDegrees=no"), "are they really radians"),
        (lambda t: t[: t.index("time")], "nothing follows"),
        (lambda t: t.replace("0.04\t", "1e308\t"), "gap"),
    ],
)
def test_bad_mot_is_one_clear_line(tmp_path: Path, change, expected: str) -> None:  # type: ignore[no-untyped-def]
    path = tmp_path / "walk.mot"
    path.write_text(change(mot_text()))
    with pytest.raises(KinesisError, match=expected) as caught:
        read_motion(path)
    assert "\n" not in str(caught.value)


def test_unknown_ending_lists_the_known_ones(tmp_path: Path) -> None:
    (tmp_path / "walk.pkl").write_bytes(b"")
    with pytest.raises(KinesisError, match=r"\.amc, \.mot, \.sto, \.bvh"):
        read_motion(tmp_path / "walk.pkl")
    with pytest.raises(KinesisError, match="does not exist"):
        read_motion(tmp_path / "walk.mot")


def test_mutated_files_never_escape_as_other_errors(leg: Path, tmp_path: Path) -> None:
    """Flipped bytes, cut ends, swapped pieces: a motion or a KinesisError, nothing else."""
    rng = np.random.default_rng(1)
    cases = {leg: amc_text(), leg.parent / "07.asf": ASF, tmp_path / "walk.mot": mot_text()}
    cases[tmp_path / "leg.bvh"] = bvh_text()
    cases[tmp_path / "walk.trc"] = trc_text()
    cases[tmp_path / "walk.json"] = json.dumps({"Frames": deepmimic_frames()})
    for path, text in cases.items():
        for _ in range(60):
            content = bytearray(text.encode())
            for _ in range(rng.integers(1, 6)):
                content[rng.integers(len(content))] = rng.integers(1, 256)
            if rng.random() < 0.3:
                content = content[: rng.integers(1, len(content))]
            path.write_bytes(bytes(content))
            try:
                raw = read_motion(leg if path.suffix == ".asf" else path)
                assert raw.n_frames >= 4
            except KinesisError:
                pass
        path.write_text(text)


BVH = """HIERARCHY
ROOT rig:Hips
{
  OFFSET 0 0 0
  CHANNELS 6 Xposition Yposition Zposition Zrotation Xrotation Yrotation
  JOINT Leg
  {
    OFFSET 10 -160 0
    CHANNELS 3 Zrotation Xrotation Yrotation
    End Site
    {
      OFFSET 0 -80 0
    }
  }
}
MOTION
Frames: 4
Frame Time: 0.0333333
"""


def bvh_text() -> str:
    return BVH + "\n".join(f"{i} 160 0 0 0 90 0 90 0" for i in range(4)) + "\n"


def test_bvh_forward_kinematics_by_hand(tmp_path: Path) -> None:
    path = tmp_path / "leg.bvh"
    path.write_text(bvh_text())
    raw = read_motion(path)
    assert raw.joint_names == ("Hips", "Leg", "Leg_end")
    assert raw.fps == pytest.approx(30.0, abs=1e-3)
    assert any("centimetre" in note for note in raw.notes)
    np.testing.assert_allclose(raw.positions[2, 0], [0.02, 0.0, 1.60], atol=1e-9)
    # 90 deg about the vertical takes the leg's +x to the file's -z, which is +y in our world.
    np.testing.assert_allclose(raw.positions[2, 1], [0.02, 0.1, 0.0], atol=1e-9)
    # Then 90 deg about the leg's own x swings its end to the leg's -z, the file's -x.
    np.testing.assert_allclose(raw.positions[2, 2], [0.02 - 0.8, 0.1, 0.0], atol=1e-9)


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("Frames: 4", "Frames: 400", "truncated"),
        ("MOTION", "", "does not belong"),
        ("1 160 0", "1 160", "9 channels expected, found 8"),
        ("Frame Time: 0.0333333", "Frame Time: 0", "must be positive"),
        ("CHANNELS 3", "CHANNELS 4", "'CHANNELS 4 Zrotation"),
        ("OFFSET 10 -160 0", "OFFSET 10 -160", "does not belong"),
        ("HIERARCHY", "}", "does not belong"),
    ],
)
def test_bad_bvh_is_one_clear_line(tmp_path: Path, old: str, new: str, expected: str) -> None:
    path = tmp_path / "leg.bvh"
    path.write_text(bvh_text().replace(old, new, 1))
    with pytest.raises(KinesisError, match=expected) as caught:
        read_motion(path)
    assert "\n" not in str(caught.value)


def deepmimic_frames(n: int = 5) -> list[list[float]]:
    unit = [1.0, 0.0, 0.0, 0.0]
    leg = [*unit, -0.5, *unit]
    arm = [*unit, 0.0]
    return [[0.033, 0.1 * i, 0.9, 0.2, *unit, *unit, *unit, *leg, *arm, *leg, *arm] for i in range(n)]


def test_deepmimic_knees_bend_backwards(tmp_path: Path) -> None:
    path = tmp_path / "walk.json"
    path.write_text(json.dumps({"Loop": "none", "Frames": deepmimic_frames()}))
    raw = read_motion(path)
    at = {name: raw.positions[2, i] for i, name in enumerate(raw.joint_names)}
    np.testing.assert_allclose(at["root"], [0.2, -0.2, 0.9], atol=1e-12)
    assert at["left_hip"][1] > at["right_hip"][1]  # facing +x, left is +y
    assert at["right_ankle"][0] < at["right_knee"][0] - 0.15


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ("{", "is not JSON"),
        ("[1, 2]", "no list 'Frames'"),
        (json.dumps({"Frames": [[0.0] * 44] * 3}), "3 frame"),
        (json.dumps({"Frames": [[0.03] * 43] * 5}), "frame 1: 44 values expected, found 43"),
        (json.dumps({"Frames": [["a"] * 44] * 5}), "finite number"),
        ('{"Frames": [' + ",".join(["[" + ",".join(["NaN"] * 44) + "]"] * 5) + "]}", "finite number"),
        ("[" * 100_000, "is not JSON"),
    ],
)
def test_bad_deepmimic_is_one_clear_line(tmp_path: Path, content: str, expected: str) -> None:
    path = tmp_path / "walk.json"
    path.write_text(content)
    with pytest.raises(KinesisError, match=expected):
        read_motion(path)


def trc_text(frames: int = 6, units: str = "mm") -> str:
    head = (
        "PathFileType\t4\t(X/Y/Z)\twalk.trc\n"
        "DataRate\tCameraRate\tNumFrames\tNumMarkers\tUnits\n"
        f"100.0\t100.0\t{frames}\t2\t{units}\n"
        "Frame#\tTime\tR.Heel\t\t\tHead\t\t\n"
        "\t\tX1\tY1\tZ1\tX2\tY2\tZ2\n\n"
    )
    rows = [f"{i + 1}\t{i / 100:.2f}\t{i}\t20\t-100\t{i}\t1700\t0" for i in range(frames)]
    rows[2] = "3\t0.02\t\t\t\t2\t1700\t0"
    return head + "\n".join(rows) + "\n"


def test_trc_units_axes_and_gaps(tmp_path: Path) -> None:
    path = tmp_path / "walk.trc"
    path.write_text(trc_text())
    raw = read_motion(path)
    assert raw.joint_names == ("R.Heel", "Head")
    np.testing.assert_allclose(raw.positions[1], [[0.001, 0.1, 0.02], [0.001, 0.0, 1.7]], atol=1e-12)
    assert np.isnan(raw.positions[2, 0]).all()
    assert np.isfinite(raw.positions[2, 1]).all()
    assert any("up axis: y" in note for note in raw.notes)


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("\tmm", "\tmiles", "must be mm, cm, m"),
        ("PathFileType", "Path", "is no TRC file"),
        ("2\t0.01\t1", "2\t0.01\tx", "line 8: 'x' is not a number"),
        ("6\t0.05\t5\t20\t-100\t5\t1700\t0", "6\t0.05\t5\t20\t-100\t5\t1700\t0\t9", "8 columns expected"),
        ("100.0\t100.0", "0\t0", "no frame rate"),
    ],
)
def test_bad_trc_is_one_clear_line(tmp_path: Path, old: str, new: str, expected: str) -> None:
    path = tmp_path / "walk.trc"
    path.write_text(trc_text().replace(old, new, 1))
    with pytest.raises(KinesisError, match=expected):
        read_motion(path)


@needs_data
def test_cmu_subject_has_human_measures() -> None:
    raw = read_motion(DATA / "cmu" / "02_01.amc")
    at = {name: raw.positions[:, i] for i, name in enumerate(raw.joint_names)}
    thigh = np.linalg.norm(at["lfemur"] - at["lhipjoint"], axis=1)
    np.testing.assert_allclose(thigh, 7.59371 * 0.0254 / 0.45, atol=1e-6)
    assert 0.85 < at["root"][:, 2].mean() < 1.05
    assert 1.0 < np.linalg.norm(at["root"][-1] - at["root"][0]) / raw.duration < 1.3


@needs_data
def test_moco_walk_has_its_published_speed() -> None:
    raw = read_motion(DATA / "opensim_moco3dwalk" / "coordinates.sto")
    x = raw.coordinates["pelvis_tx"]
    assert (x[-1] - x[0]) / raw.duration == pytest.approx(1.24, abs=0.03)
    assert raw.fps == 1000.0
