"""What every source is reduced to: leg joints, pelvis, trunk and foot orientation over time."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from scipy.interpolate import CubicSpline

from kinesis_app.body.rotations import matrix_to_quat, quat_to_matrix
from kinesis_app.errors import KinesisError
from kinesis_app.motion.clip import continuous_quat
from kinesis_app.motion.retarget.smoothing import low_pass


@dataclass(frozen=True)
class Anatomy:
    """A leg skeleton over time, world z up. The right side comes first.

    Attributes:
        fps: Frames per second.
        legs: Hip, knee, ankle and toe joint [m], shape (T, 2, 4, 3).
        pelvis: Columns forward, left, up, shape (T, 3, 3).
        foot: Orientation of each foot in axes of its own, shape (T, 2, 3, 3).
        trunk: Like ``pelvis`` for the thorax, or None.
        posture: Joint angles the source states [rad], shape (T, 14), or None.
        fitted: True if the segments already have this body's lengths and ``foot`` its anatomical axes.
        scale: This body's leg over the subject's, where ``fitted`` lengths were scaled.
        notes: What was detected or guessed.
    """

    fps: float
    legs: np.ndarray
    pelvis: np.ndarray
    foot: np.ndarray
    trunk: np.ndarray | None = None
    posture: np.ndarray | None = None
    fitted: bool = False
    scale: float = 1.0
    notes: tuple[str, ...] = ()

    @property
    def n_frames(self) -> int:
        return len(self.legs)


def resampled(anatomy: Anatomy, fps: float) -> Anatomy:
    """Low-passed and at another rate."""
    n = anatomy.n_frames
    old = np.arange(n) / anatomy.fps
    new = np.arange(int(np.floor(old[-1] * fps + 1e-6)) + 1) / fps

    def series(values: np.ndarray) -> np.ndarray:
        return CubicSpline(old, low_pass(values, anatomy.fps))(new)

    def rotations(matrices: np.ndarray) -> np.ndarray:
        quat = matrix_to_quat(matrices).reshape(n, -1, 4)
        quat = np.stack([continuous_quat(quat[:, i]) for i in range(quat.shape[1])], axis=1)
        smooth = series(quat)
        smooth /= np.linalg.norm(smooth, axis=-1, keepdims=True)
        return quat_to_matrix(smooth).reshape(len(new), *matrices.shape[1:])

    return replace(
        anatomy,
        fps=fps,
        legs=series(anatomy.legs),
        pelvis=rotations(anatomy.pelvis),
        foot=rotations(anatomy.foot),
        trunk=None if anatomy.trunk is None else rotations(anatomy.trunk),
        posture=None if anatomy.posture is None else series(anatomy.posture),
    )


def check_axes(anatomy: Anatomy, source: str) -> None:
    """Refuse segments whose points lie in one line or one spot: they have no orientation."""
    for name, axes in (("pelvis", anatomy.pelvis), ("feet", anatomy.foot), ("trunk", anatomy.trunk)):
        if axes is None:
            continue
        flat = ~(np.linalg.det(axes) > 0.5)
        frames = np.flatnonzero(flat.reshape(len(axes), -1).any(axis=1))
        if len(frames):
            raise KinesisError(
                f"'{source}': in {len(frames)} frame(s), the first is {frames[0] + 1}, the points of the "
                f"{name} lie in one line or one spot, so it faces nowhere. Are they named and placed right?"
            )


def turned(anatomy: Anatomy, rotation: np.ndarray, shift: np.ndarray) -> Anatomy:
    """The same motion rotated (3, 3) and then shifted (3,) or (T, 1, 1, 3) in the world."""
    return replace(
        anatomy,
        legs=anatomy.legs @ rotation.T + shift,
        pelvis=rotation @ anatomy.pelvis,
        foot=rotation @ anatomy.foot,
        trunk=None if anatomy.trunk is None else rotation @ anatomy.trunk,
    )


def unit(v: np.ndarray) -> np.ndarray:
    """Vectors (..., n) at length 1; those without a direction stay short."""
    return v / np.maximum(np.linalg.norm(v, axis=-1, keepdims=True), 1e-9)


def frame_from(left: np.ndarray, up: np.ndarray) -> np.ndarray:
    """Columns forward, left, up from a left axis and an approximate up axis, (T, 3) each."""
    forward = unit(np.cross(left, up))
    return np.stack([forward, left, np.cross(forward, left)], axis=-1)
