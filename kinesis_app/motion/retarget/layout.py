"""Lay a recorded skeleton out in this body's proportions: upright, heading +x, from the origin."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from scipy.spatial.transform import Rotation

from kinesis_app.body.rotations import matrix_to_quat, quat_to_matrix
from kinesis_app.motion.clip import continuous_quat
from kinesis_app.motion.retarget.anatomy import Anatomy, low_pass, turned
from kinesis_app.motion.retarget.coordinates import thighs_kept
from kinesis_app.motion.retarget.shape import ROOT_FROM_ANATOMICAL, body_shape

TRUNK_SHARE = 0.5
"""How much of the trunk's turning against the pelvis the rigid root follows."""
PELVIS_CUTOFF = 6.0
"""Low-pass of the pelvis' sway and turning [Hz]: two thirds of the body's mass ride on it, and
marker noise there asks for forces that no floor gives."""
MAX_TILT = np.deg2rad(35.0)
"""Largest mean tilt taken for a convention of the marker set rather than for a posture."""
EXTENSION = np.deg2rad(26.0)
"""A sprinter leans: upright, his hips would have to extend further than this, and this body's stop at
30 degrees. What is beyond stays in the lean."""
UNSURE, MAX_LEAN = np.deg2rad(5.0), np.deg2rad(30.0)
"""Shoulders and hips tell the trunk's lean no better than the first, and no more than the second is kept."""
MAX_TORSION = np.deg2rad(30.0)
"""Adults' tibiae are twisted outward by 24 +- 9 deg (Strecker et al. 1997, J Bone Joint Surg 79-B:1019)."""
BENT = 0.12
"""Share of the leg's length that the knee must be beside its line to tell where it bends: 27 degrees."""


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
    lean = max(_hip_lean(anatomy.legs, _upright(anatomy.pelvis)), _trunk_lean(anatomy))
    pelvis = _upright(anatomy.pelvis, lean)
    root = _with_trunk(anatomy.pelvis, pelvis, anatomy.trunk, lean)
    foot = anatomy.foot if anatomy.fitted else _untwisted(anatomy.legs, _foot_axes(anatomy))
    legs, scale = (anatomy.legs, anatomy.scale) if anatomy.fitted else _legs(anatomy, pelvis, foot)
    legs, foot = _flat_feet(legs, foot, anatomy.fps)
    sway = low_pass(legs[:, :, 0, :2].mean(axis=1), anatomy.fps, PELVIS_CUTOFF) - legs[:, :, 0, :2].mean(
        axis=1
    )
    legs[:, :, 0, :2] += sway[:, None]
    turned_root = _smooth_turns(root, anatomy.fps)
    posture = anatomy.posture
    if posture is not None and anatomy.fitted:
        posture = thighs_kept(posture, anatomy.pelvis, turned_root)
    return Targets(anatomy.fps, turned_root, legs, foot, posture, anatomy.fitted), scale


def _smooth_turns(root: np.ndarray, fps: float) -> np.ndarray:
    """Orientations (T, 3, 3) low-passed like the pelvis' sway."""
    quat = low_pass(continuous_quat(matrix_to_quat(root)), fps, PELVIS_CUTOFF)
    return quat_to_matrix(quat / np.linalg.norm(quat, axis=1, keepdims=True))


def _travel_heading(anatomy: Anatomy) -> float:
    """Mean direction of travel [rad], or of the pelvis if it stays where it is."""
    middle = anatomy.legs[:, :, 0].mean(axis=1)
    travel = (middle[-1] - middle[0])[:2]
    if np.linalg.norm(travel) < 0.5:
        travel = anatomy.pelvis[:, :2, 0].mean(axis=0)
    return float(np.arctan2(travel[1], travel[0]))


def _yaw(frames: np.ndarray) -> np.ndarray:
    """Rotation about the vertical to where the frames' forward axis points, (T, 3, 3)."""
    return Rotation.from_euler("z", np.arctan2(frames[:, 1, 0], frames[:, 0, 0])[:, None]).as_matrix()


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


