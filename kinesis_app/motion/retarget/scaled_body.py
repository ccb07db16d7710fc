"""This body in a subject's proportions: each segment longer or shorter, joints and axes the same."""

from __future__ import annotations

import functools

import mujoco
import numpy as np

from kinesis_app.body.kinematics import BODIES, BodyFrames
from kinesis_app.body.model import physics_model

SEGMENTS = ("pelvis", "thigh", "shank", "foot")
"""What has a scale of its own, the same on both sides."""
_SEGMENT_OF = {"femur": "pelvis", "tibia": "thigh", "patella": "thigh", "talus": "shank"}
"""Segment that carries the origin of a body; those of the foot are carried by the foot."""
_OWN = {"pelvis": "pelvis", "femur": "thigh", "tibia": "shank", "patella": "shank"}


def own_segment(body: int) -> int:
    """Segment that a body (row in ``BODIES``) belongs to, which scales places on it."""
    return SEGMENTS.index(_OWN.get(BODIES[body].partition("_")[0], "foot"))


@functools.cache
def _carriers() -> tuple[list[tuple[int, int, int]], np.ndarray, np.ndarray]:
    """(body, parent, segment) from the root outwards; body of each velocity; which velocities slide."""
    m = physics_model()
    rows = [
        (b - 1, int(m.body_parentid[b]) - 1, SEGMENTS.index(_SEGMENT_OF.get(BODIES[b - 1][:-2], "foot")))
        for b in range(2, m.nbody)
    ]
    slides = m.jnt_type[m.dof_jntid] == mujoco.mjtJoint.mjJNT_SLIDE
    return rows, m.dof_bodyid - 1, slides


def scaled(frames: BodyFrames, scale: np.ndarray) -> tuple[BodyFrames, np.ndarray]:
    """Poses of the scaled body, and how its origins move with the scale.

    Args:
        frames: Of this body.
        scale: Subject over this body, order of ``SEGMENTS``, shape (4,).

    Returns:
        Frames whose Jacobians are those of the scaled body, and d(pos)/d(scale), shape (T, 13, 3, 4).
    """
    rows, owner, slides = _carriers()
    pos = frames.pos.copy()
    growth = np.zeros((*pos.shape, len(SEGMENTS)))
    for body, parent, segment in rows:
        bone = frames.pos[:, body] - frames.pos[:, parent]
        pos[:, body] = pos[:, parent] + scale[segment] * bone
        growth[:, body] = growth[:, parent]
        growth[:, body, :, segment] += bone
    axis = frames.axis.copy()
    carrier = {body: segment for body, _, segment in rows}
    for dof in np.flatnonzero(slides).tolist():
        axis[:, dof] *= scale[carrier[int(owner[dof])]]
    return BodyFrames(pos, frames.rot, axis, pos[:, owner]), growth
