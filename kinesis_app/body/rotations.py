"""Batched rotations. Quaternions are wxyz and unit length; everything works on (..., n) arrays."""

from __future__ import annotations

import numpy as np


def quat_mul(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Hamilton product, shape (..., 4)."""
    aw, ax, ay, az = np.moveaxis(a, -1, 0)
    bw, bx, by, bz = np.moveaxis(b, -1, 0)
    return np.stack(
        [
            aw * bw - ax * bx - ay * by - az * bz,
            aw * bx + ax * bw + ay * bz - az * by,
            aw * by - ax * bz + ay * bw + az * bx,
            aw * bz + ax * by - ay * bx + az * bw,
        ],
        axis=-1,
    )


def quat_conj(q: np.ndarray) -> np.ndarray:
    """Inverse of unit quaternions, shape (..., 4)."""
    return q * np.array([1.0, -1.0, -1.0, -1.0])


def quat_rotate(q: np.ndarray, v: np.ndarray) -> np.ndarray:
    """Rotate vectors (..., 3) by quaternions (..., 4)."""
    w, u = q[..., :1], q[..., 1:]
    t = 2.0 * cross(u, v)
    return v + w * t + cross(u, t)


def cross(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Cross product of vectors (..., 3); on small batches a quarter of ``np.cross``'s time."""
    ax, ay, az = a[..., 0], a[..., 1], a[..., 2]
    bx, by, bz = b[..., 0], b[..., 1], b[..., 2]
    return np.stack([ay * bz - az * by, az * bx - ax * bz, ax * by - ay * bx], axis=-1)


def quat_from_axis_angle(axis: np.ndarray, angle: np.ndarray) -> np.ndarray:
    """Rotation by ``angle`` [rad] (...) about the unit ``axis`` (3,) or (..., 3)."""
    half = 0.5 * np.asarray(angle)[..., None]
    return np.concatenate([np.cos(half), np.sin(half) * axis], axis=-1)


def quat_from_rotvec(rotvec: np.ndarray) -> np.ndarray:
    """Exponential map of rotation vectors [rad] (..., 3)."""
    angle = np.linalg.norm(rotvec, axis=-1, keepdims=True)
    half = 0.5 * angle
    scale = np.where(angle > 1e-8, np.sin(half) / np.maximum(angle, 1e-8), 0.5)
    return np.concatenate([np.cos(half), scale * rotvec], axis=-1)


def rotvec_from_quat(q: np.ndarray) -> np.ndarray:
    """Logarithm map to rotation vectors [rad], shape (..., 3), shortest way round."""
    q = np.where(q[..., :1] < 0.0, -q, q)
    norm = np.linalg.norm(q[..., 1:], axis=-1, keepdims=True)
    angle = 2.0 * np.arctan2(norm, q[..., :1])
    return q[..., 1:] * np.where(norm > 1e-8, angle / np.maximum(norm, 1e-8), 2.0)


def quat_to_matrix(q: np.ndarray) -> np.ndarray:
    """Rotation matrices, shape (..., 3, 3)."""
    w, x, y, z = np.moveaxis(q, -1, 0)
    rows = [
        [1 - 2 * (y * y + z * z), 2 * (x * y - w * z), 2 * (x * z + w * y)],
        [2 * (x * y + w * z), 1 - 2 * (x * x + z * z), 2 * (y * z - w * x)],
        [2 * (x * z - w * y), 2 * (y * z + w * x), 1 - 2 * (x * x + y * y)],
    ]
    return np.stack([np.stack(row, axis=-1) for row in rows], axis=-2)


def matrix_to_quat(m: np.ndarray) -> np.ndarray:
    """Quaternions with w >= 0 of rotation matrices (..., 3, 3), shape (..., 4)."""
    m00, m11, m22 = m[..., 0, 0], m[..., 1, 1], m[..., 2, 2]
    # Four candidates, each exact where its leading term is the largest (Shepperd 1978).
    q = np.stack([1 + m00 + m11 + m22, 1 + m00 - m11 - m22, 1 - m00 + m11 - m22, 1 - m00 - m11 + m22], -1)
    a, b, c = m[..., 2, 1] - m[..., 1, 2], m[..., 0, 2] - m[..., 2, 0], m[..., 1, 0] - m[..., 0, 1]
    d, e, f = m[..., 1, 0] + m[..., 0, 1], m[..., 0, 2] + m[..., 2, 0], m[..., 2, 1] + m[..., 1, 2]
    table = np.stack(
        [
            np.stack([q[..., 0], a, b, c], -1),
            np.stack([a, q[..., 1], d, e], -1),
            np.stack([b, d, q[..., 2], f], -1),
            np.stack([c, e, f, q[..., 3]], -1),
        ],
        axis=-2,
    )
    best = np.argmax(q, axis=-1)[..., None, None]
    quat = np.take_along_axis(table, best, axis=-2)[..., 0, :]
    quat = quat / np.linalg.norm(quat, axis=-1, keepdims=True)
    return np.where(quat[..., :1] < 0.0, -quat, quat)


FACING_X = np.array([np.sqrt(0.5), 0.0, 0.0, np.sqrt(0.5)])
"""Root quaternion of an upright body that faces world +x (MyoLegs' root faces -y)."""


def heading(root_quat: np.ndarray) -> np.ndarray:
    """Direction the pelvis faces in the ground plane [rad], 0 = world +x, shape (...)."""
    forward = quat_rotate(root_quat, np.array([0.0, -1.0, 0.0]))
    return np.arctan2(forward[..., 1], forward[..., 0])


def yaw_quat(angle: np.ndarray) -> np.ndarray:
    """Rotation by ``angle`` [rad] about the vertical, shape (..., 4)."""
    return quat_from_axis_angle(np.array([0.0, 0.0, 1.0]), angle)


def upright_quat(angle: np.ndarray) -> np.ndarray:
    """Root quaternion of an upright body that faces ``angle`` [rad] (0 = world +x)."""
    return quat_mul(yaw_quat(angle), np.broadcast_to(FACING_X, (*np.shape(angle), 4)))
