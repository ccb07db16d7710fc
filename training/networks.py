"""The networks: plain SiLU perceptrons on normalised observations."""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence

import torch
from torch import Tensor, nn

from training.ranks import ALONE, Ranks

OBSERVATION_LIMIT = 10.0
"""Normalised observations are clipped here, in training and in the exported graph alike."""
_MIN_STD = 1e-2  # an entry that hardly moves in training must not explode when it does


class Normaliser(nn.Module):
    """Running mean and variance of every observation entry; frozen between calls of ``update``."""

    mean: Tensor
    var: Tensor
    count: Tensor

    def __init__(self, size: int) -> None:
        super().__init__()
        self.register_buffer("mean", torch.zeros(size, dtype=torch.float64))
        self.register_buffer("var", torch.ones(size, dtype=torch.float64))
        self.register_buffer("count", torch.zeros((), dtype=torch.float64))

    def scale_offset(self) -> tuple[Tensor, Tensor]:
        """``(1 / std, -mean / std)``, each float32 of shape (n,)."""
        inverse = 1.0 / self.var.sqrt().clamp_min(_MIN_STD)
        return inverse.float(), (-self.mean * inverse).float()

    def forward(self, x: Tensor) -> Tensor:
        """Normalised and clipped observations, shape (..., n)."""
        scale, offset = self.scale_offset()
        return (x * scale + offset).clamp(-OBSERVATION_LIMIT, OBSERVATION_LIMIT)

    @torch.no_grad()
    def update(self, x: Tensor, ranks: Ranks = ALONE) -> None:
        """Take in observations (..., n) of every rank."""
        batch = x.reshape(-1, x.shape[-1]).double()
        count = batch.new_full(batch.shape[1:], len(batch))
        moments = torch.stack([count, batch.mean(0), batch.var(0, unbiased=False)])
        for part in ranks.gather(moments[None]):
            n, mean, var = part[0]
            self._merge(n[0], mean, var)

    def _merge(self, n: Tensor, mean: Tensor, var: Tensor) -> None:
        """Take in ``n`` observations with these statistics (n,): Chan et al. 1979."""
        total = self.count + n
        delta = mean - self.mean
        spread = self.var * self.count + var * n + delta.square() * self.count * n / total
        self.mean.copy_(self.mean + delta * (n / total))
        self.var.copy_(spread / total)
        self.count.copy_(total)


def mlp(sizes: Sequence[int], last_gain: float, generator: torch.Generator) -> nn.Sequential:
    """Linear layers with SiLU between them; orthogonal weights, zero biases (Saxe et al. 2014)."""
    layers: list[nn.Module] = []
    pairs = list(itertools.pairwise(sizes))
    for i, (n_in, n_out) in enumerate(pairs):
        linear = nn.Linear(n_in, n_out)
        gain = last_gain if i == len(pairs) - 1 else math.sqrt(2.0)
        nn.init.orthogonal_(linear.weight, gain, generator)
        nn.init.zeros_(linear.bias)
        layers += [linear, nn.SiLU()]
    return nn.Sequential(*layers[:-1])


class Actor(nn.Module):
    """Observation to action mean; what is exported.

    Args:
        observation_size: n.
        action_size: m.
        hidden: Widths of the hidden layers.
        generator: Source of the initial weights.
    """

    def __init__(
        self, observation_size: int, action_size: int, hidden: Sequence[int], generator: torch.Generator
    ) -> None:
        super().__init__()
        self.normaliser = Normaliser(observation_size)
        self.layers = mlp([observation_size, *hidden, action_size], 0.01, generator)

    def forward(self, observation: Tensor) -> Tensor:
        """Action mean, shape (B, m), of raw observations (B, n)."""
        mean: Tensor = self.layers(self.normaliser(observation))
        return mean

    @property
    def sizes(self) -> list[int]:
        """Widths of all layers, input and output included."""
        linear = [layer for layer in self.layers if isinstance(layer, nn.Linear)]
        return [linear[0].in_features, *(layer.out_features for layer in linear)]


@torch.no_grad()
def widened(actor: Actor, hidden: Sequence[int], generator: torch.Generator) -> Actor:
    """The same function in wider layers, with room to learn more (Net2Net, Chen et al. 2016).

    The old units keep their weights and see none of the new ones, whose own weights are random. A network
    of another depth, or wider somewhere already, is returned as it is.
    """
    n, *old, m = actor.sizes
    if len(old) != len(hidden) or any(a > b for a, b in zip(old, hidden, strict=True)):
        return actor
    wide = Actor(n, m, hidden, generator)
    wide.normaliser.load_state_dict(actor.normaliser.state_dict())
    pairs = zip(actor.layers, wide.layers, strict=True)
    for narrow, layer in ((a, b) for a, b in pairs if isinstance(a, nn.Linear) and isinstance(b, nn.Linear)):
        rows, columns = narrow.weight.shape
        layer.weight[:rows] = 0.0
        layer.weight[:rows, :columns] = narrow.weight
        layer.bias[:rows] = narrow.bias
    return wide


class ActorCritic(nn.Module):
    """Gaussian policy with a learned spread that ignores the state, and a value function.

    The critic sees the actor's normalised observation and predicts ``(1 - gamma) * return``, a
    number near [0, 1] whatever the horizon.
    """

    def __init__(self, actor: Actor, critic_hidden: Sequence[int], log_std: float, seed: torch.Generator):
        super().__init__()
        self.actor = actor
        self.critic = mlp([actor.sizes[0], *critic_hidden, 1], 1.0, seed)
        self.log_std = nn.Parameter(torch.full((actor.sizes[-1],), log_std))

    def value(self, normalised: Tensor) -> Tensor:
        """Scaled value of normalised observations (..., n), shape (...)."""
        value: Tensor = self.critic(normalised)
        return value.squeeze(-1)


def log_probability(action: Tensor, mean: Tensor, log_std: Tensor) -> Tensor:
    """Log density of a diagonal Gaussian, shape (...), for actions (..., m)."""
    z = (action - mean) * torch.exp(-log_std)
    constant = 0.5 * math.log(2.0 * math.pi)
    return (-0.5 * z.square() - log_std - constant).sum(-1)


def kl_divergence(mean: Tensor, log_std: Tensor, new_mean: Tensor, new_log_std: Tensor) -> Tensor:
    """KL(old || new) of diagonal Gaussians, shape (...), for means (..., m)."""
    ratio = torch.exp(2.0 * (log_std - new_log_std))
    shift = (mean - new_mean).square() * torch.exp(-2.0 * new_log_std)
    return (new_log_std - log_std + 0.5 * (ratio + shift - 1.0)).sum(-1)
