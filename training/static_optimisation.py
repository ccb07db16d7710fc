"""Static optimisation: which muscle activations give the wanted joint torques at least effort.

min over a of  1/2 |a|^2 + 1/(2 eps) |A a - tau|^2  subject to 0 <= a <= 1       (Crowninshield & Brand
1981, with a soft equality), one leg at a time: A (7, 40) is moment arm times muscle gain. With
seven torques and forty muscles the dual is far smaller: a = clip(A^T y, 0, 1), and y minimises

    D(y) = sum_m psi(A_m^T y) + eps/2 |y|^2 - tau^T y,     psi' = clip(., 0, 1),

smooth and convex, solved by damped Newton steps.
"""

from __future__ import annotations

import numba as nb
import numpy as np

N_ROWS = 7
SOFTNESS = 0.02
"""eps: torque error per unit of dual, both scaled by ``TORQUE_SCALE``."""
TORQUE_SCALE = np.array([50.0, 50.0, 20.0, 50.0, 50.0, 15.0, 3.0])
"""Torque [Nm] that counts as one for each joint of a leg, in the order of ``LEG_JOINTS``."""
MAX_ITERATIONS = 12
TOLERANCE = 1e-3
# Muscles outside (0, 1) add nothing to the true Hessian; a little of them keeps Newton's step
# from leaping when the active set is about to change.
_INACTIVE_WEIGHT = 0.03


@nb.njit(nogil=True, cache=True, fastmath=True)
def _dual(matrix: np.ndarray, torque: np.ndarray, y: np.ndarray) -> float:
    value = 0.0
    for j in range(N_ROWS):
        value += (0.5 * SOFTNESS * y[j] - torque[j]) * y[j]
    for m in range(matrix.shape[1]):
        z = 0.0
        for j in range(N_ROWS):
            z += matrix[j, m] * y[j]
        if z > 1.0:
            value += z - 0.5
        elif z > 0.0:
            value += 0.5 * z * z
    return value


@nb.njit(nogil=True, cache=True, fastmath=True)
def _cholesky_solve(h: np.ndarray, x: np.ndarray) -> None:
    """Solve h s = x in place of x, for a symmetric positive definite h (lower part used)."""
    n = N_ROWS
    for i in range(n):
        for j in range(i + 1):
            s = h[i, j]
            for k in range(j):
                s -= h[i, k] * h[j, k]
            h[i, j] = np.sqrt(s) if i == j else s / h[j, j]
    for i in range(n):
        for k in range(i):
            x[i] -= h[i, k] * x[k]
        x[i] /= h[i, i]
    for i in range(n - 1, -1, -1):
        for k in range(i + 1, n):
            x[i] -= h[k, i] * x[k]
        x[i] /= h[i, i]


@nb.njit(nogil=True, cache=True, fastmath=True)
def _newton_step(
    matrix: np.ndarray, torque: np.ndarray, y: np.ndarray, full: bool, step: np.ndarray
) -> float:
    """Write the Newton step, return the gradient's norm."""
    h = np.zeros((N_ROWS, N_ROWS))
    g = np.empty(N_ROWS)
    for j in range(N_ROWS):
        g[j] = SOFTNESS * y[j] - torque[j]
        h[j, j] = SOFTNESS
    for m in range(matrix.shape[1]):
        z = 0.0
        for j in range(N_ROWS):
            z += matrix[j, m] * y[j]
        a = min(max(z, 0.0), 1.0)
        weight = 1.0 if full or 0.0 < z < 1.0 else _INACTIVE_WEIGHT
        for j in range(N_ROWS):
            g[j] += matrix[j, m] * a
            scaled = weight * matrix[j, m]
            for k in range(j + 1):
                h[j, k] += scaled * matrix[k, m]
    norm = 0.0
    for j in range(N_ROWS):
        norm += g[j] * g[j]
        step[j] = -g[j]
    _cholesky_solve(h, step)
    return np.sqrt(norm)


@nb.njit(nogil=True, cache=True, fastmath=True)
def solve(matrix: np.ndarray, torque: np.ndarray, y: np.ndarray, activation: np.ndarray) -> None:
    """Share torques among muscles.

    Args:
        matrix: Torque per activation, rows divided by ``TORQUE_SCALE``, shape (7, M).
        torque: Wanted torques divided by ``TORQUE_SCALE``, shape (7,).
        y: Dual, a warm start on entry and the solution on return, shape (7,).
        activation: Written: activations in [0, 1], shape (M,).
    """
    step = np.empty(N_ROWS)
    trial = np.empty(N_ROWS)
    cold = True
    for j in range(N_ROWS):
        cold = cold and y[j] == 0.0
    value = _dual(matrix, torque, y)
    for iteration in range(MAX_ITERATIONS):
        # From y = 0 every muscle sits on a bound; the true Hessian would be empty there.
        if _newton_step(matrix, torque, y, cold and iteration == 0, step) < TOLERANCE:
            break
        slope = 0.0
        for j in range(N_ROWS):
            slope += (SOFTNESS * y[j] - torque[j]) * step[j]
        for m in range(matrix.shape[1]):
            z, along = 0.0, 0.0
            for j in range(N_ROWS):
                z += matrix[j, m] * y[j]
                along += matrix[j, m] * step[j]
            slope += min(max(z, 0.0), 1.0) * along
        length = 1.0
        for _ in range(8):  # Armijo
            for j in range(N_ROWS):
                trial[j] = y[j] + length * step[j]
            new_value = _dual(matrix, torque, trial)
            if new_value <= value + 1e-4 * length * slope:
                break
            length *= 0.5
        for j in range(N_ROWS):
            y[j] = trial[j]
        value = new_value
    for m in range(matrix.shape[1]):
        z = 0.0
        for j in range(N_ROWS):
            z += matrix[j, m] * y[j]
        activation[m] = min(max(z, 0.0), 1.0)
