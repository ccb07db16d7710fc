"""Full states of the recent past, to step back to."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass

import mujoco
import numpy as np

from kinesis_app.body.model import CTRL_DT
from kinesis_app.session.course import Course

_STATE = int(mujoco.mjtState.mjSTATE_INTEGRATION)


@dataclass(frozen=True)
class Checkpoint:
    """All that the next control step depends on; about 4 kB.

    Attributes:
        step: Control steps since the motion began.
        physics: MuJoCo's integration state with warm start, controls and applied forces.
        touch: Foot sensors [N], shape (4,); MuJoCo computes them a physics step earlier.
        excitation: Of the last physics step, shape (80,).
        course: The reference.
        push_force: Of the current push [N], shape (3,).
        push_left: Control steps that the current push still lasts.
        fallen_for: Control steps since the human fell, 0 if it stands.
    """

    step: int
    physics: np.ndarray
    touch: np.ndarray
    excitation: np.ndarray
    course: Course
    push_force: np.ndarray
    push_left: int
    fallen_for: int


class History:
    """A ring of checkpoints; the oldest go first.

    Args:
        seconds: How much of the past to keep [s].
    """

    def __init__(self, seconds: float) -> None:
        self._ring: deque[Checkpoint] = deque(maxlen=max(1, round(seconds / CTRL_DT)))

    def __len__(self) -> int:
        return len(self._ring)

    def push(self, checkpoint: Checkpoint) -> None:
        self._ring.append(checkpoint)

    def back(self, count: int) -> Checkpoint | None:
        """Forget up to ``count`` checkpoints and return the oldest of them; None if there are none."""
        last = None
        for _ in range(min(count, len(self._ring))):
            last = self._ring.pop()
        return last

    def clear(self) -> None:
        self._ring.clear()


def physics_state(model: mujoco.MjModel, data: mujoco.MjData) -> np.ndarray:
    """A copy of the state that determines all further steps."""
    state = np.empty(mujoco.mj_stateSize(model, _STATE))
    mujoco.mj_getState(model, data, state, _STATE)
    return state


def restore_physics(model: mujoco.MjModel, data: mujoco.MjData, state: np.ndarray, touch: np.ndarray) -> None:
    """Put a state back so that the following steps repeat to the last bit."""
    mujoco.mj_setState(model, data, state, _STATE)
    mujoco.mj_step1(model, data)  # mj_forward would overwrite the solver's warm start
    data.sensordata[:] = touch
