"""C3D: marker positions (and Plug-in Gait's joint angles) in the biomechanics exchange format.

The file is parsed by the ``c3d`` library, after its header has been checked against its size.
"""

from __future__ import annotations

import io
import struct
import warnings
from pathlib import Path

import c3d
import numpy as np

from kinesis_app.errors import KinesisError
from kinesis_app.motion.formats.raw import (
    MAX_VALUES,
    NOTHING_GIVEN,
    Given,
    RawMotion,
    check_fps,
    check_frames,
    judged_unit,
    read_bytes,
)
from kinesis_app.motion.formats.trc import MARKERS_SPAN, UNITS, marker_motion

BLOCK = 512
_DAMAGED = (
    ValueError, TypeError, KeyError, IndexError, AttributeError, AssertionError, ZeroDivisionError,
    OverflowError, EOFError, struct.error, UnicodeError, OSError, MemoryError,
)  # fmt: skip
"""What the library raises on damaged files."""
ANGLES = {
    "hip_flexion": ("HipAngles", 0), "hip_adduction": ("HipAngles", 1), "hip_rotation": ("HipAngles", 2),
    "knee_angle": ("KneeAngles", 0), "ankle_angle": ("AnkleAngles", 0),
}  # fmt: skip
"""Plug-in Gait's outputs [deg]: flexion, adduction, internal rotation and dorsiflexion positive, as here."""


def read_c3d(path: Path, given: Given = NOTHING_GIVEN) -> RawMotion:
    """Read markers; angles come along as ``coordinates`` where the file stores them for both legs.

    Raises:
        KinesisError: If the file is damaged or has no markers.
    """
    content = read_bytes(path)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            names, unit, fps, points = _parsed(content, path)
    except _DAMAGED as error:
        raise KinesisError(f"'{path}' is no readable C3D file: {str(error)[:120]}.") from None
    outputs = [name for name in names if name[1:].endswith(("Angles", "Moment", "Force", "Power", "GRF"))]
    markers = [i for i, name in enumerate(names) if name not in outputs]
    if not markers:
        raise KinesisError(f"'{path}' has no markers.")
    fps = check_fps(given.fps or fps, path)
    angles = _angles(names, points)
    metres, stated = _metres(unit, points[:, markers], given, path)
    notes = [f"{stated} at {fps:g} frames per second"]
    if angles:
        notes.append("joint angles of Plug-in Gait found: a preference where markers leave a choice")
    raw = marker_motion(
        path, "c3d", fps, [names[i] for i in markers], points[:, markers] * metres, given, notes
    )
    return RawMotion(
        raw.name, raw.format, raw.source, fps, raw.joint_names, raw.positions, None, angles, raw.notes
    )


def _metres(unit: str, points: np.ndarray, given: Given, path: Path) -> tuple[float, str]:
    """Metres per unit of the file, and what to tell; a unit that is missing is judged from (T, M, 3)."""
    if given.unit is not None or unit.lower() in UNITS:
        return given.unit or UNITS[unit.lower()], unit if given.unit is None else f"1 unit = {given.unit:g} m"
    if unit:
        raise KinesisError(f"'{path}': unit '{unit[:20]}' must be {', '.join(UNITS)}; or give --unit.")
    seen = points[np.isfinite(points).all(axis=2)]
    if not len(seen):
        raise KinesisError(f"'{path}' has no markers.")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)  # frames without any marker
        span = float(np.nanmax(np.nanmedian(np.nanmax(points, axis=1) - np.nanmin(points, axis=1), axis=0)))
    judged = judged_unit(max(span, 1e-9), MARKERS_SPAN, UNITS)
    return UNITS[judged], f"no unit in the file, {judged} judged from the body's size,"


def _parsed(content: bytes, path: Path) -> tuple[list[str], str, float, np.ndarray]:
    """Labels without subject prefix, unit, rate, points (T, M, 3) in that unit, nan where not seen."""
    if len(content) < 2 * BLOCK or content[1] != 0x50:
        raise KinesisError(f"'{path}' is no C3D file: its second byte must be 0x50.")
    reader = c3d.Reader(io.BytesIO(content))
    count, frames = int(reader.point_used), int(reader.last_frame) - int(reader.first_frame) + 1
    check_frames(frames, path)
    word = 4 if reader.point_scale < 0 else 2
    needed = frames * (4 * count + int(reader.analog_used) * int(reader.analog_per_frame)) * word
    if count < 1 or frames * count * 3 > MAX_VALUES:
        raise KinesisError(f"'{path}' announces {frames} frames of {count} points.")
    if needed > len(content):
        raise KinesisError(
            f"'{path}' announces {frames} frames in {needed} bytes but has {len(content)}; truncated?"
        )
    labels = [str(label).strip() for label in reader.point_labels][:count]
    if len(labels) < count:
        raise KinesisError(f"'{path}' names {len(labels)} of its {count} points.")
    points = np.full((frames, count, 3), np.nan)
    for row, (_, frame, _) in zip(range(frames), reader.read_frames(copy=False), strict=False):
        seen = (frame[:, 3] >= 0.0) & frame[:, :3].any(axis=1) & np.isfinite(frame[:, :3]).all(axis=1)
        points[row, seen] = frame[seen, :3]
    unit = reader.get("POINT:UNITS")
    names = [label.rsplit(":", 1)[-1] for label in labels]
    return names, unit.string_value.strip() if unit else "", float(reader.point_rate), points


def _angles(names: list[str], points: np.ndarray) -> dict[str, np.ndarray]:
    """Joint angles of both legs [rad] by coordinate name, or none if one is missing anywhere."""
    angles = {}
    for side in "rl":
        for coordinate, (output, axis) in ANGLES.items():
            label = f"{side.upper()}{output}"
            if label not in names or np.isnan(points[:, names.index(label), axis]).any():
                return {}
            angles[f"{coordinate}_{side}"] = np.deg2rad(points[:, names.index(label), axis])
    return angles
