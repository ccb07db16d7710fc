"""OpenSim coordinates to this body: the same joints, the same axes, another root frame."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from scipy.spatial.transform import Rotation

from kinesis_app.body.joints import JOINT_NAMES, SIDES, compose_qpos, joint_table
from kinesis_app.body.kinematics import forward
from kinesis_app.body.rotations import matrix_to_quat
from kinesis_app.motion.clip import MotionClip, continuous_quat
from kinesis_app.motion.formats.raw import Y_UP_TO_Z_UP, RawMotion
from kinesis_app.motion.retarget.anatomy import Anatomy, frame_from, unit
from kinesis_app.motion.retarget.shape import (
    CALCN,
    LEG_BODIES,
    ROOT_FROM_ANATOMICAL,
    body_shape,
    sole_heights,
)

ANATOMICAL_FROM_OPENSIM = np.array([[1.0, 0.0, 0.0], [0.0, 0.0, -1.0], [0.0, 1.0, 0.0]])
"""OpenSim's body axes (forward, up, right) in (forward, left, up)."""

HIPS_TO_BACK, BACK_TO_SHOULDERS = np.array([-0.0444, 0.0, 0.16]), np.array([0.0032, 0.0, 0.3715])
"""From the middle of the hips to the lumbar joint in pelvis axes, and on to the middle of the shoulders in
torso axes, forward, left, up [m] (Rajagopal et al. 2016, IEEE Trans Biomed Eng 63:2068, its model file)."""
SAME_SIZE = 0.005
"""Legs that differ by less than this are as long as this body's: soles sink a little."""


def from_coordinates(raw: RawMotion) -> Anatomy:
    """Pose this body with the recorded angles; only lengths differ from the subject.

    Pelvis: rotation z (tilt), x (list), y (rotation), body-fixed in this order, in a y-up world
    that faces +x, as in gait2392 and Rajagopal 2016. Hip, ankle and subtalar axes are the same as
    MyoLegs'; gait2392's knee flexes with a negative sign.
    """
    values, notes = raw.coordinates, list(raw.notes)
    joints, pelvis, quat, path = _posed(raw, notes)
    frames = forward(compose_qpos(_scale(joints, quat, path[:, 2], notes) * path, quat, joints))
    return Anatomy(
        fps=raw.fps,
        legs=frames.pos[:, LEG_BODIES],
        pelvis=pelvis,
        foot=frames.rot[:, CALCN] @ body_shape().foot_axes,
        trunk=_trunk(values, pelvis),
        posture=joints,
        fitted=True,
        notes=tuple(notes),
    )


def own_clip(raw: RawMotion, name: str) -> MotionClip | None:
    """The recorded poses as they are, if they are those of a body of this size; else None."""
    notes = list(raw.notes)
    joints, _, quat, path = _posed(raw, notes)
    if _scale(joints, quat, path[:, 2], notes) != 1.0 or "as tall as this body" not in notes[-1]:
        return None
    return MotionClip(name, raw.fps, path, continuous_quat(quat), joints)


def _posed(raw: RawMotion, notes: list[str]) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Joints (T, 14), pelvis frame (T, 3, 3), root quaternion (T, 4) and unscaled path (T, 3)."""
    values = raw.coordinates
    joints = np.stack([values.get(name, np.zeros(raw.n_frames)) for name in JOINT_NAMES], axis=1)
    _flip_knees(joints, notes)
    pelvis = _pelvis(values)
    path = np.stack([values["pelvis_tx"], -values["pelvis_tz"], values["pelvis_ty"]], axis=1)
    quat = matrix_to_quat(pelvis @ ROOT_FROM_ANATOMICAL.T)
    return np.clip(joints, *joint_table().range.T), pelvis, quat, path


def _flip_knees(joints: np.ndarray, notes: list[str]) -> None:
    columns = [JOINT_NAMES.index(f"knee_angle_{side}") for side in SIDES]
    if np.median(joints[:, columns]) < 0.0:
        joints[:, columns] *= -1.0
        notes.append("knee flexion is negative (gait2392): sign turned")
    else:
        notes.append("knee flexion is positive (Rajagopal)")


def _pelvis(values: Mapping[str, np.ndarray]) -> np.ndarray:
    angles = np.stack([values["pelvis_tilt"], values["pelvis_list"], values["pelvis_rotation"]], axis=1)
    turn = Rotation.from_euler("ZXY", angles).as_matrix()
    return Y_UP_TO_Z_UP @ turn @ ANATOMICAL_FROM_OPENSIM.T


def thighs_kept(posture: np.ndarray, pelvis: np.ndarray, root: np.ndarray) -> np.ndarray:
    """Angles (T, 14) whose thighs point as before although the pelvis (T, 3, 3) is turned to ``root``."""
    to_opensim = ANATOMICAL_FROM_OPENSIM.T
    turn = Rotation.from_matrix(to_opensim @ np.swapaxes(root, -1, -2) @ pelvis @ to_opensim.T)
    posture = posture.copy()
    for side, sign in ((0, 1.0), (1, -1.0)):
        mirror, hip = np.array([1.0, sign, sign]), slice(7 * side, 7 * side + 3)
        thigh = turn * Rotation.from_euler("ZXY", posture[:, hip] * mirror)
        posture[:, hip] = thigh.as_euler("ZXY") * mirror
    return posture


def _trunk(values: Mapping[str, np.ndarray], pelvis: np.ndarray) -> np.ndarray | None:
    """Frame of the thorax; its up axis is the line from hips to shoulders, as with markers and skeletons."""
    names = ("lumbar_extension", "lumbar_bending", "lumbar_rotation")
    if not all(name in values for name in names):
        return None
    turn = Rotation.from_euler("ZXY", np.stack([values[name] for name in names], axis=1)).as_matrix()
    torso = pelvis @ ANATOMICAL_FROM_OPENSIM @ turn @ ANATOMICAL_FROM_OPENSIM.T
    return frame_from(torso[:, :, 1], unit(pelvis @ HIPS_TO_BACK + torso @ BACK_TO_SHOULDERS))


def _scale(joints: np.ndarray, quat: np.ndarray, height: np.ndarray, notes: list[str]) -> float:
    """This body's leg over the subject's: the stance leg must span the pelvis height (T,)."""
    hanging = forward(compose_qpos(np.zeros((len(joints), 3)), quat, joints))
    # Without the toes: where a model has them welded on, their tips would go through the floor.
    reach = -sole_heights(hanging)[:, :, 0].min(axis=(1, 2))
    if height.min() > 0.2:
        scale = float(np.percentile(reach / height, 90.0))
        if abs(scale - 1.0) < SAME_SIZE:
            notes.append("floor at y = 0; as tall as this body")
            return 1.0
        if 0.6 < scale < 1.7:
            notes.append(f"floor at y = 0; translations scaled by {scale:.3f}")
            return scale
    notes.append("pelvis_ty is no height above the floor: translations not scaled")
    return 1.0