def _upright(frames: np.ndarray, lean: float = 0.0) -> np.ndarray:
    """The frames leaning forward by ``lean`` [rad]: their own mean tilt is marker set's or anatomy's."""
    tilt = Rotation.from_matrix(np.swapaxes(_yaw(frames), -1, -2) @ frames).as_rotvec().mean(axis=0)
    tilt[2] = 0.0
    if np.linalg.norm(tilt) > MAX_TILT:
        return frames
    return frames @ (Rotation.from_rotvec(-tilt) * Rotation.from_euler("y", lean)).as_matrix()


def _with_trunk(
    raw_pelvis: np.ndarray, pelvis: np.ndarray, trunk: np.ndarray | None, lean: float
) -> np.ndarray:
    """Root orientation between pelvis and trunk: MyoLegs' trunk is rigid with its pelvis."""
    if trunk is None:
        return pelvis
    relative = Rotation.from_matrix(np.swapaxes(raw_pelvis, -1, -2) @ trunk).as_rotvec()
    relative -= relative.mean(axis=0)
    return _upright(pelvis @ Rotation.from_rotvec(TRUNK_SHARE * relative).as_matrix(), lean)


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


def _standing(legs: np.ndarray, fps: float) -> np.ndarray:
    """Frames where a foot rests flat: neither ankle nor toe moves, shape (T, 2)."""
    speed = np.linalg.norm(np.gradient(legs[:, :, 2:], 1.0 / fps, axis=0), axis=-1).max(axis=2)
    pelvis = np.linalg.norm(np.gradient(legs[:, :, 0].mean(axis=1), 1.0 / fps, axis=0), axis=-1)
    return speed < 0.15 + 0.15 * np.median(pelvis)


def _foot_axes(anatomy: Anatomy) -> np.ndarray:
    """Anatomical foot frames: level and along ankle-to-toe, on average while the foot rests."""
    standing, shape = _standing(anatomy.legs, anatomy.fps), body_shape()
    frames = np.empty_like(anatomy.foot)
    for side in (0, 1):
        rest = standing[:, side] if standing[:, side].sum() >= 5 else np.ones(anatomy.n_frames, dtype=bool)
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
        if bent.sum() < 5:
            continue
        turn = np.arctan2(np.sum(np.cross(bend, ahead) * axis, axis=-1), np.sum(bend * ahead, axis=-1))
        torsion = float(np.clip(np.median(turn[bent]), -MAX_TORSION, MAX_TORSION))
        foot[:, side] = foot[:, side] @ Rotation.from_euler("z", -torsion).as_matrix()
    return foot


def _flat_feet(legs: np.ndarray, foot: np.ndarray, fps: float) -> tuple[np.ndarray, np.ndarray]:
    """Turn each foot about its ankle by a constant so that it rests level on the floor."""
    standing = _standing(legs, fps)
    legs, foot = legs.copy(), foot.copy()
    for side in (0, 1):
        if standing[:, side].sum() < 5:
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


def overground(anatomy: Anatomy) -> Anatomy:
    """Give a treadmill walk its travel: resting feet that glide backwards reveal the belt.

    The belt's velocity is the median velocity of whichever ankle is lower.
    """
    dt = 1.0 / anatomy.fps
    middle = anatomy.legs[:, :, 0].mean(axis=1)
    ankle = low_pass(anatomy.legs[:, :, 2], anatomy.fps, 6.0)
    velocity = np.gradient(ankle, dt, axis=0)[..., :2]
    lower = np.argmin(ankle[..., 2], axis=1)
    belt = np.median(np.take_along_axis(velocity, lower[:, None, None], axis=1)[:, 0], axis=0)
    travel = float(np.linalg.norm(middle[-1, :2] - middle[0, :2])) * anatomy.fps / anatomy.n_frames
    if np.linalg.norm(belt) < 0.3 or travel > 0.3 * np.linalg.norm(belt):
        return anatomy
    time = np.arange(anatomy.n_frames)[:, None, None, None] * dt
    shift = -time * np.array([belt[0], belt[1], 0.0])
    note = f"treadmill: the belt's {np.linalg.norm(belt):.2f} m/s added to the motion"
    return replace(anatomy, legs=anatomy.legs + shift, notes=(*anatomy.notes, note))
