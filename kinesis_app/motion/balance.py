"""The gentlest way of the pelvis that gives the floor what it can carry."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.sparse import diags_array
from scipy.sparse.linalg import splu


@dataclass(frozen=True)
class Tolerance:
    """How far each wish may be missed; the squares of miss / tolerance are summed.

    Attributes:
        zmp: Zero moment point while feet carry [m].
        fall: Wanted acceleration [m/s^2 or rad/s^2].
        shift: The way itself [m or rad].
        jerk: Its third derivative [per s^3].
    """

    zmp: float
    fall: float
    shift: float
    jerk: float


def gentlest(
    excess: np.ndarray,
    lever: np.ndarray,
    fall: np.ndarray,
    carried: np.ndarray,
    falling: np.ndarray,
    tolerance: Tolerance,
    fps: float,
) -> np.ndarray:
    """The smallest, smoothest way c (T,) of the pelvis along one axis.

    Minimises the sum of squares of carried (c - lever c'' - excess) / zmp, falling (c'' - fall) / fall,
    c / shift and c''' / jerk. The first is the linear
    inverted pendulum (Kajita et al. 2001, IROS), the second free fall.

    Args:
        excess: Wanted shift of the zero moment point [m], shape (T,).
        lever: Height over gravity plus vertical acceleration [s^2], shape (T,).
        fall: Wanted acceleration in flight, shape (T,).
        carried, falling: Weight of the first two wishes, usually 1 in stance and in flight, shape (T,).
        tolerance: Weights.
        fps: Frames per second.
    """
    n = len(excess)
    second: Any = diags_array([1.0, -2.0, 1.0], offsets=[0, 1, 2], shape=(n - 2, n)) * fps**2
    third: Any = diags_array([-1.0, 3.0, -3.0, 1.0], offsets=[0, 1, 2, 3], shape=(n - 3, n)) * fps**3
    inner = slice(1, -1)
    on_feet, in_air = carried[inner] / tolerance.zmp, falling[inner] / tolerance.fall
    identity = diags_array([1.0], offsets=[1], shape=(n - 2, n))
    zmp_rows = diags_array(on_feet) @ (identity - diags_array(lever[inner]) @ second)
    fall_rows = diags_array(in_air) @ second
    normal: Any = (
        zmp_rows.T @ zmp_rows
        + fall_rows.T @ fall_rows
        + diags_array(np.full(n, tolerance.shift**-2))
        + third.T @ third / tolerance.jerk**2
    )
    right = zmp_rows.T @ (on_feet * excess[inner]) + fall_rows.T @ (in_air * fall[inner])
    return np.asarray(splu(normal.tocsc()).solve(right))


def nearest_inside(points: np.ndarray, corners: np.ndarray, counted: np.ndarray) -> np.ndarray:
    """Where the convex hulls of corners are nearest to points, for all frames at once.

    A point outside a hull is nearest to one of its edges, and no other chord of the hull is nearer;
    a point is inside if no half plane holds all corners seen from it.

    Args:
        points: Shape (T, 2).
        corners: Shape (T, N, 2).
        counted: Which corners there are, at least one per frame, shape (T, N).

    Returns:
        The nearest points, shape (T, 2); those inside stay where they are.
    """
    first, second = np.triu_indices(corners.shape[1])
    start, along = corners[:, first], corners[:, second] - corners[:, first]
    reach = np.sum((points[:, None] - start) * along, axis=2)
    share = np.clip(reach / np.maximum(np.sum(along**2, axis=2), 1e-12), 0.0, 1.0)
    nearest = start + share[..., None] * along
    distance = np.linalg.norm(nearest - points[:, None], axis=2)
    distance[~(counted[:, first] & counted[:, second])] = np.inf
    rows = np.arange(len(points))
    found = nearest[rows, distance.argmin(axis=1)]
    return np.where(_widest_gap(corners - points[:, None], counted)[:, None] < np.pi, points, found)


def _widest_gap(rays: np.ndarray, counted: np.ndarray) -> np.ndarray:
    """Largest angle [rad] (T,) between neighbours of rays (T, N, 2)."""
    angle = np.arctan2(rays[..., 1], rays[..., 0])
    any_angle = angle[np.arange(len(angle)), counted.argmax(axis=1)]
    angle = np.sort(np.where(counted, angle, any_angle[:, None]), axis=1)
    closing = angle[:, :1] + 2.0 * np.pi - angle[:, -1:]
    return np.concatenate([np.diff(angle, axis=1), closing], axis=1).max(axis=1)
