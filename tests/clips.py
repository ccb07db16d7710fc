"""Clips for tests."""

from __future__ import annotations

import numpy as np

from kinesis_app.body.joints import joint_angles
from kinesis_app.body.model import physics_model, standing_qpos
from kinesis_app.motion.clip import MotionClip, continuous_quat


def standing_clip(seconds: float = 4.0, name: str = "still") -> MotionClip:
    """The standing pose, motionless."""
    n, qpos = round(seconds * 30) + 1, standing_qpos(physics_model())
    still = np.tile(qpos, (n, 1))
    quat = continuous_quat(still[:, 3:7])
    return MotionClip(name, 30.0, still[:, :3].copy(), quat, joint_angles(still))
