"""TRC: marker positions over time (Motion Analysis, OpenSim). Empty cells are gaps."""

from __future__ import annotations

from itertools import takewhile
from pathlib import Path

import numpy as np

from kinesis_app.errors import KinesisError
from kinesis_app.motion.formats.raw import (
    MAX_METRES,
    MAX_VALUES,
    NOTHING_GIVEN,
    Given,
    RawMotion,
    body_up,
    check_fps,
    check_frames,
    judged_up,
    parse_floats,
    read_text,
    turned_up,
)

UNITS = {"mm": 0.001, "cm": 0.01, "m": 1.0, "meters": 1.0, "inch": 0.0254}
MARKERS_SPAN = 1.5
"""Height from the lowest to the highest marker of an adult [m]."""


def read_trc(path: Path, given: Given = NOTHING_GIVEN) -> RawMotion:
    """Read a marker file; the up axis is the one along which the markers reach highest above zero.

    Raises:
        KinesisError: With the line that is wrong.
    """
    lines = read_text(path)
    if len(lines) < 6 or not lines[0].startswith("PathFileType"):
        raise KinesisError(f"'{path}' is no TRC file: its first line must begin with 'PathFileType'.")
    header = dict(zip(lines[1].split(), lines[2].split(), strict=False))
    missing = [key for key in ("DataRate", "Units") if key not in header]
    if missing:
        raise KinesisError(f"'{path}', line 3: the header has no value for {missing[0]}.")
    metres = UNITS.get(header["Units"].lower())
    if given.unit is None and metres is None:
        known = ", ".join(UNITS)
        raise KinesisError(
            f"'{path}', line 3: unit '{header['Units'][:20]}' must be {known}; or give --unit."
        )
    fps = check_fps(parse_floats([header["DataRate"]], path, 3)[0], path)
    names = [cell.strip() for cell in lines[3].split("\t")[2::3]]
    while names and not names[-1]:
        names.pop()
    if not names:
        raise KinesisError(f"'{path}', line 4: no marker names.")
    positions = _positions(lines, len(names), path) * (given.unit or metres or 1.0)
    notes = [f"{header['Units']} at {fps:g} frames per second"]
    stated = header.get("NumFrames", "")
    if stated.isdecimal() and stated[-9:].lstrip("0") != str(len(positions)):
        notes.append(f"the header announces {stated[:9]} frames, {len(positions)} are there")
    return marker_motion(path, "trc", fps, names, positions, given, notes)


def marker_motion(
    path: Path, kind: str, fps: float, names: list[str], positions: np.ndarray, given: Given, notes: list[str]
) -> RawMotion:
    """Markers [m] (T, M, 3), nan where not seen, in any axes, with the up axis turned to z."""
    used = [i for i in range(len(names)) if _near(positions[:, i]) and names[i] not in names[:i]]
    positions, names = positions[:, used], without_prefix([names[i] for i in used])
    if not names:
        raise KinesisError(
            f"'{path}': no markers within {MAX_METRES:g} m of the origin; are the units right?"
        )
    axis, guess = given.up, "given"
    if axis is None:
        by_name = body_up(tuple(names), positions, "xyz")
        axis, guess = by_name or judged_up(positions), "judged from the markers' height"
    gaps = float(np.isnan(positions[..., 0]).mean())
    notes += [
        f"up axis: {axis} ({guess})",
        f"{len(names)} markers, {100.0 * gaps:.1f} % of the samples empty",
    ]
    return RawMotion(
        path.stem, kind, path.name, fps, tuple(names), positions @ turned_up(axis).T, notes=tuple(notes)
    )


def _near(track: np.ndarray) -> bool:
    """Whether a track (T, 3) is a marker's: seen, and never where no laboratory reaches."""
    seen = track[np.isfinite(track).all(axis=1)]
    return bool(len(seen)) and float(np.abs(seen).max()) < MAX_METRES


def without_prefix(names: list[str]) -> list[str]:
    """Names without the subject's, which all have in front (``Anna_LASI``, ``Anna:LASI``)."""
    names = [name.rsplit(":", 1)[-1] for name in names]
    same = takewhile(lambda letters: len(set(letters)) == 1, zip(*names, strict=False))
    common = "".join(letters[0] for letters in same)
    end = max(common.rfind(separator) for separator in "_. ") + 1
    return [name[end:] for name in names] if len(names) > 3 else names


def _positions(lines: list[str], markers: int, path: Path) -> np.ndarray:
    """Marker positions in file units, shape (T, markers, 3), nan where a cell is empty."""
    rows = [(number, line) for number, line in enumerate(lines[5:], 6) if line.strip()]
    check_frames(len(rows), path)
    if len(rows) * markers * 3 > MAX_VALUES:
        raise KinesisError(f"'{path}' has {len(rows)} frames of {markers} markers, more than any recording.")
    values = np.full((len(rows), markers * 3), np.nan)
    for row, (number, line) in enumerate(rows):
        cells = [cell.strip() for cell in line.rstrip("\r\n").split("\t")]
        if len(cells) < 3 or any(cells[2 + 3 * markers :]):
            raise KinesisError(
                f"'{path}', line {number}: {2 + 3 * markers} columns expected, found {len(cells)}."
            )
        filled = [i for i, cell in enumerate(cells[2 : 2 + 3 * markers]) if cell and cell.lower() != "nan"]
        values[row, filled] = parse_floats([cells[2 + i] for i in filled], path, number)
    positions = values.reshape(len(rows), markers, 3)
    positions[np.isnan(positions).any(axis=2)] = np.nan
    if np.isnan(positions).all():
        raise KinesisError(f"'{path}' has no marker positions.")
    return positions
