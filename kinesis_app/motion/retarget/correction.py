"""The gentlest correction of a finished clip: what the floor can carry, the feet where they are.

Real recordings ask this body for what no floor gives: it has no arms and one rigid trunk, its
masses are not the subject's, and marker noise is acceleration. Three things are changed, as
little as possible, and reported in millimetres:

1. swinging feet that would scuff are lifted over the floor;
2. the pelvis moves so that the zero moment point (ZMP) lies within the soles that rest, and so
   that nothing pulls at the body in flight;
3. the legs follow by inverse kinematics, feet held.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from typing import Any

import numpy as np
from scipy.ndimage import binary_closing, binary_opening, gaussian_filter1d, maximum_filter1d

from kinesis_app.body.joints import joint_table
from kinesis_app.body.kinematics import BodyFrames, forward
from kinesis_app.body.model import physics_model
from kinesis_app.body.rotations import quat_rotate
from kinesis_app.motion.balance import Tolerance, gentlest, nearest_inside
from kinesis_app.motion.clip import MotionClip, resample
from kinesis_app.motion.dynamics import (
    WORK_FPS,
    contact_points,
    derivatives,
    generalised_force,
    inverse_dynamics,
    readiness,
    zmp_of,
)
from kinesis_app.motion.gait.ik import solve_legs
from kinesis_app.motion.gait.rolling import smooth_step
from kinesis_app.motion.retarget.anatomy import low_pass
from kinesis_app.motion.retarget.contact import intervals
from kinesis_app.motion.retarget.feasible import body_weight, excess_mm
from kinesis_app.motion.retarget.shape import CALCN, LEG_BODIES, body_shape

CLEARANCE = 0.022
"""Height of a swinging sole over the floor in mid swing [m]: humans pass with 10 to 20 mm
(Winter 1992, Phys Ther 72:45), and a body that follows with some error must not scuff. Of 10, 15 and
25 mm the last was followed best, by a fifth, by a policy that had seen none of the recordings."""
EDGE = 0.3
"""Share of a swing over which the foot leaves and meets the floor; no clearance is asked there."""
CARRIES = 0.2
"""A contact point with this readiness counts as support."""
SHORTEST = 0.08
"""Touches and gaps shorter than this are no stances and no swings [s]."""
TOLERANCE = Tolerance(zmp=0.006, fall=0.4, shift=0.03, jerk=60.0)
LARGEST = 0.08
"""Largest shift of the pelvis [m]."""
SPARE = 0.002
"""Length by which a resting leg stays short of straight [m]."""
SPREAD = 0.06
"""Time over which the pelvis goes down for a leg out of reach [s]."""
LIGHT = 0.25
"""Less vertical force than this is flight [body weights]."""
ROUNDS, ENOUGH = 4, 0.01
"""Most rounds, and the root residual at which they end [body weights]."""
BALANCED = 2.0
"""Mean distance of the ZMP from the soles at which they end [mm]."""
WORSE = 1.2
"""How much larger a residual may become for the sake of feet that do not scuff."""
SHORTEST_CLIP = 15  # frames; a shorter clip stays as it is
CUTOFF = 12.0  # low-pass of the corrected joint angles [Hz]


@dataclass(frozen=True)
class Correction:
    """What a clip needed to become feasible.

    Attributes:
        pelvis_mm: Largest shift of the pelvis, (forward and sideways, up or down).
        foot_mm: Largest lift of a swinging foot.
        residual_before, residual_after: RMS of the root force without a source [body weights].
        zmp_before_mm, zmp_after_mm: Mean distance of the ZMP from the soles that rest.
    """

    pelvis_mm: tuple[float, float]
    foot_mm: float
    residual_before: float
    residual_after: float
    zmp_before_mm: float
    zmp_after_mm: float

    def figures(self) -> dict[str, Any]:
        """As plain data, for a clip's ``info``."""
        return asdict(self)


