"""The SMPL family: AMASS recordings (.npz), HumanML3D joints and MDM results (.npy).

AMASS (Mahmood et al. 2019) stores SMPL-H pose parameters; the body model that turns betas into
bone lengths is licensed apart. Its mean rest skeleton is tabulated here instead (Loper et al. 2015,
SMPL; joint places of the mean neutral shape as published in the MuJoCo humanoid of Luo et al. 2023,
PHC), and the subject's size is taken from the height of the pelvis above the floor.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from pathlib import Path

import numpy as np

from kinesis_app.body.rotations import quat_from_rotvec, quat_to_matrix
from kinesis_app.errors import KinesisError
from kinesis_app.motion.formats.raw import (
    MAX_METRES,
    NOTHING_GIVEN,
    Given,
    RawMotion,
    body_up,
    check_fps,
    check_frames,
    read_bytes,
    turned_up,
)
from kinesis_app.motion.formats.tame_pickle import read_pickled_array
from kinesis_app.motion.npy import npy_header, parse_npy, read_npz

SKELETON: tuple[tuple[str, int, tuple[float, float, float]], ...] = (
    ("pelvis", -1, (-0.0018, -0.2233, 0.0282)),
    ("left_hip", 0, (0.0695, -0.0914, -0.0068)),
    ("right_hip", 0, (-0.0677, -0.0905, -0.0043)),
    ("spine1", 0, (-0.0025, 0.1090, -0.0267)),
    ("left_knee", 1, (0.0343, -0.3752, -0.0045)),
    ("right_knee", 2, (-0.0383, -0.3826, -0.0089)),
    ("spine2", 3, (0.0055, 0.1352, 0.0011)),
    ("left_ankle", 4, (-0.0136, -0.3980, -0.0437)),
    ("right_ankle", 5, (0.0158, -0.3984, -0.0423)),
    ("spine3", 6, (0.0015, 0.0529, 0.0254)),
    ("left_foot", 7, (0.0264, -0.0558, 0.1193)),
    ("right_foot", 8, (-0.0254, -0.0481, 0.1233)),
    ("neck", 9, (-0.0028, 0.2139, -0.0429)),
    ("left_collar", 9, (0.0788, 0.1217, -0.0341)),
    ("right_collar", 9, (-0.0818, 0.1188, -0.0386)),
    ("head", 12, (0.0052, 0.0650, 0.0513)),
    ("left_shoulder", 13, (0.0910, 0.0305, -0.0089)),
    ("right_shoulder", 14, (-0.0960, 0.0326, -0.0091)),
    ("left_elbow", 16, (0.2596, -0.0128, -0.0275)),
    ("right_elbow", 17, (-0.2537, -0.0133, -0.0214)),
    ("left_wrist", 18, (0.2492, 0.0090, -0.0012)),
    ("right_wrist", 19, (-0.2553, 0.0078, -0.0056)),
)
"""Name, parent and offset from the parent at rest [m], y up, z ahead; the first 22 joints of the family."""
NAMES = tuple(name for name, *_ in SKELETON)
FOOT_HEIGHT = 0.025
"""Height of the joint between foot and toes over the floor in the standing mean body [m]."""
SIZES = (0.6, 1.35)
"""Sizes of bodies, of the mean: from a child's to a very tall adult's."""
HUMANML_FPS = 20.0
RATES = ("mocap_framerate", "mocap_frame_rate", "fps", "frame_rate", "framerate")
POSES, PLACES = ("poses", "smpl_poses", "pose", "fullpose"), ("trans", "transl", "smpl_trans")
BODY_POSES, ROOT_TURNS = ("pose_body", "body_pose"), ("root_orient", "global_orient")
"""Names of the same arrays in AMASS, SMPL-X exports and what video trackers write."""
JOINTS = (22, 24, 52, 55)
"""Joints of the family's skeletons, of which the first 22 are the same."""
MAX_FEATURE_HINT = 263


