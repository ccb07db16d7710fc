"""The physics of one body, taken and put back to the last bit."""

from __future__ import annotations

import mujoco
import numpy as np

STATE = int(mujoco.mjtState.mjSTATE_INTEGRATION)
"""What MuJoCo's steps depend on: the solver's warm start, controls and applied forces included."""


def physics_state(data: mujoco.MjData) -> np.ndarray:
    """A copy of the state that determines all further steps.

    The touch sensors are no part of it: MuJoCo computes them in the middle of a step, so whoever
    reads them keeps ``data.sensordata`` beside it.
    """
    state = np.empty(mujoco.mj_stateSize(data.model, STATE))
    mujoco.mj_getState(data.model, data, state, STATE)
    return state


def restore_physics(data: mujoco.MjData, state: np.ndarray, touch: np.ndarray) -> None:
    """Put a state and the sensors beside it back, so that the following steps repeat to the last bit."""
    data.warning.number[:] = 0
    mujoco.mj_setState(data.model, data, state, STATE)
    mujoco.mj_step1(data.model, data)  # mj_forward would overwrite the solver's warm start
    data.sensordata[:] = touch
