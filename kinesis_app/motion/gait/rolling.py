"""The rolling foot: its shape over the gait cycle, and how it rolls over the floor without slip.

The foot's pitch is the sum of the human leg curves; it is flat in mid stance by itself. In
stance the foot rolls over heel, ball and toes: the point that touches the floor does not
slide, and the lowest point stays on the floor.
"""

from __future__ import annotations

import numpy as np

from kinesis_app.motion.dynamics import foot_spheres
from kinesis_app.motion.gait import norms
from kinesis_app.motion.gait.fitted import pitch_bumps
from kinesis_app.motion.gait.stances import STANDING_PHASE
from kinesis_app.motion.smooth_step import smooth_step

FLAT_ZONE = np.radians(1.2)
"""Pitch that counts as flat in stance [rad]."""
MTP_LIMIT = np.radians(25.0)
"""Largest toe extension in push-off; the joint's own limit is 30 degrees [rad]."""
TOES_FLAT_SHARE = 0.4
"""How far the foot inverts with its oblique toe joint: 1 keeps the whole toe row on the floor."""
SINK = 0.0012
"""Depth of the contact spheres in the floor [m]: what half the weight needs with soft contacts."""
BLEND = 0.0015
"""Height over which neighbouring contact spheres share the rolling [m]."""
MTP_AXIS = (0.58095419, -0.81393626)
"""Forward and rightward part of the toe joint's axis, right foot."""


def turn_about(axis: int, angle: np.ndarray) -> np.ndarray:
    """Rotation matrices (T, 3, 3) about a coordinate axis."""
    c, s = np.cos(angle), np.sin(angle)
    i, j = (axis + 1) % 3, (axis + 2) % 3
    m = np.zeros((*np.shape(angle), 3, 3))
    m[..., axis, axis] = 1.0
    m[..., i, i], m[..., j, j], m[..., i, j], m[..., j, i] = c, c, -s, s
    return m


CALCN_TO_GROUND = np.array([[1.0, 0.0, 0.0], [0.0, 0.0, -1.0], [0.0, 1.0, 0.0]])
"""calcn's axes (forward, up, right) in the ground frame (forward, left, up)."""


def toe_rotation(side: int, rot: np.ndarray, mtp: np.ndarray) -> np.ndarray:
    """Orientation of toes (T, 3, 3) for that of calcn and the toe angle (T,)."""
    return rot @ hinge_of_toes(side, mtp)


def hinge_of_toes(side: int, mtp: np.ndarray) -> np.ndarray:
    """Turn of the toe joint in calcn (T, 3, 3) by its angle (T,)."""
    x, z = (1.0 - 2.0 * side) * MTP_AXIS[0], MTP_AXIS[1]
    k = np.array([[0.0, -z, 0.0], [z, 0.0, -x], [0.0, x, 0.0]])
    s, c = np.sin(mtp)[:, None, None], np.cos(mtp)[:, None, None]
    return np.eye(3) + s * k + (1.0 - c) * (k @ k)


def sphere_centres(side: int, rot: np.ndarray, toes: np.ndarray) -> np.ndarray:
    """Contact spheres relative to calcn's origin for orientations of calcn and toes: (T, 8, 3)."""
    spheres = foot_spheres(side)
    calcn_part = np.where(spheres.on_toes[:, None], spheres.toe_offset, spheres.pos)
    toe_part = np.where(spheres.on_toes[:, None], spheres.pos, 0.0)
    return calcn_part @ np.swapaxes(rot, 1, 2) + toe_part @ np.swapaxes(toes, 1, 2)


def foot_shape(
    side: int, phase: np.ndarray, speed: np.ndarray, edge: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Orientation of calcn in its footprint's frame (T, 3, 3) and toe angle (T,).

    ``edge`` (T,) [rad] tilts the foot on its inner edge.
    """
    scale = np.clip(speed / norms.SLOWEST, 0.0, 1.0)
    pitch = scale * _flattened(norms.foot_pitch(phase, speed) + pitch_bumps(phase, speed), phase)
    off = norms.foot_off(speed)
    raised = np.maximum(-pitch, 0.0) / 0.81
    extension = MTP_LIMIT * np.tanh(raised / MTP_LIMIT)
    cycle = np.mod(phase, 1.0)
    extension = extension * (1.0 - smooth_step((cycle - off) / 0.2))
    roll = (1.0 - 2.0 * side) * (MTP_AXIS[0] * TOES_FLAT_SHARE * extension - edge)
    return CALCN_TO_GROUND @ turn_about(2, pitch) @ turn_about(0, roll), -extension


def _flattened(pitch: np.ndarray, phase: np.ndarray) -> np.ndarray:
    """Foot pitch without its last degree in stance, so that the foot lies flat in mid stance."""
    cycle = np.mod(phase + 0.2, 1.0) - 0.2
    stance = smooth_step((cycle + 0.1) / 0.1) * (1.0 - smooth_step((cycle - 0.5) / 0.2))
    flat = pitch - FLAT_ZONE * np.tanh(pitch / FLAT_ZONE)
    away = smooth_step(np.abs(cycle - STANDING_PHASE) / 0.1)
    return pitch + stance * (flat * away - pitch)


def roll_way(side: int, rot: np.ndarray, mtp: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Way of calcn's origin when the foot rolls without slip.

    Returns:
        Horizontal way up to a constant [m], shape (T, 2), and height [m], shape (T,).
    """
    spheres = foot_spheres(side)
    toes = toe_rotation(side, rot, mtp)
    centres = sphere_centres(side, rot, toes)
    bottom = centres[..., 2] - spheres.radius
    low = bottom.min(axis=1)
    weight = np.exp(-(bottom - low[:, None]) / BLEND)
    total = weight.sum(axis=1)
    height = -(low - BLEND * np.log(total / 3.0)) - SINK
    weight /= total[:, None]
    # The touching point of sphere i moves with the foot: v + d(centre)/dt - radius * (omega x z) = 0.
    rate = np.gradient(centres, axis=0)[..., :2]
    omega = np.where(spheres.on_toes[:, None], _angular_rate(toes)[:, None], _angular_rate(rot)[:, None])
    rate = rate - spheres.radius[:, None] * np.stack([omega[..., 1], -omega[..., 0]], -1)
    velocity = -np.einsum("tp,tpi->ti", weight, rate)
    way = np.concatenate([np.zeros((1, 2)), np.cumsum(0.5 * (velocity[1:] + velocity[:-1]), axis=0)])
    return way, height


def _angular_rate(rot: np.ndarray) -> np.ndarray:
    """Angular velocity in the world [rad/frame], shape (T, 3)."""
    spin = np.einsum("tij,tkj->tik", np.gradient(rot, axis=0), rot)
    return np.stack([spin[:, 2, 1], spin[:, 0, 2], spin[:, 1, 0]], axis=1)
