"""Foot poses over time from footsteps: rolling in stance, a smooth path in swing."""

from __future__ import annotations

from dataclasses import dataclass, fields
from itertools import pairwise

import numpy as np

from kinesis_app.motion.dynamics import foot_spheres
from kinesis_app.motion.gait import norms
from kinesis_app.motion.gait.curves import MonotoneCurve
from kinesis_app.motion.gait.rolling import CALCN_TO_GROUND, foot_shape, roll_way, turn_about
from kinesis_app.motion.gait.sidesteps import edge_roll, passing
from kinesis_app.motion.gait.stances import STANDING_PHASE, Footsteps, Stance
from kinesis_app.motion.gait.swing import cleared, swing_path
from kinesis_app.motion.smooth_step import smooth_step

LONGEST_SWING = 120
"""No swing takes more frames."""
LANDING = 0.05
"""How long after foot strike the heel still glides, as a share of the swing's duration."""


@dataclass(frozen=True)
class FootTrack:
    """One foot over T frames.

    Attributes:
        pos: Origin of calcn in the world [m], shape (T, 3).
        rot: Orientation of calcn, shape (T, 3, 3).
        mtp: Toe joint angle, extension negative [rad], shape (T,).
        phase: Phase of the gait cycle that shapes the pose [1], shape (T,); runs back in backward walking.
        speed: Walking speed that shapes the pose, either way [m/s], shape (T,).
        stance: Whether the foot is planned on the floor, shape (T,).
        yaw: Direction of the footprint [rad], shape (T,).
        flat: calcn's origin on the ground of the flat foot of this or the next stance [m], (T, 2).
    """

    pos: np.ndarray
    rot: np.ndarray
    mtp: np.ndarray
    phase: np.ndarray
    speed: np.ndarray
    stance: np.ndarray
    yaw: np.ndarray
    flat: np.ndarray

    def since(self, row: int) -> FootTrack:
        """The track from a row on."""
        return FootTrack(*(getattr(self, f.name)[row:] for f in fields(self)))


LEAVING = 150
"""Frames before it leaves in which a foot at rest takes on the shape of the coming step."""


def foot_track(side: int, steps: Footsteps, frames: np.ndarray, clearance: float = 0.0) -> FootTrack:
    """Pose of the right (0) or left (1) foot at grid frames (consecutive).

    Walking backward is walking forward played back (Thorstensson 1986, Acta Physiol Scand 127:385).
    ``clearance`` [m] is added to the foot's height in mid swing.
    """
    wanted = len(frames)
    # A swing at the end needs the stance that follows it.
    frames = np.arange(frames[0], frames[-1] + 1 + LONGEST_SWING)
    stances = steps.stances[side]
    phase = _phase(steps.events[side], frames)
    signed = _shape_speed(stances, frames)
    speed = np.abs(signed)
    phase = np.where(signed < 0.0, norms.foot_off(speed) - phase, phase)
    edge = edge_roll(side, stances, steps.stances[1 - side], frames)
    shape, mtp = foot_shape(side, phase, speed, edge)
    yaw = _yaw(stances, frames)
    rot = turn_about(2, yaw) @ shape
    roll, height = roll_way(side, rot, mtp)
    pos = np.zeros((len(frames), 3))
    stance = np.zeros(len(frames), dtype=bool)
    first = int(frames[0])
    inside = [s for s in stances if s.off > first and s.land < frames[-1]]
    tracks = [_stance_track(side, s, roll, height, frames, phase) for s in inside]
    at_rest = [s.land for s in inside]
    for k in range(1, len(inside)):
        at_rest[k] += round(LANDING * (inside[k].land - inside[k - 1].off))
    flat = np.zeros((len(frames), 2))
    for s, rest, rolled in zip(inside, at_rest, tracks, strict=True):
        here = (frames >= rest) & (frames <= s.off)
        pos[here], stance[here] = rolled[here], True
        flat[frames >= s.land - 1] = flat_place(side, s)
    for k in range(len(inside) - 1):
        a, b = inside[k].off - first, min(at_rest[k + 1] - first, len(frames) - 2)
        pace = float(signed[(a + b) // 2])
        pos[a : b + 1] = swing_path(tracks[k], tracks[k + 1], a, b, pace, clearance)
        swing = pos[a : b + 1]
        swing[:, :2] += passing(side, swing[:, :2], inside[k], inside[k + 1], steps.stances[1 - side])
        swing[:, 2] = cleared(swing[:, 2], height[a : b + 1], pace)
    track = (pos, rot, mtp, phase, speed, stance, yaw, flat)
    return FootTrack(*(array[:wanted] for array in track))


def _phase(events: list[tuple[int, float]], frames: np.ndarray) -> np.ndarray:
    """Monotone phase through the events; grows by one at every foot strike."""
    knots: dict[int, float] = {}
    cycle = 0.0
    for k, (frame, value) in enumerate(events):
        cycle += 1.0 if value == 0.0 and k > 0 else 0.0
        knots[frame] = max(cycle + value, max(knots.values(), default=-1.0))
    if len(knots) == 1:
        return np.full(len(frames), next(iter(knots.values())))
    at = sorted(knots)
    curve = MonotoneCurve(np.array(at, dtype=float), np.clip(frames, at[0], at[-1]))
    return curve(np.array([knots[frame] for frame in at]))


def _shape_speed(stances: list[Stance], frames: np.ndarray) -> np.ndarray:
    """Speed that shapes the foot: changes from one step's to the next while the foot is flat."""
    speed = np.full(len(frames), stances[0].speed_in)
    for s in stances:
        if s.rest < s.off:  # none at all while it stands still
            still, leaving = _changing(frames, s.land, s.rest), _changing(frames, s.off - LEAVING, s.off)
            now = s.speed_in * (1.0 - still) + s.speed_out * leaving
        else:
            a, b = max(s.land, int(frames[0]) - 50), min(s.off, int(frames[-1]) + 50)
            now = s.speed_in + (s.speed_out - s.speed_in) * _changing(frames, a, b)
        speed = np.where(frames >= s.land, now, speed)
    return speed


def _changing(frames: np.ndarray, a: int, b: int) -> np.ndarray:
    """From 0 to 1 between a fifth and two fifths of the way from frame ``a`` to ``b``, (T,)."""
    return smooth_step((frames - a - 0.2 * (b - a)) / max(0.2 * (b - a), 1))


def _yaw(stances: list[Stance], frames: np.ndarray) -> np.ndarray:
    """Direction of the foot; turns during swing."""
    yaw = np.full(len(frames), stances[0].pose[2])
    for before, after in pairwise(stances):
        u = (frames - before.off) / (after.land - before.off)
        yaw = yaw + (after.pose[2] - before.pose[2]) * smooth_step(u)
    return yaw


def flat_place(side: int, stance: Stance) -> np.ndarray:
    """calcn's origin on the ground (2,) for a footprint, which is given under the ankle."""
    ankle = CALCN_TO_GROUND @ foot_spheres(side).ankle_offset
    return stance.pose[:2] - (turn_about(2, np.array(stance.pose[2])) @ ankle)[:2]


def _stance_track(
    side: int, stance: Stance, way: np.ndarray, height: np.ndarray, frames: np.ndarray, phase: np.ndarray
) -> np.ndarray:
    """calcn's origin (T, 3) when the foot rolls on this footprint; valid around the stance."""
    inside = np.flatnonzero((frames >= stance.land) & (frames <= stance.off))
    mid = inside[np.argmin(np.abs(np.mod(phase[inside], 1.0) - STANDING_PHASE))]
    return np.column_stack([way - way[mid] + flat_place(side, stance), height])
