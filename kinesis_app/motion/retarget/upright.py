"""How upright pelvis and trunk are: a marker set's tilt is taken away, a runner's lean is kept."""

from __future__ import annotations

import numpy as np
from scipy.spatial.transform import Rotation

from kinesis_app.motion.retarget.anatomy import Anatomy

TRUNK_SHARE = 0.5
"""How much of the trunk's turning against the pelvis the rigid root follows."""
MAX_TILT = np.deg2rad(35.0)
"""Largest mean tilt taken for a convention of the marker set rather than for a posture."""
EXTENSION = np.deg2rad(26.0)
"""A sprinter leans: upright, his hips would have to extend further than this, and this body's stop at
30 degrees. What is beyond stays in the lean."""
UNSURE, MAX_LEAN = np.deg2rad(5.0), np.deg2rad(30.0)
"""Shoulders and hips tell the trunk's lean no better than the first, and no more than the second is kept."""


def forward_lean(anatomy: Anatomy) -> float:
    """How far pelvis and trunk lean forward [rad]: as the thighs ask for, or as the trunk shows."""
    return max(_hip_lean(anatomy.legs, upright(anatomy.pelvis)), _trunk_lean(anatomy))


def upright(frames: np.ndarray, lean: float = 0.0) -> np.ndarray:
    """The frames (T, 3, 3) leaning forward by ``lean`` [rad]: their own mean tilt is the marker set's or
    anatomy's."""
    tilt = Rotation.from_matrix(np.swapaxes(_yaw(frames), -1, -2) @ frames).as_rotvec().mean(axis=0)
    tilt[2] = 0.0
    if np.linalg.norm(tilt) > MAX_TILT:
        return frames
    return frames @ (Rotation.from_rotvec(-tilt) * Rotation.from_euler("y", lean)).as_matrix()


def with_trunk(
    raw_pelvis: np.ndarray, pelvis: np.ndarray, trunk: np.ndarray | None, lean: float
) -> np.ndarray:
    """Root orientation between pelvis and trunk, (T, 3, 3): MyoLegs' trunk is rigid with its pelvis.

    Args:
        raw_pelvis: As recorded, shape (T, 3, 3).
        pelvis: As it is to be, shape (T, 3, 3).
        trunk: As recorded, shape (T, 3, 3), or None.
        lean: How far both are to lean forward [rad].
    """
    if trunk is None:
        return pelvis
    relative = Rotation.from_matrix(np.swapaxes(raw_pelvis, -1, -2) @ trunk).as_rotvec()
    relative -= relative.mean(axis=0)
    return upright(pelvis @ Rotation.from_rotvec(TRUNK_SHARE * relative).as_matrix(), lean)


def _hip_lean(legs: np.ndarray, pelvis: np.ndarray) -> float:
    """Forward lean [rad] without which the thighs would be too far behind an upright pelvis."""
    thigh = np.einsum("tji,tsj->tsi", pelvis, legs[:, :, 1] - legs[:, :, 0])
    extension = np.arctan2(-thigh[..., 0], -thigh[..., 2])
    return max(float(np.percentile(extension, 98.0)) - EXTENSION, 0.0)


def _trunk_lean(anatomy: Anatomy) -> float:
    """How far the trunk leans forward on average [rad], beyond what its line may be wrong by."""
    if anatomy.trunk is None:
        return 0.0
    up = np.einsum("tji,tj->ti", _yaw(anatomy.pelvis), anatomy.trunk[:, :, 2]).mean(axis=0)
    return float(np.clip(np.arctan2(up[0], up[2]) - UNSURE, 0.0, MAX_LEAN))


def _yaw(frames: np.ndarray) -> np.ndarray:
    """Rotation about the vertical to where the frames' forward axis points, (T, 3, 3)."""
    return Rotation.from_euler("z", np.arctan2(frames[:, 1, 0], frames[:, 0, 0])[:, None]).as_matrix()
