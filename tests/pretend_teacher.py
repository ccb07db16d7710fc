"""Stands in for the teacher's actuator, which takes long to compile."""

from __future__ import annotations

import numpy as np

from kinesis_app.env.bodies import Bodies


class PretendTeacher:
    """Muscle commands that depend on the action and on nothing else."""

    action_size = 14

    def gait(self, rows: np.ndarray) -> np.ndarray:
        return np.eye(3)[rows % 3]

    def apply(self, bodies: Bodies, action: np.ndarray, rows: np.ndarray, moved: np.ndarray) -> None:
        bodies.step(np.repeat(self.label(bodies, action, rows, moved)[:, None], 5, axis=1))

    def label(self, bodies: Bodies, action: np.ndarray, rows: np.ndarray, moved: np.ndarray) -> np.ndarray:
        return np.clip(0.05 + 0.3 * np.tile(action, 6)[:, :80], 0.0, 1.0)
