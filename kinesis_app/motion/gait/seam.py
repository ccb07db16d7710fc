"""The first moments of a motion that starts from the body's own state: nothing jumps."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from scipy.ndimage import gaussian_filter1d

from kinesis_app.body.joints import joint_table
from kinesis_app.body.rotations import matrix_to_quat, quat_from_rotvec, quat_mul, quat_to_matrix
from kinesis_app.motion.clip import continuous_quat
from kinesis_app.motion.gait.feet import FootTrack
from kinesis_app.motion.gait.heights import HEIGHT_SMOOTHING
from kinesis_app.motion.gait.measured import Measured, fading, turned
from kinesis_app.motion.gait.resume import Resume
from kinesis_app.motion.gait.stances import GRID_FPS, Footsteps
from kinesis_app.motion.smooth_step import smooth_step

TRUNK_FADE, HEIGHT_FADE, JOINT_FADE = 0.5, 0.2, 0.3
"""How long the pelvis, its height and the joints take to join the plan [s]."""
LEAST_FADE = 0.1
"""A foot about to land joins it in this time at least [s]."""
PRESS_FADE = 0.1
"""Before the next foot strike the pressure goes back to its usual place over this time [s]."""
STANDING_PRESS = 0.7
"""How long it stays displaced in standing [s]."""
LASTS = 1.5
"""From the body's own state on, motion is computed without a gap for this long [s]."""


@dataclass(frozen=True)
class Seam:
    """Where a motion starts from the body's own state, and the frames until the next foot strike."""

    resume: Resume
    to_strike: int

    @property
    def body(self) -> Measured:
        return self.resume.body


def computed_from(resume: Resume | None, frame: int) -> tuple[int, bool]:
    """From which grid frame on to compute a motion for it to be right from ``frame`` on, and whether that is
    the state from which it goes on."""
    if resume is not None and frame < resume.frame + LASTS * GRID_FPS:
        return resume.frame, True
    return frame, False


def next_strike(steps: Footsteps, frame: int) -> int:
    """Frame of the first foot strike after ``frame``; in standing, one some time ahead."""
    strikes = [s.land for stances in steps.stances for s in stances if s.land > frame]
    return min([*strikes, frame + round(STANDING_PRESS * GRID_FPS)])


def press(seam: Seam, n: int) -> np.ndarray:
    """Displacement of the centre of pressure [m], (n, 2)."""
    fade = PRESS_FADE * GRID_FPS
    envelope = 1.0 - smooth_step((np.arange(n) - seam.to_strike + fade) / fade)
    return envelope[:, None] * seam.resume.press


def joined_feet(seam: Seam, feet: tuple[FootTrack, FootTrack]) -> tuple[FootTrack, FootTrack]:
    """The feet from where they are: on the floor they settle, in the air they come to their landing."""
    right, left = (_joined_foot(seam, side, foot) for side, foot in enumerate(feet))
    return right, left


def _joined_foot(seam: Seam, side: int, foot: FootTrack) -> FootTrack:
    if foot.stance[0]:  # its footprint is where it is; the joints see to the rest
        return foot
    n, body = len(foot.pos), seam.body
    landing = int(np.argmax(foot.stance)) if foot.stance.any() else n
    frames = max(landing, round(LEAST_FADE * GRID_FPS))
    rate = body.foot_vel[side] / GRID_FPS - _rate(foot.pos)
    pos = foot.pos + fading(n, frames, body.foot_pos[side] - foot.pos[0], rate)
    quat = matrix_to_quat(foot.rot[:3])
    turn = turned(quat[0], matrix_to_quat(body.foot_rot[side]))
    spin = body.foot_spin[side] / GRID_FPS - _spin(quat)
    rot = quat_to_matrix(quat_from_rotvec(fading(n, frames, turn, spin))) @ foot.rot
    return replace(foot, pos=pos, rot=rot)


def _rate(x: np.ndarray) -> np.ndarray:
    """Change per frame at the first frame, to second order."""
    return 0.5 * (4.0 * (x[1] - x[0]) - (x[2] - x[0]))


def _spin(quat: np.ndarray) -> np.ndarray:
    """Turn per frame [rad] at the first frame, to second order."""
    return 0.5 * (4.0 * turned(quat[0], quat[1]) - turned(quat[0], quat[2]))


def joined_quat(seam: Seam, quat: np.ndarray) -> np.ndarray:
    """The pelvis' orientation wxyz (T, 4) from what it is."""
    turn = turned(quat[0], seam.body.root_quat)
    spin = seam.body.root_spin / GRID_FPS - _spin(quat)
    fade = fading(len(quat), round(TRUNK_FADE * GRID_FPS), turn, spin)
    return continuous_quat(quat_mul(quat_from_rotvec(fade), quat))


def joined_pos(seam: Seam, root_pos: np.ndarray, ceiling: np.ndarray) -> np.ndarray:
    """The pelvis' way [m] (T, 3) from where and how fast it is, within the legs' reach ``ceiling`` (T,)."""
    rate = seam.body.root_vel / GRID_FPS - _rate(root_pos)
    start = seam.body.root_pos - root_pos[0]
    frames = (round(TRUNK_FADE * GRID_FPS), round(HEIGHT_FADE * GRID_FPS))
    way, up = (fading(len(root_pos), n, start, rate) for n in frames)
    joined = root_pos + np.column_stack([way[:, :2], up[:, 2]])
    over = np.maximum(joined[:, 2] - ceiling, 0.0)
    over = gaussian_filter1d(1.3 * over, HEIGHT_SMOOTHING * GRID_FPS, mode="nearest")
    joined[:, 2] -= over * smooth_step(np.arange(len(over)) / (HEIGHT_FADE * GRID_FPS))
    return joined


def joined_joints(seam: Seam, joints: np.ndarray) -> np.ndarray:
    """Joint angles [rad] (T, 14) from what they are, not beyond their range."""
    rate = seam.body.joint_vel / GRID_FPS - _rate(joints)
    start = seam.body.joints - joints[0]
    joined = joints + fading(len(joints), round(JOINT_FADE * GRID_FPS), start, rate)
    low, high = joint_table().range.T
    return np.clip(joined, np.minimum(low, seam.body.joints), np.maximum(high, seam.body.joints))


def continued(x: np.ndarray, frames: int) -> np.ndarray:
    """``x`` (T, k) with ``frames`` rows before it that keep its slope, so that a filter does not bend it."""
    return np.concatenate([2.0 * x[0] - x[frames:0:-1], x])
