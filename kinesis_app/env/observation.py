"""What the policy sees: pure functions of the bodies' frame and the reference, batch first.

Everything spatial is expressed in the heading frame: origin at the pelvis, x where the pelvis
faces in the ground plane, y left, z up. So the policy knows no place and no compass direction.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from kinesis_app.body.joints import N_JOINTS, joint_angles, joint_velocities
from kinesis_app.body.kinematics import TRACKED
from kinesis_app.body.muscles import N_MUSCLES
from kinesis_app.body.rotations import heading, quat_conj, quat_rotate
from kinesis_app.env.bodies import Frame
from kinesis_app.env.reference import ReferenceFrame

LOOK_AHEAD = (1, 2, 4, 8, 16)
"""Control steps ahead of now that the policy sees of the reference."""
BODY_WEIGHT = 735.5  # N, scales the touch sensors
_UP = np.array([0.0, 0.0, 1.0])


@dataclass(frozen=True)
class View:
    """Inputs of the observation terms.

    Attributes:
        frame: State of B bodies.
        heading: Direction each pelvis faces [rad], shape (B,).
        ahead: Reference at ``LOOK_AHEAD``, arrays of shape (B, 5, ...).
    """

    frame: Frame
    heading: np.ndarray
    ahead: ReferenceFrame


def turn(vectors: np.ndarray, angle: np.ndarray) -> np.ndarray:
    """World vectors (B, ..., 3) in the frame that faces ``angle`` (B,)."""
    shape = (len(angle),) + (1,) * (vectors.ndim - 2)
    c, s = np.cos(angle).reshape(shape), np.sin(angle).reshape(shape)
    x, y = vectors[..., 0], vectors[..., 1]
    return np.stack([c * x + s * y, c * y - s * x, vectors[..., 2]], axis=-1)


def _flat(array: np.ndarray) -> np.ndarray:
    return array.reshape(len(array), -1)


def _pelvis_height(v: View) -> np.ndarray:
    return v.frame.qpos[:, 2:3]


def _pelvis_up(v: View) -> np.ndarray:
    return quat_rotate(quat_conj(v.frame.qpos[:, 3:7]), _UP)


def _pelvis_velocity(v: View) -> np.ndarray:
    return turn(v.frame.qvel[:, :3], v.heading)


def _pelvis_angular_velocity(v: View) -> np.ndarray:
    return 0.2 * v.frame.qvel[:, 3:6]


def _joint_angles(v: View) -> np.ndarray:
    return joint_angles(v.frame.qpos)


def _joint_velocities(v: View) -> np.ndarray:
    return 0.1 * joint_velocities(v.frame.qvel)


def _body_positions(v: View) -> np.ndarray:
    pos = v.frame.body_pos
    return _flat(turn(pos[:, 1:] - pos[:, :1], v.heading))


def _body_velocities(v: View) -> np.ndarray:
    return _flat(0.5 * turn(v.frame.body_vel, v.heading))


def _activations(v: View) -> np.ndarray:
    return v.frame.activation


def _touch(v: View) -> np.ndarray:
    return v.frame.touch / BODY_WEIGHT


def _next_body_position_error(v: View) -> np.ndarray:
    return _flat(5.0 * turn(v.ahead.body_pos[:, 0] - v.frame.body_pos, v.heading))


def _next_body_velocity_error(v: View) -> np.ndarray:
    return _flat(turn(v.ahead.body_vel[:, 0] - v.frame.body_vel, v.heading))


def _ahead_place(v: View) -> np.ndarray:
    return _flat(turn(v.ahead.root_pos - v.frame.qpos[:, None, :3], v.heading))


def _ahead_facing(v: View) -> np.ndarray:
    angle = v.ahead.heading - v.heading[:, None]
    return _flat(np.stack([np.cos(angle), np.sin(angle)], axis=-1))


def _ahead_velocity(v: View) -> np.ndarray:
    return _flat(turn(v.ahead.root_vel, v.heading))


def _ahead_joint_error(v: View) -> np.ndarray:
    return _flat(v.ahead.joints - joint_angles(v.frame.qpos)[:, None])


@dataclass(frozen=True)
class Term:
    """A named block of the observation."""

    name: str
    size: int
    compute: Callable[[View], np.ndarray]


_N, _B, _A = N_JOINTS, 3 * len(TRACKED), len(LOOK_AHEAD)
TERMS = (
    Term("pelvis_height", 1, _pelvis_height),
    Term("pelvis_up", 3, _pelvis_up),
    Term("pelvis_velocity", 3, _pelvis_velocity),
    Term("pelvis_angular_velocity", 3, _pelvis_angular_velocity),
    Term("joint_angles", _N, _joint_angles),
    Term("joint_velocities", _N, _joint_velocities),
    Term("body_positions", _B - 3, _body_positions),
    Term("body_velocities", _B, _body_velocities),
    Term("activations", N_MUSCLES, _activations),
    Term("touch", 4, _touch),
    Term("next_body_position_error", _B, _next_body_position_error),
    Term("next_body_velocity_error", _B, _next_body_velocity_error),
    Term("ahead_place", 3 * _A, _ahead_place),
    Term("ahead_facing", 2 * _A, _ahead_facing),
    Term("ahead_velocity", 3 * _A, _ahead_velocity),
    Term("ahead_joint_error", _N * _A, _ahead_joint_error),
)
"""The observation, in order."""
OBSERVATION_SIZE = sum(term.size for term in TERMS)


def observe(frame: Frame, ahead: ReferenceFrame) -> np.ndarray:
    """The observation of B bodies, shape (B, OBSERVATION_SIZE), float32.

    Args:
        frame: State of the bodies.
        ahead: Reference at ``LOOK_AHEAD``, arrays of shape (B, 5, ...).
    """
    view = View(frame, heading(frame.qpos[:, 3:7]), ahead)
    return np.concatenate([term.compute(view) for term in TERMS], axis=1).astype(np.float32)
