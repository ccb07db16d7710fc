"""Several teachers for one student: each for the motions that it teaches best."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch

from training.networks import Actor


@dataclass(frozen=True)
class Experts:
    """Who is asked is decided by the motion, by what is planned within half a second.

    Attributes:
        walker: Teacher of all that nobody else teaches.
        stander: Teacher of standing with both feet on the floor; None for the walker.
        runner: Teacher of what has a flight; None for the walker.
    """

    walker: Actor
    stander: Actor | None = None
    runner: Actor | None = None

    @torch.no_grad()
    def act(self, observation: np.ndarray, gait: np.ndarray) -> np.ndarray:
        """Joint-target offsets, shape (B, 14).

        Args:
            observation: What the bodies see, shape (B, n).
            gait: How much their motions are standing, walking and running, shape (B, 3).
        """
        x = torch.from_numpy(observation)
        action: np.ndarray = self.walker(x).numpy()
        for column, expert in ((0, self.stander), (2, self.runner)):
            own = gait[:, column] > 0.5
            if expert is not None and own.any():
                action[own] = expert(x[torch.from_numpy(own)]).numpy()
        return action
