"""Smooth monotone curves through knots, quick when the knots' places stay and only their values change."""

from __future__ import annotations

import numpy as np


class MonotoneCurve:
    """Cubic Hermite curve with the slopes of Fritsch and Butland (1984), as SciPy's ``PchipInterpolator``.

    Args:
        knots: Their places, increasing, shape (N,), two at least.
        at: Where the curve is wanted, within the knots, shape (T,).
    """

    def __init__(self, knots: np.ndarray, at: np.ndarray) -> None:
        self._h = np.diff(knots)
        self._row = np.clip(np.searchsorted(knots, at, side="right") - 1, 0, len(knots) - 2)
        h = self._h[self._row]
        u = (at - knots[self._row]) / h
        rise = u * u * (3.0 - 2.0 * u)
        self._weights = (1.0 - rise, rise, h * u * (1.0 - u) ** 2, h * u * u * (u - 1.0))

    def __call__(self, values: np.ndarray) -> np.ndarray:
        """The curve with these values (N,) at the knots, shape (T,)."""
        slope, row = self._slopes(values), self._row
        start, end, leaving, arriving = self._weights
        return start * values[row] + end * values[row + 1] + leaving * slope[row] + arriving * slope[row + 1]

    def _slopes(self, values: np.ndarray) -> np.ndarray:
        h, rate = self._h, np.diff(values) / self._h
        if len(h) == 1:
            return np.array([rate[0], rate[0]])
        before, after = 2.0 * h[1:] + h[:-1], h[1:] + 2.0 * h[:-1]
        same = rate[:-1] * rate[1:] > 0.0
        a, b = np.where(same, rate[:-1], 1.0), np.where(same, rate[1:], 1.0)
        inner = np.where(same, (before + after) / (before / a + after / b), 0.0)
        first = _end_slope(h[0], h[1], rate[0], rate[1])
        last = _end_slope(h[-1], h[-2], rate[-1], rate[-2])
        return np.concatenate([[first], inner, [last]])


def _end_slope(h0: float, h1: float, rate0: float, rate1: float) -> float:
    """Three-point slope at an end that keeps the curve's shape."""
    slope = ((2.0 * h0 + h1) * rate0 - h0 * rate1) / (h0 + h1)
    if slope * rate0 <= 0.0:
        return 0.0
    if rate0 * rate1 <= 0.0 and abs(slope) > 3.0 * abs(rate0):
        return 3.0 * rate0
    return slope
