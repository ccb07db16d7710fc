"""A motion clip: poses of this body over time, and its file format.

A clip file is a .npz with ``format`` (a version), ``fps``, ``root_pos`` (T, 3), ``root_quat``
(T, 4), ``joints`` (T, 14), ``joint_names`` and a JSON string ``info``. Nothing in it is pickled.
"""

from __future__ import annotations

import io
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from scipy.interpolate import CubicSpline

from kinesis_app.atomic_file import write_atomically
from kinesis_app.body.joints import JOINT_NAMES, N_JOINTS, compose_qpos, compose_qvel
from kinesis_app.body.rotations import quat_conj, quat_mul, rotvec_from_quat
from kinesis_app.errors import KinesisError
from kinesis_app.motion.npy import npz_names, read_npz

FORMAT = "kinesis-clip-1"
MAX_FRAMES = 1_000_000
MAX_VALUE = 1e5
"""No clip's position [m] or angle [rad] is larger."""
_ARRAYS = ("format", "fps", "root_pos", "root_quat", "joints", "joint_names", "info")


@dataclass(frozen=True)
class MotionClip:
    """Poses of MyoLegs at a constant rate.

    Attributes:
        name: Short name, unique in a library.
        fps: Frames per second.
        root_pos: Pelvis position in the world [m], shape (T, 3).
        root_quat: Pelvis orientation wxyz, shape (T, 4), without sign flips between frames.
        joints: Angles in the order of ``JOINT_NAMES`` [rad], shape (T, 14).
        info: What it is and how it was made: ``source``, ``tags``, quality figures.
    """

    name: str
    fps: float
    root_pos: np.ndarray
    root_quat: np.ndarray
    joints: np.ndarray
    info: Mapping[str, Any] = field(default_factory=dict)

    @property
    def n_frames(self) -> int:
        return len(self.root_pos)

    @property
    def duration(self) -> float:
        """Time from the first to the last frame [s]."""
        return (self.n_frames - 1) / self.fps

    @property
    def mean_speed(self) -> float:
        """Horizontal path length of the pelvis over the duration [m/s]."""
        steps = np.diff(self.root_pos[:, :2], axis=0)
        return float(np.linalg.norm(steps, axis=1).sum() / self.duration)

    def qpos(self) -> np.ndarray:
        """MuJoCo positions with the coupled joints, shape (T, 35)."""
        return compose_qpos(self.root_pos, self.root_quat, self.joints)

    def qvel(self) -> np.ndarray:
        """MuJoCo velocities by central differences, shape (T, 34)."""
        dt = 1.0 / self.fps
        return compose_qvel(
            np.gradient(self.root_pos, dt, axis=0),
            angular_velocity_b(self.root_quat, dt),
            np.gradient(self.joints, dt, axis=0),
            self.joints,
        )


def angular_velocity_b(quat: np.ndarray, dt: float) -> np.ndarray:
    """Angular velocity in the body frame [rad/s] of quaternions (T, 4), shape (T, 3)."""
    step = rotvec_from_quat(quat_mul(quat_conj(quat[:-1]), quat[1:])) / dt
    if len(step) == 0:
        return np.zeros((len(quat), 3))
    padded = np.concatenate([step[:1], step, step[-1:]])
    return 0.5 * (padded[:-1] + padded[1:])


def continuous_quat(quat: np.ndarray) -> np.ndarray:
    """The same rotations (T, 4) with signs chosen so that neighbours are close."""
    signs = np.where(np.sum(quat[1:] * quat[:-1], axis=1) < 0.0, -1.0, 1.0)
    return quat * np.concatenate([[1.0], np.cumprod(signs)])[:, None]


def resample(clip: MotionClip, fps: float) -> MotionClip:
    """The clip at another rate, by cubic splines through its frames."""
    if abs(fps - clip.fps) < 1e-9:
        return clip
    if clip.n_frames < 2:
        raise KinesisError(f"Clip '{clip.name}' has {clip.n_frames} frame(s); resampling needs 2 or more.")
    old = np.arange(clip.n_frames) / clip.fps
    new = np.arange(int(np.floor(clip.duration * fps + 1e-6)) + 1) / fps
    quat = CubicSpline(old, continuous_quat(clip.root_quat))(new)
    return MotionClip(
        clip.name,
        fps,
        CubicSpline(old, clip.root_pos)(new),
        quat / np.linalg.norm(quat, axis=1, keepdims=True),
        CubicSpline(old, clip.joints)(new),
        clip.info,
    )


