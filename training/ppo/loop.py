"""PPO's loop: the policy acts, the learner learns from it, and so on."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import Tensor

from kinesis_app.env.tracking import TrackingEnv
from training.curriculum import Curriculum, all_ended_episodes, ended_episodes
from training.env_state import env_state, restore_difficulty, restore_env
from training.ppo.learner import Learner
from training.ppo.update import update
from training.rollout import Rollout


@dataclass
class Progress:
    """Where a training loop stands; everything needed to go on from there.

    Attributes:
        steps: Control steps of all bodies of all ranks so far.
        observation: What this rank's policy sees next, shape (B, n); None before the first step.
    """

    steps: int = 0
    observation: np.ndarray | None = None


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
    ended: list[np.ndarray] = []
    terms: dict[str, float] = {}
    for t in range(n_steps):
        observations[t] = torch.from_numpy(observation)
        means[t] = actor(observations[t])
        actions[t] = means[t] + log_std.exp() * learner.noise(means[t].shape)
        step = env.step(actions[t].cpu().numpy())
        observation = step.observation
        reward[t], terminated[t], truncated[t] = step.reward, step.terminated, step.truncated
        final.append(step.final_observation[step.truncated])
        ended.append(ended_episodes(step))
        for name, value in step.terms.items():
            terms[name] = terms.get(name, 0.0) + float(value.mean()) / n_steps

    curriculum.count(all_ended_episodes(ended, learner.ranks))

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


def train(
    env: TrackingEnv,
    learner: Learner,
    curriculum: Curriculum,
    progress: Progress,
    keep_going: Callable[[Progress, Curriculum], bool],
    report: Callable[[Progress, dict[str, float]], None],
) -> None:
    """Collect and update for as long as ``keep_going`` says; ``report`` sees every update.

    All ranks go through the same updates, so ``keep_going`` must say the same on all of them.
    """
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
        n_steps = rollout.reward.numel() * learner.ranks.size
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
        report(progress, learner.ranks.average_numbers(metrics))


def loop_state(
    env: TrackingEnv, learner: Learner, curriculum: Curriculum, progress: Progress
) -> dict[str, Any]:
    """A checkpoint of the loop between two updates, of all ranks."""
    assert progress.observation is not None
    own = {
        "env": env_state(env),
        "random": learner.random.get_state(),
        "observation": torch.from_numpy(progress.observation.copy()),
    }
    return {
        "learner": learner.state(),
        "curriculum": curriculum.state(),
        "steps": progress.steps,
        "ranks": learner.ranks.gather_states(own),
    }


def restore_loop(
    state: dict[str, Any], env: TrackingEnv, learner: Learner, curriculum: Curriculum, progress: Progress
) -> None:
    """Bring freshly built parts into a state of :func:`loop_state`.

    With another number of ranks the bodies begin new episodes; all that was learnt goes on.
    """
    learner.restore(state["learner"])
    curriculum.restore(state["curriculum"])
    progress.steps = state["steps"]
    if len(state["ranks"]) != learner.ranks.size:
        restore_difficulty(env, state["ranks"][0]["env"])
        return
    own = state["ranks"][learner.ranks.rank]
    restore_env(env, own["env"])
    learner.random.set_state(own["random"])
    progress.observation = own["observation"].numpy().copy()
