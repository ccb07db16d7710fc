"""A recorded run as a motion: what the body did can be looked at, measured and followed again."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from kinesis_app.body.joints import JOINT_NAMES, joint_table
from kinesis_app.errors import KinesisError
from kinesis_app.motion.clip import MotionClip, clip_of_arrays
from kinesis_app.motion.npy import npz_names, read_npz

_READ = ("time", "qpos", "ctrl_dt")
_POSITIONS = 35


def is_recording_file(path: Path) -> bool:
    """Whether an archive holds a recording's arrays, damaged or not.

    Raises:
        KinesisError: If it is missing or no archive.
    """
    return {*_READ, "excitation_sim"} <= set(npz_names(path))


def load_recording(path: Path) -> MotionClip:
    """The body's motion in a recording; where motions were begun anew, the last of them.

    Raises:
        KinesisError: If the file is damaged.
    """
    arrays = read_npz(path, _READ)
    time, qpos, ctrl_dt = (arrays[name] for name in _READ)
    numbers = all(array.dtype.kind == "f" for array in (time, qpos, ctrl_dt))
    if not numbers or qpos.shape != (time.size, _POSITIONS) or time.ndim != 1 or ctrl_dt.shape != ():
        raise KinesisError(f"'{path}': a recording's 'qpos' has one row of {_POSITIONS} numbers per 'time'.")
    jumps = np.flatnonzero(~(np.abs(np.diff(time) - ctrl_dt) < 0.5 * ctrl_dt))
    last = qpos[jumps[-1] + 1 if len(jumps) else 0 :]
    stated = {
        "fps": np.array(1.0 / max(float(ctrl_dt), 1e-9)),
        "root_pos": last[:, :3],
        "root_quat": last[:, 3:7],
        "joints": last[:, joint_table().qpos_adr],
        "joint_names": np.array(JOINT_NAMES),
        "info": np.array('{"source": "recorded run"}'),
    }
    return clip_of_arrays(path, stated)
