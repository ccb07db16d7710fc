"""What stands in for a trained policy."""

from __future__ import annotations

import numpy as np

from kinesis_app.body.muscles import N_MUSCLES
from kinesis_app.env.observation import OBSERVATION_SIZE
from kinesis_app.session.simulation import Simulation


class Puppet(Simulation):
    """A simulation whose body is put on the reference."""

    def step(self) -> None:
        self.step_index += 1
        self.run_step += 1
        row = np.zeros(1, dtype=int)
        self.bodies.reset(
            row, self.course.qpos(self.step_index)[None], self.course.qvel(self.step_index)[None]
        )
        self._look()
        self._remember()


class Wavy:
    """A policy that depends on what it sees, deterministic."""

    name = "wavy"
    weights = np.random.default_rng(1).normal(size=(OBSERVATION_SIZE, 80)).astype(np.float32)

    def __call__(self, observation: np.ndarray) -> np.ndarray:
        return 0.1 + 0.02 * np.tanh(observation @ self.weights)


def limp(observation: np.ndarray) -> np.ndarray:
    """A policy that pulls no muscle."""
    return np.zeros((len(observation), N_MUSCLES), np.float32)
