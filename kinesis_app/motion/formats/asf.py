"""The skeleton of ASF/AMC: bones, their rest directions, axes and degrees of freedom.

Format: Acclaim, as CMU's motion capture database writes it. A bone's joint sits at its start;
what is reported under a bone's name is the position of its END and the rotation of the bone.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from scipy.spatial.transform import Rotation

from kinesis_app.errors import KinesisError
from kinesis_app.motion.formats.raw import parse_floats, read_text

INCH = 0.0254
MAX_BONES = 200
CHANNELS = ("tx", "ty", "tz", "rx", "ry", "rz", "l")


@dataclass(frozen=True)
class Bone:
    """One bone at rest.

    Attributes:
        name: As in the file.
        parent: Row of the parent bone, -1 for a bone on the root.
        offset: From its start to its end, y-up world, file units, shape (3,).
        axis: Rotation from the bone's own axes to the world at rest, shape (3, 3).
        dof: Channels in the order of the file, a subset of ``rx ry rz``.
    """

    name: str
    parent: int
    offset: np.ndarray
    axis: np.ndarray
    dof: tuple[str, ...]


@dataclass(frozen=True)
class Skeleton:
    """Bones with every parent before its children.

    Attributes:
        bones: Without the root.
        root_order: The root's six channels in the order of the file.
        root_axis: Rotation from the root's axes to the world at rest, shape (3, 3).
        metres: Metres per file unit.
        degrees: True if angles are in degrees.
    """

    bones: tuple[Bone, ...]
    root_order: tuple[str, ...]
    root_axis: np.ndarray
    metres: float
    degrees: bool


Line = tuple[int, list[str]]


def read_asf(path: Path) -> Skeleton:
    """Read a skeleton file.

    Raises:
        KinesisError: With the line that is wrong.
    """
    sections = _sections(path)
    length, degrees = 1.0, True
    for number, words in sections.get("units", []):
        if words[0] == "length":
            length = _numbers(words[1:], 1, path, number)[0]
        elif words[0] == "angle" and len(words) > 1:
            degrees = words[1].lower().startswith("deg")
    if length <= 0.0:
        raise KinesisError(f"'{path}': ':units length' must be positive, is {length:g}.")
    order, root_axis = _root(sections.get("root", []), path, degrees)
    bones = {bone.name: bone for bone in _bones(sections.get("bonedata", []), path, degrees)}
    # 0.45 inches per unit is CMU's calibration: metres = value * 0.0254 / 0.45.
    return Skeleton(
        _ordered(bones, sections.get("hierarchy", []), path), order, root_axis, INCH / length, degrees
    )


def _sections(path: Path) -> dict[str, list[Line]]:
    sections: dict[str, list[Line]] = {}
    current: list[Line] = []
    for number, line in enumerate(read_text(path), 1):
        text = line.split("#", 1)[0].strip()
        if text.startswith(":"):
            name, *rest = text[1:].split()
            current = sections.setdefault(name.lower(), [])
            if rest:
                current.append((number, rest))
        elif text:
            current.append((number, text.split()))
    missing = [name for name in ("root", "bonedata", "hierarchy") if not sections.get(name)]
    if missing:
        raise KinesisError(f"'{path}' is no ASF skeleton: section ':{missing[0]}' is missing or empty.")
    return sections


def _numbers(words: list[str], count: int, path: Path, line: int) -> list[float]:
    if len(words) < count:
        raise KinesisError(f"'{path}', line {line}: {count} number(s) expected, found {len(words)}.")
    return parse_floats(words[:count], path, line)


def _rotation(words: list[str], path: Path, line: int, degrees: bool) -> np.ndarray:
    angles = _numbers(words, 3, path, line)
    order = words[3].lower() if len(words) > 3 else "xyz"
    if sorted(order) != ["x", "y", "z"]:
        raise KinesisError(f"'{path}', line {line}: axis order '{order[:10]}' must be a permutation of XYZ.")
    return Rotation.from_euler(order, angles, degrees=degrees).as_matrix()


def _root(lines: list[Line], path: Path, degrees: bool) -> tuple[tuple[str, ...], np.ndarray]:
    order: tuple[str, ...] = CHANNELS[:6]
    sequence, orientation = "xyz", [0.0, 0.0, 0.0]
    for number, words in lines:
        if words[0] == "order":
            order = tuple(word.lower() for word in words[1:])
            if sorted(order) != sorted(CHANNELS[:6]):
                raise KinesisError(
                    f"'{path}', line {number}: root order must name TX TY TZ RX RY RZ once each."
                )
        elif words[0] == "axis" and len(words) > 1:
            sequence = words[1].lower()
            if sorted(sequence) != ["x", "y", "z"]:
                raise KinesisError(f"'{path}', line {number}: root axis must be a permutation of XYZ.")
        elif words[0] == "orientation":
            orientation = _numbers(words[1:], 3, path, number)
    return order, Rotation.from_euler(sequence, orientation, degrees=degrees).as_matrix()


def _bones(lines: list[Line], path: Path, degrees: bool) -> Iterator[Bone]:
    fields: dict[str, Line] = {}
    count = 0
    for number, words in lines:
        if words[0] == "begin":
            fields = {}
        elif words[0] != "end":
            fields.setdefault(words[0].lower(), (number, words[1:]))
        else:
            count += 1
            if count > MAX_BONES:
                raise KinesisError(f"'{path}', line {number}: more than {MAX_BONES} bones.")
            yield _bone(fields, path, number, degrees)


def _bone(fields: dict[str, Line], path: Path, number: int, degrees: bool) -> Bone:
    for key in ("name", "direction", "length"):
        if key not in fields or not fields[key][1]:
            raise KinesisError(f"'{path}', line {number}: the bone that ends here has no '{key}'.")
    direction = np.array(_numbers(fields["direction"][1], 3, path, fields["direction"][0]))
    length = _numbers(fields["length"][1], 1, path, fields["length"][0])[0]
    axis = np.eye(3)
    if "axis" in fields:
        axis = _rotation(fields["axis"][1], path, fields["axis"][0], degrees)
    dof = tuple(word.lower() for word in fields["dof"][1]) if "dof" in fields else ()
    if set(dof) - set(CHANNELS) or len(set(dof)) != len(dof):
        raise KinesisError(
            f"'{path}', line {fields['dof'][0]}: dof '{' '.join(dof)[:40]}' must be of rx ry rz."
        )
    return Bone(fields["name"][1][0], -1, direction * length, axis, dof)


def _ordered(bones: dict[str, Bone], lines: list[Line], path: Path) -> tuple[Bone, ...]:
    """The bones with parents first, as ``:hierarchy`` lists them."""
    rows: dict[str, int] = {"root": -1}
    ordered: list[Bone] = []
    for number, words in lines:
        if words[0] in ("begin", "end"):
            continue
        if words[0] not in rows:
            raise KinesisError(f"'{path}', line {number}: '{words[0][:40]}' has no parent yet in :hierarchy.")
        for name in words[1:]:
            if name not in bones or name in rows:
                raise KinesisError(f"'{path}', line {number}: '{name[:40]}' is unknown or listed twice.")
            rows[name] = len(ordered)
            bone = bones[name]
            ordered.append(Bone(name, rows[words[0]], bone.offset, bone.axis, bone.dof))
    return tuple(ordered)
