"""A constant lean of the trunk that puts the body's weight over its feet."""

from __future__ import annotations

import functools
from dataclasses import replace

import mujoco
import numpy as np

from kinesis_app.body.joints import N_JOINTS, compose_qpos
from kinesis_app.body.model import physics_model
from kinesis_app.body.rotations import heading, quat_from_axis_angle, quat_mul, quat_rotate, quat_to_matrix
from kinesis_app.motion.retarget.clip_state import ClipState
from kinesis_app.motion.retarget.coordinates import thighs_kept
from kinesis_app.motion.retarget.shape import ROOT_FROM_ANATOMICAL, body_shape

WORTH = 0.02
"""Weight that is less than this out of place on average is no posture [m]."""
MOST = np.deg2rad(15.0)
"""Largest lean [rad]."""


def balanced(state: ClipState) -> ClipState:
    """The clip with its trunk leant forward or back so that the zero moment point is right on average.

    This body's trunk is heavier and its arms hang otherwise than the subject's; who walks bent or
    backwards would fall without a lean of this body's own.
    """
    facing = heading(state.clip.root_quat)
    ahead = np.stack([np.cos(facing), np.sin(facing)], axis=1)
    missing = np.sum(state.excess * ahead, axis=1)
    if not np.isfinite(missing).any() or abs(np.nanmean(missing)) < WORTH:
        return state
    angle = float(np.clip(np.nanmean(missing) / _way_per_lean(), -MOST, MOST))
    left = np.stack([-ahead[:, 1], ahead[:, 0], np.zeros(len(ahead))], axis=1)
    clip = state.clip
    quat = quat_mul(quat_from_axis_angle(left, np.full(len(left), angle)), clip.root_quat)
    middle = np.broadcast_to(body_shape().hips.mean(axis=0), clip.root_pos.shape)
    root = clip.root_pos + quat_rotate(clip.root_quat, middle) - quat_rotate(quat, middle)
    before, after = (quat_to_matrix(q) @ ROOT_FROM_ANATOMICAL for q in (clip.root_quat, quat))
    joints = thighs_kept(clip.joints, before, after)
    return ClipState.of(replace(clip, root_pos=root, root_quat=quat, joints=joints))


@functools.cache
def _way_per_lean() -> float:
    """Way of the centre of mass per lean about the hips [m/rad]: the trunk's share of mass, its height."""
    model = physics_model()
    data = mujoco.MjData(model)
    data.qpos[:] = compose_qpos(np.zeros(3), np.array([1.0, 0.0, 0.0, 0.0]), np.zeros(N_JOINTS))
    mujoco.mj_forward(model, data)
    height = data.xipos[1, 2] - body_shape().hips[:, 2].mean()
    return float(model.body_mass[1] / model.body_mass.sum() * height)