def make_feasible(clip: MotionClip) -> tuple[MotionClip, Correction]:
    """The clip, changed as little as possible so that the floor can carry it.

    Args:
        clip: Any clip at any rate; it comes back at the same rate.

    Returns:
        The corrected clip (the same if nothing was gained) and what that took.
    """
    work = resample(clip, WORK_FPS)
    state = _State.of(work)
    feet = [state.frames.pos[:, body] for body in CALCN]
    turns = [state.frames.rot[:, body] for body in CALCN]
    stance = stances(state.ready)
    lift = swing_lift(state.points[..., 2].min(axis=2), stance)
    up = lift[..., None] * np.array([0.0, 0.0, 1.0])
    feet = [pos + up[:, side] for side, pos in enumerate(feet)]
    ankles = state.frames.pos[:, LEG_BODIES[:, 2]] + up
    first, best = state, (state.residual, work)
    root = work.root_pos
    for _ in range(0 if _fine(state, lift) or work.n_frames < SHORTEST_CLIP else ROUNDS):
        root = root + state.shift()
        root = work.root_pos + LARGEST * np.tanh((root - work.root_pos) / LARGEST)
        root = root - np.outer(_out_of_reach(root, work.root_quat, ankles, stance), [0.0, 0.0, 1.0])
        near = [pos - _beyond_leg(root, work.root_quat, ankles, side) for side, pos in enumerate(feet)]
        joints = solve_legs(root, work.root_quat, (near[0], near[1]), (turns[0], turns[1]), state.clip.joints)
        low, high = joint_table().range.T
        joints = np.clip(low_pass(joints, WORK_FPS, CUTOFF), low, high)
        state = _State.of(replace(work, root_pos=root, joints=joints))
        # The first round is kept for its lifted feet, unless it asks for new forces.
        if state.residual < best[0] or (best[1] is work and state.residual < WORSE * best[0] + ENOUGH):
            best = (state.residual, state.clip)
        if _fine(state, np.zeros(1)):
            break
    moved = best[1].root_pos - work.root_pos
    correction = Correction(
        pelvis_mm=(
            1e3 * float(np.linalg.norm(moved[:, :2], axis=1).max()), 1e3 * float(np.abs(moved[:, 2]).max())
        ),
        foot_mm=0.0 if best[1] is work else 1e3 * float(lift.max()),
        residual_before=first.residual,
        residual_after=best[0],
        zmp_before_mm=first.zmp_mm,
        zmp_after_mm=_State.of(best[1]).zmp_mm,
    )  # fmt: skip
    return resample(best[1], clip.fps), correction


@dataclass(frozen=True)
class _State:
    """A clip at the working rate with what the floor says to it."""

    clip: MotionClip
    frames: BodyFrames
    points: np.ndarray
    ready: np.ndarray
    force: np.ndarray
    excess: np.ndarray
    residual: float

    @classmethod
    def of(cls, clip: MotionClip) -> _State:
        qpos, qvel, qacc = derivatives(clip.root_pos, clip.root_quat, clip.joints, 1.0 / WORK_FPS)
        frames = forward(qpos)
        points = contact_points(frames)
        ready = readiness(points)
        force = generalised_force(qpos, qvel, qacc)
        excess = zmp_excess(zmp_of(qpos, force), points, ready, force[:, 2])
        residual = inverse_dynamics(clip).root_residual[:, :3]
        rms = float(np.sqrt(np.square(residual).sum(axis=1).mean())) / body_weight()
        return cls(clip, frames, points, ready, force, excess, rms)

    @property
    def zmp_mm(self) -> float:
        return excess_mm(self.excess)

    def shift(self) -> np.ndarray:
        """Way of the pelvis [m], shape (T, 3), that brings ZMP and flight in order."""
        air = np.isnan(self.excess[:, 0]).astype(float)
        carried = 1.0 - air
        fall = -self.force[:, :3] / physics_model().body_mass.sum()
        rise = np.gradient(np.gradient(self.clip.root_pos[:, 2])) * WORK_FPS**2
        lever = self.clip.root_pos[:, 2] / np.maximum(9.81 + rise, 3.0)
        out = np.empty_like(self.clip.root_pos)
        for axis in (0, 1):
            out[:, axis] = gentlest(
                np.nan_to_num(self.excess[:, axis]), lever, fall[:, axis], carried, air, TOLERANCE, WORK_FPS
            )
        # Vertically only flight asks for something; support carries any force.
        still = np.zeros(len(out))
        out[:, 2] = gentlest(still, still, fall[:, 2], carried, air, TOLERANCE, WORK_FPS)
        return out


