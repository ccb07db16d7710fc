"""What PPO updates: policy, value function, optimiser, and the learner's own random numbers."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

from training.mirror import reflections
from training.networks import Actor, ActorCritic
from training.ranks import ALONE, Ranks
from training.settings import PpoSettings


class Learner:
    """Policy, optimiser and the learner's own random numbers.

    Args:
        actor: Network to train; may come trained.
        settings: The recipe.
        seed: Of the critic's weights, exploration and minibatches.
        device: Where the networks live.
        ranks: The processes that learn together.
    """

    def __init__(
        self, actor: Actor, settings: PpoSettings, seed: int, device: str = "cpu", ranks: Ranks = ALONE
    ) -> None:
        self.settings = settings
        self.device = torch.device(device)
        self.ranks = ranks
        self.random = torch.Generator().manual_seed(ranks.seed(seed))
        critic_seed = torch.Generator().manual_seed(seed + 1)
        self.policy = ActorCritic(actor, settings.hidden, settings.log_std, critic_seed).to(self.device)
        ranks.copy_from_first(self.policy)
        self.optimiser = torch.optim.Adam(
            self.policy.parameters(), settings.learning_rate, eps=1e-5, fused=True
        )
        self.learning_rate = settings.learning_rate
        self.updates = 0
        self.mirror = reflections(actor.sizes[0], actor.sizes[-1]) if settings.mirror else None

    def watch(self, observation: Tensor) -> None:
        """Let the normaliser take in every rank's observations (..., n), and their mirror images."""
        self.policy.actor.normaliser.update(observation, self.ranks)
        if self.mirror is not None:
            self.policy.actor.normaliser.update(self.mirror[0](observation), self.ranks)

    def noise(self, shape: torch.Size) -> Tensor:
        """Standard normal numbers, the same on every device."""
        return torch.randn(shape, generator=self.random).to(self.device)

    def state(self) -> dict[str, Any]:
        """For checkpoints: all but the random numbers, which are each rank's own."""
        return {
            "policy": self.policy.state_dict(),
            "optimiser": self.optimiser.state_dict(),
            "learning_rate": self.learning_rate,
            "updates": self.updates,
        }

    def restore(self, state: dict[str, Any]) -> None:
        """Take over a state of :meth:`state`."""
        self.policy.load_state_dict(state["policy"])
        self.optimiser.load_state_dict(state["optimiser"])
        self.learning_rate, self.updates = state["learning_rate"], state["updates"]
