"""Whether the floor can carry a clip: the zero moment point (ZMP) must lie within the feet that rest."""

from __future__ import annotations

import numpy as np

from kinesis_app.body.kinematics import forward
from kinesis_app.body.model import physics_model
from kinesis_app.motion.balance import nearest_inside
from kinesis_app.motion.clip import MotionClip
from kinesis_app.motion.dynamics import generalised_force, zmp_of
from kinesis_app.motion.retarget.anatomy import low_pass
from kinesis_app.motion.retarget.contact import Contacts
from kinesis_app.motion.retarget.shape import sole_points


def body_weight() -> float:
    """Weight of the body [N]."""
    model = physics_model()
    return float(-model.opt.gravity[2] * model.body_mass.sum())


def excess_mm(excess: np.ndarray) -> float:
    """Mean length of the missing ZMP shifts [mm] of (T, 2) [m]; frames in flight do not count."""
    length = np.linalg.norm(excess, axis=1)
    return 1e3 * float(np.nanmean(length)) if np.isfinite(length).any() else 0.0


def zmp_excess(clip: MotionClip, contacts: Contacts) -> np.ndarray:
    """Shift that brings the ZMP back above the resting feet [m], shape (T, 2); nan in flight."""
    qpos, dt = clip.qpos(), 1.0 / clip.fps
    qvel = low_pass(clip.qvel(), clip.fps)
    force = generalised_force(qpos, qvel, np.gradient(qvel, dt, axis=0))
    zmp = zmp_of(qpos, force)
    soles = sole_points(forward(qpos))[..., :2]
    carried = contacts.any.any(axis=1) & (force[:, 2] > 0.2 * body_weight())
    excess = np.full((len(qpos), 2), np.nan)
    for t in np.flatnonzero(carried).tolist():
        excess[t] = nearest_inside(zmp[t], _support(soles[t], contacts, t)) - zmp[t]
    return excess


def _support(soles: np.ndarray, contacts: Contacts, t: int) -> np.ndarray:
    """Points of the resting soles (N, 2): the heel's ends, the ball's and the toes'."""
    points = []
    for side in (0, 1):
        if contacts.heel[t, side]:
            points.append(soles[side, 0, (0, 2)])
        if contacts.ball[t, side]:
            points += [soles[side, 0, (1, 3)], soles[side, 1]]
    return np.concatenate(points)