def _fine(state: _State, lift: np.ndarray) -> bool:
    return state.residual < ENOUGH and state.zmp_mm < BALANCED and lift.max() < 0.001


def stances(ready: np.ndarray) -> np.ndarray:
    """When each foot carries, shape (T, 2), from the readiness of its points (T, 2, 8)."""
    touching = ready.max(axis=2) > CARRIES
    width = max(round(SHORTEST * WORK_FPS), 1)
    line = np.ones((width, 1), dtype=bool)
    padded = np.pad(touching, ((width, width), (0, 0)), mode="edge")
    return np.asarray(binary_opening(binary_closing(padded, line), line)[width:-width])


def swing_lift(height: np.ndarray, stance: np.ndarray) -> np.ndarray:
    """How much each foot [m] (T, 2) must rise to pass the floor, for soles at ``height`` (T, 2)."""
    lift = np.zeros(height.shape)
    for side in (0, 1):
        for start, stop in intervals(~stance[:, side]):
            n = stop - start
            u = (np.arange(n) + 1.0) / (n + 1.0)
            up = np.ones(n) if start == 0 else smooth_step(u / EDGE)
            down = np.ones(n) if stop == len(stance) else smooth_step((1.0 - u) / EDGE)
            wanted = CLEARANCE * up * down
            missing = np.maximum(wanted - height[start:stop, side], 0.0)
            missing = maximum_filter1d(missing, 5) * up * down
            lift[start:stop, side] = gaussian_filter1d(missing, 3.0)
    return lift


def zmp_excess(zmp: np.ndarray, points: np.ndarray, ready: np.ndarray, up: np.ndarray) -> np.ndarray:
    """Shift that brings the ZMP (T, 2) above the points that carry [m], shape (T, 2); nan in flight."""
    excess = np.full(zmp.shape, np.nan)
    carrying = ready > CARRIES
    for t in np.flatnonzero(carrying.any(axis=(1, 2)) & (up > LIGHT * body_weight())).tolist():
        excess[t] = nearest_inside(zmp[t], points[t][carrying[t]][:, :2]) - zmp[t]
    return excess


def _out_of_reach(root: np.ndarray, quat: np.ndarray, ankles: np.ndarray, stance: np.ndarray) -> np.ndarray:
    """How far the pelvis [m] (T,) must go down so that resting legs reach their ankles (T, 2, 3)."""
    drop = np.zeros(len(root))
    for side in (0, 1):
        leg, longest = _leg(root, quat, ankles, side)
        highest = np.sqrt(np.maximum((longest - SPARE) ** 2 - np.sum(np.square(leg[:, :2]), axis=1), 0.01))
        drop = np.maximum(drop, np.where(stance[:, side], -leg[:, 2] - highest, 0.0))
    width = SPREAD * WORK_FPS
    drop = maximum_filter1d(drop, 2 * int(width) + 1, mode="nearest")
    return gaussian_filter1d(drop, width, mode="nearest")


def _beyond_leg(root: np.ndarray, quat: np.ndarray, ankles: np.ndarray, side: int) -> np.ndarray:
    """By how much a foot is out of its leg's reach [m], shape (T, 3); no search converges for it there."""
    leg, longest = _leg(root, quat, ankles, side)
    length = np.linalg.norm(leg, axis=1)
    return (np.maximum(length - longest + 0.5 * SPARE, 0.0) / length)[:, None] * leg


def _leg(root: np.ndarray, quat: np.ndarray, ankles: np.ndarray, side: int) -> tuple[np.ndarray, float]:
    """From hip to ankle [m], shape (T, 3), and the length of the straight leg [m]."""
    shape = body_shape()
    hip = root + quat_rotate(quat, np.broadcast_to(shape.hips[side], root.shape))
    return ankles[:, side] - hip, float(shape.thigh[side] + shape.shank[side])
