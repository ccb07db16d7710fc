"""When a run has gone wrong: the reference lost, a fall, physics that exploded."""

from __future__ import annotations

from dataclasses import dataclass

import mujoco
import numpy as np

FAIL_DISTANCE = 0.5
"""Mean body error at which the reference counts as lost [m] (KINESIS; Simos et al. 2025)."""
FALL_DROP = 0.3
"""Pelvis this far below the reference's counts as a fall [m]."""
_BAD_STATE = [
    int(mujoco.mjtWarning.mjWARN_BADQPOS),
    int(mujoco.mjtWarning.mjWARN_BADQVEL),
    int(mujoco.mjtWarning.mjWARN_BADQACC),
]


def is_unstable(data: mujoco.MjData) -> bool:
    """Whether physics exploded; MuJoCo answers by a silent reset to its zero pose and a warning count."""
    return bool(data.warning.number[_BAD_STATE].any() or not np.isfinite(data.qpos).all())


def is_lost(drop: float, body_error: float) -> bool:
    """Whether the human fell or lost the reference.

    Args:
        drop: Of the pelvis below the reference's [m].
        body_error: Mean distance of the seven bodies from the reference [m].
    """
    return drop > FALL_DROP or body_error > FAIL_DISTANCE


@dataclass(frozen=True)
class Attempt:
    """A control step under way, kept where it fails.

    Attributes:
        observation: What the policy saw, shape (n,); empty before it looked.
        action: What it answered, shape (80,); empty before it did.
        excitations: What was sent to the muscles, shape (N_SUBSTEPS, 80); empty before.
    """

    observation: np.ndarray
    action: np.ndarray
    excitations: np.ndarray


NOTHING = np.zeros(0)
NO_ATTEMPT = Attempt(NOTHING, NOTHING, NOTHING)
