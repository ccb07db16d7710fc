"""From the policy's 80 numbers to the excitation of every physics step."""

from __future__ import annotations

import numpy as np

from kinesis_app.body.model import N_SUBSTEPS
from kinesis_app.body.muscles import excitation_for, step_activation

ACTION_MAP = "target_activation"
"""The contract's name for what the policy's numbers mean."""


def excitations(action: np.ndarray, activation: np.ndarray) -> np.ndarray:
    """Excitation that drives each muscle to its target activation and holds it there.

    Activation dynamics do not depend on motion, so all physics steps of a control step are known
    in advance: invert the dynamics for the target, then step them, five times over.

    Args:
        action: Target activations, clipped to [0, 1], shape (B, 80).
        activation: Current activations, shape (B, 80).

    Returns:
        Excitation in [0, 1], shape (B, N_SUBSTEPS, 80).
    """
    target = np.clip(action, 0.0, 1.0).astype(np.float64)
    out = np.empty((len(target), N_SUBSTEPS, target.shape[1]))
    for k in range(N_SUBSTEPS):
        out[:, k] = excitation_for(target, activation)
        activation = step_activation(out[:, k], activation)
    return out
