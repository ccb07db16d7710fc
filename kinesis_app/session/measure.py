"""What an instrumented lab would measure of the live body: muscle and ground forces."""

from __future__ import annotations

import functools
from dataclasses import dataclass

import mujoco
import numpy as np

FEET = (("calcn_r", "toes_r"), ("calcn_l", "toes_l"))
"""Bodies whose contacts make up the ground reaction of the right and the left foot."""
LEAST_LOAD = 1.0
"""Vertical force below which a centre of pressure means nothing [N]."""


def complete_forces(model: mujoco.MjModel, data: mujoco.MjData) -> None:
    """Solve for the forces at the current state, without a trace in the steps that follow.

    A control step ends with ``mj_step1``: positions are current, but forces are those of the last
    physics step and contacts are not solved yet.
    """
    warm_start = data.qacc_warmstart.copy()
    mujoco.mj_fwdActuation(model, data)
    mujoco.mj_fwdAcceleration(model, data)
    mujoco.mj_fwdConstraint(model, data)
    data.qacc_warmstart[:] = warm_start


def muscle_tension(data: mujoco.MjData) -> np.ndarray:
    """Tension of each muscle [N], positive, shape (80,)."""
    return -data.actuator_force


@dataclass(frozen=True)
class GroundReaction:
    """What force plates under the right and the left foot would show, in the world.

    Attributes:
        force: On the foot [N], shape (2, 3).
        cop: Centre of pressure on the floor [m], shape (2, 3); zeros where there is no load.
        free_moment: About the vertical through the centre of pressure [Nm], shape (2,).
    """

    force: np.ndarray
    cop: np.ndarray
    free_moment: np.ndarray


def ground_reaction(model: mujoco.MjModel, data: mujoco.MjData) -> GroundReaction:
    """Sum the contacts of floor and feet; contacts must be solved, see :func:`complete_forces`."""
    force, moment = np.zeros((2, 3)), np.zeros((2, 3))
    wrench = np.zeros(6)
    foot_of, floor = _foot_of_geom(model)
    for i in range(data.ncon):
        first, second = data.contact.geom[i]
        for geom, other, sign in ((second, first, 1.0), (first, second, -1.0)):  # the normal points to second
            foot = foot_of[geom]
            if foot >= 0 and floor[other] and data.contact.efc_address[i] >= 0:
                mujoco.mj_contactForce(model, data, i, wrench)
                f = sign * wrench[:3] @ data.contact.frame[i].reshape(3, 3)
                x, y, z = data.contact.pos[i]
                force[foot] += f
                moment[foot] += (y * f[2] - z * f[1], z * f[0] - x * f[2], x * f[1] - y * f[0])
    cop, free = np.zeros((2, 3)), np.zeros(2)
    for foot in np.flatnonzero(force[:, 2] > LEAST_LOAD):
        # The point on the floor about which no horizontal moment is left.
        cop[foot, 0] = -moment[foot, 1] / force[foot, 2]
        cop[foot, 1] = moment[foot, 0] / force[foot, 2]
        free[foot] = moment[foot, 2] - cop[foot, 0] * force[foot, 1] + cop[foot, 1] * force[foot, 0]
    return GroundReaction(force, cop, free)


@functools.lru_cache(maxsize=4)
def _foot_of_geom(model: mujoco.MjModel) -> tuple[np.ndarray, np.ndarray]:
    """Per geom: 0 for the right foot, 1 for the left, -1 for others; and whether it is the floor."""
    foot = np.full(model.ngeom, -1)
    for side, names in enumerate(FEET):
        rows = [model.body(name).id for name in names]
        foot[np.isin(model.geom_bodyid, rows)] = side
    return foot, model.geom_bodyid == 0
