"""Walks on a treadmill: their way over the ground, given back."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from kinesis_app.motion.retarget.anatomy import Anatomy
from kinesis_app.motion.retarget.smoothing import low_pass


def overground(anatomy: Anatomy) -> Anatomy:
    """Give a treadmill walk its travel: resting feet that glide backwards reveal the belt.

    The belt's velocity is the median velocity of whichever ankle is lower.
    """
    dt = 1.0 / anatomy.fps
    middle = anatomy.legs[:, :, 0].mean(axis=1)
    ankle = low_pass(anatomy.legs[:, :, 2], anatomy.fps, 6.0)
    velocity = np.gradient(ankle, dt, axis=0)[..., :2]
    lower = np.argmin(ankle[..., 2], axis=1)
    belt = np.median(np.take_along_axis(velocity, lower[:, None, None], axis=1)[:, 0], axis=0)
    travel = float(np.linalg.norm(middle[-1, :2] - middle[0, :2])) * anatomy.fps / anatomy.n_frames
    if np.linalg.norm(belt) < 0.3 or travel > 0.3 * np.linalg.norm(belt):
        return anatomy
    time = np.arange(anatomy.n_frames)[:, None, None, None] * dt
    shift = -time * np.array([belt[0], belt[1], 0.0])
    note = f"treadmill: the belt's {np.linalg.norm(belt):.2f} m/s added to the motion"
    return replace(anatomy, legs=anatomy.legs + shift, notes=(*anatomy.notes, note))
