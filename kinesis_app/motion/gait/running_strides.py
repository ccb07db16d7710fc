"""When and where the feet of a runner touch the ground, and their poses over time."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from kinesis_app.body.joints import JOINT_NAMES, compose_qpos
from kinesis_app.body.kinematics import BODIES, forward
from kinesis_app.body.rotations import quat_from_axis_angle, quat_mul, upright_quat
from kinesis_app.motion.balance import NormalEquations
from kinesis_app.motion.gait import running_norms as norms
from kinesis_app.motion.gait.rolling import CALCN_TO_GROUND, MTP_AXIS, MTP_LIMIT, roll_way, turn_about
from kinesis_app.motion.smooth_step import smooth_step

STEP_WIDTH = 0.07
"""Distance of the two feet's tracks [m]; runners' feet land nearly on one line."""
TOE_OUT = np.radians(5.0)
"""Foot progression angle."""
FLAT = 0.3
"""Share of stance at which the foot lies flat and the footprint is placed."""
LEAN = np.radians(4.0)
"""Forward lean of the trunk (Novacheck 1998: 3 to 7 degrees)."""
AHEAD = 0.05
"""How far the feet stand ahead of the mean curves' place [m], as the balance of this body asks."""
CLEARANCE = 0.02
"""Least height of the sole in mid swing [m]."""
HASTE = 4.5
"""Time over which a swing takes up and gives back the speed of the stances [frames]."""
TOES_FLAT_SHARE = 0.4
"""How far the foot inverts with its oblique toe joint in push-off."""


@dataclass(frozen=True)
class Strides:
    """Contacts of a run.

    Attributes:
        strike: Times of foot strike [s] of the right and left foot, in order.
        off: Times of the matching toe-off [s].
    """

    strike: tuple[np.ndarray, np.ndarray]
    off: tuple[np.ndarray, np.ndarray]

    def place(self, side: int, time: np.ndarray) -> np.ndarray:
        """Place in the cycle (T,): 2 k + [0, 1] in the k-th stance, 2 k + [1, 2] in the swing after it."""
        strike, off = self.strike[side], self.off[side]
        knots = np.stack([strike, off], axis=1).ravel()
        u = np.interp(time, knots, np.arange(len(knots), dtype=float))
        step = knots[1] - knots[0], knots[-1] - knots[-2]
        u = np.where(time < knots[0], (time - knots[0]) / step[0], u)
        return np.where(time > knots[-1], len(knots) - 1.0 + (time - knots[-1]) / step[1], u)


def plan_strides(time: np.ndarray, speed: np.ndarray, first: int) -> Strides:
    """Strikes and toe-offs at the cadence and contact time of the speed (T,) over time (T,) [s]."""
    strike: tuple[list[float], list[float]] = ([], [])
    off: tuple[list[float], list[float]] = ([], [])
    now, side = float(time[0]), first
    while now < time[-1]:
        v = float(np.interp(now + 0.15, time, speed))
        strike[side].append(now)
        off[side].append(now + float(norms.contact_time(v)))
        now += 1.0 / float(norms.cadence(v))
        side = 1 - side
    return Strides(*((np.array(a), np.array(b)) for a, b in (strike, off)))


@dataclass(frozen=True)
class RunningFoot:
    """One foot over T frames.

    Attributes:
        pos: Origin of calcn [m], shape (T, 3).
        rot: Orientation of calcn, shape (T, 3, 3).
        mtp: Toe joint angle, extension negative [rad], shape (T,).
        u: Place in the cycle, shape (T,); see :meth:`Strides.place`.
        flat: calcn's origin on the ground while the foot of this or the next stance is flat [m], (T, 2).
        yaw: Direction of the foot [rad], shape (T,).
    """

    pos: np.ndarray
    rot: np.ndarray
    mtp: np.ndarray
    u: np.ndarray
    flat: np.ndarray
    yaw: np.ndarray

    @property
    def stance(self) -> np.ndarray:
        return np.mod(self.u, 2.0) < 1.0


