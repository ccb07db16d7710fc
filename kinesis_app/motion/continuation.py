"""A clip beyond its end, as its motion went on before: what a policy that looks ahead is to see there."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from kinesis_app.body.rotations import heading, quat_mul, quat_rotate, yaw_quat
from kinesis_app.motion.clip import MotionClip, continuous_quat
from kinesis_app.motion.smooth_step import smooth_step

SEARCHED = 1.2
"""How much earlier than just in time a moment like the end is looked for [s]: any stride comes round."""
ALIKE = 1.0
"""Moments this far apart, by :func:`_states`, are no longer the same moment of a cycle."""
_WEIGHTS = {"joint_vel": 0.1, "velocity": 0.5, "turn": 0.3, "height": 2.0}
"""What 1 rad/s, 1 m/s, 1 rad/s and 1 m count against 1 rad of a joint."""


def continued(clip: MotionClip, n_frames: int) -> MotionClip:
    """The clip and ``n_frames`` more, in which it goes on as after the moment most like its end.

    Where no moment is like its end, the pose is held and the pelvis goes straight on at its velocity.
    """
    first = clip.n_frames - 1 - n_frames - round(SEARCHED * clip.fps)
    candidates = np.arange(max(first, 0), clip.n_frames - n_frames)
    if len(candidates):
        states = _states(clip)
        away = np.square(states[candidates] - states[-1]).sum(axis=1)
        if away.min() < ALIKE:
            return _as_after(clip, int(candidates[away.argmin()]), n_frames)
    return _straight_on(clip, n_frames)


def _states(clip: MotionClip) -> np.ndarray:
    """Joint angles [rad] and, weighted to compare with them, all else that tells moments apart, (T, 33)."""
    dt, facing = 1.0 / clip.fps, np.unwrap(heading(clip.root_quat))
    velocity = quat_rotate(yaw_quat(-facing), np.gradient(clip.root_pos, dt, axis=0))
    return np.column_stack(
        [
            clip.joints,
            _WEIGHTS["joint_vel"] * np.gradient(clip.joints, dt, axis=0),
            _WEIGHTS["velocity"] * velocity,
            _WEIGHTS["turn"] * np.gradient(facing, dt),
            _WEIGHTS["height"] * clip.root_pos[:, 2],
        ]
    )


def _as_after(clip: MotionClip, moment: int, n_frames: int) -> MotionClip:
    """The clip with the ``n_frames`` after frame ``moment`` put to its end; what differs fades out."""
    rows = moment + np.arange(n_frames + 1)
    facing = heading(clip.root_quat)
    turn = yaw_quat(facing[-1] - facing[moment])
    fading = 1.0 - smooth_step(np.linspace(0.0, 1.0, n_frames + 1))[:, None]
    pos = quat_rotate(turn, clip.root_pos[rows] - clip.root_pos[moment])
    pos[:, :2] += clip.root_pos[-1, :2]
    pos[:, 2:] = clip.root_pos[rows, 2:] + fading * (clip.root_pos[-1, 2] - clip.root_pos[moment, 2])
    quat = continuous_quat(np.concatenate([clip.root_quat[-1:], quat_mul(turn, clip.root_quat[rows])]))
    quat = quat[1:] + fading * (quat[0] - quat[1])
    joints = clip.joints[rows] + fading * (clip.joints[-1] - clip.joints[moment])
    return _longer(clip, pos[1:], quat[1:], joints[1:])


def _straight_on(clip: MotionClip, n_frames: int) -> MotionClip:
    step = (clip.root_pos[-1] - clip.root_pos[-2]) * [1.0, 1.0, 0.0]
    pos = clip.root_pos[-1] + np.arange(1, n_frames + 1)[:, None] * step
    return _longer(
        clip, pos, np.tile(clip.root_quat[-1], (n_frames, 1)), np.tile(clip.joints[-1], (n_frames, 1))
    )


def _longer(clip: MotionClip, pos: np.ndarray, quat: np.ndarray, joints: np.ndarray) -> MotionClip:
    return replace(
        clip,
        root_pos=np.concatenate([clip.root_pos, pos]),
        root_quat=np.concatenate([clip.root_quat, quat / np.linalg.norm(quat, axis=1, keepdims=True)]),
        joints=np.concatenate([clip.joints, joints]),
    )
