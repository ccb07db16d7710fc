"""Static optimisation against a general-purpose bounded least-squares solver."""

from __future__ import annotations

import numpy as np
import pytest

pytest.importorskip("numba")
from scipy.optimize import lsq_linear

from training.static_optimisation import SOFTNESS, solve


@pytest.mark.parametrize("seed", range(20))
def test_matches_bounded_least_squares(seed: int) -> None:
    rng = np.random.default_rng(seed)
    matrix = rng.normal(size=(7, 40)) * (rng.random((7, 40)) < 0.5) * 2.0
    torque = matrix @ rng.uniform(0, 0.6, 40) * rng.uniform(0.2, 2.0)
    stacked = np.vstack([matrix / np.sqrt(SOFTNESS), np.eye(40)])
    expected = lsq_linear(stacked, np.r_[torque / np.sqrt(SOFTNESS), np.zeros(40)], (0, 1), tol=1e-12).x
    dual, activation = np.zeros(7), np.empty(40)
    solve(matrix, torque, dual, activation)
    np.testing.assert_allclose(activation, expected, atol=5e-3)
    solve(matrix, torque, dual, activation)  # warm start stays at the solution
    np.testing.assert_allclose(activation, expected, atol=5e-3)
