"""BVH: a joint hierarchy with offsets, and Euler angles per frame.

A joint's position channels, where it has any, replace its offset. End sites become joints named
``<parent>_end``. Units and the up axis are not in the format and are judged from the body's size.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from scipy.spatial.transform import Rotation

from kinesis_app.errors import KinesisError
from kinesis_app.motion.formats.raw import (
    MAX_VALUES,
    NOTHING_GIVEN,
    Given,
    RawMotion,
    body_up,
    check_fps,
    check_frames,
    judged_unit,
    parse_floats,
    read_text,
    turned_up,
)

MAX_JOINTS = 1000
UNITS = {"metre": 1.0, "centimetre": 0.01, "millimetre": 0.001, "inch": 0.0254, "CMU unit": 0.0254 / 0.45}
BODY_HEIGHT = 1.65
"""Height from the lowest to the highest joint of an adult [m]; the unit nearest to it is taken."""


@dataclass(frozen=True)
class _Joint:
    name: str
    parent: int
    offset: tuple[float, float, float]
    channels: tuple[str, ...]


def read_bvh(path: Path, given: Given = NOTHING_GIVEN) -> RawMotion:
    """Read a BVH file; unit and up axis are judged from the body unless given."""
    lines = read_text(path)
    joints, start = _hierarchy(lines, path)
    values, fps = _motion(lines, start, sum(len(j.channels) for j in joints), path)
    positions, rotations = _pose(joints, values)
    names = tuple(_plain(joint.name) for joint in joints)
    notes = [f"{fps:g} frames per second"]
    axis = given.up or body_up(names, positions) or "y"
    notes.append(f"up axis: {axis}" + (" (given)" if given.up else " (judged from head and feet)"))
    positions, rotations = positions @ turned_up(axis).T, turned_up(axis) @ rotations
    metres = given.unit or _unit(positions, path, notes)
    return RawMotion(
        path.stem, "bvh", path.name, fps, names, positions * metres, rotations, notes=tuple(notes)
    )


def _plain(name: str) -> str:
    """Without the namespace that exporters put in front (``mixamorig:Hips``, ``mixamorig_Hips``)."""
    return re.sub(r"^mixamorig\d*_", "", name.rsplit(":", 1)[-1])


def _hierarchy(lines: list[str], path: Path) -> tuple[list[_Joint], int]:
    """Joints in the order of the file, and the row of the line MOTION."""
    joints: list[_Joint] = []
    stack: list[int] = []
    pending = ""
    for row, line in enumerate(lines):
        words = line.split()
        if not words or words[0] == "HIERARCHY":
            continue
        if words[0] == "MOTION":
            if not joints or stack:
                raise KinesisError(f"'{path}', line {row + 1}: MOTION before the hierarchy is complete.")
            return joints, row
        pending = _hierarchy_line(words, joints, stack, pending, path, row + 1)
    raise KinesisError(f"'{path}' is no BVH file: there is no line 'MOTION'.")


def _hierarchy_line(
    words: list[str], joints: list[_Joint], stack: list[int], pending: str, path: Path, number: int
) -> str:
    """Take one line of the hierarchy; returns the name of the joint whose brace is awaited."""
    key = words[0].upper()
    if key in ("ROOT", "JOINT") and len(words) > 1:
        return " ".join(words[1:])
    if key == "END":
        return f"{joints[stack[-1]].name}_end" if stack else ""
    if key == "{" and pending and len(joints) < MAX_JOINTS:
        joints.append(_Joint(pending, stack[-1] if stack else -1, (0.0, 0.0, 0.0), ()))
        stack.append(len(joints) - 1)
        return ""
    if key == "}" and stack:
        stack.pop()
        return ""
    if key == "OFFSET" and stack and len(words) == 4:
        x, y, z = parse_floats(words[1:], path, number)
        joint = joints[stack[-1]]
        joints[stack[-1]] = _Joint(joint.name, joint.parent, (x, y, z), joint.channels)
        return pending
    if key == "CHANNELS" and stack and len(words) > 1 and words[1] == str(len(words) - 2):
        channels = tuple(word.lower() for word in words[2:])
        known = {f"{axis}{kind}" for axis in "xyz" for kind in ("position", "rotation")}
        if set(channels) <= known and len(set(channels)) == len(channels):
            joint = joints[stack[-1]]
            joints[stack[-1]] = _Joint(joint.name, joint.parent, joint.offset, channels)
            return pending
    raise KinesisError(
        f"'{path}', line {number}: '{' '.join(words)[:60]}' does not belong in a BVH hierarchy here."
    )


def _motion(lines: list[str], start: int, width: int, path: Path) -> tuple[np.ndarray, float]:
    """Channel values, shape (T, width), and frames per second."""
    body = [(n, line.split()) for n, line in enumerate(lines[start + 1 :], start + 2) if line.strip()]
    if len(body) < 2 or body[0][1][0] != "Frames:" or body[1][1][:2] != ["Frame", "Time:"]:
        raise KinesisError(f"'{path}', line {start + 2}: 'Frames: N' and 'Frame Time: SECONDS' expected.")
    step = parse_floats(body[1][1][2:3] or ["nothing"], path, body[1][0])[0]
    if step <= 0.0:
        raise KinesisError(f"'{path}', line {body[1][0]}: the frame time must be positive, is {step:g}.")
    rows = body[2:]
    stated = body[0][1][1] if len(body[0][1]) > 1 else "?"
    if stated != str(len(rows)):
        raise KinesisError(f"'{path}' has {len(rows)} frames but its header says {stated[:20]}; truncated?")
    check_frames(len(rows), path)
    if len(rows) * width > MAX_VALUES:
        raise KinesisError(f"'{path}' has {len(rows)} frames of {width} channels, more than any recording.")
    for number, words in rows:
        if len(words) != width:
            raise KinesisError(f"'{path}', line {number}: {width} channels expected, found {len(words)}.")
    return np.array([parse_floats(words, path, n) for n, words in rows]), check_fps(
        round(1.0 / step, 3), path
    )


def _pose(joints: list[_Joint], values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """World positions (T, J, 3) and rotations (T, J, 3, 3) in the file's axes and units."""
    n, column = len(values), 0
    positions, rotations = np.empty((n, len(joints), 3)), np.empty((n, len(joints), 3, 3))
    for row, joint in enumerate(joints):
        local = values[:, column : column + len(joint.channels)]
        column += len(joint.channels)
        shift = np.tile(joint.offset, (n, 1))
        for i, channel in enumerate(joint.channels):
            if channel.endswith("position"):
                shift[:, "xyz".index(channel[0])] = local[:, i]
        turning = [i for i, channel in enumerate(joint.channels) if channel.endswith("rotation")]
        turn = np.broadcast_to(np.eye(3), (n, 3, 3))
        if turning:
            order = "".join(joint.channels[i][0].upper() for i in turning)  # body-fixed, in file order
            turn = Rotation.from_euler(order, local[:, turning], degrees=True).as_matrix().reshape(n, 3, 3)
        if joint.parent < 0:
            positions[:, row], rotations[:, row] = shift, turn
        else:
            up = rotations[:, joint.parent]
            positions[:, row] = positions[:, joint.parent] + np.einsum("tij,tj->ti", up, shift)
            rotations[:, row] = up @ turn
    return positions, rotations


def _unit(positions: np.ndarray, path: Path, notes: list[str]) -> float:
    height = float(np.median(np.ptp(positions[..., 2], axis=1)))
    if not 1e-6 < height < 1e6:
        raise KinesisError(f"'{path}': the body is {height:g} units tall; no unit of length fits.")
    name = judged_unit(height, BODY_HEIGHT, UNITS)
    notes.append(f"unit: {name} (the body is {height:.3g} units tall)")
    return UNITS[name]
