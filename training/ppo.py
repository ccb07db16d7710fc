"""Proximal policy optimisation (Schulman et al. 2017), the whole algorithm in one file.

``python -m training.ppo`` trains a walking policy: see ``--help``, and ``training/stages.py`` for
the stages of a run. Top to bottom: the learner, collecting a rollout, one update, the loop.

Every logged number:

| name | what it is, and what is healthy |
|---|---|
| steps_per_second | control steps of all bodies per second, learning included |
| collect_share | share of that time spent on collecting, the rest on learning |
| episode_seconds | running mean age at which episodes end; they last ``env.episode_seconds`` at most |
| survival | running share of episodes that ended by time, not by failure |
| reward | mean reward per control step; the terms below add up to it |
| reward/<term> | mean of one reward term; its ceiling is the term's weight |
| push | largest random push in use [N] |
| hardest_clip | failure rate of the clip that fails most |
| learning_rate | steered so that ``kl`` stays near its target |
| kl | KL(old policy || new policy) in the last epoch; minibatches this small sit at 0.03-0.05 |
| clip_fraction | share of samples whose probability ratio was clipped; 0.2-0.5 with these settings |
| policy_loss | the clipped surrogate of equation 7; its level says little, a jump says much |
| value_loss | mean squared error of the scaled value |
| explained_variance | 1 - var(return - value) / var(return): 1 is a perfect critic, <= 0 a useless one |
| action_std | mean standard deviation of the actions; falls as the policy settles |
| grad_norm | gradient norm before clipping |
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import Tensor

from kinesis_app.env.tracking import TrackingEnv
from training.config import PpoSettings
from training.curriculum import Curriculum
from training.env_state import env_state, restore_env
from training.mirror import reflections
from training.networks import Actor, ActorCritic, kl_divergence, log_probability
from training.rollout import Rollout, advantages, successor_values


class Learner:
    """Policy, optimiser and the learner's own random numbers.

    Args:
        actor: Network to train; may come trained.
        settings: The recipe.
        seed: Of the critic's weights, exploration and minibatches.
        device: Where the networks live.
    """

    def __init__(self, actor: Actor, settings: PpoSettings, seed: int, device: str = "cpu") -> None:
        self.settings = settings
        self.device = torch.device(device)
        self.random = torch.Generator().manual_seed(seed)
        critic_seed = torch.Generator().manual_seed(seed + 1)
        self.policy = ActorCritic(actor, settings.hidden, settings.log_std, critic_seed).to(self.device)
        self.optimiser = torch.optim.Adam(
            self.policy.parameters(), settings.learning_rate, eps=1e-5, fused=True
        )
        self.learning_rate = settings.learning_rate
        self.updates = 0
        self.mirror = reflections(actor.sizes[0], actor.sizes[-1]) if settings.mirror else None

    def watch(self, observation: Tensor) -> None:
        """Let the normaliser take in observations (..., n), and their mirror images."""
        self.policy.actor.normaliser.update(observation)
        if self.mirror is not None:
            self.policy.actor.normaliser.update(self.mirror[0](observation))

    def noise(self, shape: torch.Size) -> Tensor:
        """Standard normal numbers, the same on every device."""
        return torch.randn(shape, generator=self.random).to(self.device)

    def state(self) -> dict[str, Any]:
        """For checkpoints."""
        return {
            "policy": self.policy.state_dict(),
            "optimiser": self.optimiser.state_dict(),
            "random": self.random.get_state(),
            "learning_rate": self.learning_rate,
            "updates": self.updates,
        }

    def restore(self, state: dict[str, Any]) -> None:
        """Take over a state of :meth:`state`."""
        self.policy.load_state_dict(state["policy"])
        self.optimiser.load_state_dict(state["optimiser"])
        self.random.set_state(state["random"])
        self.learning_rate, self.updates = state["learning_rate"], state["updates"]


# ---------------------------------------------------------------- collecting a rollout


@torch.no_grad()
def collect(
    env: TrackingEnv, learner: Learner, observation: np.ndarray, curriculum: Curriculum
) -> tuple[Rollout, np.ndarray, dict[str, float]]:
    """Let the policy act for ``rollout_steps`` control steps.

    Returns:
        The rollout, the observation (B, n) to go on from, and mean reward terms by name.
    """
    actor, log_std = learner.policy.actor, learner.policy.log_std
    n_steps, n_envs = learner.settings.rollout_steps, len(observation)
    shape = (n_steps, n_envs)
    observations = torch.empty(*shape, env.observation_size, device=learner.device)
    means = torch.empty(*shape, env.action_size, device=learner.device)
    actions = torch.empty_like(means)
    reward, terminated, truncated = np.zeros(shape), np.zeros(shape, bool), np.zeros(shape, bool)
    final: list[np.ndarray] = []
    terms: dict[str, float] = {}
    for t in range(n_steps):
        observations[t] = torch.from_numpy(observation)
        means[t] = actor(observations[t])
        actions[t] = means[t] + log_std.exp() * learner.noise(means[t].shape)
        step = env.step(actions[t].cpu().numpy())
        observation = step.observation
        reward[t], terminated[t], truncated[t] = step.reward, step.terminated, step.truncated
        final.append(step.final_observation[step.truncated])
        curriculum.watch(step)
        for name, value in step.terms.items():
            terms[name] = terms.get(name, 0.0) + float(value.mean()) / n_steps

    def tensor(array: np.ndarray) -> Tensor:
        return torch.from_numpy(array).to(learner.device)

    rollout = Rollout(
        observation=observations,
        action=actions,
        mean=means,
        reward=tensor(reward.astype(np.float32)),
        terminated=tensor(terminated),
        truncated=tensor(truncated),
        last_observation=tensor(observation),
        final_observation=tensor(np.concatenate(final)),
    )
    return rollout, observation, terms


# ---------------------------------------------------------------- one update

_KL_STOP = 3.0  # an epoch that ends this many times over the target is the update's last


def update(learner: Learner, rollout: Rollout) -> dict[str, float]:
    """Improve policy and value function with one rollout; the metrics of the table above."""
    s, policy = learner.settings, learner.policy
    old_log_std = policy.log_std.detach().clone()
    batch, explained = prepare(learner, rollout, old_log_std)
    n_samples = rollout.reward.numel()
    n_sides = len(batch[0]) // n_samples
    only_critic = learner.updates < s.critic_warmup
    metrics: list[dict[str, float]] = []
    for epoch in range(s.epochs):
        order = torch.randperm(n_samples, generator=learner.random)
        side = torch.randint(n_sides, order.shape, generator=learner.random)
        for rows in (order + n_samples * side).to(learner.device).split(s.minibatch):
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
    """One step on one minibatch, the learning rate steered by the KL divergence on the way."""
    s, policy = learner.settings, learner.policy
    x, action, old_mean, old_log_prob, advantage, returns = batch
    mean, log_std = policy.actor.layers(x), policy.log_std
    with torch.no_grad():
        kl = float(kl_divergence(old_mean, old_log_std, mean, log_std).mean())
        _steer_learning_rate(learner, kl)
        # Normalised per minibatch: the size of a policy step must not depend on the reward's scale.
        advantage = (advantage - advantage.mean()) / (advantage.std() + 1e-8)
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
    grad_norm = torch.nn.utils.clip_grad_norm_(policy.parameters(), s.max_grad_norm)
    learner.optimiser.step()
    with torch.no_grad():
        policy.log_std.clamp_(min=s.log_std_min)
    return {
        "kl": kl,
        "clip_fraction": float(((ratio.detach() - 1.0).abs() > s.clip).float().mean()),
        "policy_loss": float(policy_loss.detach()),
        "value_loss": float(value_loss.detach()),
        "grad_norm": float(grad_norm.detach()),
    }


def _steer_learning_rate(learner: Learner, kl: float) -> None:
    """Smaller steps when the policy moves too far, larger when too little (as in rsl_rl)."""
    s = learner.settings
    if kl > 2.0 * s.target_kl:
        learner.learning_rate = max(learner.learning_rate / 1.5, s.learning_rate_min)
    elif 0.0 < kl < 0.5 * s.target_kl:
        learner.learning_rate = min(learner.learning_rate * 1.5, s.learning_rate_max)
    for group in learner.optimiser.param_groups:
        group["lr"] = learner.learning_rate


# ---------------------------------------------------------------- the loop


@dataclass
class Progress:
    """Where a training loop stands; everything needed to go on from there.

    Attributes:
        steps: Control steps of all bodies so far.
        observation: What the policy sees next, shape (B, n); None before the first step.
    """

    steps: int = 0
    observation: np.ndarray | None = None


def train(
    env: TrackingEnv,
    learner: Learner,
    curriculum: Curriculum,
    progress: Progress,
    keep_going: Callable[[Progress, Curriculum], bool],
    report: Callable[[Progress, dict[str, float]], None],
) -> None:
    """Collect and update for as long as ``keep_going`` says; ``report`` sees every update."""
    normaliser = learner.policy.actor.normaliser
    if progress.observation is None:
        progress.observation = env.reset()
    if normaliser.count == 0:  # numbers of any scale would saturate the first updates
        rollout, progress.observation, _ = collect(env, learner, progress.observation, curriculum)
        learner.watch(rollout.observation)
    while keep_going(progress, curriculum):
        start = time.perf_counter()
        rollout, progress.observation, terms = collect(env, learner, progress.observation, curriculum)
        collected = time.perf_counter()
        metrics = update(learner, rollout)
        learner.watch(rollout.observation)
        curriculum.adjust(env)
        n_steps = rollout.reward.numel()
        progress.steps += n_steps
        now = time.perf_counter()
        metrics |= {f"reward/{name}": value for name, value in terms.items()}
        metrics |= {
            "reward": float(rollout.reward.mean()),
            "episode_seconds": curriculum.seconds,
            "survival": curriculum.survival,
            "hardest_clip": float(curriculum.failure.max()),
            "push": env.settings.push.force,
            "steps_per_second": n_steps / (now - start),
            "collect_share": (collected - start) / (now - start),
        }
        report(progress, metrics)


def loop_state(
    env: TrackingEnv, learner: Learner, curriculum: Curriculum, progress: Progress
) -> dict[str, Any]:
    """A checkpoint of the loop between two updates."""
    assert progress.observation is not None
    return {
        "learner": learner.state(),
        "env": env_state(env),
        "curriculum": curriculum.state(),
        "steps": progress.steps,
        "observation": torch.from_numpy(progress.observation.copy()),
    }


def restore_loop(
    state: dict[str, Any], env: TrackingEnv, learner: Learner, curriculum: Curriculum, progress: Progress
) -> None:
    """Bring freshly built parts into a state of :func:`loop_state`."""
    learner.restore(state["learner"])
    restore_env(env, state["env"])
    curriculum.restore(state["curriculum"])
    progress.steps, progress.observation = state["steps"], state["observation"].numpy().copy()


if __name__ == "__main__":
    from training.command import main

    main()
