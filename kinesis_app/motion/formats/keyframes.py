"""MuJoCo keyframes of MuJoCo MPC's humanoid tracking task: 16 body positions per key (``mpos``).

Order of the bodies as in the task's source (mjpc/tasks/humanoid/tracking), 30 keys per second.
"""

from __future__ import annotations

import xml.parsers.expat
from pathlib import Path

import numpy as np

from kinesis_app.errors import KinesisError
from kinesis_app.motion.formats.raw import (
    MAX_METRES,
    NOTHING_GIVEN,
    Given,
    RawMotion,
    check_fps,
    check_frames,
    parse_floats,
    read_bytes,
    turned_up,
)

BODIES = (
    "pelvis", "head", "ltoe", "rtoe", "lheel", "rheel", "lknee", "rknee", "lhand", "rhand", "lelbow",
    "relbow", "lshoulder", "rshoulder", "lhip", "rhip",
)  # fmt: skip
FPS = 30.0
KNEE_OUTSIDE = 0.045
"""The knee bodies sit on the outside of the knees, this far from their centres [m]."""


def read_keyframes(path: Path, given: Given = NOTHING_GIVEN) -> RawMotion:
    """Read the keys of an MJCF file as one motion.

    Raises:
        KinesisError: If it is no XML, declares entities, or its keys are others.
    """
    rows = _keys(path)
    check_frames(len(rows), path)
    positions = np.array(rows).reshape(-1, len(BODIES), 3) * (given.unit or 1.0)
    if np.abs(positions).max() > MAX_METRES:
        raise KinesisError(f"'{path}': a body is more than {MAX_METRES:g} m from the origin.")
    fps, up = check_fps(given.fps or FPS, path), given.up or "z"
    left = positions[:, BODIES.index("lhip")] - positions[:, BODIES.index("rhip")]
    left /= np.maximum(np.linalg.norm(left, axis=1, keepdims=True), 1e-6)
    positions[:, BODIES.index("rknee")] += KNEE_OUTSIDE * left
    positions[:, BODIES.index("lknee")] -= KNEE_OUTSIDE * left
    rate = f"given as {fps:g}" if given.fps else f"not in the file, {fps:g} assumed"
    notes = (
        "MuJoCo MPC's humanoid tracking bodies, by their number and order",
        f"knees moved {1e3 * KNEE_OUTSIDE:.0f} mm inward: the bodies sit outside the joints",
        f"frames per second: {rate}",
        f"up axis: {up} ({'given' if given.up else 'MuJoCo convention'})",
    )
    return RawMotion(
        path.stem, "mjcf keyframes", path.name, fps, BODIES, positions @ turned_up(up).T, notes=notes
    )


def _keys(path: Path) -> list[list[float]]:
    rows: list[list[float]] = []
    parser = xml.parsers.expat.ParserCreate()

    def refuse(*_: object) -> None:
        raise KinesisError(f"'{path}' declares a document type or entities, which motions do not need.")

    def start(tag: str, attributes: dict[str, str]) -> None:
        if tag == "key" and "mpos" in attributes:
            words = attributes["mpos"].split()
            if len(words) != 3 * len(BODIES):
                raise KinesisError(
                    f"'{path}', line {parser.CurrentLineNumber}: a key with {3 * len(BODIES)} numbers in "
                    f"'mpos' expected ({', '.join(BODIES)}), found {len(words)}."
                )
            rows.append(parse_floats(words, path, parser.CurrentLineNumber))

    parser.StartDoctypeDeclHandler = refuse
    parser.EntityDeclHandler = refuse
    parser.StartElementHandler = start
    try:
        parser.Parse(read_bytes(path), True)
    except xml.parsers.expat.ExpatError as error:
        raise KinesisError(f"'{path}' is no XML: {error}.") from None
    return rows
