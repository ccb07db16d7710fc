"""Lower the pelvis where a resting foot would otherwise be out of the leg's reach."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from scipy.ndimage import gaussian_filter1d, maximum_filter1d

from kinesis_app.motion.retarget.layout import Targets
from kinesis_app.motion.retarget.shape import body_shape

SPARE = 0.002
"""Length by which a resting leg stays short of straight [m]: about 4 degrees at the knee."""
SPREAD = 0.06
"""The pelvis goes down and up again over this time [s]; faster would be felt as a force."""
DEEPEST = 0.06
"""Largest drop [m]; a foot still out of reach then slides."""


def within_reach(targets: Targets, resting: np.ndarray) -> Targets:
    """Targets whose pelvis is low enough for the resting feet.

    Args:
        targets: With the feet already locked.
        resting: How firmly each foot is on the floor [0, 1], shape (T, 2).
    """
    hip, ankle = targets.legs[:, :, 0], targets.legs[:, :, 2]
    shape = body_shape()
    length = shape.thigh + shape.shank - SPARE
    across = np.sum(np.square(hip[..., :2] - ankle[..., :2]), axis=-1)
    highest = ankle[..., 2] + np.sqrt(np.maximum(length**2 - across, 0.01))
    drop = np.where(resting > 0.3, np.maximum(hip[..., 2] - highest, 0.0), 0.0).max(axis=1)
    frames = SPREAD * targets.fps
    drop = maximum_filter1d(np.minimum(drop, DEEPEST), 2 * int(frames) + 1, mode="nearest")
    drop = gaussian_filter1d(drop, frames, mode="nearest")
    legs = targets.legs.copy()
    legs[:, :, 0, 2] -= drop[:, None]
    legs[:, :, 1, 2] -= 0.5 * drop[:, None]
    return replace(targets, legs=legs)
