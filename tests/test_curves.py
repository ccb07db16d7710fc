"""The quick monotone curve is SciPy's."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.interpolate import PchipInterpolator

from kinesis_app.motion.gait.curves import MonotoneCurve


@pytest.mark.parametrize("n", [2, 3, 4, 12])
def test_it_is_scipys_pchip(n: int) -> None:
    rng = np.random.default_rng(n)
    for _ in range(20):
        knots = np.cumsum(rng.integers(1, 60, n)).astype(float)
        values = rng.normal(size=n).round(1)  # rounded: equal neighbours occur
        at = np.linspace(knots[0], knots[-1], 101)
        curve = MonotoneCurve(knots, at)
        np.testing.assert_allclose(curve(values), PchipInterpolator(knots, values)(at), atol=1e-12)
        np.testing.assert_allclose(curve(-values), -curve(values), atol=1e-12)
