"""Every format from a small file of the test's own to a clip, and what each reader says of bad ones."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import pytest
from motion_files import (
    FRAMES,
    SEEDS,
    bending,
    markers,
    smpl_joints,
    write_amass,
    write_c3d,
    write_points,
    write_trc,
)

from kinesis_app.body.joints import JOINT_NAMES
from kinesis_app.errors import KinesisError
from kinesis_app.motion.formats import Given, read_motion, read_motions
from kinesis_app.motion.library import import_motion
from kinesis_app.motion.npy import parse_npy, read_npz

KNEE = JOINT_NAMES.index("knee_angle_r")


@pytest.mark.parametrize("name", SEEDS)
def test_every_format_becomes_a_clip_that_bends_its_knees(name: str, tmp_path: Path) -> None:
    ((clip, report),) = import_motion(SEEDS[name](tmp_path / name))
    assert report.mean_residual_mm < 25.0
    assert report.limit_violations == 0.0
    assert report.penetration_mm < 10.0
    assert report.tendon_jump_mm < 10.0
    assert 5.0 < np.rad2deg(clip.joints[:, KNEE].mean()) < 35.0
    assert 0.8 < clip.root_pos[:, 2].mean() < 1.05


def test_amass_stands_on_the_floor_in_its_own_size(tmp_path: Path) -> None:
    """The pelvis is lowered by a tenth: so is the subject, and the legs stay human."""
    path = write_amass(tmp_path / "a.npz")
    arrays = dict(np.load(path))
    np.savez(tmp_path / "child.npz", **arrays | {"trans": arrays["trans"] * 0.8})
    tall, child = read_motion(path), read_motion(tmp_path / "child.npz")
    columns = [tall.joint_names.index(f"left_{joint}") for joint in ("hip", "knee", "ankle")]

    def leg(raw) -> float:  # type: ignore[no-untyped-def]
        return float(np.linalg.norm(np.diff(raw.positions[0, columns], axis=0), axis=1).sum())

    assert leg(tall) == pytest.approx(0.777, rel=0.1)  # |L_Knee| + |L_Ankle| of the published mean body
    assert leg(child) == pytest.approx(0.8 * leg(tall), rel=1e-6)
    assert any("size judged" in note for note in child.notes)
    assert abs(tall.positions[0, tall.joint_names.index("left_foot"), 2]) < 0.06


def test_amass_turns_joints_by_hand(tmp_path: Path) -> None:
    """A knee bent by a right angle turns the shank of the rest pose about the body's x."""
    poses = np.zeros((5, 66))
    poses[:, 3 * 4] = 0.5 * np.pi
    np.savez(tmp_path / "k.npz", poses=poses, trans=np.zeros((5, 3)), mocap_framerate=60.0)
    raw = read_motion(tmp_path / "k.npz", Given(up="y"))
    at = {name: raw.positions[0, i] for i, name in enumerate(raw.joint_names)}
    x, y, z = -0.0136, -0.3980, -0.0437  # L_Ankle at rest, y up
    # A quarter turn about x takes y to z and z to -y; y up to z up does the same once more.
    np.testing.assert_allclose(at["left_ankle"] - at["left_knee"], [x, -y, -z], atol=1e-9)


def test_mdm_results_are_cut_to_their_lengths_without_unpickling(tmp_path: Path) -> None:
    motion = np.moveaxis(smpl_joints(bending()), 0, -1)
    results = {"motion": np.stack([motion, motion]), "lengths": np.array([FRAMES, 10]), "text": ["a", "b"]}
    for order in ("C", "F"):
        results["motion"] = np.array(results["motion"], order=order)
        np.save(tmp_path / "results.npy", results, allow_pickle=True)  # type: ignore[arg-type]
        first, second = read_motions(tmp_path / "results.npy")
        assert (first.n_frames, second.n_frames) == (FRAMES, 10)
        assert (first.name, second.name) == ("results_00", "results_01")
        np.testing.assert_allclose(second.positions[3, :, 2], motion[:, 1, 3], atol=1e-6)


class _Evil:
    def __reduce__(self) -> tuple[object, tuple[str]]:
        return Path.touch, (Path(_Evil.target),)  # type: ignore[return-value]

    target = ""


def test_code_in_pickles_does_not_run(tmp_path: Path) -> None:
    _Evil.target = str(tmp_path / "touched")
    np.save(tmp_path / "results.npy", {"motion": _Evil()}, allow_pickle=True)  # type: ignore[arg-type]
    with pytest.raises(KinesisError, match="is not allowed"):
        read_motion(tmp_path / "results.npy")
    np.savez(tmp_path / "evil.npz", poses=np.array([_Evil()], dtype=object), trans=np.zeros((4, 3)))
    with pytest.raises(KinesisError, match="pickled"):
        read_motion(tmp_path / "evil.npz")
    assert not (tmp_path / "touched").exists()


