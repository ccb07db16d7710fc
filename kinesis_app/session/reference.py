"""A motion played as it is: the body is put into the reference's pose, without muscles and physics."""

from __future__ import annotations

import numpy as np

from kinesis_app.body.model import N_SUBSTEPS
from kinesis_app.body.muscles import N_MUSCLES
from kinesis_app.motion.clip import MotionClip
from kinesis_app.session.simulation import Simulation

REFERENCE_ONLY = "none"
"""In place of a policy's name: play the motion itself."""


class ReferencePlayer(Simulation):
    """A simulation in which nothing is simulated, for looking at a clip.

    Args:
        clip: The motion to play.
    """

    def __init__(self, clip: MotionClip) -> None:
        super().__init__(clip, _no_action, "none: reference only")

    def _advance(self) -> None:
        self.step_index += 1
        self.run_step += 1
        self.excitations = np.zeros((N_SUBSTEPS, N_MUSCLES))
        qpos, qvel = self.course.qpos(self.step_index), self.course.qvel(self.step_index)
        self.bodies.reset(np.zeros(1, dtype=int), qpos[None], qvel[None])
        self._look()


def _no_action(observation: np.ndarray) -> np.ndarray:
    return np.zeros((len(observation), N_MUSCLES), dtype=np.float32)