def sketch(
    u: tuple[np.ndarray, np.ndarray], speed: np.ndarray, mtp: tuple[np.ndarray, np.ndarray]
) -> np.ndarray:
    """Joint angles (T, 14) of the mean curves under an upright pelvis that leans forward."""
    joints = np.zeros((len(speed), len(JOINT_NAMES)))
    for side in (0, 1):
        joints[:, 7 * side] = norms.curve("thigh", u[side], speed) + LEAN
        joints[:, 7 * side + 3] = norms.curve("knee", u[side], speed)
        joints[:, 7 * side + 4] = norms.curve("ankle", u[side], speed)
        joints[:, 7 * side + 6] = mtp[side]
    return joints


def leaning_quat(yaw: np.ndarray, bank: np.ndarray) -> np.ndarray:
    """Pelvis heading along ``yaw`` (T,), leaning forward and by ``bank`` (T,) to the left, wxyz (T, 4)."""
    # The root's x points left: a positive turn about it takes the top forward; its y points back.
    lean = quat_from_axis_angle(np.array([1.0, 0.0, 0.0]), np.full(len(yaw), LEAN))
    roll = quat_from_axis_angle(np.array([0.0, 1.0, 0.0]), bank)
    return quat_mul(upright_quat(yaw), quat_mul(roll, lean))


def running_feet(
    strides: Strides,
    time: np.ndarray,
    path: np.ndarray,
    speed: np.ndarray,
    root: tuple[np.ndarray, np.ndarray],
    fixed: Mapping[tuple[int, int], np.ndarray] | None = None,
) -> tuple[tuple[RunningFoot, RunningFoot], np.ndarray]:
    """Poses of both feet along a path (T, 3) of x, y, yaw, under a pelvis at ``root``.

    Args:
        strides: When the feet touch the ground.
        time, speed: Times [s] and speeds [m/s], each (T,).
        path: Middle between the feet's tracks.
        root: Position (T, 3) and orientation (T, 4) of the pelvis.
        fixed: Footprints known before, x, y [m] of calcn's origin and direction of the foot [rad] (3,),
            by foot and number of the stance.

    Returns:
        The feet, and the sketched joints (T, 14).
    """
    u = (strides.place(0, time), strides.place(1, time))
    shapes = tuple(_shape(side, u[side], speed) for side in (0, 1))
    joints = sketch(u, speed, (shapes[0][1], shapes[1][1]))
    frames = forward(compose_qpos(*root, joints))
    feet = []
    for side in (0, 1):
        sketched = frames.pos[:, BODIES.index(f"calcn_{'rl'[side]}")]
        known = {k: pose for (which, k), pose in (fixed or {}).items() if which == side}
        feet.append(
            _foot(side, u[side], shapes[side], sketched, _footprints(side, u[side], sketched, path) | known)
        )
    return (feet[0], feet[1]), joints