def read_amass(path: Path, given: Given = NOTHING_GIVEN) -> RawMotion:
    """Read an AMASS recording, or one of its relatives: poses, translation and a rate.

    Raises:
        KinesisError: With the array that is missing or wrong.
    """
    arrays = read_npz(path, (*POSES, *BODY_POSES, *ROOT_TURNS, *PLACES, *RATES))
    poses, trans = _poses(arrays, path), _numbers(arrays, _there(arrays, PLACES), path)
    if poses.ndim != 2 or poses.shape[1] < 66 or trans.shape != (len(poses), 3):
        raise KinesisError(
            f"'{path}': 'poses' (T, 66 or more) and 'trans' (T, 3) expected, "
            f"found {poses.shape} and {trans.shape}."
        )
    check_frames(len(poses), path)
    fps = _rate(arrays, given, path)
    trans = trans * (given.unit or 1.0)
    rotations, offsets = _posed(poses[:, :66].reshape(-1, 22, 3))
    up, judged = given.up or body_up(NAMES, offsets) or "z", "judged from head and feet"
    turn = turned_up(up)
    rotations, offsets = turn @ rotations, offsets @ turn.T
    # SMPL turns about the pelvis joint, whose place at rest is added unturned.
    trans, at_rest = trans @ turn.T, turn @ np.array(SKELETON[0][2])
    size, note = _size(trans[:, 2], offsets[..., 2], float(at_rest[2]))
    positions = trans[:, None] + size * (offsets + at_rest)
    notes = (
        f"{fps:g} frames per second",
        f"up axis: {up} ({'given' if given.up else judged})",
        "mean SMPL-H proportions: betas need a body model that is licensed apart",
        note,
    )
    return RawMotion(path.stem, "amass", path.name, fps, NAMES, positions, rotations, notes=notes)


def _there(arrays: Mapping[str, np.ndarray], names: tuple[str, ...]) -> str:
    """Which of several names for the same array a file uses; the first if none."""
    return next((name for name in names if name in arrays), names[0])


def _poses(arrays: Mapping[str, np.ndarray], path: Path) -> np.ndarray:
    """Axis-angles of root and body joints [rad], shape (T, 66 or more), from one array or from two."""
    body, root = _there(arrays, BODY_POSES), _there(arrays, ROOT_TURNS)
    if _there(arrays, POSES) in arrays or body not in arrays or root not in arrays:
        poses = _numbers(arrays, _there(arrays, POSES), path)
        return _flat(poses) if poses.ndim == 3 else poses
    parts = [_numbers(arrays, name, path) for name in (root, body)]
    if any(part.ndim not in (2, 3) or len(part) != len(parts[0]) for part in parts):
        raise KinesisError(
            f"'{path}': '{root}' (T, 3) and '{body}' (T, 63) expected, "
            f"found {parts[0].shape} and {parts[1].shape}."
        )
    return np.hstack([_flat(part) for part in parts])


def _flat(array: np.ndarray) -> np.ndarray:
    """(T, J, 3) or (T, 3 J) as (T, 3 J)."""
    return array.reshape(len(array), math.prod(array.shape[1:]))


def _numbers(arrays: Mapping[str, np.ndarray], name: str, path: Path) -> np.ndarray:
    if name not in arrays:
        raise KinesisError(f"'{path}' has no array '{name}'; AMASS recordings hold poses, trans and a rate.")
    array = arrays[name]
    plain = array.dtype.kind in "fiu" and bool(np.isfinite(array).all())
    if not plain or np.abs(array.astype(np.float64)).max(initial=0.0) > MAX_METRES:
        raise KinesisError(f"'{path}': '{name}' must be finite numbers below {MAX_METRES:g}.")
    return array.astype(np.float64)


def _rate(arrays: Mapping[str, np.ndarray], given: Given, path: Path) -> float:
    if given.fps is not None:
        return check_fps(given.fps, path)
    for name in RATES:
        if name in arrays and arrays[name].size == 1:
            return check_fps(float(_numbers(arrays, name, path).ravel()[0]), path)
    raise KinesisError(f"'{path}' has no '{RATES[0]}'; give --fps.")


