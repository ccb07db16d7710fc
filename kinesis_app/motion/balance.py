"""The gentlest way of the pelvis that gives the floor what it can carry."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.sparse import diags_array
from scipy.sparse.linalg import splu
from scipy.spatial import ConvexHull, QhullError


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


def nearest_inside(point: np.ndarray, corners: np.ndarray) -> np.ndarray:
    """The point of the convex hull of ``corners`` (N, 2) that is nearest to ``point`` (2,)."""
    try:
        hull = ConvexHull(corners)
    except QhullError:  # all on one line
        start, end = corners, np.roll(corners, -1, axis=0)
    else:
        if (hull.equations[:, :2] @ point + hull.equations[:, 2] <= 0.0).all():
            return point
        start, end = corners[hull.simplices[:, 0]], corners[hull.simplices[:, 1]]
    edge = end - start
    along = np.sum((point - start) * edge, axis=1) / np.maximum(np.sum(edge**2, axis=1), 1e-12)
    candidates = start + np.clip(along, 0.0, 1.0)[:, None] * edge
    return candidates[np.argmin(np.linalg.norm(candidates - point, axis=1))]
