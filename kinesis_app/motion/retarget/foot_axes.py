"""Where feet point: anatomical axes from how they rest, without tibial torsion, level on the floor."""

from __future__ import annotations

import numpy as np
from scipy.spatial.transform import Rotation

from kinesis_app.motion.retarget.anatomy import Anatomy
from kinesis_app.motion.retarget.shape import body_shape

MAX_TILT = np.deg2rad(35.0)
"""A resting foot tilted more than this does not lie on the floor."""
MAX_TORSION = np.deg2rad(30.0)
"""Adults' tibiae are twisted outward by 24 +- 9 deg (Strecker et al. 1997, J Bone Joint Surg 79-B:1019)."""
BENT = 0.12
"""Share of the leg's length that the knee must be beside its line to tell where it bends: 27 degrees."""
FEWEST = 5
"""A foot that rests in fewer frames does not tell how it rests."""


def anatomical_feet(anatomy: Anatomy) -> np.ndarray:
    """Anatomical foot frames of this body, shape (T, 2, 3, 3)."""
    return _untwisted(anatomy.legs, _foot_axes(anatomy))


def flat_feet(legs: np.ndarray, foot: np.ndarray, fps: float) -> tuple[np.ndarray, np.ndarray]:
    """Legs (T, 2, 4, 3) [m] and feet (T, 2, 3, 3), each foot turned about its ankle by a constant so that
    it rests level on the floor."""
    standing = _standing(legs, fps)
    legs, foot = legs.copy(), foot.copy()
    for side in (0, 1):
        if standing[:, side].sum() < FEWEST:
            continue
        up = foot[standing[:, side], side, 2].mean(axis=0)  # the vertical in foot axes
        up /= np.linalg.norm(up)
        axis = np.cross(up, [0.0, 0.0, 1.0])
        angle = np.arctan2(np.linalg.norm(axis), up[2])
        if angle > MAX_TILT:
            continue
        unit = axis / max(np.linalg.norm(axis), 1e-9)
        level = foot[:, side] @ Rotation.from_rotvec(-angle * unit).as_matrix()
        turn = level @ np.swapaxes(foot[:, side], -1, -2)
        reach = legs[:, side, 3] - legs[:, side, 2]
        legs[:, side, 3] = legs[:, side, 2] + np.einsum("tij,tj->ti", turn, reach)
        foot[:, side] = level
    return legs, foot


def _foot_axes(anatomy: Anatomy) -> np.ndarray:
    """Anatomical foot frames: level and along ankle-to-toe, on average while the foot rests."""
    standing, shape = _standing(anatomy.legs, anatomy.fps), body_shape()
    frames = np.empty_like(anatomy.foot)
    for side in (0, 1):
        rest = standing[:, side]
        if rest.sum() < FEWEST:
            rest = np.ones(anatomy.n_frames, dtype=bool)
        ahead = anatomy.legs[rest, side, 3] - anatomy.legs[rest, side, 2]
        reach = shape.ankle_to_toe[side]
        yaw = np.arctan2(ahead[:, 1], ahead[:, 0]) - np.arctan2(reach[1], reach[0])
        level = Rotation.from_euler("z", yaw[:, None]).as_matrix()
        local = Rotation.from_matrix(np.swapaxes(anatomy.foot[rest, side], -1, -2) @ level).mean()
        frames[:, side] = anatomy.foot[:, side] @ local.as_matrix()
    return frames


def _untwisted(legs: np.ndarray, foot: np.ndarray) -> np.ndarray:
    """Feet without the subject's tibial torsion, which this body's shanks do not have.

    Torsion is the mean angle about the leg between where the knee bends to and where the foot
    points; left in, it would have to come from the hip and swing the knees out.
    """
    foot = foot.copy()
    for side in (0, 1):
        hip, knee, ankle = (legs[:, side, i] for i in range(3))
        axis = (hip - ankle) / np.linalg.norm(hip - ankle, axis=-1, keepdims=True)
        bend, ahead = (
            v - np.sum(v * axis, -1, keepdims=True) * axis for v in (knee - ankle, foot[:, side, :, 0])
        )
        bent = np.linalg.norm(bend, axis=-1) > BENT * np.linalg.norm(hip - ankle, axis=-1)
        bent &= np.linalg.norm(ahead, axis=-1) > 0.7  # a pointed foot points nowhere about the leg
        if bent.sum() < FEWEST:
            continue
        turn = np.arctan2(np.sum(np.cross(bend, ahead) * axis, axis=-1), np.sum(bend * ahead, axis=-1))
        torsion = float(np.clip(np.median(turn[bent]), -MAX_TORSION, MAX_TORSION))
        foot[:, side] = foot[:, side] @ Rotation.from_euler("z", -torsion).as_matrix()
    return foot


def _standing(legs: np.ndarray, fps: float) -> np.ndarray:
    """Frames where a foot rests flat: neither ankle nor toe moves, shape (T, 2)."""
    speed = np.linalg.norm(np.gradient(legs[:, :, 2:], 1.0 / fps, axis=0), axis=-1).max(axis=2)
    pelvis = np.linalg.norm(np.gradient(legs[:, :, 0].mean(axis=1), 1.0 / fps, axis=0), axis=-1)
    return speed < 0.15 + 0.15 * np.median(pelvis)
