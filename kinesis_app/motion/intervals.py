"""Where something holds without a break."""

from __future__ import annotations

import numpy as np


def intervals(mask: np.ndarray) -> list[tuple[int, int]]:
    """First and last + 1 of each run of True in ``mask`` (T,)."""
    edges = np.flatnonzero(np.diff(np.concatenate([[False], mask, [False]]).astype(int)))
    return [(int(a), int(b)) for a, b in edges.reshape(-1, 2)]
