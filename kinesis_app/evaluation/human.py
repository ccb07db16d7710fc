"""How people walk, as bands over the gait cycle: joint angles, ground reaction, EMG.

Sources in the heads of ``human/gait.csv`` and ``human/emg.csv``; mean joint angles in
:mod:`kinesis_app.motion.gait.norms`.
"""

from __future__ import annotations

import functools
from dataclasses import dataclass
from importlib import resources

import numpy as np

from kinesis_app.errors import KinesisError
from kinesis_app.motion.gait.norms import LEG_LENGTH, curve

ANGLES = ("hip", "knee", "ankle")
"""Thigh against the vertical, knee flexion, ankle dorsiflexion."""
FORCES = ("vertical", "fore-aft")
_SPEED_UNIT = float(np.sqrt(9.81 * LEG_LENGTH))


@dataclass(frozen=True)
class Band:
    """A mean curve and its spread between people, over the phase asked for."""

    mean: np.ndarray
    sd: np.ndarray


@dataclass(frozen=True)
class _Row:
    speed: float
    values: np.ndarray


def angle_band(name: str, phase: np.ndarray, speed: float) -> Band:
    """Of one of ``ANGLES`` [deg] at cycle fractions ``phase`` and a walking speed [m/s]."""
    spread = _at_speed(_gait()[name, "sd"], speed / _SPEED_UNIT)
    return Band(np.rad2deg(curve(name, phase, speed)), _periodic(phase, spread))


def force_band(name: str, phase: np.ndarray, speed: float) -> Band:
    """Of one of ``FORCES`` [body weights] at cycle fractions ``phase`` and a walking speed [m/s]."""
    mean, sd = (_at_speed(_gait()[name, s], speed / _SPEED_UNIT) for s in ("mean", "sd"))
    return Band(_periodic(phase, mean), _periodic(phase, sd))


def emg_band(source: str, muscle: str, phase: np.ndarray, speed: float) -> Band:
    """EMG envelope at cycle fractions ``phase``, any real numbers.

    Args:
        source: ``bovi`` (four speeds, adults) or ``perry`` (free speed; no spread, sd is 0).
        muscle: As people who record EMG say, such as ``soleus``; see :func:`emg_muscles`.
        phase: Since the foot strike of the same side.
        speed: Walking speed [m/s]; the nearest one where none was measured so fast or slow.
    """
    if muscle not in emg_muscles(source):
        raise KinesisError(f"No EMG of '{muscle}' by '{source}': {', '.join(emg_muscles(source))}.")
    mean = _at_speed(_emg()[source, muscle, "mean"], speed)
    sd = _emg().get((source, muscle, "sd"))
    spread = _at_speed(sd, speed) if sd is not None else np.zeros_like(mean)
    return Band(_periodic(phase, mean), _periodic(phase, spread))


def emg_muscles(source: str) -> tuple[str, ...]:
    """Muscles that a source of EMG has."""
    return tuple(muscle for s, muscle, statistic in _emg() if s == source and statistic == "mean")


def _at_speed(rows: list[_Row], speed: float) -> np.ndarray:
    """Curves at the measured speeds, linear between them, the nearest one beyond."""
    speeds = np.array([row.speed for row in rows])
    values = np.array([row.values for row in rows])
    return np.array([np.interp(speed, speeds, column) for column in values.T])


def _periodic(phase: np.ndarray, values: np.ndarray) -> np.ndarray:
    """A table from 0 to 100 % at any cycle fraction."""
    closed = np.concatenate([values[:-1], values[:1]])
    return np.interp(np.mod(phase, 1.0), np.linspace(0.0, 1.0, len(closed)), closed)


@functools.cache
def _gait() -> dict[tuple[str, str], list[_Row]]:
    out: dict[tuple[str, str], list[_Row]] = {}
    for signal, _unit, speed, statistic, *values in _lines("gait.csv"):
        out.setdefault((signal, statistic), []).append(_Row(float(speed), np.array(values, dtype=float)))
    return out


@functools.cache
def _emg() -> dict[tuple[str, str, str], list[_Row]]:
    out: dict[tuple[str, str, str], list[_Row]] = {}
    for source, muscle, speed, statistic, *values in _lines("emg.csv"):
        row = _Row(float(speed or 0.0), np.array(values, dtype=float))
        out.setdefault((source, muscle, statistic), []).append(row)
    return out


def _lines(name: str) -> list[list[str]]:
    text = (resources.files("kinesis_app.evaluation") / "human" / name).read_text(encoding="utf-8")
    return [line.split(",") for line in text.splitlines() if not line.startswith("#")][1:]
