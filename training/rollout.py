"""What a rollout holds, and generalised advantage estimation (Schulman et al. 2016)."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor


@dataclass(frozen=True)
class Rollout:
    """T control steps of B bodies under one policy.

    Attributes:
        observation: What the policy saw, shape (T, B, n).
        action: What it did, shape (T, B, m).
        mean: Its mean action, shape (T, B, m).
        reward: shape (T, B).
        terminated: The episode ended by failure, shape (T, B), bool.
        truncated: The episode ended by time or the clip's end, shape (T, B), bool.
        last_observation: After the last step, shape (B, n).
        final_observation: State in which each truncated episode stopped, shape (K, n), in the
            order of ``truncated.nonzero()``.
    """

    observation: Tensor
    action: Tensor
    mean: Tensor
    reward: Tensor
    terminated: Tensor
    truncated: Tensor
    last_observation: Tensor
    final_observation: Tensor


def successor_values(
    value: Tensor, last_value: Tensor, final_value: Tensor, terminated: Tensor, truncated: Tensor
) -> Tensor:
    """Value of the state each step led to, shape (T, B).

    A failed episode is worth nothing more. One that merely ran out of time would have gone on, so
    it counts with the value of the state it stopped in (Pardo et al. 2018, "time limits in RL").

    Args:
        value: Value of each observation, shape (T, B).
        last_value: Value after the last step, shape (B,).
        final_value: Values of the states in which truncated episodes stopped, shape (K,).
        terminated: shape (T, B).
        truncated: shape (T, B), K entries true.
    """
    after = torch.cat([value[1:], last_value[None]])
    after[truncated] = final_value
    return after.masked_fill(terminated, 0.0)


def advantages(
    reward: Tensor, value: Tensor, successor: Tensor, done: Tensor, gamma: float, lam: float
) -> Tensor:
    """Generalised advantage estimates; all arrays have shape (T, B).

    delta_t = r_t + gamma V(s_t+1) - V(s_t);  A_t = delta_t + gamma lambda (1 - done_t) A_t+1.
    """
    delta = reward + gamma * successor - value
    carry = gamma * lam * (~done)
    out = torch.empty_like(delta)
    running = torch.zeros_like(delta[0])
    for t in reversed(range(len(delta))):
        running = delta[t] + carry[t] * running
        out[t] = running
    return out
