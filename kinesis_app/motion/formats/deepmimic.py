"""DeepMimic's humanoid3d motions (JSON): root pose and joint rotations of a fixed skeleton.

Peng et al. 2018, ACM Trans. Graph. 37(4):143. Skeleton offsets from the authors' humanoid3d
character; x forward, y up, z right; knees and elbows turn about z, flexion of the knee negative.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np

from kinesis_app.body.rotations import quat_from_axis_angle, quat_to_matrix
from kinesis_app.errors import KinesisError
from kinesis_app.motion.formats.raw import (
    NOTHING_GIVEN,
    Given,
    RawMotion,
    check_fps,
    check_frames,
    read_text,
    turned_up,
)

HIP, THIGH, SHANK = 0.084887, 0.421546, 0.409870
JOINTS: tuple[tuple[str, int, tuple[float, float, float], int], ...] = (
    ("root", -1, (0.0, 0.0, 0.0), 4),
    ("chest", 0, (0.0, 0.236151, 0.0), 4),
    ("neck", 1, (0.0, 0.223894, 0.0), 4),
    ("right_hip", 0, (0.0, 0.0, HIP), 4),
    ("right_knee", 3, (0.0, -THIGH, 0.0), 1),
    ("right_ankle", 4, (0.0, -SHANK, 0.0), 4),
    ("right_shoulder", 1, (-0.02405, 0.24350, 0.18311), 4),
    ("right_elbow", 6, (0.0, -0.274788, 0.0), 1),
    ("left_hip", 0, (0.0, 0.0, -HIP), 4),
    ("left_knee", 8, (0.0, -THIGH, 0.0), 1),
    ("left_ankle", 9, (0.0, -SHANK, 0.0), 4),
    ("left_shoulder", 1, (-0.02405, 0.24350, -0.18311), 4),
    ("left_elbow", 11, (0.0, -0.274788, 0.0), 1),
    ("right_toe", 5, (0.13, -0.045, 0.0), 0),
    ("left_toe", 10, (0.13, -0.045, 0.0), 0),
)
"""Name, parent, offset [m] and number of values; the toes mark the front of the rigid foot."""
WIDTH = 4 + sum(width for *_, width in JOINTS)


def read_deepmimic(path: Path, given: Given = NOTHING_GIVEN) -> RawMotion:
    """Read a humanoid3d motion file.

    Raises:
        KinesisError: If it is not JSON, or not frames of this humanoid.
    """
    frames = _frames(path)
    steps = frames[:, 0]
    positions, rotations = _pose(frames)
    turn = turned_up(given.up or "y")
    return RawMotion(
        name=path.stem,
        format="deepmimic",
        source=path.name,
        fps=check_fps(float(round(1.0 / np.median(steps[:-1]), 3)), path),
        joint_names=tuple(name for name, *_ in JOINTS),
        positions=positions @ turn.T,
        rotations=turn @ rotations,
        notes=("DeepMimic humanoid3d skeleton", f"up axis: {given.up or 'y'}", "one rigid segment per foot"),
    )


def _frames(path: Path) -> np.ndarray:
    try:
        content: Any = json.loads("\n".join(read_text(path)))
    except (json.JSONDecodeError, RecursionError) as error:
        raise KinesisError(f"'{path}' is not JSON: {str(error)[:120]}.") from None
    rows = content.get("Frames") if isinstance(content, dict) else None
    if not isinstance(rows, list):
        raise KinesisError(f"'{path}' is no DeepMimic motion: it has no list 'Frames'.")
    check_frames(len(rows), path)
    for number, row in enumerate(rows, 1):
        if not isinstance(row, list) or len(row) != WIDTH:
            found = len(row) if isinstance(row, list) else "no list"
            raise KinesisError(f"'{path}', frame {number}: {WIDTH} values expected, found {found}.")
        if not all(isinstance(value, (int, float)) and abs(value) < 1e6 for value in row):
            raise KinesisError(f"'{path}', frame {number}: every value must be a finite number.")
    frames = np.array(rows, dtype=float)
    if not (np.diff(np.sort(frames[:-1, 0]))[-1:] < 1e-3).all() or frames[0, 0] <= 0.0:
        raise KinesisError(f"'{path}': frame durations must be positive and equal.")
    return frames


def _pose(frames: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Forward kinematics, y up: positions [m] (T, J, 3) and rotations (T, J, 3, 3)."""
    n, column = len(frames), 4
    positions, rotations = np.empty((n, len(JOINTS), 3)), np.empty((n, len(JOINTS), 3, 3))
    for row, (_, parent, offset, width) in enumerate(JOINTS):
        values = frames[:, column : column + width]
        column += width
        turn = np.broadcast_to(np.eye(3), (n, 3, 3))
        if width == 4:
            norm = np.maximum(np.linalg.norm(values, axis=1, keepdims=True), 1e-9)
            turn = quat_to_matrix(values / norm)
        elif width == 1:
            turn = quat_to_matrix(quat_from_axis_angle(np.array([0.0, 0.0, 1.0]), values[:, 0]))
        if parent < 0:
            positions[:, row], rotations[:, row] = frames[:, 1:4], turn
        else:
            positions[:, row] = positions[:, parent] + rotations[:, parent] @ np.array(offset)
            rotations[:, row] = rotations[:, parent] @ turn
    return positions, rotations
