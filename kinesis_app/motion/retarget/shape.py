"""The body's measures that retargeting needs: segment lengths, foot frames, the soles.

An anatomical frame has the columns forward, left, up. The right leg comes first.
"""

from __future__ import annotations

import functools
from dataclasses import dataclass

import mujoco
import numpy as np

from kinesis_app.body.joints import N_JOINTS, SIDES, compose_qpos
from kinesis_app.body.kinematics import BODIES, BodyFrames, forward
from kinesis_app.body.model import physics_model

LEG_BODIES = np.array(
    [[BODIES.index(f"{b}_{s}") for b in ("femur", "tibia", "talus", "toes")] for s in SIDES]
)
"""Bodies whose origins are the hip, knee, ankle and toe joints, shape (2, 4)."""
CALCN = np.array([BODIES.index(f"calcn_{side}") for side in SIDES])
TOES = LEG_BODIES[:, 3]
ROOT_FROM_ANATOMICAL = np.array([[0.0, 1.0, 0.0], [-1.0, 0.0, 0.0], [0.0, 0.0, 1.0]])
"""Anatomical directions in the root's axes: forward = -y, left = +x, up = +z."""


@dataclass(frozen=True)
class BodyShape:
    """Measures of the neutral pose.

    Attributes:
        hips: Hip joints in the root's frame [m], shape (2, 3).
        thigh: Hip to knee [m], shape (2,).
        shank: Knee to ankle [m], shape (2,).
        foot_axes: Anatomical foot frame in calcn axes, shape (2, 3, 3).
        ankle_to_toe: From ankle to toe joint in the foot's anatomical frame [m], shape (2, 3).
        ankle_to_heel: From ankle to the centre of the heel's round end, same frame [m], shape (2, 3).
        heel_radius: Radius of that end: the heel's centre stays this high while it rolls [m].
        toe_height: Height of the toe joint above the floor while the toes rest [m].
        soles: Centres of the sole's capsule ends in (calcn, toes) axes [m], shape (2, 2, 4, 3).
        radii: Their radii [m], shape (2, 2, 4).
    """

    hips: np.ndarray
    thigh: np.ndarray
    shank: np.ndarray
    foot_axes: np.ndarray
    ankle_to_toe: np.ndarray
    ankle_to_heel: np.ndarray
    heel_radius: float
    toe_height: float
    soles: np.ndarray
    radii: np.ndarray

    @property
    def leg(self) -> float:
        """Hip to ankle, knee straight [m]."""
        return float(np.mean(self.thigh + self.shank))


@functools.cache
def body_shape() -> BodyShape:
    """The measures of MyoLegs."""
    upright = np.array([1.0, 0.0, 0.0, 0.0])
    frames = forward(compose_qpos(np.zeros(3), upright, np.zeros(N_JOINTS))[None])
    hip, knee, ankle, toe = np.swapaxes(frames.pos[0, LEG_BODIES], 0, 1)
    soles, radii = _soles()
    ends = _sole_points(frames, soles)[0]
    heel = ends[:, 0, (0, 2)].mean(axis=1)
    to_anatomical = ROOT_FROM_ANATOMICAL.T
    return BodyShape(
        hips=hip,
        thigh=np.linalg.norm(knee - hip, axis=1),
        shank=np.linalg.norm(ankle - knee, axis=1),
        foot_axes=np.swapaxes(frames.rot[0, CALCN], -1, -2) @ ROOT_FROM_ANATOMICAL,
        ankle_to_toe=(toe - ankle) @ to_anatomical.T,
        ankle_to_heel=(heel - ankle) @ to_anatomical.T,
        heel_radius=float(radii[0, 0, 0]),
        toe_height=float(np.mean(toe[:, 2] - (ends[:, 1, :, 2] - radii[:, 1]).min(axis=1))),
        soles=soles,
        radii=radii,
    )


def _soles() -> tuple[np.ndarray, np.ndarray]:
    """Ends of the two capsules on each calcn and toes body, the rear end of each first."""
    model = physics_model()
    centres, radii = np.empty((2, 2, 4, 3)), np.empty((2, 2, 4))
    for s, side in enumerate(SIDES):
        for b, names in enumerate((("foot_col1", "foot_col3"), ("bofoot_col1", "bofoot_col2"))):
            for i, name in enumerate(names):
                geom = model.geom(f"{name}_{side}")
                axis = np.empty(9)
                mujoco.mju_quat2Mat(axis, geom.quat)
                reach = geom.size[1] * axis.reshape(3, 3)[:, 2]
                reach *= np.sign(reach[0])  # x of the foot bodies points forward
                centres[s, b, 2 * i : 2 * i + 2] = geom.pos - reach, geom.pos + reach
                radii[s, b, 2 * i : 2 * i + 2] = geom.size[0]
    return centres, radii


def _sole_points(frames: BodyFrames, soles: np.ndarray) -> np.ndarray:
    bodies = np.stack([CALCN, TOES], axis=1)
    rot, pos = frames.rot[:, bodies], frames.pos[:, bodies]
    return np.einsum("tsbij,sbkj->tsbki", rot, soles) + pos[..., None, :]


def sole_points(frames: BodyFrames) -> np.ndarray:
    """Capsule ends of the soles in the world [m], shape (T, 2 sides, calcn/toes, 4, 3)."""
    return _sole_points(frames, body_shape().soles)


def sole_heights(frames: BodyFrames) -> np.ndarray:
    """Height of the lowest point of each capsule end [m], shape (T, 2, 2, 4)."""
    return sole_points(frames)[..., 2] - body_shape().radii
