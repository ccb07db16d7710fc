"""What the gait-cycle panel shows: mean cycles of both legs beside those of people at that speed."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from kinesis_app.evaluation.emg import DELAY, MUSCLES
from kinesis_app.evaluation.human import Band, angle_band, emg_band, force_band
from kinesis_app.evaluation.strides import POINTS, Strides, angle, cut_strides, pooled, steady
from kinesis_app.session.recording import Recording

PHASE = np.linspace(0.0, 1.0, POINTS)
_ANGLES = (("hip", "hip [deg]"), ("knee", "knee [deg]"), ("ankle", "ankle [deg]"))
_FORCES = (("vertical", "vertical GRF [BW]", 2), ("fore-aft", "fore-aft GRF [BW]", 0))
_EMG = ("soleus", "gastrocnemius", "tibialis anterior", "vastus medialis", "biceps femoris")
TITLES = (*(title for _, title in _ANGLES), *(title for _, title, _ in _FORCES), *_EMG)
"""Of the panels, in order."""


@dataclass(frozen=True)
class Cycle:
    """One panel; arrays over 101 points of the cycle.

    Attributes:
        title: One of ``TITLES``.
        human: Mean and standard deviation of people.
        right, left: Means of the legs; None without a stride.
    """

    title: str
    human: Band
    right: np.ndarray | None
    left: np.ndarray | None


@dataclass(frozen=True)
class GaitCycles:
    """All panels.

    Attributes:
        cycles: In the order of ``TITLES``.
        n_right, n_left: Strides averaged.
        speed: Their mean [m/s].
        duration: Their mean [s].
    """

    cycles: tuple[Cycle, ...]
    n_right: int
    n_left: int
    speed: float
    duration: float


def gait_cycles(recording: Recording) -> GaitCycles | None:
    """Cut a recording into strides; None if it holds no steady one."""
    right, left = (steady(cut_strides(recording, side)) for side in "rl")
    both = pooled([right, left])
    if not len(both):
        return None
    speed = float(both.speed.mean())
    cycles = (*_angles(right, left, speed), *_forces(right, left, speed), *_emg(right, left, both, speed))
    return GaitCycles(cycles, len(right), len(left), speed, float(both.duration.mean()))


def _angles(right: Strides, left: Strides, speed: float) -> list[Cycle]:
    def of(strides: Strides, name: str) -> np.ndarray:
        return strides.thigh if name == "hip" else angle(strides, f"{name}_angle")

    return [
        Cycle(title, angle_band(name, PHASE, speed), _mean(of(right, name)), _mean(of(left, name)))
        for name, title in _ANGLES
    ]


def _forces(right: Strides, left: Strides, speed: float) -> list[Cycle]:
    return [
        Cycle(title, force_band(name, PHASE, speed), _mean(right.grf[..., i]), _mean(left.grf[..., i]))
        for name, title, i in _FORCES
    ]


def _emg(right: Strides, left: Strides, both: Strides, speed: float) -> list[Cycle]:
    out = []
    for name in _EMG:
        muscles, bovi, _ = MUSCLES[name]
        rows = [both.muscles.index(muscle) for muscle in muscles]
        drive = [_mean(s.excitation[:, :, rows].mean(axis=2)) for s in (right, left)]
        # EMG comes before the excitation of a rigid tendon, and is known only as a share of its peak.
        phase = PHASE - DELAY / float(both.duration.mean())
        band = emg_band("bovi" if bovi else "perry", bovi or name, phase, speed)
        peak = max(float(d.max()) for d in drive if d is not None) / max(float(band.mean.max()), 1e-9)
        out.append(Cycle(name, Band(band.mean * peak, band.sd * peak), *drive))
    return out


def _mean(cycles: np.ndarray) -> np.ndarray | None:
    return cycles.mean(axis=0) if len(cycles) else None