def test_arrays_of_any_order_and_type_are_read_as_numpy_reads_them(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    arrays = {
        "a": np.asfortranarray(rng.normal(size=(3, 4))),
        "b": np.arange(5, dtype=">i2"),
        "c": np.array("text"),
        "d": np.array(2.5),
        "e": np.zeros((0, 3)),
        "f": np.array(["x", "yz"]),
    }
    np.savez_compressed(tmp_path / "x.npz", **arrays)
    read = read_npz(tmp_path / "x.npz", arrays)
    for name, array in arrays.items():
        np.testing.assert_array_equal(read[name], array)
    with pytest.raises(KinesisError, match="announced"):
        parse_npy(_npy(np.zeros(4))[:-1], "it")


def _npy(array: np.ndarray) -> bytes:
    buffer = io.BytesIO()
    np.save(buffer, array)
    return buffer.getvalue()


def test_c3d_units_gaps_and_prefixes(tmp_path: Path) -> None:
    trc, c3d_file = read_motion(write_trc(tmp_path / "a.trc")), read_motion(write_c3d(tmp_path / "a.c3d"))
    assert set(c3d_file.joint_names) == {name.replace(".", "") for name in trc.joint_names}
    for name in ("R.Heel", "L.ASIS"):
        a = trc.positions[:, trc.joint_names.index(name)]
        b = c3d_file.positions[:, c3d_file.joint_names.index(name.replace(".", ""))]
        np.testing.assert_allclose(a, b, atol=1e-4)
    assert read_motion(tmp_path / "a.c3d", Given(unit=0.002)).positions[0, 0, 2] == pytest.approx(
        2.0 * c3d_file.positions[0, 0, 2]
    )


def test_angles_stored_in_c3d_come_along(tmp_path: Path) -> None:
    clip = bending()
    points = {name.replace(".", ""): 1e3 * track for name, track in markers(clip).items()}
    for side, first in (("R", 0), ("L", 7)):
        for output, columns in (("HipAngles", (0, 1, 2)), ("KneeAngles", (3,)), ("AnkleAngles", (4,))):
            angles = np.full((FRAMES, 3), 1e-3)
            angles[:, : len(columns)] += np.rad2deg(clip.joints[:, [first + c for c in columns]])
            points[f"{side}{output}"] = angles
    raw = read_motion(write_points(tmp_path / "a.c3d", points))
    assert not any("Angles" in name for name in raw.joint_names)
    np.testing.assert_allclose(raw.coordinates["knee_angle_l"], clip.joints[:, KNEE], atol=1e-4)
    assert any("Plug-in Gait" in note for note in raw.notes)


@pytest.mark.parametrize(
    ("arrays", "expected"),
    [
        ({"poses": np.zeros((9, 156))}, "no array 'trans'"),
        ({"poses": np.zeros((9, 50)), "trans": np.zeros((9, 3)), "mocap_framerate": 60.0}, "66 or more"),
        ({"poses": np.full((9, 66), np.nan), "trans": np.zeros((9, 3))}, "finite"),
        ({"poses": np.zeros((9, 66)), "trans": np.zeros((9, 3))}, "give --fps"),
        ({"poses": np.array("x"), "trans": np.zeros((9, 3))}, "finite numbers"),
    ],
)
def test_bad_amass_is_one_clear_line(tmp_path: Path, arrays: dict[str, np.ndarray], expected: str) -> None:
    np.savez(tmp_path / "a.npz", **arrays)
    with pytest.raises(KinesisError, match=expected):
        read_motion(tmp_path / "a.npz")


def test_features_and_wrong_shapes_say_what_is_expected(tmp_path: Path) -> None:
    np.save(tmp_path / "f.npy", np.zeros((40, 263), np.float32))
    with pytest.raises(KinesisError, match="new_joints"):
        read_motion(tmp_path / "f.npy")
    (tmp_path / "x.xml").write_text('<!DOCTYPE a [<!ENTITY b "c">]><mujoco><key mpos="&b;"/></mujoco>')
    with pytest.raises(KinesisError, match="declares"):
        read_motion(tmp_path / "x.xml")
    (tmp_path / "f.mot").write_text("a\nendheader\ntime\tground_force_vx\tground_force_vy\n0\t1\t2\n")
    with pytest.raises(KinesisError, match="ground reaction forces, no motion"):
        read_motion(tmp_path / "f.mot")
