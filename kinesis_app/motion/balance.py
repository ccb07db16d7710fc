"""The gentlest way of the pelvis that gives the floor what it can carry."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.linalg import solve_banded


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
    n, inner = len(excess), slice(1, -1)
    arm = lever[inner] * fps**2
    on_feet, in_air = carried[inner] / tolerance.zmp, falling[inner] * (fps**2 / tolerance.fall)
    normal = NormalEquations(n)
    normal.add((-on_feet * arm, on_feet * (1.0 + 2.0 * arm), -on_feet * arm), on_feet * excess[inner])
    normal.add((in_air, -2.0 * in_air, in_air), falling[inner] * fall[inner] / tolerance.fall)
    normal.add((np.full(n, 1.0 / tolerance.shift),), np.zeros(n))
    third = np.full(n - 3, fps**3 / tolerance.jerk)
    normal.add((-third, 3.0 * third, -3.0 * third, third), np.zeros(n - 3))
    return normal.solution()


class NormalEquations:
    """Least squares over n unknowns in order, (n, ...), whose wishes each concern a few neighbours.

    Args:
        n: Number of unknowns.
        shape: Of each unknown.
    """

    def __init__(self, n: int, shape: tuple[int, ...] = ()) -> None:
        self._bands = np.zeros((7, n))  # row 3 + k: the k-th diagonal below the main one
        self._right = np.zeros((n, *shape))

    def add(self, rows: tuple[np.ndarray, ...], wanted: np.ndarray) -> None:
        """Ask for every m that the sum of rows[k][m] x[m + k] be wanted[m]; four neighbours at most."""
        count = len(wanted)
        for k, one in enumerate(rows):
            self._right[k : k + count] += (one * wanted.T).T
            for j, other in enumerate(rows):
                self._bands[3 + k - j, j : j + count] += one * other

    def solution(self, free: slice = slice(None)) -> np.ndarray:
        """The best unknowns in a range, where those outside are 0."""
        return np.asarray(solve_banded((3, 3), self._bands[:, free], self._right[free]))


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
