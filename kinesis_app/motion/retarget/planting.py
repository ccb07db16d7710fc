"""Legs that put a clip's feet where they are planned, as far as they reach and bend."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from scipy.ndimage import binary_erosion, gaussian_filter1d, maximum_filter1d

from kinesis_app.body.rotations import quat_rotate
from kinesis_app.motion.clip import MotionClip
from kinesis_app.motion.dynamics import WORK_FPS
from kinesis_app.motion.gait.ik import solve_legs
from kinesis_app.motion.retarget.clip_state import ClipState
from kinesis_app.motion.retarget.shape import CALCN, LEG_BODIES, body_shape
from kinesis_app.motion.retarget.smoothing import low_pass, smooth_joints, smooth_quat

SPARE = 0.002
"""Length by which a resting leg stays short of straight [m]."""
SPREAD = 0.06
"""Time over which the pelvis goes down for a leg out of reach [s]."""
ENDS = 0.04
"""Time at either end of a stance for which a foot may be out of reach [s]; it lands later, leaves earlier."""


@dataclass(frozen=True)
class Footing:
    """Where the feet are to be.

    Attributes:
        pos, rot: Place [m] and orientation of calcn, shapes (T, 2, 3) and (T, 2, 3, 3).
        ankles: Ankle joints [m], shape (T, 2, 3).
        stance: When they stand, shape (T, 2).
    """

    pos: np.ndarray
    rot: np.ndarray
    ankles: np.ndarray
    stance: np.ndarray

    @classmethod
    def of(cls, state: ClipState, stance: np.ndarray) -> Footing:
        """The feet of a clip."""
        frames = state.frames
        return cls(frames.pos[:, CALCN], frames.rot[:, CALCN], frames.pos[:, LEG_BODIES[:, 2]], stance)

    def shifted(self, way: np.ndarray) -> Footing:
        """With each foot moved by ``way`` [m], shape (T, 2, 3)."""
        return replace(self, pos=self.pos + way, ankles=self.ankles + way)


def on_feet(clip: MotionClip, footing: Footing) -> MotionClip:
    """The clip at ``WORK_FPS``, smoothed, with its legs on the footing."""
    root, quat = low_pass(clip.root_pos, WORK_FPS), smooth_quat(clip.root_quat, WORK_FPS)
    rot = footing.rot
    right, left = (footing.pos[:, side] - _beyond_leg(root, quat, footing.ankles, side) for side in (0, 1))
    joints = solve_legs(root, quat, (right, left), (rot[:, 0], rot[:, 1]), clip.joints)
    return replace(clip, root_pos=root, root_quat=quat, joints=smooth_joints(joints, WORK_FPS))


def out_of_reach(root: np.ndarray, quat: np.ndarray, footing: Footing) -> np.ndarray:
    """How far the pelvis [m] (T,) must go down so that standing legs reach their ankles."""
    drop = np.zeros(len(root))
    width = 2 * round(ENDS * WORK_FPS) + 1
    firm = binary_erosion(footing.stance, np.ones((width, 1), dtype=bool), border_value=1)
    for side in (0, 1):
        leg, longest = _leg(root, quat, footing.ankles, side)
        highest = np.sqrt(np.maximum((longest - SPARE) ** 2 - np.sum(np.square(leg[:, :2]), axis=1), 0.01))
        drop = np.maximum(drop, np.where(firm[:, side], -leg[:, 2] - highest, 0.0))
    frames = SPREAD * WORK_FPS
    drop = maximum_filter1d(drop, 2 * int(frames) + 1, mode="nearest")
    return gaussian_filter1d(drop, frames, mode="nearest")


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
