"""ASF/AMC motion (CMU): joint angles per frame on a skeleton file, to joint positions."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
from scipy.spatial.transform import Rotation

from kinesis_app.errors import KinesisError
from kinesis_app.motion.formats.asf import Bone, Skeleton, read_asf
from kinesis_app.motion.formats.bvh import BODY_HEIGHT, UNITS
from kinesis_app.motion.formats.raw import (
    MAX_VALUES,
    NOTHING_GIVEN,
    Given,
    RawMotion,
    check_fps,
    check_frames,
    judged_unit,
    parse_floats,
    read_text,
    turned_up,
)

HEIGHTS = (0.3, 2.6)
"""A body from its lowest to its highest joint, lying or standing, child or giant [m]."""
CMU_FPS = 120.0
"""CMU's rate; the format does not store one."""


def read_amc(path: Path, given: Given = NOTHING_GIVEN) -> RawMotion:
    """Read a motion with its skeleton, the .asf beside it with the same name or subject prefix."""
    skeleton_path = find_asf(path)
    skeleton = read_asf(skeleton_path)
    root, bones, degrees = _read_frames(path, skeleton)
    positions, rotations = _pose(skeleton, root, bones, degrees)
    up = given.up or "y"
    metres, calibration = _metres(skeleton, positions[..., "xyz".index(up)], given)
    positions, turn = positions * metres, turned_up(up)
    guess = f"given as {given.fps:g}" if given.fps else f"not in the file, CMU's {CMU_FPS:g} assumed"
    return RawMotion(
        name=path.stem,
        format="asf/amc",
        source=path.name,
        fps=check_fps(given.fps or CMU_FPS, path),
        joint_names=("root", *(bone.name for bone in skeleton.bones)),
        positions=positions @ turn.T,
        rotations=turn @ rotations,
        notes=(
            f"skeleton {skeleton_path.name}",
            f"1 unit = {metres:.5f} m ({calibration})",
            f"frames per second: {guess}",
            f"up axis: {up} ({'given' if given.up else 'Acclaim convention'})",
        ),
    )


def _metres(skeleton: Skeleton, heights: np.ndarray, given: Given) -> tuple[float, str]:
    """Metres per unit, and where that comes from; ``heights`` (T, J) in file units."""
    if given.unit is not None:
        return given.unit, "given"
    height = float(np.median(np.ptp(heights, axis=1)))
    if not height > 0.0 or HEIGHTS[0] < height * skeleton.metres < HEIGHTS[1]:
        return skeleton.metres, "0.0254 / :units length"
    name = judged_unit(height, BODY_HEIGHT, UNITS)
    return UNITS[name], f"{name}: with :units length the body would be {height * skeleton.metres:.2g} m tall"


def find_asf(path: Path) -> Path:
    """The skeleton beside a motion: same name, subject prefix (02_01 -> 02), or the only one there."""
    names = [path.stem]
    while match := re.match(r"(.+)[_-][^_-]*$", names[-1]):
        names.append(match.group(1))
    try:
        here = sorted(p for p in path.parent.iterdir() if p.suffix.lower() == ".asf")
    except OSError:
        here = []
    for name in names:
        for candidate in here:
            if candidate.stem.lower() == name.lower():
                return candidate
    if len(here) == 1:
        return here[0]
    expected = " or ".join(f"'{name}.asf'" for name in names)
    raise KinesisError(f"'{path}' needs its skeleton beside it: {expected} not found in '{path.parent}'.")


