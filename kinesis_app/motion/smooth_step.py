"""The step by which one thing takes over from another."""

from __future__ import annotations

import numpy as np


def smooth_step(u: np.ndarray) -> np.ndarray:
    """Quintic step from 0 to 1 with flat ends; 0 before 0, 1 after 1."""
    u = np.minimum(np.maximum(u, 0.0), 1.0)
    return u**3 * (10.0 + u * (6.0 * u - 15.0))