def save_clip(clip: MotionClip, path: Path) -> None:
    """Write the clip as .npz (float32, compressed)."""
    buffer = io.BytesIO()
    np.savez_compressed(
        buffer,
        format=np.array(FORMAT),
        fps=np.array(clip.fps),
        root_pos=clip.root_pos.astype(np.float32),
        root_quat=clip.root_quat.astype(np.float32),
        joints=clip.joints.astype(np.float32),
        joint_names=np.array(JOINT_NAMES),
        info=np.array(json.dumps(dict(clip.info))),
    )
    write_atomically(path, buffer.getvalue())


def is_clip_file(path: Path) -> bool:
    """Whether an archive holds a clip's arrays, damaged or not.

    Raises:
        KinesisError: If it is missing or no archive.
    """
    return {"root_pos", "joints"} <= set(npz_names(path))


def load_clip(path: Path) -> MotionClip:
    """Read a clip written by :func:`save_clip`.

    Raises:
        KinesisError: If the file is missing, damaged, of another format or of impossible size.
    """
    arrays = read_npz(path, _ARRAYS)
    missing = set(_ARRAYS[:-1]) - set(arrays)
    if missing or str(arrays["format"]) != FORMAT:
        raise KinesisError(f"'{path}' is not a {FORMAT} file (missing: {sorted(missing) or 'nothing'}).")
    return clip_of_arrays(path, arrays)


def clip_of_arrays(path: Path, arrays: Mapping[str, np.ndarray]) -> MotionClip:
    """The clip of a file's arrays, named as :func:`save_clip` names them.

    Raises:
        KinesisError: If they are not finite, of impossible size, or of another body.
    """
    n = len(np.atleast_1d(arrays["root_pos"]))
    for key, width in (("root_pos", 3), ("root_quat", 4), ("joints", N_JOINTS)):
        array = arrays[key]
        if array.shape != (n, width) or array.dtype.kind != "f" or not np.isfinite(array).all():
            raise KinesisError(f"'{path}': '{key}' must be finite numbers of shape ({n}, {width}).")
        if np.abs(array).max(initial=0.0) > MAX_VALUE:
            raise KinesisError(
                f"'{path}': '{key}' holds numbers beyond {MAX_VALUE:g}; metres and radians expected."
            )
    if arrays["joint_names"].ravel().tolist() != list(JOINT_NAMES):
        raise KinesisError(f"'{path}': joint_names differ from this body's {', '.join(JOINT_NAMES)}.")
    is_number = arrays["fps"].shape == () and arrays["fps"].dtype.kind in "fiu"
    fps = float(arrays["fps"]) if is_number else 0.0
    if not 2 <= n <= MAX_FRAMES or not 1.0 <= fps <= 10_000.0:
        raise KinesisError(f"'{path}': a clip needs 2 frames or more and 1 to 10000 fps (has {n}, {fps}).")
    quat = arrays["root_quat"].astype(np.float64)
    norm = np.linalg.norm(quat, axis=1, keepdims=True)
    if (norm < 0.5).any():
        raise KinesisError(f"'{path}': root_quat has entries that are no rotations.")
    try:
        info = json.loads(str(arrays["info"])) if "info" in arrays else {}
    except (json.JSONDecodeError, RecursionError) as error:
        raise KinesisError(f"'{path}': 'info' is not JSON: {str(error)[:120]}.") from None
    if not isinstance(info, dict):
        raise KinesisError(f"'{path}': 'info' must be a JSON object.")
    root_pos, joints = arrays["root_pos"].astype(np.float64), arrays["joints"].astype(np.float64)
    return MotionClip(path.stem, fps, root_pos, continuous_quat(quat / norm), joints, info)
