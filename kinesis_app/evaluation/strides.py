"""Gait cycles: cut at foot strikes, brought to the same 101 points, averaged."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from kinesis_app.body.joints import LEG_JOINTS, SIDES, joint_angles
from kinesis_app.body.model import CTRL_DT, physics_model
from kinesis_app.body.muscles import muscle_table
from kinesis_app.body.rotations import heading
from kinesis_app.experiment.experiment import EARTH_GRAVITY
from kinesis_app.export.opensim import coordinates
from kinesis_app.session.recording import Recording, padded

POINTS = 101
"""Of a cycle, 0 to 100 %."""
STRIKE_FORCE = 20.0
"""Vertical force that begins and ends a stance [N]."""
SHORTEST, LONGEST = 0.4, 2.5
"""Stride times that belong to walking or running [s]."""
LEAST_PEAK = 0.4
"""Of the vertical force in a stance [body weights]; less is a foot that scuffs in its swing."""
SHORTEST_STANCE = 0.12
"""[s]; a toe that stubs the floor is shorter."""
STEADY = 0.15
"""Share by which the speed of a steady stride may differ from the median."""
_PER_STRIDE = (
    "start", "duration", "speed", "foot_off", "angles", "thigh", "grf", "excitation", "activation",
)  # fmt: skip


@dataclass(frozen=True)
class Strides:
    """n gait cycles of one leg, from its foot strike to its next; arrays over P = 101 points.

    Attributes:
        side: ``r`` or ``l``.
        start: Run time of each strike [s], shape (n,).
        duration: Stride time [s], shape (n,).
        speed: Mean speed of the pelvis over the ground [m/s], shape (n,).
        foot_off: End of stance as a share of the cycle, shape (n,); nan if the foot stayed down.
        angles: Joint angles of the leg in the order of ``LEG_JOINTS`` [deg], shape (n, P, 7).
        thigh: Thigh against the vertical in the sagittal plane, flexion + [deg], shape (n, P).
        grf: Ground reaction on the foot forward, to the left and up in the direction of travel
            [body weights], shape (n, P, 3).
        excitation, activation: Of the leg's muscles, shape (n, P, 40).
        muscles: Their names without side.
    """

    side: str
    start: np.ndarray
    duration: np.ndarray
    speed: np.ndarray
    foot_off: np.ndarray
    angles: np.ndarray
    thigh: np.ndarray
    grf: np.ndarray
    excitation: np.ndarray
    activation: np.ndarray
    muscles: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.start)


def cut_strides(recording: Recording, side: str) -> Strides:
    """All whole gait cycles of one leg in a recording; none is a valid answer.

    Cycles across a reset, or too short or long for walking, are left out. The excitation of an
    instant is the mean over the control step that led to it.
    """
    foot, rows = SIDES.index(side), _rows(side)
    qpos, grf, time = recording.series("qpos"), recording.series("grf"), recording.time
    weight = EARTH_GRAVITY * physics_model().body_mass.sum() * recording.snapshots[0].experiment.mass
    series = {
        "angles": np.rad2deg(joint_angles(qpos))[:, 7 * foot : 7 * foot + 7],
        "thigh": _thigh(qpos, foot),
        "excitation": _excitation(recording)[:, rows],
        "activation": recording.series("activation")[:, rows],
    }
    cycles = _cycles(foot_strikes(grf[:, foot, 2], time, weight), recording)
    phase = np.linspace(0.0, 1.0, POINTS)
    cut: dict[str, list[np.ndarray]] = {name: [] for name in (*series, "grf")}
    speeds, offs = [], []
    for begin, end in cycles:
        instants = begin + phase * (end - begin)
        for name, values in series.items():
            cut[name].append(_sampled(instants, time, values))
        travel = _sampled(instants, time, qpos[:, :3])
        cut["grf"].append(_sampled(instants, time, grf[:, foot]) @ _axes(travel, qpos, time, begin) / weight)
        speeds.append(np.linalg.norm(np.diff(travel[:, :2], axis=0), axis=1).sum() / (end - begin))
        offs.append(_foot_off(instants, time, grf[:, foot, 2]))
    n, table = len(cycles), muscle_table()
    shapes = {"angles": (7,), "thigh": (), "excitation": (40,), "activation": (40,), "grf": (3,)}
    return Strides(
        side=side,
        start=np.array([begin for begin, _ in cycles]) + recording.snapshots[0].run_time,
        duration=np.array([end - begin for begin, end in cycles]),
        speed=np.array(speeds),
        foot_off=np.array(offs),
        muscles=tuple(table.names[row][:-2] for row in rows),
        **{name: np.array(v).reshape(n, POINTS, *shapes[name]) for name, v in cut.items()},
    )


def pooled(strides: Sequence[Strides]) -> Strides:
    """Strides of both legs as one set; the side is then ``rl``."""
    arrays = {name: np.concatenate([getattr(s, name) for s in strides]) for name in _PER_STRIDE}
    return Strides(side="".join(s.side for s in strides), muscles=strides[0].muscles, **arrays)


def foot_strikes(force: np.ndarray, time: np.ndarray, weight: float) -> np.ndarray:
    """Times at which stances begin [s]: the vertical force rises through 20 N, between samples.

    Args:
        force: Vertical, on one foot [N], shape (T,).
        time: Of the samples [s], shape (T,).
        weight: Of the body [N]; a stance carries at least 40 % of it at its peak.
    """
    loaded = force >= STRIKE_FORCE
    begins = np.flatnonzero(~loaded[:-1] & loaded[1:])
    ends = np.append(np.flatnonzero(loaded[:-1] & ~loaded[1:]) + 1, len(force))
    rows = np.array([int(row) for row in begins if _is_stance(force, time, int(row), ends, weight)], np.int64)
    share = (STRIKE_FORCE - force[rows]) / (force[rows + 1] - force[rows])
    return time[rows] + share * (time[rows + 1] - time[rows])


def _is_stance(force: np.ndarray, time: np.ndarray, row: int, ends: np.ndarray, weight: float) -> bool:
    end = int(ends[ends > row][0])
    lasts = end == len(force) or time[end] - time[row] >= SHORTEST_STANCE
    return bool(lasts and force[row:end].max() > LEAST_PEAK * weight)


def steady(strides: Strides) -> Strides:
    """Only the strides at about the median speed: no start, no stop."""
    keep = np.abs(strides.speed / np.median(strides.speed) - 1.0) < STEADY if len(strides) else []
    rows = np.flatnonzero(keep)
    return replace(strides, **{name: getattr(strides, name)[rows] for name in _PER_STRIDE})


def angle(strides: Strides, name: str) -> np.ndarray:
    """Cycles of a joint by its name, such as ``knee_angle`` [deg], shape (n, P)."""
    return strides.angles[:, :, LEG_JOINTS.index(name)]


def _cycles(strikes: np.ndarray, recording: Recording) -> list[tuple[float, float]]:
    jumps = recording.time[np.flatnonzero(np.diff(recording.series("step")) != 1) + 1]
    return [
        (float(a), float(b))
        for a, b in itertools.pairwise(strikes)
        if SHORTEST <= b - a <= LONGEST and not ((jumps > a) & (jumps <= b + CTRL_DT)).any()
    ]


def _rows(side: str) -> list[int]:
    return [i for i, other in enumerate(muscle_table().side) if other == side]


def _thigh(qpos: np.ndarray, foot: int) -> np.ndarray:
    tilt = coordinates(qpos)[:, 0]  # OpenSim's pelvis_tilt: backward positive
    return np.rad2deg(joint_angles(qpos)[:, 7 * foot] + tilt)


def _excitation(recording: Recording) -> np.ndarray:
    steps = np.array([padded(e).mean(axis=0) for e in recording.excitations])
    steps = np.nan_to_num(steps) if len(steps) else np.zeros((0, len(muscle_table().names)))
    return np.concatenate([recording.series("excitation")[:1], steps])


def _sampled(instants: np.ndarray, time: np.ndarray, values: np.ndarray) -> np.ndarray:
    """``values`` (T, ...) at ``instants`` (P,), linear between samples."""
    flat = values.reshape(len(values), -1)
    out = np.stack([np.interp(instants, time, column) for column in flat.T], axis=1)
    return out.reshape(len(instants), *values.shape[1:])


def _axes(travel: np.ndarray, qpos: np.ndarray, time: np.ndarray, begin: float) -> np.ndarray:
    """Columns forward, left, up of the direction of travel; of the pelvis where it stays in place."""
    way = travel[-1, :2] - travel[0, :2]
    angle = np.arctan2(way[1], way[0])
    if np.linalg.norm(way) < 0.2:
        angle = float(heading(qpos[int(np.searchsorted(time, begin)) - 1, 3:7]))
    c, s = np.cos(angle), np.sin(angle)
    return np.array([[c, -s, 0.0], [s, c, 0.0], [0.0, 0.0, 1.0]])


def _foot_off(instants: np.ndarray, time: np.ndarray, force: np.ndarray) -> float:
    up = np.interp(instants, time, force) < STRIKE_FORCE
    up[: POINTS // 3] = False  # a bounce at the strike is no end of stance
    return float(np.argmax(up)) / (POINTS - 1) if up.any() else float("nan")