def _posed(poses: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Rotations (T, 22, 3, 3) and places relative to the pelvis (T, 22, 3) of axis-angles (T, 22, 3)."""
    local = quat_to_matrix(quat_from_rotvec(poses))
    rotations, places = np.empty_like(local), np.zeros((len(poses), len(SKELETON), 3))
    for row, (_, parent, offset) in enumerate(SKELETON):
        if parent < 0:
            rotations[:, row] = local[:, row]
        else:
            rotations[:, row] = rotations[:, parent] @ local[:, row]
            places[:, row] = places[:, parent] + rotations[:, parent] @ np.array(offset)
    return rotations, places


def _size(height: np.ndarray, offsets: np.ndarray, at_rest: float) -> tuple[float, str]:
    """The subject's size over the mean body's: standing, the legs reach from pelvis to floor.

    Args:
        height: Of ``trans`` over the floor [m], shape (T,).
        offsets: Height of the mean body's joints over its pelvis [m], shape (T, 22).
        at_rest: What is added to ``trans`` for the mean body's pelvis [m].
    """
    feet = [NAMES.index("left_foot"), NAMES.index("right_foot")]
    reach = FOOT_HEIGHT - offsets[:, feet].min(axis=1) - at_rest
    size = float(np.median(height / np.maximum(reach, 0.3)))
    if SIZES[0] < size < SIZES[1]:
        return size, f"size judged from the pelvis' height over the floor: {size:.2f} of the mean body"
    return 1.0, "the pelvis' height is none over the floor: mean body size"


def read_joints(path: Path, given: Given = NOTHING_GIVEN) -> list[RawMotion]:
    """Read HumanML3D joints (T, 22, 3) or MDM's results.npy, which may hold several motions.

    Raises:
        KinesisError: If the arrays are others.
    """
    content = read_bytes(path)
    descr, *_ = npy_header(content, f"'{path}'")
    if "O" in descr:
        return _mdm(path, read_pickled_array(content, path), given)
    return [_joints(path, parse_npy(content, f"'{path}'"), path.stem, "humanml3d", given)]


def _mdm(path: Path, results: object, given: Given) -> list[RawMotion]:
    """Motions (N, 22, 3, T) of a results dictionary, each cut to its length."""
    motion = results.get("motion") if isinstance(results, dict) else None
    if not isinstance(motion, np.ndarray) or motion.ndim != 4 or not 1 <= len(motion) <= 1000:
        raise KinesisError(
            f"'{path}' holds no MDM results: a dictionary with 'motion' (N, 22, 3, T) expected."
        )
    assert isinstance(results, dict)
    lengths = results.get("lengths")
    ends = [motion.shape[3]] * len(motion)
    if isinstance(lengths, np.ndarray) and lengths.shape == (len(motion),) and lengths.dtype.kind in "iu":
        ends = [int(n) for n in lengths]
    names = [path.stem if len(motion) == 1 else f"{path.stem}_{i:02d}" for i in range(len(motion))]
    moved = np.moveaxis(motion, 3, 1)
    return [
        _joints(path, sample[: max(end, 0)], name, "mdm", given)
        for sample, end, name in zip(moved, ends, names, strict=True)
    ]


def _joints(path: Path, joints: np.ndarray, name: str, kind: str, given: Given) -> RawMotion:
    while joints.ndim > 3 and len(joints) == 1:
        joints = joints[0]
    if joints.ndim == 3 and joints.shape[1] in JOINTS:
        joints = joints[:, :22]
    if joints.ndim != 3 or joints.shape[1:] != (22, 3) or joints.dtype.kind != "f":
        hint = ""
        if joints.ndim == 2 and joints.shape[1] == MAX_FEATURE_HINT:
            hint = " (these are HumanML3D features; its joints lie in new_joints/)"
        raise KinesisError(f"'{path}': joints of shape (T, 22, 3) expected, found {joints.shape}{hint}.")
    check_frames(len(joints), path)
    if not np.isfinite(joints).all() or np.abs(joints).max() * (given.unit or 1.0) > MAX_METRES:
        raise KinesisError(f"'{path}': joint positions must be finite and within {MAX_METRES:g} m.")
    positions = joints.astype(np.float64) * (given.unit or 1.0)
    fps, up = check_fps(given.fps or HUMANML_FPS, path), given.up or body_up(NAMES, positions) or "y"
    rate = f"given as {fps:g}" if given.fps else f"not in the file, {fps:g} of HumanML3D assumed"
    notes = (
        f"frames per second: {rate}",
        f"up axis: {up} ({'given' if given.up else 'judged from head and feet'})",
    )
    return RawMotion(name, kind, path.name, fps, NAMES, positions @ turned_up(up).T, notes=notes)