def _read_frames(path: Path, skeleton: Skeleton) -> tuple[np.ndarray, dict[str, np.ndarray], bool]:
    """Root channels (T, 6), channels per bone, and whether angles are in degrees."""
    widths = {bone.name: len(bone.dof) for bone in skeleton.bones if bone.dof} | {"root": 6}
    series: dict[str, list[list[float]]] = {name: [] for name in widths}
    degrees, frame, lines = skeleton.degrees, 0, read_text(path)
    if len(lines) * 3 > MAX_VALUES:
        raise KinesisError(f"'{path}' has {len(lines)} lines, more than any recording.")
    for number, line in enumerate(lines, 1):
        words = line.split("#", 1)[0].split()
        if not words:
            continue
        if words[0].startswith(":"):
            degrees = {":degrees": True, ":radians": False}.get(words[0].lower(), degrees)
        elif len(words) == 1:
            _check_complete(series, frame, path, number)
            frame += 1
            if words[0] != str(frame) and not words[0].isdigit():
                raise KinesisError(
                    f"'{path}', line {number}: a frame number was expected, found '{words[0][:40]}'."
                )
        else:
            _append(series, widths, words, frame, path, number)
    _check_complete(series, frame, path, len(lines))
    check_frames(frame, path)
    arrays = {name: np.array(rows) for name, rows in series.items()}
    return arrays.pop("root"), arrays, degrees


def _append(
    series: dict[str, list[list[float]]],
    widths: dict[str, int],
    words: list[str],
    frame: int,
    path: Path,
    n: int,
) -> None:
    name = words[0]
    if name not in widths:
        raise KinesisError(f"'{path}', line {n}: bone '{name[:40]}' does not move in the skeleton file.")
    if len(words) - 1 != widths[name] or frame == 0 or len(series[name]) != frame - 1:
        raise KinesisError(
            f"'{path}', line {n}: '{name}' needs {widths[name]} value(s), once per numbered frame "
            f"(has {len(words) - 1}, frame {frame})."
        )
    series[name].append(parse_floats(words[1:], path, n))


def _check_complete(series: dict[str, list[list[float]]], frame: int, path: Path, line: int) -> None:
    short = [name for name, rows in series.items() if len(rows) != frame]
    if short:
        raise KinesisError(
            f"'{path}', line {line}: frame {frame} has no '{short[0]}' "
            f"({len(short)} bone(s) missing); truncated?"
        )


def _euler(order: str, angles: np.ndarray, degrees: bool) -> np.ndarray:
    return Rotation.from_euler(order, angles, degrees=degrees).as_matrix().reshape(-1, 3, 3)


def _bone_rotation(bone: Bone, values: np.ndarray, degrees: bool) -> np.ndarray:
    """Rotation relative to the parent in world axes at rest: C M C^T (Acclaim)."""
    channels = [(i, name) for i, name in enumerate(bone.dof) if name.startswith("r")]
    if not channels:
        return np.broadcast_to(np.eye(3), (len(values), 3, 3))
    angles = values[:, [i for i, _ in channels]]
    motion = _euler("".join(name[1] for _, name in channels), angles, degrees)
    return bone.axis @ motion @ bone.axis.T


def _pose(
    skeleton: Skeleton, root: np.ndarray, bones: dict[str, np.ndarray], degrees: bool
) -> tuple[np.ndarray, np.ndarray]:
    """Forward kinematics: positions in file units (T, J, 3) and rotations (T, J, 3, 3), the root first."""
    n, order = len(root), skeleton.root_order
    shift = root[:, [order.index(c) for c in ("tx", "ty", "tz")]]
    turning = [c for c in order if c.startswith("r")]
    turn = _euler("".join(c[1] for c in turning), root[:, [order.index(c) for c in turning]], degrees)
    positions = np.empty((n, len(skeleton.bones) + 1, 3))
    rotations = np.empty((n, len(skeleton.bones) + 1, 3, 3))
    positions[:, 0] = shift
    rotations[:, 0] = skeleton.root_axis @ turn @ skeleton.root_axis.T
    for row, bone in enumerate(skeleton.bones, 1):
        parent = bone.parent + 1
        local = _bone_rotation(bone, bones[bone.name], degrees) if bone.dof else np.eye(3)
        rotations[:, row] = rotations[:, parent] @ local
        positions[:, row] = positions[:, parent] + rotations[:, row] @ bone.offset
    return positions, rotations