def _shape(side: int, u: np.ndarray, speed: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Orientation of calcn in its footprint's frame (T, 3, 3) and toe angle (T,)."""
    pitch = norms.curve("pitch", u, speed)
    place = np.mod(u, 2.0)
    raised = np.maximum(-pitch, 0.0) / 0.81
    extension = MTP_LIMIT * np.tanh(raised / MTP_LIMIT) * (1.0 - smooth_step((place - 1.0) / 0.3))
    roll = (1.0 - 2.0 * side) * MTP_AXIS[0] * TOES_FLAT_SHARE * extension
    return CALCN_TO_GROUND @ turn_about(2, pitch) @ turn_about(0, roll), -extension


def _foot(
    side: int,
    u: np.ndarray,
    shape: tuple[np.ndarray, np.ndarray],
    sketched: np.ndarray,
    prints: dict[int, np.ndarray],
) -> RunningFoot:
    stance_of = np.floor(u / 2.0).astype(int)
    swing = np.mod(u, 2.0) >= 1.0
    numbers = np.array(sorted(prints))
    at = np.clip(np.searchsorted(numbers, stance_of), 0, len(numbers) - 1)
    poses = np.array([prints[k] for k in numbers])
    following = poses[np.minimum(at + 1, len(numbers) - 1)]
    part = smooth_step(np.mod(u, 2.0) - 1.0)[:, None]
    yaw = (poses[at] + part * (following - poses[at]))[:, 2]
    rot = turn_about(2, yaw) @ shape[0]
    way, height = roll_way(side, rot, shape[1])
    rolled = {}
    for k, pose in prints.items():
        mid = int(np.argmin(np.abs(u - (2.0 * k + FLAT))))
        rolled[int(k)] = np.column_stack([way - way[mid] + pose[:2], height])
    pos = sketched.copy()
    for k in numbers.tolist():
        inside = (stance_of == k) & ~swing
        pos[inside] = rolled[k][inside]
    for k in np.unique(stance_of[swing]).tolist():
        here = np.flatnonzero((stance_of == k) & swing)
        pos[here] = _swing(here, sketched, rolled.get(k), rolled.get(k + 1), height)
    flat = np.where(swing[:, None], following[:, :2], poses[at][:, :2])
    return RunningFoot(pos, rot, shape[1], u, flat, yaw)


def _footprints(side: int, u: np.ndarray, sketched: np.ndarray, path: np.ndarray) -> dict[int, np.ndarray]:
    """Place x, y and direction of the flat foot of each stance on the way, by its number."""
    prints, out = {}, 1.0 if side else -1.0
    for k in range(int(np.ceil((u[0] - FLAT) / 2.0)), int(np.floor((u[-1] - FLAT) / 2.0)) + 1):
        mid = int(np.argmin(np.abs(u - (2.0 * k + FLAT))))
        x, y, yaw = path[mid]
        ahead = np.array([np.cos(yaw), np.sin(yaw)])
        along = (sketched[mid, :2] - [x, y]) @ ahead + AHEAD
        left = np.array([-ahead[1], ahead[0]])
        prints[k] = np.array([*([x, y] + along * ahead + 0.5 * out * STEP_WIDTH * left), yaw + out * TOE_OUT])
    return prints


def _swing(
    here: np.ndarray,
    sketched: np.ndarray,
    before: np.ndarray | None,
    after: np.ndarray | None,
    floor: np.ndarray,
) -> np.ndarray:
    """The sketched path, bent so that it leaves and meets the stances smoothly; clear of the floor."""
    a, b = int(here[0]) - 1, int(here[-1]) + 1
    misses = _miss(before, sketched, a), _miss(after, sketched, b)
    known = [miss for miss in misses if miss is not None]
    if not known:
        return sketched[here]
    first, last = known[0], known[-1]
    u = (here - a) / (b - a)
    path = sketched[here] + first + smooth_step(u)[:, None] * (last - first)
    window = smooth_step(u / 0.25) * smooth_step((1.0 - u) / 0.2)
    clear, wanted = path[:, 2] - floor[here], CLEARANCE * window
    soft = 0.5 * CLEARANCE * window
    path[:, 2] = floor[here] + 0.5 * (clear + wanted + np.sqrt((clear - wanted) ** 2 + soft**2))
    lead = before[a - 2 : a + 1] if before is not None and a >= 2 else path[:0]
    tail = after[b : b + 3] if after is not None and b + 3 <= len(sketched) else path[:0]
    return _smoothed(lead, path, tail)


def _smoothed(lead: np.ndarray, path: np.ndarray, tail: np.ndarray) -> np.ndarray:
    """The path (n, 3) with least jerk that stays near ``path``, goes on from ``lead`` and into ``tail``."""
    near = np.concatenate([lead, path, tail])
    fixed, free = near.copy(), slice(len(lead), len(lead) + len(path))
    fixed[free] = 0.0
    normal, jerk = NormalEquations(len(near), (3,)), np.full(len(near) - 3, HASTE**3)
    normal.add((np.ones(len(near)),), near)
    normal.add((-jerk, 3.0 * jerk, -3.0 * jerk, jerk), -np.diff(fixed, 3, axis=0) * HASTE**3)
    return normal.solution(free)


def _miss(track: np.ndarray | None, sketched: np.ndarray, frame: int) -> np.ndarray | None:
    """How far (3,) a track is from the sketch at a frame."""
    if track is None or frame < 0 or frame > len(sketched) - 1:
        return None
    return np.asarray(track[frame] - sketched[frame])
