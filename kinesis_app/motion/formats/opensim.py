"""OpenSim coordinates (.mot, .sto): joint angles and pelvis translations over time.

Names are those of gait2392 and Rajagopal 2016, plain (``hip_flexion_r``) or as a state path
(``/jointset/hip_r/hip_flexion_r/value``). Speeds and other states in the file are left aside.
"""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np

from kinesis_app.errors import KinesisError
from kinesis_app.motion.formats.raw import (
    MAX_VALUES,
    NOTHING_GIVEN,
    Given,
    RawMotion,
    check_fps,
    check_frames,
    parse_floats,
    read_text,
)

TRANSLATIONS = ("pelvis_tx", "pelvis_ty", "pelvis_tz")
REQUIRED = (
    "pelvis_tilt", "pelvis_tx", "pelvis_ty",
    *(f"{joint}_{side}" for side in "rl" for joint in ("hip_flexion", "knee_angle", "ankle_angle")),
)  # fmt: skip
SIDEWAYS = ("pelvis_list", "pelvis_rotation", "pelvis_tz", "hip_adduction_r", "hip_adduction_l")
"""What planar models (gait10dof18musc) do without: zero if all of it is missing."""


def read_opensim(path: Path, given: Given = NOTHING_GIVEN) -> RawMotion:
    """Read a coordinates file.

    Raises:
        KinesisError: With the line or the column that is wrong.
    """
    lines = read_text(path)
    header, start = _header(lines, path)
    names = [_plain_name(word) for word in lines[start].split()]
    if names[0].lower() != "time":
        raise KinesisError(
            f"'{path}', line {start + 1}: the first column must be 'time', is '{names[0][:40]}'."
        )
    planar = _is_planar(names, path)
    values = _values(lines, start + 1, len(names), path)
    _check_rows(header, len(values), path)
    time = values[:, 0]
    fps = _frame_rate(time, path)
    degrees, units = _in_degrees(header, values, names)
    grid = time[0] + np.arange(len(time)) / fps
    coordinates = {}
    for column, name in enumerate(names[1:], 1):
        if name and name not in coordinates:
            series = np.interp(grid, time, values[:, column])
            if name in TRANSLATIONS:
                coordinates[name] = series * (given.unit or 1.0)
            else:
                coordinates[name] = np.deg2rad(series) if degrees else series
    notes = [units, f"{fps:g} frames per second from time"]
    if planar:
        coordinates |= {name: np.zeros(len(time)) for name in SIDEWAYS}
        notes.append("a planar model: nothing moves sideways")
    _check_angles(coordinates, degrees, path)
    return RawMotion(path.stem, "opensim", path.name, fps, coordinates=coordinates, notes=tuple(notes))


def _is_planar(names: list[str], path: Path) -> bool:
    """Whether all that moves sideways is missing; other gaps are refused."""
    planar = not any(name in names for name in SIDEWAYS)
    missing = [name for name in (*REQUIRED, *(() if planar else SIDEWAYS)) if name not in names]
    if len(missing) >= len(REQUIRED):
        raise KinesisError(
            f"'{path}' holds {_content(names)}, no motion; joint coordinates such as pelvis_tilt, "
            "hip_flexion_r, knee_angle_r are expected."
        )
    if missing:
        raise KinesisError(
            f"'{path}' has no coordinate '{missing[0]}' ({len(missing)} of {len(REQUIRED)} missing); "
            "expected gait2392 or Rajagopal names such as pelvis_tilt, hip_flexion_r, knee_angle_r."
        )
    return planar


def _header(lines: list[str], path: Path) -> tuple[dict[str, str], int]:
    """Header fields by lower-case key, and the row of the column names."""
    header: dict[str, str] = {}
    for row, line in enumerate(lines[:1000]):
        text = line.strip()
        if text.lower() == "endheader":
            names = next((i for i in range(row + 1, len(lines)) if lines[i].strip()), None)
            if names is None:
                raise KinesisError(f"'{path}', line {row + 1}: nothing follows 'endheader'.")
            return header, names
        key, _, value = text.partition("=")
        if value:
            header[key.strip().lower()] = value.strip()
    raise KinesisError(f"'{path}' is no OpenSim file: there is no line 'endheader'.")


