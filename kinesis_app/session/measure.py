"""What an instrumented lab would measure of the live body: muscle and ground forces."""

from __future__ import annotations

import functools

import mujoco
import numpy as np

FEET = (("calcn_r", "toes_r"), ("calcn_l", "toes_l"))
"""Bodies whose contacts make up the ground reaction of the right and the left foot."""


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


def ground_reaction(model: mujoco.MjModel, data: mujoco.MjData) -> np.ndarray:
    """Force of the floor on the right and the left foot in the world [N], shape (2, 3)."""
    force = np.zeros((2, 3))
    wrench = np.zeros(6)
    foot_of = _foot_of_geom(model)
    for i in range(data.ncon):
        first, second = data.contact.geom[i]
        for geom, sign in ((second, 1.0), (first, -1.0)):  # the contact's normal points to the second
            if foot_of[geom] >= 0 and data.contact.efc_address[i] >= 0:
                mujoco.mj_contactForce(model, data, i, wrench)
                force[foot_of[geom]] += sign * wrench[:3] @ data.contact.frame[i].reshape(3, 3)
    return force


@functools.lru_cache(maxsize=4)
def _foot_of_geom(model: mujoco.MjModel) -> np.ndarray:
    """0 for geoms of the right foot, 1 for the left, -1 for others, shape (n_geoms,)."""
    foot = np.full(model.ngeom, -1)
    for side, names in enumerate(FEET):
        rows = [model.body(name).id for name in names]
        foot[np.isin(model.geom_bodyid, rows)] = side
    return foot
