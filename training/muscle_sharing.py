"""From joint torques to muscles: gain and bias of each, static optimisation of both legs; compiled."""

from __future__ import annotations

import numba as nb
import numpy as np

from kinesis_app.body.model import SIM_DT
from kinesis_app.body.muscles import N_MUSCLES, muscle_table
from training.joint_columns import COLUMN
from training.static_optimisation import N_ROWS, TORQUE_SCALE, solve

_M = N_MUSCLES


def _muscle_parameters() -> np.ndarray:
    t = muscle_table()
    return np.column_stack(
        [
            t.optimal_fiber_length, t.tendon_slack_length, t.max_isometric_force, t.length_min,
            t.length_max, t.max_contraction_velocity, t.passive_force, t.eccentric_force,
            t.time_constants,
        ]
    )  # fmt: skip


_MUSCLE = _muscle_parameters()


@nb.njit(nogil=True, fastmath=True)
def muscle_gain_bias(m: int, length: float, velocity: float) -> tuple[float, float]:
    """Gain and bias [N] of muscle row ``m``; the scalar twin of ``body.muscles.gain`` and ``bias``."""
    p = _MUSCLE[m]
    fiber, v = (length - p[1]) / p[0], velocity / (p[0] * p[5])
    a, b = 0.5 * (p[3] + 1.0), 0.5 * (1.0 + p[4])
    if fiber < p[3] or fiber > p[4]:
        active = 0.0
    elif fiber <= a:
        active = 0.5 * ((fiber - p[3]) / (a - p[3])) ** 2
    elif fiber <= 1.0:
        active = 1.0 - 0.5 * ((1.0 - fiber) / (1.0 - a)) ** 2
    elif fiber <= b:
        active = 1.0 - 0.5 * ((fiber - 1.0) / (b - 1.0)) ** 2
    else:
        active = 0.5 * ((p[4] - fiber) / (p[4] - b)) ** 2
    y = p[7] - 1.0
    if v <= -1.0:
        speed = 0.0
    elif v <= 0.0:
        speed = (v + 1.0) ** 2
    elif v <= y:
        speed = p[7] - (y - v) ** 2 / y
    else:
        speed = p[7]
    x = (fiber - 1.0) / (b - 1.0)
    passive = 0.5 * max(x, 0.0) ** 2 if x <= 1.0 else x - 0.5
    return -p[2] * active * speed, -p[2] * p[6] * passive


@nb.njit(nogil=True, fastmath=True)
def excitation_for(m: int, target: float, activation: float) -> float:
    scale = 0.5 + 1.5 * min(max(activation, 0.0), 1.0)
    tau = _MUSCLE[m, 8] * scale if target > activation else _MUSCLE[m, 9] / scale
    return min(max(activation + (target - activation) * tau / SIM_DT, 0.0), 1.0)


@nb.njit(nogil=True, fastmath=True)
def share_among_muscles(
    length: np.ndarray, velocity: np.ndarray, moment: np.ndarray, nnz: np.ndarray, adr: np.ndarray,
    column_of: np.ndarray, slope: np.ndarray, torque: np.ndarray, dual: np.ndarray, wanted: np.ndarray,
) -> None:  # fmt: skip
    """Static optimisation of both legs: target activations ``wanted`` (80,)."""
    matrix = np.zeros((2, N_ROWS, _M // 2))
    left = torque.copy().reshape(2, N_ROWS)
    for m in range(_M):
        side, local = m // (_M // 2), m % (_M // 2)
        gain, bias = muscle_gain_bias(m, length[m], velocity[m])
        for k in range(adr[m], adr[m] + nnz[m]):
            dof = column_of[k]
            if dof < 6:
                continue
            row = COLUMN[dof] - 7 * side
            arm = moment[k] * slope[dof]
            left[side, row] -= arm * bias
            matrix[side, row, local] += arm * gain / TORQUE_SCALE[row]
    for side in range(2):
        for j in range(N_ROWS):
            left[side, j] /= TORQUE_SCALE[j]
        leg = slice(side * (_M // 2), (side + 1) * (_M // 2))
        solve(matrix[side], left[side], dual[side], wanted[leg])
