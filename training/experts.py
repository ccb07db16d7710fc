"""Two teachers for one student: one of them runs, the other does all the rest."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch

from training.networks import Actor


@dataclass(frozen=True)
class Experts:
    """Who is asked is decided by the motion, by what is planned within half a second.

    Attributes:
        walker: Teacher of everything that keeps a foot on the floor.
        runner: Teacher of what has a flight; None if the walker runs as well.
    """

    walker: Actor
    runner: Actor | None = None

    @torch.no_grad()
    def act(self, observation: np.ndarray, running: np.ndarray) -> np.ndarray:
        """Joint-target offsets, shape (B, 14).

        Args:
            observation: What the bodies see, shape (B, n).
            running: Whose motion is a run now, bool, shape (B,).
        """
        x = torch.from_numpy(observation)
        action: np.ndarray = self.walker(x).numpy()
        if self.runner is not None and running.any():
            action[running] = self.runner(x[torch.from_numpy(running)]).numpy()
        return action