def _in_degrees(header: dict[str, str], values: np.ndarray, names: list[str]) -> tuple[bool, str]:
    """Whether angles are in degrees, and what to tell; judged from the knees where the header is silent."""
    if "indegrees" in header:
        stated = header["indegrees"].lower() in ("yes", "true", "1")
        return stated, "angles in degrees (inDegrees=yes)" if stated else "angles in radians (inDegrees=no)"
    knees = values[:, [names.index(f"knee_angle_{side}") for side in "rl"]]
    degrees = bool(np.abs(knees).max() > np.pi)
    return degrees, f"angles in {'degrees' if degrees else 'radians'}: not stated, judged from the knees"


def _plain_name(word: str) -> str:
    """``/jointset/hip_r/hip_flexion_r/value`` -> ``hip_flexion_r``; other states -> empty."""
    if "/" not in word:
        return word
    parts = word.strip("/").split("/")
    return parts[-2] if parts[-1] == "value" and len(parts) > 1 else ""


def _content(names: list[str]) -> str:
    """What a file without any coordinate seems to hold."""
    for part, content in (("_moment", "joint moments"), ("_force_", "ground reaction forces")):
        if any(part in name for name in names):
            return content
    return f"'{', '.join(names[1:4])[:60]}, ...'"


def _values(lines: list[str], start: int, width: int, path: Path) -> np.ndarray:
    if (len(lines) - start) * width > MAX_VALUES:
        raise KinesisError(
            f"'{path}' has {len(lines) - start} rows of {width} columns, more than any recording."
        )
    rows = []
    for number, line in enumerate(lines[start:], start + 1):
        words = line.split()
        if not words:
            continue
        if len(words) != width:
            raise KinesisError(f"'{path}', line {number}: {width} columns expected, found {len(words)}.")
        rows.append(parse_floats(words, path, number))
    check_frames(len(rows), path)
    return np.array(rows)


def _check_rows(header: dict[str, str], n: int, path: Path) -> None:
    """A file shorter than its header says was cut off."""
    stated = header.get("nrows", "")
    if re.fullmatch(r"\d{1,9}", stated) and int(stated) != n:
        raise KinesisError(f"'{path}' has {n} rows but its header says nRows={stated}; truncated?")


def _frame_rate(time: np.ndarray, path: Path) -> float:
    steps = np.diff(time)
    if (steps <= 0.0).any():
        row = int(np.argmax(steps <= 0.0)) + 2
        raise KinesisError(
            f"'{path}', row {row}: time must increase, {time[row - 2]:g} is followed by {time[row - 1]:g}."
        )
    if steps.max() > 5.0 * np.median(steps) + 1e-3:
        row = int(np.argmax(steps)) + 2
        raise KinesisError(f"'{path}', row {row}: a gap of {steps.max():.3f} s in time.")
    fps = (len(time) - 1) / (time[-1] - time[0])
    return check_fps(float(round(fps, 3)), path)


def _check_angles(coordinates: dict[str, np.ndarray], degrees: bool, path: Path) -> None:
    """Catch degrees declared as radians and coordinates far from any body."""
    largest = max(float(np.abs(coordinates[f"knee_angle_{side}"]).max()) for side in "rl")
    if largest > np.pi:
        said = "degrees" if degrees else "radians (inDegrees=no)"
        raise KinesisError(
            f"'{path}': a knee angle of {np.rad2deg(largest):.0f} degrees; are they really {said}?"
        )
    for name in TRANSLATIONS:
        if np.abs(coordinates[name]).max() > 1000.0:
            raise KinesisError(
                f"'{path}': '{name}' reaches {np.abs(coordinates[name]).max():.0f} m; metres expected."
            )
