"""Colour maps that stay readable for colour-blind people: brightness rises with the value."""

from __future__ import annotations

import functools

import numpy as np

DEFAULT_MAP = "ember"
LUT_SIZE = 256
_STOPS: dict[str, tuple[tuple[float, tuple[float, float, float]], ...]] = {
    "ember": (
        (0.0, (0.25, 0.27, 0.36)),
        (0.12, (0.38, 0.26, 0.38)),
        (0.35, (0.70, 0.16, 0.22)),
        (0.65, (0.95, 0.30, 0.12)),
        (1.0, (1.0, 0.78, 0.30)),
    ),
    # Matplotlib's viridis, and cividis of Nunez, Anderton & Renslow 2018, PLoS ONE 13:e0199239.
    "viridis": (
        (0.0, (0.267, 0.005, 0.329)),
        (0.25, (0.229, 0.322, 0.546)),
        (0.5, (0.128, 0.567, 0.551)),
        (0.75, (0.369, 0.789, 0.383)),
        (1.0, (0.993, 0.906, 0.144)),
    ),
    "cividis": (
        (0.0, (0.0, 0.135, 0.305)),
        (0.25, (0.256, 0.305, 0.425)),
        (0.5, (0.485, 0.482, 0.470)),
        (0.75, (0.740, 0.680, 0.425)),
        (1.0, (0.996, 0.909, 0.218)),
    ),
    "grey": ((0.0, (0.20, 0.21, 0.23)), (1.0, (0.97, 0.97, 0.97))),
}
MAPS = tuple(_STOPS)


def color_of(values: np.ndarray, name: str = DEFAULT_MAP) -> np.ndarray:
    """RGB in [0, 1], shape (..., 3), of values in [0, 1] on one of ``MAPS``."""
    at = [stop for stop, _ in _STOPS[name]]
    rgb = np.array([color for _, color in _STOPS[name]])
    x = np.clip(values, 0.0, 1.0)
    return np.stack([np.interp(x, at, rgb[:, c]) for c in range(3)], axis=-1)


@functools.cache
def lut(name: str = DEFAULT_MAP) -> np.ndarray:
    """A map as a table, float32, shape (LUT_SIZE, 3)."""
    return color_of(np.linspace(0.0, 1.0, LUT_SIZE), name).astype(np.float32)
