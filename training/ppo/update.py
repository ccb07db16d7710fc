"""One update of PPO: the clipped surrogate and the critic's regression, in small steps."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor

from training.networks import kl_divergence, log_probability
from training.ppo.learner import Learner
from training.ranks import average_gradients
from training.rollout import Rollout, advantages, successor_values

_KL_STOP = 3.0  # an epoch that ends this many times over the target is the update's last


def update(learner: Learner, rollout: Rollout) -> dict[str, float]:
    """Improve policy and value function with one rollout; the metrics of the table above."""
    s, policy = learner.settings, learner.policy
    old_log_std = policy.log_std.detach().clone()
    batch, explained = prepare(learner, rollout, old_log_std)
    n_samples, own_minibatch = rollout.reward.numel(), s.minibatch // learner.ranks.size
    n_sides = len(batch[0]) // n_samples
    only_critic = learner.updates < s.critic_warmup
    metrics: list[dict[str, float]] = []
    for epoch in range(s.epochs):
        order = torch.randperm(n_samples, generator=learner.random)
        side = torch.randint(n_sides, order.shape, generator=learner.random)
        for rows in (order + n_samples * side).to(learner.device).split(own_minibatch):
            step = _gradient_step(learner, [array[rows] for array in batch], old_log_std, only_critic)
            metrics += [step] if epoch == s.epochs - 1 else []
        if step["kl"] > _KL_STOP * s.target_kl:
            metrics = metrics or [step]
            break
    learner.updates += 1
    return {name: float(np.mean([m[name] for m in metrics])) for name in metrics[0]} | {
        "learning_rate": learner.learning_rate,
        "explained_variance": explained,
        "action_std": float(policy.log_std.detach().exp().mean()),
    }


@torch.no_grad()
def prepare(learner: Learner, rollout: Rollout, log_std: Tensor) -> tuple[list[Tensor], float]:
    """What the gradient steps need of a rollout.

    Returns:
        Normalised observation, action, mean action, log probability, advantage and return of N
        samples, followed by those of their N mirror images if there are any; and the critic's
        explained variance.
    """
    s, policy = learner.settings, learner.policy
    normaliser = policy.actor.normaliser
    x = normaliser(rollout.observation)
    value = policy.value(x)
    last_value = policy.value(normaliser(rollout.last_observation))
    final_value = policy.value(normaliser(rollout.final_observation))
    successor = successor_values(value, last_value, final_value, rollout.terminated, rollout.truncated)
    # Values are scaled by (1 - gamma), so rewards are too: the critic's target is near [0, 1].
    reward = (1.0 - s.gamma) * rollout.reward
    done = rollout.terminated | rollout.truncated
    advantage = advantages(reward, value, successor, done, s.gamma, s.gae_lambda)
    returns = advantage + value
    sides = [(x, rollout.action, rollout.mean)]
    if learner.mirror is not None:
        # An image's action is weighed against what the policy itself would have done in the image.
        mirrored = normaliser(learner.mirror[0](rollout.observation))
        sides.append((mirrored, learner.mirror[1](rollout.action), policy.actor.layers(mirrored)))
    samples = [
        (x, action, mean, log_probability(action, mean, log_std), advantage, returns)
        for x, action, mean in sides
    ]
    batch = [torch.cat([array.flatten(0, 1) for array in arrays]) for arrays in zip(*samples, strict=True)]
    unexplained = float((returns - value).var() / returns.var().clamp_min(1e-8))
    return batch, 1.0 - unexplained


def _gradient_step(
    learner: Learner, batch: list[Tensor], old_log_std: Tensor, only_critic: bool
) -> dict[str, float]:
    """One step on one minibatch, of which each rank has its part, the learning rate steered on the way."""
    s, policy = learner.settings, learner.policy
    x, action, old_mean, old_log_prob, advantage, returns = batch
    mean, log_std = policy.actor.layers(x), policy.log_std
    # Normalised per minibatch: the size of a policy step must not depend on the reward's scale.
    advantage_mean, advantage_std = learner.ranks.mean_std(advantage)
    advantage = (advantage - advantage_mean) / (advantage_std + 1e-8)
    # Clamped so that one far-out sample cannot overflow; the loss is flat out there anyway.
    ratio = torch.exp((log_probability(action, mean, log_std) - old_log_prob).clamp(-10.0, 10.0))
    # L = -E[min(r A, clip(r, 1 - eps, 1 + eps) A)]                       (Schulman et al. 2017, eq. 7)
    clipped = ratio.clamp(1.0 - s.clip, 1.0 + s.clip)
    policy_loss = -torch.minimum(ratio * advantage, clipped * advantage).mean()
    value_loss = (policy.value(x) - returns).square().mean()
    loss = s.value_weight * value_loss
    if not only_critic:
        loss = loss + policy_loss - s.entropy * log_std.sum()
    learner.optimiser.zero_grad(set_to_none=True)
    loss.backward()
    with torch.no_grad():
        kl = kl_divergence(old_mean, old_log_std, mean, log_std).mean()
        clip_fraction = ((ratio - 1.0).abs() > s.clip).float().mean()
        shown = torch.stack([kl, clip_fraction, policy_loss, value_loss])
    average_gradients(learner.ranks, policy.parameters(), shown)
    _steer_learning_rate(learner, float(shown[0]))
    grad_norm = torch.nn.utils.clip_grad_norm_(policy.parameters(), s.max_grad_norm)
    learner.optimiser.step()
    with torch.no_grad():
        policy.log_std.clamp_(min=s.log_std_min)
    names = ("kl", "clip_fraction", "policy_loss", "value_loss")
    return dict(zip(names, shown.tolist(), strict=True)) | {"grad_norm": float(grad_norm)}


def _steer_learning_rate(learner: Learner, kl: float) -> None:
    """Smaller steps when the policy moves too far, larger when too little (as in rsl_rl)."""
    s = learner.settings
    if kl > 2.0 * s.target_kl:
        learner.learning_rate = max(learner.learning_rate / 1.5, s.learning_rate_min)
    elif 0.0 < kl < 0.5 * s.target_kl:
        learner.learning_rate = min(learner.learning_rate * 1.5, s.learning_rate_max)
    for group in learner.optimiser.param_groups:
        group["lr"] = learner.learning_rate
