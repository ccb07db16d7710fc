"""What an experiment does to the MuJoCo model of one session."""

from __future__ import annotations

import copy

import mujoco
import numpy as np

from kinesis_app.body.model import physics_model
from kinesis_app.experiment.experiment import Experiment
from kinesis_app.experiment.selection import spread

_FORCE = 2  # column of actuator_gainprm: maximum isometric force


def private_model() -> mujoco.MjModel:
    """A copy of the body for one session: the cached one is shared and never changed."""
    return copy.copy(physics_model())


def apply(experiment: Experiment, model: mujoco.MjModel) -> None:
    """Make ``model``, a private copy, what the experiment says; ``NORMAL`` restores it exactly.

    Strength scales the active force only: weak muscles keep their passive stiffness.
    """
    normal = physics_model()
    model.actuator_gainprm[:, _FORCE] = normal.actuator_gainprm[:, _FORCE] * spread(
        dict(experiment.strength), 1.0
    )
    model.opt.gravity[:] = gravity_on_slope(experiment.gravity, experiment.slope)
    collides = (normal.geom_contype | normal.geom_conaffinity).astype(bool)
    model.geom_friction[:] = normal.geom_friction
    if experiment.friction is not None:
        model.geom_friction[collides, 0] = experiment.friction
    _set_mass(model, normal, experiment.mass)


def gravity_on_slope(gravity: float, slope: float) -> np.ndarray:
    """Gravity [m/s^2] in the frame of a floor that rises by ``slope`` [degrees] along world +x."""
    if slope == 0.0:
        return np.array([0.0, 0.0, -gravity])
    angle = np.deg2rad(slope)
    return gravity * np.array([-np.sin(angle), 0.0, -np.cos(angle)])


def _set_mass(model: mujoco.MjModel, normal: mujoco.MjModel, scale: float) -> None:
    mass = normal.body_mass * scale
    if np.array_equal(mass, model.body_mass):
        return
    model.body_mass[:] = mass
    model.body_inertia[:] = normal.body_inertia * scale
    mujoco.mj_setConst(model, mujoco.MjData(model))  # subtree masses, inverse weights of constraints
