"""Low-passes: what is above a few hertz in a recording is noise, and accelerations no muscle gives."""

from __future__ import annotations

import numpy as np
from scipy.signal import butter, sosfiltfilt

from kinesis_app.body.joints import joint_table
from kinesis_app.motion.clip import continuous_quat

CUTOFF = 8.0
"""Of a recording and of all that is solved for after it [Hz]; the push-off has its power below 6 Hz
(Winter 2009, ch. 3)."""
_ROUNDS = 2


def low_pass(signal: np.ndarray, fps: float, cutoff: float = CUTOFF) -> np.ndarray:
    """Zero-lag Butterworth of order 4 along axis 0; shorter or slower recordings stay as they are."""
    if cutoff >= 0.45 * fps or len(signal) < 4:
        return signal
    # Two passes lower the corner by this factor (Winter 2009, eq. 3.8).
    sos = butter(2, min(cutoff / 0.802, 0.45 * fps), fs=fps, output="sos")
    return sosfiltfilt(sos, signal, axis=0, padtype="odd", padlen=min(len(signal) - 2, int(fps / cutoff * 3)))


def smooth_quat(quat: np.ndarray, fps: float, cutoff: float = CUTOFF) -> np.ndarray:
    """Orientations wxyz (T, 4), low-passed, without sign flips between frames."""
    smooth = low_pass(continuous_quat(quat), fps, cutoff)
    return smooth / np.linalg.norm(smooth, axis=1, keepdims=True)


def smooth_joints(joints: np.ndarray, fps: float) -> np.ndarray:
    """Joint angles [rad] (T, 14), low-passed and within their ranges.

    An angle that is merely cut off at its limit stops there at once, and the leg under it: hundreds of
    newton metres. So what was cut is low-passed once more.
    """
    low, high = joint_table().range.T
    for _ in range(_ROUNDS):
        joints = np.clip(low_pass(joints, fps), low, high)
    return joints
