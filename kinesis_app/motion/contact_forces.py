"""Contact forces at the feet that answer a wrench of the pelvis as well as contacts can."""

from __future__ import annotations

import numpy as np

FRICTION = 1.0
"""Friction coefficient of the contact forces, that of the simulated floor."""
MOMENT_ARM = 0.1
"""Weight of moments against forces in the fit of the contact forces [m]."""
SOFTNESS = (0.1, 0.01, 0.001)
"""Compliance of the fit, s below: how much of the wanted root force is given up for small contact forces.
Each value starts from the solution before: a wrench that no contact gives has no dual at s = 0."""
FIRST_DAMPING = 0.01
"""Damping after the first step that failed [1]."""
MAX_STEPS, TOLERANCE = 40, 0.05
"""Newton steps per softness, and the misfit of the force at which they end [N]."""
EDGES = np.array([[FRICTION, 0, 1], [-FRICTION, 0, 1], [0, FRICTION, 1], [0, -FRICTION, 1]])
"""Edges of the friction pyramid; any force in it is a sum of these with weights >= 0."""


def contact_forces(
    points: np.ndarray, ready: np.ndarray, pelvis: np.ndarray, wrench: np.ndarray
) -> np.ndarray:
    """Contact forces [N], shape (T, 2, 8, 3), that answer a root wrench (T, 6).

    Non-negative least squares, min 1/2 |A w - wrench|^2 / s + 1/2 sum w_k^2 / ready_k with w >= 0,
    for all frames at once: its dual has 6 unknowns y with w = ready max(0, A^T y), and
    F(y) = A w + s y - wrench = 0 is solved by Newton steps with backtracking.
    """
    n = len(points)
    arm = points.reshape(n, 16, 3) - pelvis[:, None]
    lever = np.cross(arm[:, :, None], EDGES) / MOMENT_ARM
    A = np.concatenate([np.broadcast_to(EDGES, lever.shape), lever], axis=-1).reshape(n, 64, 6)
    weight = np.repeat(ready.reshape(n, 16), 4, axis=1)
    target = wrench / np.array([1.0, 1.0, 1.0, MOMENT_ARM, MOMENT_ARM, MOMENT_ARM])
    y = np.zeros((n, 6))
    for softness in SOFTNESS:
        y = _dual(A, weight, target, y, softness)
    pull = _pull(A, y)
    return np.einsum("tpe,ei->tpi", (weight * pull).reshape(n, 16, 4), EDGES).reshape(n, 2, 8, 3)


def _dual(
    A: np.ndarray, weight: np.ndarray, target: np.ndarray, y: np.ndarray, softness: float
) -> np.ndarray:
    """The dual (T, 6) that solves F(y) = 0, from a first guess; damped where Newton's step fails.

    The damping (Levenberg) is per frame: a zero moment point at the edge of a sole makes the active
    set flicker, and a line search alone gets stuck there.
    """
    y, rows, damping = y.copy(), np.arange(len(y)), np.zeros(len(y))
    for _ in range(MAX_STEPS):
        a, w, goal = A[rows], weight[rows], target[rows]
        pull = _pull(a, y[rows])
        gradient = ((w * pull)[:, None] @ a)[:, 0] + softness * y[rows] - goal
        left = np.abs(gradient).max(axis=1) > TOLERANCE
        if not left.any():
            break
        rows, a, w, goal, pull, gradient = (x[left] for x in (rows, a, w, goal, pull, gradient))
        here = y[rows]
        # From y = 0 every edge sits on its bound; the true Hessian would be empty there.
        active = w * ((pull > 0.0) | (here == 0.0).all(axis=1, keepdims=True))
        hessian = np.swapaxes(active[..., None] * a, 1, 2) @ a
        hessian += (softness + damping[rows])[:, None, None] * np.eye(6)
        trial = here - np.linalg.solve(hessian, gradient[..., None])[..., 0]
        better = _merit(a, w, goal, trial, softness) <= _merit(a, w, goal, here, softness)
        y[rows] = np.where(better[:, None], trial, here)
        damping[rows] = np.where(better, 0.1 * damping[rows], np.maximum(10.0 * damping[rows], FIRST_DAMPING))
    return y


def _pull(A: np.ndarray, y: np.ndarray) -> np.ndarray:
    """What the dual (T, 6) asks of each edge (T, 64)."""
    return np.asarray(np.maximum((A @ y[..., None])[..., 0], 0.0))


def _merit(
    A: np.ndarray, weight: np.ndarray, target: np.ndarray, y: np.ndarray, softness: float
) -> np.ndarray:
    """Value (T,) of the dual, which the solution minimises."""
    pull = _pull(A, y)
    return 0.5 * np.sum(weight * pull**2, 1) + 0.5 * softness * np.sum(y * y, 1) - np.sum(y * target, 1)
