"""Marker tracks made whole: exchanged labels put right, spikes and short gaps bridged."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from scipy.interpolate import CubicSpline

from kinesis_app.errors import KinesisError
from kinesis_app.motion.formats.raw import RawMotion
from kinesis_app.motion.intervals import intervals

LONGEST_GAP = 0.2
"""Gaps up to this are bridged by a spline [s]."""
FASTEST = 15.0
"""No marker on a leg moves faster [m/s]; a sprinter's toes reach about 20 for some frames only."""
RETURN = 9.0
"""A marker that was astray is back where it may have moved to at this speed [m/s]."""
SLACK = 0.03
"""Noise allowed on top of that distance [m]."""
SMALLEST_EXCHANGE, CLEARLY = 0.04, 3.0
"""Exchanged labels jump by more than the first [m], and by so many times more than put right."""


def whole(raw: RawMotion, used: Sequence[int], notes: list[str]) -> RawMotion:
    """The recording with complete tracks of the ``used`` markers.

    Raises:
        KinesisError: With the frames that cannot be bridged.
    """
    positions = raw.positions.copy()
    _exchange_back(positions, used, raw, notes)
    _remove_spikes(positions, used, raw, notes)
    return _bridged(replace(raw, positions=positions), used, notes)


def _jumps(track: np.ndarray, fps: float) -> np.ndarray:
    """Frames at which a track (T, 3) is further from the frame before than any marker moves."""
    step = np.linalg.norm(np.diff(track, axis=0), axis=1)
    return np.flatnonzero(step > FASTEST / fps + SLACK) + 1


def _exchange_back(positions: np.ndarray, used: Sequence[int], raw: RawMotion, notes: list[str]) -> None:
    """Undo, in place, exchanges of two labels in the middle of a recording.

    Both tracks jump, and together they move far less if their labels are exchanged.
    """
    columns = np.asarray(used)
    steps = np.linalg.norm(np.diff(positions[:, columns], axis=0), axis=2)
    for t in (np.flatnonzero((steps > SMALLEST_EXCHANGE).sum(axis=1) > 1) + 1).tolist():
        now, before = positions[t], positions[t - 1]
        jumping = columns[np.linalg.norm(now[columns] - before[columns], axis=1) > SMALLEST_EXCHANGE]
        for a, b in itertools.combinations(jumping.tolist(), 2):
            kept = np.linalg.norm(now[a] - before[a]) + np.linalg.norm(now[b] - before[b])
            exchanged = np.linalg.norm(now[a] - before[b]) + np.linalg.norm(now[b] - before[a])
            if kept > CLEARLY * exchanged:
                positions[t:, [a, b]] = positions[t:, [b, a]]
                notes.append(
                    f"'{raw.joint_names[a]}' and '{raw.joint_names[b]}' exchanged from frame {t + 1}"
                )
                break


def _remove_spikes(positions: np.ndarray, used: Sequence[int], raw: RawMotion, notes: list[str]) -> None:
    """Take out, in place, frames in which a marker is briefly somewhere else."""
    longest = int(LONGEST_GAP * raw.fps)
    for column in used:
        track = positions[:, column]
        for t in _jumps(track, raw.fps).tolist():
            if np.isnan(track[t - 1 : t + 1]).any():
                continue
            ahead = np.arange(t + 1, min(t + 1 + longest, len(track)))
            away = np.linalg.norm(track[ahead] - track[t - 1], axis=1)
            back = ahead[away < RETURN / raw.fps * (ahead - t + 1) + SLACK]
            if not len(back):
                raise KinesisError(
                    f"'{raw.source}': marker '{raw.joint_names[column]}' jumps by "
                    f"{np.linalg.norm(track[t] - track[t - 1]):.2f} m at frame {t + 1} and stays there."
                )
            track[t : back[0]] = np.nan
            notes.append(f"'{raw.joint_names[column]}' is astray in frames {t + 1} to {back[0]}: bridged")


def _bridged(raw: RawMotion, used: Sequence[int], notes: list[str]) -> RawMotion:
    """Without gaps: short ones are filled, and the ends where markers are missing cut off."""
    present = np.isfinite(raw.positions[:, used, 0])
    complete = np.flatnonzero(present.all(axis=1))
    if len(complete) < 4:
        raise KinesisError(f"'{raw.source}': the markers of pelvis and legs are never all visible together.")
    first, last = int(complete[0]), int(complete[-1]) + 1
    positions = raw.positions[first:last].copy()
    coordinates = {name: series[first:last] for name, series in raw.coordinates.items()}
    filled = 0
    for column in used:
        missing = np.isnan(positions[:, column, 0])
        for start, stop in intervals(missing):
            if stop - start > LONGEST_GAP * raw.fps:
                raise KinesisError(
                    f"'{raw.source}': marker '{raw.joint_names[column]}' is missing in frames "
                    f"{first + start + 1} to {first + stop}, more than {LONGEST_GAP:g} s."
                )
        if missing.any():
            known = np.flatnonzero(~missing)
            positions[missing, column] = CubicSpline(known, positions[known, column])(np.flatnonzero(missing))
            filled += int(missing.sum())
    if filled:
        notes.append(f"{filled} empty marker samples bridged")
    if (first, last) != (0, raw.n_frames):
        notes.append(f"frames {first + 1} to {last} used, where pelvis and legs are visible")
    return replace(raw, positions=positions, coordinates=coordinates)
