"""Foot poses over time from footsteps: rolling stance without slip, and swing.

The foot's pitch is the sum of the human leg curves; it is flat in mid stance by itself. In
stance the foot rolls over heel, ball and toes: the point that touches the floor does not
slide, and the lowest point stays on the floor. Swing is a quintic from foot off to foot
strike that meets position, velocity and acceleration at both ends, plus a bump.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from scipy.interpolate import PchipInterpolator

from kinesis_app.motion.dynamics import foot_spheres
from kinesis_app.motion.gait import norms
from kinesis_app.motion.gait.plan import GRID_FPS, LONG, STANDING_PHASE, Footsteps, Stance

FLAT_ZONE = np.radians(1.2)
"""Pitch that counts as flat in stance [rad]."""
TOE_OUT = np.radians(6.0)
"""Foot progression angle (Schwartz 2008: 5-8 degrees in stance)."""
MTP_LIMIT = np.radians(25.0)
"""Largest toe extension in push-off; the joint's own limit is 30 degrees [rad]."""
TOES_FLAT_SHARE = 0.4
"""How far the foot inverts with its oblique toe joint: 1 keeps the whole toe row on the floor."""
SINK = 0.0012
"""Depth of the contact spheres in the floor [m]: what half the weight needs with soft contacts."""
BLEND = 0.0015
"""Height over which neighbouring contact spheres share the rolling [m]."""
CLEARANCE = 0.012
"""Least height of the foot over the floor in mid swing [m]."""
LONGEST_SWING = 120
"""No swing takes more frames."""
LANDING = 0.05
"""How long after foot strike the heel still glides, as a share of the swing's duration."""
SWING_AHEAD = np.array(
    [
        [0.3458, -0.3264, 0.6281, -0.8255, 0.8559],
        [-0.5798, 0.4117, -0.9093, 1.2927, -1.1812],
        [0.1648, -0.1755, 0.35, -0.4701, 0.1552],
    ]
)
SWING_UP = np.array(
    [
        [0.0197, 0.0262, 0.0422, -0.112, 0.2878],
        [-0.0542, -0.1034, 0.0265, 0.3842, -0.0819],
        [0.0296, 0.0206, -0.0171, -0.1413, 0.0837],
    ]
)
"""Bumps of the swing path, forward and up [m]: rows 1, v, v^2 of the speed v [m/s], columns the
powers of 2u - 1 over swing time u. Fitted to the ankle's path under the human leg curves."""
SWING_SPEEDS = (0.4, 1.9)
"""Speeds for which the bumps hold [m/s]."""
MTP_AXIS = (0.58095419, -0.81393626)
"""Forward and rightward part of the toe joint's axis, right foot."""


@dataclass(frozen=True)
class FootTrack:
    """One foot over T frames.

    Attributes:
        pos: Origin of calcn in the world [m], shape (T, 3).
        rot: Orientation of calcn, shape (T, 3, 3).
        mtp: Toe joint angle, extension negative [rad], shape (T,).
        phase: Phase of the gait cycle [1], shape (T,).
        speed: Walking speed that shapes the pose [m/s], shape (T,).
        stance: Whether the foot is planned on the floor, shape (T,).
        yaw: Walking direction of the footprint [rad], shape (T,).
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


def _turn(axis: int, angle: np.ndarray) -> np.ndarray:
    """Rotation matrices (T, 3, 3) about a coordinate axis."""
    c, s = np.cos(angle), np.sin(angle)
    i, j = (axis + 1) % 3, (axis + 2) % 3
    m = np.zeros((*np.shape(angle), 3, 3))
    m[..., axis, axis] = 1.0
    m[..., i, i], m[..., j, j], m[..., i, j], m[..., j, i] = c, c, -s, s
    return m


_CALCN_TO_GROUND = np.array([[1.0, 0.0, 0.0], [0.0, 0.0, -1.0], [0.0, 1.0, 0.0]])
"""calcn's axes (forward, up, right) in the ground frame (forward, left, up)."""


def toe_rotation(side: int, rot: np.ndarray, mtp: np.ndarray) -> np.ndarray:
    """Orientation of toes (T, 3, 3) for that of calcn and the toe angle (T,)."""
    x, z = (1.0 - 2.0 * side) * MTP_AXIS[0], MTP_AXIS[1]
    k = np.array([[0.0, -z, 0.0], [z, 0.0, -x], [0.0, x, 0.0]])
    s, c = np.sin(mtp)[:, None, None], np.cos(mtp)[:, None, None]
    return rot @ (np.eye(3) + s * k + (1.0 - c) * (k @ k))


def sphere_centres(side: int, rot: np.ndarray, toes: np.ndarray) -> np.ndarray:
    """Contact spheres relative to calcn's origin for orientations of calcn and toes: (T, 8, 3)."""
    spheres = foot_spheres(side)
    calcn_part = np.where(spheres.on_toes[:, None], spheres.toe_offset, spheres.pos)
    toe_part = np.where(spheres.on_toes[:, None], spheres.pos, 0.0)
    return calcn_part @ np.swapaxes(rot, 1, 2) + toe_part @ np.swapaxes(toes, 1, 2)


