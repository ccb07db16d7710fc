"""Several teachers for one student: each for the motions that it teaches best."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch

from training.networks import Actor


@dataclass(frozen=True)
class Experts:
    """Who is asked is decided by the motion: where it comes from and what is planned within half a second.

    Attributes:
        walker: Teacher of all that nobody else teaches.
        stander: Teacher of standing with both feet on the floor; None for the walker.
        runner: Teacher of what has a flight; None for the walker.
        imitator: Teacher of recorded motions that have no flight; None for the others.
    """

    walker: Actor
    stander: Actor | None = None
    runner: Actor | None = None
    imitator: Actor | None = None

    @torch.no_grad()
    def act(
        self, observation: np.ndarray, gait: np.ndarray, recorded: np.ndarray | None = None
    ) -> np.ndarray:
        """Joint-target offsets, shape (B, 14).

        Args:
            observation: What the bodies see, shape (B, n).
            gait: How much their motions are standing, walking and running, shape (B, 3).
            recorded: Whether they are recorded, not generated, shape (B,); None where none is.
        """
        x = torch.from_numpy(observation)
        action: np.ndarray = self.walker(x).numpy()
        stands, runs = gait[:, 0] > 0.5, gait[:, 2] > 0.5
        imitates = np.zeros(len(gait), bool) if recorded is None else recorded & ~runs
        for own, expert in ((stands, self.stander), (runs, self.runner), (imitates, self.imitator)):
            if expert is not None and own.any():
                action[own] = expert(x[torch.from_numpy(own)]).numpy()
        return action
