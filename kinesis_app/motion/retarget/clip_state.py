"""A clip with what the floor says to it: contacts, forces, what is missing."""

from __future__ import annotations

import functools
from dataclasses import dataclass

import numpy as np

from kinesis_app.body.kinematics import BodyFrames, forward
from kinesis_app.body.model import physics_model
from kinesis_app.motion.balance import nearest_inside
from kinesis_app.motion.clip import MotionClip
from kinesis_app.motion.contact_forces import contact_forces
from kinesis_app.motion.dynamics import (
    WORK_FPS,
    contact_points,
    derivatives,
    generalised_force,
    readiness,
    root_wrench,
    zmp_of,
)
from kinesis_app.motion.interruption import may_end
from kinesis_app.motion.skate import skates

CARRIES = 0.2
"""A contact point with this readiness counts as support."""
LIGHT = 0.25
"""Less vertical force than this is flight [body weights]."""


def body_weight() -> float:
    """Weight of the body [N]."""
    model = physics_model()
    return float(-model.opt.gravity[2] * model.body_mass.sum())


@dataclass(frozen=True)
class ClipState:
    """A clip of T frames at the working rate.

    Attributes:
        clip: The clip.
        frames: Its bodies.
        points: Lowest points of the feet's spheres [m], shape (T, 2, 8, 3).
        ready: How much each may carry [1], shape (T, 2, 8).
        wrench: Force [N] and moment about the pelvis [Nm] that the motion asks for, shape (T, 6).
        excess: Shift that brings the zero moment point above what carries [m], (T, 2); nan in flight.
        missing: Force that the floor does not give [N], shape (T, 3).
    """

    clip: MotionClip
    frames: BodyFrames
    points: np.ndarray
    ready: np.ndarray
    wrench: np.ndarray
    excess: np.ndarray
    missing: np.ndarray

    @classmethod
    def of(cls, clip: MotionClip) -> ClipState:
        """The state of a clip at ``WORK_FPS``."""
        may_end()
        qpos, qvel, qacc = derivatives(clip.root_pos, clip.root_quat, clip.joints, 1.0 / WORK_FPS)
        frames = forward(qpos)
        points = contact_points(frames)
        ready = readiness(points)
        needed = generalised_force(qpos, qvel, qacc)
        wrench = root_wrench(qpos, needed)
        given = contact_forces(points, ready, qpos[:, :3], wrench).sum(axis=(1, 2))
        excess = _zmp_excess(zmp_of(qpos, needed), points, ready, wrench[:, 2])
        return cls(clip, frames, points, ready, wrench, excess, wrench[:, :3] - given)

    @property
    def residual(self) -> float:
        """RMS of the missing force [body weights]."""
        return float(np.sqrt(np.square(self.missing).sum(axis=1).mean())) / body_weight()

    @property
    def zmp_mm(self) -> float:
        """Mean distance of the zero moment point from what carries [mm]."""
        length = np.linalg.norm(self.excess, axis=1)
        return 1e3 * float(np.nanmean(length)) if np.isfinite(length).any() else 0.0

    @functools.cached_property
    def slide(self) -> float:
        """Largest way that a standing foot slides [m], as the gate measures it."""
        return max(skates(self.frames, self.points, self.ready), default=0.0)

    @property
    def soles(self) -> np.ndarray:
        """Height of the lowest point of each foot [m], shape (T, 2)."""
        return np.asarray(self.points[..., 2].min(axis=2))


def _zmp_excess(zmp: np.ndarray, points: np.ndarray, ready: np.ndarray, up: np.ndarray) -> np.ndarray:
    excess = np.full(zmp.shape, np.nan)
    carrying = (ready > CARRIES).reshape(len(zmp), -1)
    rows = np.flatnonzero(carrying.any(axis=1) & (up > LIGHT * body_weight()))
    if len(rows):
        soles = points[rows, :, :, :2].reshape(len(rows), -1, 2)
        excess[rows] = nearest_inside(zmp[rows], soles, carrying[rows]) - zmp[rows]
    return excess