def foot_shape(side: int, phase: np.ndarray, speed: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Orientation of calcn in its footprint's frame (T, 3, 3) and toe angle (T,)."""
    scale = np.clip(speed / norms.SLOWEST, 0.0, 1.0)
    pitch = scale * _flattened(norms.foot_pitch(phase, speed), phase)
    off = norms.foot_off(speed)
    raised = np.maximum(-pitch, 0.0) / 0.81
    extension = MTP_LIMIT * np.tanh(raised / MTP_LIMIT)
    cycle = np.mod(phase, 1.0)
    extension = extension * (1.0 - smooth_step((cycle - off) / 0.2))
    roll = (1.0 - 2.0 * side) * MTP_AXIS[0] * TOES_FLAT_SHARE * extension
    return _CALCN_TO_GROUND @ _turn(2, pitch) @ _turn(0, roll), -extension


def smooth_step(u: np.ndarray) -> np.ndarray:
    """Quintic step from 0 to 1 with flat ends."""
    u = np.clip(u, 0.0, 1.0)
    return u**3 * (10.0 + u * (6.0 * u - 15.0))


def _flattened(pitch: np.ndarray, phase: np.ndarray) -> np.ndarray:
    """Foot pitch without its last degree in stance, so that the foot lies flat in mid stance."""
    cycle = np.mod(phase + 0.2, 1.0) - 0.2
    stance = smooth_step((cycle + 0.1) / 0.1) * (1.0 - smooth_step((cycle - 0.5) / 0.2))
    flat = pitch - FLAT_ZONE * np.tanh(pitch / FLAT_ZONE)
    away = smooth_step(np.abs(cycle - STANDING_PHASE) / 0.1)
    return pitch + stance * (flat * away - pitch)


def foot_track(side: int, steps: Footsteps, frames: np.ndarray) -> FootTrack:
    """Pose of the right (0) or left (1) foot at grid frames (consecutive)."""
    wanted = len(frames)
    # A swing at the end needs the stance that follows it.
    frames = np.arange(frames[0], frames[-1] + 1 + LONGEST_SWING)
    stances = steps.stances[side]
    phase = _phase(steps.events[side], frames)
    speed = _shape_speed(stances, frames)
    shape, mtp = foot_shape(side, phase, speed)
    yaw = _yaw(stances, frames)
    rot = _turn(2, yaw + (TOE_OUT if side else -TOE_OUT)) @ shape
    roll, height = _rolling(side, rot, mtp)
    pos = np.zeros((len(frames), 3))
    stance = np.zeros(len(frames), dtype=bool)
    first = int(frames[0])
    inside = [s for s in stances if s.off > first and s.land < frames[-1]]
    tracks = [_stance_track(side, s, roll, height, frames, phase) for s in inside]
    at_rest = [s.land for s in inside]
    for k in range(1, len(inside)):
        at_rest[k] += round(LANDING * (inside[k].land - inside[k - 1].off))
    flat = np.zeros((len(frames), 2))
    for s, rest, track in zip(inside, at_rest, tracks, strict=True):
        here = (frames >= rest) & (frames <= s.off)
        pos[here], stance[here] = track[here], True
        flat[frames >= s.land - 1] = _flat_place(side, s)
    for k in range(len(inside) - 1):
        a, b = inside[k].off - first, min(at_rest[k + 1] - first, len(frames) - 2)
        pos[a : b + 1] = _swing(tracks[k], tracks[k + 1], a, b, speed[(a + b) // 2])
        pos[a : b + 1, 2] = _cleared(pos[a : b + 1, 2], height[a : b + 1])
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
    t = np.array(sorted(knots))
    curve = PchipInterpolator(t, [knots[i] for i in t])
    return curve(np.clip(frames, t[0], t[-1]))


def _shape_speed(stances: list[Stance], frames: np.ndarray) -> np.ndarray:
    """Speed that shapes the foot: changes from one step's to the next while the foot is flat."""
    speed = np.full(len(frames), stances[0].speed_in)
    for s in stances:
        a, b = max(s.land, int(frames[0]) - 50), min(s.off, int(frames[-1]) + 50)
        u = (frames - a - 0.2 * (b - a)) / max(0.2 * (b - a), 1)
        speed = np.where(frames >= s.land, s.speed_in + (s.speed_out - s.speed_in) * smooth_step(u), speed)
    return speed


def _yaw(stances: list[Stance], frames: np.ndarray) -> np.ndarray:
    """Direction of the footprint; turns during swing."""
    yaw = np.full(len(frames), stances[0].pose[2])
    for before, after in pairwise(stances):
        u = (frames - before.off) / (after.land - before.off)
        yaw = yaw + (after.pose[2] - before.pose[2]) * smooth_step(u)
    return yaw


def _rolling(side: int, rot: np.ndarray, mtp: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Way of calcn's origin when the foot rolls without slip.

    Returns:
        Horizontal way up to a constant [m], shape (T, 2), and height [m], shape (T,).
    """
    spheres = foot_spheres(side)
    toes = toe_rotation(side, rot, mtp)
    centres = sphere_centres(side, rot, toes)
    bottom = centres[..., 2] - spheres.radius
    low = bottom.min(axis=1)
    weight = np.exp(-(bottom - low[:, None]) / BLEND)
    total = weight.sum(axis=1)
    height = -(low - BLEND * np.log(total / 3.0)) - SINK
    weight /= total[:, None]
    # The touching point of sphere i moves with the foot: v + d(centre)/dt - radius * (omega x z) = 0.
    rate = np.gradient(centres, axis=0)[..., :2]
    omega = np.where(spheres.on_toes[:, None], _angular_rate(toes)[:, None], _angular_rate(rot)[:, None])
    rate = rate - spheres.radius[:, None] * np.stack([omega[..., 1], -omega[..., 0]], -1)
    velocity = -np.einsum("tp,tpi->ti", weight, rate)
    way = np.concatenate([np.zeros((1, 2)), np.cumsum(0.5 * (velocity[1:] + velocity[:-1]), axis=0)])
    return way, height


def _angular_rate(rot: np.ndarray) -> np.ndarray:
    """Angular velocity in the world [rad/frame], shape (T, 3)."""
    spin = np.einsum("tij,tkj->tik", np.gradient(rot, axis=0), rot)
    return np.stack([spin[:, 2, 1], spin[:, 0, 2], spin[:, 1, 0]], axis=1)


def _flat_place(side: int, stance: Stance) -> np.ndarray:
    """calcn's origin on the ground (2,) for a footprint, which is given under the ankle."""
    ankle = _CALCN_TO_GROUND @ foot_spheres(side).ankle_offset
    yaw = stance.pose[2] + (TOE_OUT if side else -TOE_OUT)
    return stance.pose[:2] - (_turn(2, np.array(yaw)) @ ankle)[:2]


def _stance_track(
    side: int, stance: Stance, way: np.ndarray, height: np.ndarray, frames: np.ndarray, phase: np.ndarray
) -> np.ndarray:
    """calcn's origin (T, 3) when the foot rolls on this footprint; valid around the stance."""
    inside = np.flatnonzero((frames >= stance.land) & (frames <= stance.off))
    mid = inside[np.argmin(np.abs(np.mod(phase[inside], 1.0) - STANDING_PHASE))]
    return np.column_stack([way - way[mid] + _flat_place(side, stance), height])


def _swing(before: np.ndarray, after: np.ndarray, a: int, b: int, speed: float) -> np.ndarray:
    """Quintic from frame a of one track to frame b of the next, with a clearance bump; (b-a+1, 3)."""
    n = b - a
    u = np.arange(n + 1)[:, None] / n
    lo = [
        before[a],
        0.5 * (before[a + 1] - before[a - 1]) * n,
        (before[a + 1] - 2 * before[a] + before[a - 1]) * n * n,
    ]
    hi = [
        after[b],
        0.5 * (after[b + 1] - after[b - 1]) * n,
        (after[b + 1] - 2 * after[b] + after[b - 1]) * n * n,
    ]
    path = _quintic(u, lo, hi)
    bump = 64.0 * (u[:, 0] * (1.0 - u[:, 0])) ** 3
    bump = bump[:, None] * (2.0 * u - 1.0) ** np.arange(5)
    powers = np.clip(speed, *SWING_SPEEDS) ** np.arange(3)
    ahead = hi[0][:2] - lo[0][:2]
    usual = 1.9 * norms.step_length(max(speed, 0.1))
    path[:, :2] += np.outer(bump @ (powers @ SWING_AHEAD), ahead / usual)
    path[:, 2] += bump @ (powers @ SWING_UP)
    return path


def _cleared(path: np.ndarray, floor: np.ndarray) -> np.ndarray:
    """Height of calcn in swing [m] (n,), kept above the height ``floor`` at which the foot touches."""
    u = np.linspace(0.0, 1.0, len(path))
    window = smooth_step(u / 0.3) * smooth_step((1.0 - u) / 0.3)
    clearance, wanted = path - floor, CLEARANCE * window
    # A smooth maximum of the two; exact at both ends.
    return floor + 0.5 * (
        clearance + wanted + np.sqrt((clearance - wanted) ** 2 + (0.5 * CLEARANCE * window) ** 2)
    )


def _quintic(u: np.ndarray, lo: list[np.ndarray], hi: list[np.ndarray]) -> np.ndarray:
    """Quintic Hermite polynomial: position, velocity, acceleration at u = 0 and 1."""
    d = hi[0] - lo[0] - lo[1] - 0.5 * lo[2]
    e = hi[1] - lo[1] - lo[2]
    f = hi[2] - lo[2]
    c3, c4, c5 = 10 * d - 4 * e + 0.5 * f, -15 * d + 7 * e - f, 6 * d - 3 * e + 0.5 * f
    return lo[0] + u * (lo[1] + u * (0.5 * lo[2] + u * (c3 + u * (c4 + u * c5))))


__all__ = ["GRID_FPS", "LONG", "FootTrack", "foot_track"]
