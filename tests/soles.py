"""The soles of a clip."""

from __future__ import annotations

import numpy as np

from kinesis_app.body import kinematics
from kinesis_app.motion.clip import MotionClip
from kinesis_app.motion.dynamics import contact_points


def sole_points(clip: MotionClip) -> np.ndarray:
    """Lowest points of the feet's contact spheres [m], shape (T, 2, 8, 3)."""
    return contact_points(kinematics.forward(clip.qpos()))
