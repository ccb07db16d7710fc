"""Sensorimotor delay: what the policy decides reaches the muscles some control steps late.

For a policy without memory it is the same whether the senses or the commands are late: either way
a control step is governed by what was seen some steps before. :mod:`.foresight` makes up for it.
"""

from __future__ import annotations

import numpy as np

LONGEST = 5
"""Longest delay [control steps]; nerves take 20 to 50 ms, which is one."""


class Delay:
    """Actions on their way to B bodies.

    Attributes:
        steps: How late each body's actions are [control steps], shape (B,).
        waiting: The latest actions, the newest first, shape (LONGEST + 1, B, m).
        is_new: Bodies that have not acted yet, shape (B,): their first action also stands for those
            before it.
    """

    def __init__(self, n_bodies: int, action_size: int) -> None:
        self.steps = np.zeros(n_bodies, dtype=int)
        self.waiting = np.zeros((LONGEST + 1, n_bodies, action_size))
        self.is_new = np.ones(n_bodies, dtype=bool)

    def restart(self, rows: np.ndarray, steps: np.ndarray | int) -> None:
        """Forget what the bodies ``rows`` (n,) were told; from now on they are ``steps`` (n,) late."""
        self.steps[rows] = steps
        self.is_new[rows] = True

    def __call__(self, action: np.ndarray) -> np.ndarray:
        """What arrives now that ``action`` (B, m) sets out, shape (B, m)."""
        if not self.steps.any():
            return action
        self.waiting[1:] = self.waiting[:-1]
        self.waiting[0] = action
        self.waiting[:, self.is_new] = action[self.is_new]
        self.is_new[:] = False
        arrived: np.ndarray = self.waiting[self.steps, np.arange(len(self.steps))]
        return arrived

    def on_their_way(self) -> list[np.ndarray]:
        """What arrives in the coming control steps whatever is told now, the next first, (B, m) each.

        As far as it is known for all bodies: nothing before all of them have acted.
        """
        n_known = 0 if self.is_new.any() else int(self.steps.min())
        bodies = np.arange(len(self.steps))
        return [self.waiting[self.steps - 1 - k, bodies] for k in range(n_known)]
