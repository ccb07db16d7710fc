"""One reference into another: what was followed so far, and what is followed from a moment on."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np

from kinesis_app.body.model import SIM_DT
from kinesis_app.env.reference import ReferenceFrame
from kinesis_app.errors import KinesisError
from kinesis_app.motion.clip import MotionClip, continuous_quat
from kinesis_app.motion.smooth_step import smooth_step

FARTHEST_FROM_PLAN = 0.9
"""A pelvis further from the plan's path than this [m] follows another; after a short run it is 0.6 behind."""
MAX_JUMP = 0.05
"""A motion further beside the one under way until the splice is taken along to it [m]."""


def after(old: ReferenceFrame, n_old: int, new: MotionClip) -> MotionClip:
    """The first ``n_old`` frames of ``old``, then ``new``."""
    return replace(
        new,
        root_pos=np.concatenate([old.root_pos[:n_old], new.root_pos]),
        root_quat=continuous_quat(np.concatenate([old.root_quat[:n_old], new.root_quat])),
        joints=np.concatenate([old.joints[:n_old], new.joints]),
        info={"source": "gait generator"},
    )


def beside(old: ReferenceFrame, new: MotionClip, at: int) -> tuple[float, float]:
    """How far ``new`` has to be taken along to be where ``old`` is at frame ``at`` [m]; not if it is near.

    Raises:
        KinesisError: If it is too far away.
    """
    away = (old.root_pos - new.root_pos)[: at + 1]
    if np.linalg.norm(away, axis=1).max() < MAX_JUMP:
        return 0.0, 0.0
    x, y = away[at, :2].tolist()
    if math.hypot(x, y) > FARTHEST_FROM_PLAN:
        raise KinesisError(f"'{new.name}' does not follow its own plan: it cannot be changed.")
    return x, y


def spliced(old: ReferenceFrame, new: MotionClip, at: int, blend: float) -> MotionClip:
    """``old`` before frame ``at``, ``new`` after a ``blend`` [s]; both on the same frames."""
    w = smooth_step((np.arange(new.n_frames) - at) * SIM_DT / blend)[:, None]
    quat = np.where(_apart(old.root_quat, new.root_quat), -new.root_quat, new.root_quat)
    blended = (1.0 - w) * old.root_quat + w * quat
    return replace(
        new,
        root_pos=(1.0 - w) * old.root_pos + w * new.root_pos,
        root_quat=continuous_quat(blended / np.linalg.norm(blended, axis=1, keepdims=True)),
        joints=(1.0 - w) * old.joints + w * new.joints,
        info={"source": "gait generator"},
    )


def _apart(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Whether quaternions (T, 4) lie on opposite sides of the sphere, shape (T, 1)."""
    return np.sum(a * b, axis=1, keepdims=True) < 0.0
