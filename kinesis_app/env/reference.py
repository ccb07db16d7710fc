"""What to track: clips resampled to the physics rate and looked up for a batch of bodies."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields

import numpy as np

from kinesis_app.body.joints import joint_angles, joint_velocities
from kinesis_app.body.kinematics import tracked_positions
from kinesis_app.body.model import N_SUBSTEPS, SIM_DT
from kinesis_app.body.rotations import heading
from kinesis_app.errors import KinesisError
from kinesis_app.motion.clip import MotionClip, resample
from kinesis_app.motion.continuation import continued

BEYOND = 16 * N_SUBSTEPS
"""Physics steps beyond a clip's end for policies that look ahead: there it goes on as it did."""


@dataclass(frozen=True)
class ReferenceFrame:
    """Reference states; the leading axes are those of the lookup.

    Attributes:
        root_pos: Pelvis position in the world [m], (..., 3).
        root_quat: Pelvis orientation wxyz, (..., 4).
        root_vel: Pelvis velocity in the world [m/s], (..., 3).
        root_angvel: Pelvis angular velocity in its own frame [rad/s], (..., 3).
        heading: Direction the pelvis faces [rad], (...).
        joints: Joint angles [rad], (..., 14).
        joint_vel: Joint velocities [rad/s], (..., 14).
        body_pos: KINESIS' seven bodies in the world [m], (..., 7, 3).
        body_vel: Their velocities [m/s], (..., 7, 3).
    """

    root_pos: np.ndarray
    root_quat: np.ndarray
    root_vel: np.ndarray
    root_angvel: np.ndarray
    heading: np.ndarray
    joints: np.ndarray
    joint_vel: np.ndarray
    body_pos: np.ndarray
    body_vel: np.ndarray


@dataclass(frozen=True)
class ReferenceBank:
    """All clips in one table of ``SIM_DT`` steps, each with ``BEYOND`` more rows.

    Attributes:
        names: Clip names.
        start: First row of each clip, shape (N,).
        length: Rows of each clip, without those beyond its end, shape (N,).
        table: The states, leading axis S = sum(length + BEYOND).
        qpos: MuJoCo positions, shape (S, 35).
        qvel: MuJoCo velocities, shape (S, 34).
    """

    names: tuple[str, ...]
    start: np.ndarray
    length: np.ndarray
    table: ReferenceFrame
    qpos: np.ndarray
    qvel: np.ndarray

    @property
    def control_steps(self) -> np.ndarray:
        """Whole control steps in each clip, shape (N,)."""
        return (self.length - 1) // N_SUBSTEPS

    def rows(self, clip: np.ndarray, step: np.ndarray) -> np.ndarray:
        """Table rows of physics step ``step`` of clips ``clip``, at most ``BEYOND`` beyond their ends."""
        return self.start[clip] + np.clip(step, 0, self.length[clip] - 1 + BEYOND)

    def at(self, rows: np.ndarray) -> ReferenceFrame:
        """The states at table rows (any shape)."""
        return ReferenceFrame(*(getattr(self.table, f.name)[rows] for f in fields(ReferenceFrame)))


def reference_bank(clips: Sequence[MotionClip]) -> ReferenceBank:
    """Resample clips to the physics rate and tabulate what policies and rewards look at.

    Raises:
        KinesisError: If there is no clip, or one is shorter than a control step.
    """
    if not clips:
        raise KinesisError("No motion to track: give at least one clip.")
    resampled = [resample(clip, 1.0 / SIM_DT) for clip in clips]
    for clip in resampled:
        if clip.n_frames <= N_SUBSTEPS:
            raise KinesisError(f"Clip '{clip.name}' lasts {clip.duration:.3f} s, less than a control step.")
    tabulated = [continued(clip, BEYOND) for clip in resampled]
    qpos = [clip.qpos() for clip in tabulated]
    qvel = [clip.qvel() for clip in tabulated]
    body_pos = [tracked_positions(q) for q in qpos]
    body_vel = np.concatenate([np.gradient(p, SIM_DT, axis=0) for p in body_pos])
    length = np.array([clip.n_frames for clip in resampled])
    start = np.cumsum(length + BEYOND) - length - BEYOND
    all_qpos, all_qvel = np.concatenate(qpos), np.concatenate(qvel)
    table = ReferenceFrame(
        root_pos=all_qpos[:, :3],
        root_quat=all_qpos[:, 3:7],
        root_vel=all_qvel[:, :3],
        root_angvel=all_qvel[:, 3:6],
        heading=heading(all_qpos[:, 3:7]),
        joints=joint_angles(all_qpos),
        joint_vel=joint_velocities(all_qvel),
        body_pos=np.concatenate(body_pos),
        body_vel=body_vel,
    )
    names = tuple(clip.name for clip in clips)
    return ReferenceBank(names, start, length, table, all_qpos, all_qvel)
