"""Colour maps that stay readable for colour-blind people: brightness rises with the value."""

from __future__ import annotations

import numpy as np

_STOPS = np.array([0.0, 0.12, 0.35, 0.65, 1.0])
_RAMP = np.array(
    [[0.25, 0.27, 0.36], [0.38, 0.26, 0.38], [0.70, 0.16, 0.22], [0.95, 0.30, 0.12], [1.0, 0.78, 0.30]]
)
LUT_SIZE = 256


def activation_color(activation: np.ndarray) -> np.ndarray:
    """RGB in [0, 1], shape (..., 3), of activations in [0, 1]: slate, plum, red, orange, yellow."""
    a = np.clip(activation, 0.0, 1.0)
    return np.stack([np.interp(a, _STOPS, _RAMP[:, c]) for c in range(3)], axis=-1)


ACTIVATION_LUT = activation_color(np.linspace(0.0, 1.0, LUT_SIZE)).astype(np.float32)
"""The ramp as a table, shape (LUT_SIZE, 3)."""


def lookup(values: np.ndarray) -> np.ndarray:
    """Colours of ``values`` in [0, 1] from the table: quick, float32, shape (..., 3)."""
    return ACTIVATION_LUT[(np.clip(values, 0.0, 1.0) * (LUT_SIZE - 1)).astype(np.int32)]
