"""Lay a recorded skeleton out in this body's proportions: upright, heading +x, from the origin."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from scipy.spatial.transform import Rotation

from kinesis_app.body.rotations import matrix_to_quat, quat_to_matrix
from kinesis_app.motion.retarget.anatomy import Anatomy, turned
from kinesis_app.motion.retarget.coordinates import thighs_kept
from kinesis_app.motion.retarget.foot_axes import anatomical_feet, flat_feet
from kinesis_app.motion.retarget.shape import ROOT_FROM_ANATOMICAL, body_shape
from kinesis_app.motion.retarget.smoothing import low_pass, smooth_quat
from kinesis_app.motion.retarget.upright import forward_lean, upright, with_trunk

PELVIS_CUTOFF = 6.0
"""Low-pass of the pelvis' sway and turning [Hz]: two thirds of the body's mass ride on it, and
marker noise there asks for forces that no floor gives."""


@dataclass(frozen=True)
class Targets:
    """Where this body should be.

    Attributes:
        fps: Frames per second.
        root: Columns forward, left, up of the pelvis, shape (T, 3, 3).
        legs: Hip, knee, ankle and toe joint [m], shape (T, 2, 4, 3).
        foot: Anatomical foot frames, shape (T, 2, 3, 3).
        posture: Angles to prefer where the points leave a choice [rad], shape (T, 14), or None.
        stated: Whether these are the recorded angles of this body's joints, to be kept where they can.
    """

    fps: float
    root: np.ndarray
    legs: np.ndarray
    foot: np.ndarray
    posture: np.ndarray | None
    stated: bool = False

    def taken(self, rows: np.ndarray) -> Targets:
        """Some of the frames."""
        posture = None if self.posture is None else self.posture[rows]
        return replace(
            self, root=self.root[rows], legs=self.legs[rows], foot=self.foot[rows], posture=posture
        )

    def root_pos(self) -> np.ndarray:
        """Position of the root's frame that puts the hips where they belong [m], shape (T, 3)."""
        middle = ROOT_FROM_ANATOMICAL.T @ body_shape().hips.mean(axis=0)
        return self.legs[:, :, 0].mean(axis=1) - self.root @ middle


def lay_out(anatomy: Anatomy) -> tuple[Targets, float]:
    """Targets for this body, and the scale (this body's leg over the subject's)."""
    heading = _travel_heading(anatomy)
    start = anatomy.legs[0, :, 0].mean(axis=0) * np.array([1.0, 1.0, 0.0])
    rotation = Rotation.from_euler("z", -heading).as_matrix()
    anatomy = turned(anatomy, rotation, -(rotation @ start))
    lean = forward_lean(anatomy)
    pelvis = upright(anatomy.pelvis, lean)
    root = with_trunk(anatomy.pelvis, pelvis, anatomy.trunk, lean)
    foot = anatomy.foot if anatomy.fitted else anatomical_feet(anatomy)
    legs, scale = (anatomy.legs, anatomy.scale) if anatomy.fitted else _legs(anatomy, pelvis, foot)
    legs, foot = flat_feet(legs, foot, anatomy.fps)
    middle = legs[:, :, 0, :2].mean(axis=1)
    legs[:, :, 0, :2] += (low_pass(middle, anatomy.fps, PELVIS_CUTOFF) - middle)[:, None]
    root = _smooth_turns(root, anatomy.fps)
    posture = anatomy.posture
    if posture is not None and anatomy.fitted:
        posture = thighs_kept(posture, anatomy.pelvis, root)
    return Targets(anatomy.fps, root, legs, foot, posture, anatomy.fitted), scale


def _smooth_turns(root: np.ndarray, fps: float) -> np.ndarray:
    """Orientations (T, 3, 3) low-passed like the pelvis' sway."""
    return quat_to_matrix(smooth_quat(matrix_to_quat(root), fps, PELVIS_CUTOFF))


def _travel_heading(anatomy: Anatomy) -> float:
    """Mean direction of travel [rad], or of the pelvis if it stays where it is."""
    middle = anatomy.legs[:, :, 0].mean(axis=1)
    travel = (middle[-1] - middle[0])[:2]
    if np.linalg.norm(travel) < 0.5:
        travel = anatomy.pelvis[:, :2, 0].mean(axis=0)
    return float(np.arctan2(travel[1], travel[0]))


def _legs(anatomy: Anatomy, pelvis: np.ndarray, foot: np.ndarray) -> tuple[np.ndarray, float]:
    """The leg joints in this body's lengths: feet where the subject's were, knees bent its way.

    Scaling the feet's places, rather than chaining segment directions, keeps the step width and
    resting feet at rest, although hips lie closer together here than in some marker sets.
    """
    shape = body_shape()
    bones = np.diff(anatomy.legs[:, :, :3], axis=2)
    length = np.linalg.norm(bones, axis=-1)
    scale = shape.leg / float(np.median(length, axis=0).sum(axis=-1).mean())
    middle = scale * anatomy.legs[:, :, 0].mean(axis=1)
    hips_local = (shape.hips - shape.hips.mean(axis=0)) @ ROOT_FROM_ANATOMICAL
    hip = middle[:, None] + np.einsum("tij,sj->tsi", pelvis, hips_local)
    ankle = scale * anatomy.legs[:, :, 2]
    knee = _knees(hip, ankle, bones[:, :, 0] / length[..., :1])
    toe = ankle + np.einsum("tsij,sj->tsi", foot, shape.ankle_to_toe)
    return np.stack([hip, knee, ankle, toe], axis=2), scale


def _knees(hip: np.ndarray, ankle: np.ndarray, thigh: np.ndarray) -> np.ndarray:
    """Knees (T, 2, 3) with this body's thighs and shanks between hips and ankles, in the plane of ``thigh``.

    The bend follows from the three sides of the triangle; legs too long for it are straight.
    """
    shape = body_shape()
    reach = ankle - hip
    distance = np.maximum(np.linalg.norm(reach, axis=-1, keepdims=True), 1e-6)
    along = reach / distance
    span = np.minimum(distance[..., 0], shape.thigh + shape.shank)
    foot_point = (span**2 + shape.thigh**2 - shape.shank**2) / (2.0 * span)
    height = np.sqrt(np.maximum(shape.thigh**2 - foot_point**2, 0.0))
    across = thigh - np.sum(thigh * along, axis=-1, keepdims=True) * along
    across /= np.maximum(np.linalg.norm(across, axis=-1, keepdims=True), 1e-9)
    return hip + foot_point[..., None] * along + height[..., None] * across
