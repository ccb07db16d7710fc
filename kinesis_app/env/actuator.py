"""What an action means: how it moves the bodies for one control step."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

import numpy as np

from kinesis_app.body.muscles import N_MUSCLES
from kinesis_app.env.action import excitations
from kinesis_app.env.bodies import Bodies

PolicyFunction = Callable[[np.ndarray], np.ndarray]
"""Observations (B, n) float32 to actions (B, action size) float32."""


class Actuator(Protocol):
    """Turns a policy's action into one control step of physics."""

    action_size: int

    def apply(self, bodies: Bodies, action: np.ndarray, rows: np.ndarray, moved: np.ndarray) -> None:
        """One control step.

        Args:
            bodies: Are moved.
            action: shape (B, action_size).
            rows: Of the reference table, now, shape (B,).
            moved: How far the references are moved over the ground [m], shape (B, 2).
        """


class MuscleActuator:
    """The action is the 80 target activations; what the app and the shipped policies use."""

    action_size = N_MUSCLES

    def apply(self, bodies: Bodies, action: np.ndarray, rows: np.ndarray, moved: np.ndarray) -> None:
        bodies.step(excitations(action, bodies.activation()))
