"""What each of two ranks does in ``test_ranks.py``; started as a program of its own, once per rank."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from pretend_teacher import PretendTeacher

from training import actions, card, distill_stage, ppo
from training.command import main
from training.curriculum import all_ended_episodes
from training.networks import Actor
from training.ranks import Ranks, start_ranks, stop_ranks
from training.rollout import Rollout
from training.run import Run
from training.settings import PpoSettings

N_STEPS, N_BODIES, N_SEEN, N_ACTIONS = 6, 8, 5, 3
TASK = """
name: tiny
action: teacher
clips: [{generator: stand, seconds: 3.0}]
env: {n_envs: 6, episode_seconds: 0.5, push: {force: 30.0, interval: 0.5}}
teacher:
  steps: 288
  ppo: {rollout_steps: 12, minibatch: 24, hidden: [16], epochs: 2}
  curriculum: {push_max: 60.0, push_start: -1.0}
distill: {labels: 60, teacher_share: [1.0, 0.0], hidden: [24], minibatch: 20, final_epochs: 2}
checkpoint_minutes: 0.0
"""


def rollout_of(bodies: slice, seed: int, learner: ppo.Learner) -> Rollout:
    """What ``bodies`` out of eight did, made up: the same numbers whoever asks."""
    random = torch.Generator().manual_seed(seed)
    seen = torch.randn(N_STEPS + 1, N_BODIES, N_SEEN, generator=random) * 2.0 + 1.0
    final = torch.randn(N_STEPS, N_BODIES, N_SEEN, generator=random)
    noise = torch.randn(N_STEPS, N_BODIES, N_ACTIONS, generator=random)
    reward = torch.rand(N_STEPS, N_BODIES, generator=random)
    lot = torch.rand(N_STEPS, N_BODIES, generator=random)
    truncated = (lot > 0.8)[:, bodies]
    with torch.no_grad():
        mean = learner.policy.actor(seen[:-1])
        action = mean + learner.policy.log_std.exp() * noise
    return Rollout(
        observation=seen[:-1, bodies],
        action=action[:, bodies],
        mean=mean[:, bodies],
        reward=reward[:, bodies],
        terminated=(lot < 0.1)[:, bodies],
        truncated=truncated,
        last_observation=seen[-1, bodies],
        final_observation=final[:, bodies][truncated],
    )


def learnt(ranks: Ranks) -> dict[str, Any]:
    """A learner's state and metrics after three updates on the share of ``ranks``, one minibatch each."""
    settings = PpoSettings(minibatch=1000, epochs=4, hidden=(16,), learning_rate=3e-3, target_kl=0.01)
    actor = Actor(N_SEEN, N_ACTIONS, (8,), torch.Generator().manual_seed(3 + ranks.rank))  # made alike
    learner = ppo.Learner(actor, settings, 4, ranks=ranks)
    size = N_BODIES // ranks.size
    own = slice(size * ranks.rank, size * (ranks.rank + 1))
    metrics = {}
    for seed in range(3):
        rollout = rollout_of(own, seed, learner)
        learner.watch(rollout.observation)
        metrics = ppo.update(learner, rollout)
    return {"learner": learner.state(), "metrics": metrics}


def exchanged(ranks: Ranks) -> dict[str, Any]:
    """What two ranks get from one another."""
    rows = torch.arange(2 * (ranks.rank + 1)).reshape(-1, 2)
    own = (
        [[[1.0, 0.5, 7.0]], [], [[0.0, 2.0, 8.0]]] if ranks.is_first else [[], [[1.0, 1.0, 9.0]], [[0, 3, 9]]]
    )
    mean, std = ranks.mean_std(torch.tensor([1.0, 2.0]) + 10.0 * ranks.rank)
    return {
        "rows": ranks.gather(rows),
        "moments": [float(mean), float(std)],
        "any": [ranks.any(not ranks.is_first), ranks.any(False)],
        "numbers": ranks.average_numbers({"a": 1.0 + ranks.rank, "b": -4.0 * ranks.rank}),
        "episodes": all_ended_episodes(
            [np.reshape(np.array(r, float), (-1, 3)) for r in own], ranks
        ).tolist(),
    }


def stop_when(stage: str, updates: int) -> None:
    """Let this process' runs stop after the given number of checkpoints of a stage."""
    save, count = Run.save, [0]

    def saving(run: Run, name: str, state: dict | None) -> None:
        save(run, name, state)
        count[0] += name == stage and state is not None
        run.interrupted = run.interrupted or (count[0] == updates and run.ranks.is_first)

    Run.save = saving  # type: ignore[method-assign]


def train(port: int, arguments: Sequence[str]) -> None:
    """``python -m training.ppo``, on its own port; a stop is no failure."""
    os.environ["MASTER_PORT"] = str(port)
    try:
        main([*arguments, "--quiet", "--threads", "1"])
    except SystemExit as stop:
        if stop.code != 130:
            raise


def prepare() -> None:
    """No compiled teacher and no evaluation: they have tests of their own."""
    torch.set_num_threads(1)
    actions._teacher = lambda clips, bank, leashed: PretendTeacher()  # type: ignore[assignment, return-value]
    distill_stage.make_labeller = lambda clips, bank, leashed: PretendTeacher()
    card.export_with_card = lambda run, actor: None


if __name__ == "__main__":
    prepare()
    out, ports = Path(sys.argv[1]), [int(port) for port in sys.argv[2:]]
    save, task = Run.save, str(out / "task.yaml")
    os.environ["MASTER_PORT"] = str(ports[0])
    ranks = start_ranks()
    torch.save(learnt(ranks) | exchanged(ranks), out / f"rank{ranks.rank}.pt")
    stop_ranks(ranks)
    train(ports[1], ["--config", task, "--run-dir", str(out / "whole")])
    for k, stage in enumerate(("teacher", "distill")):
        stop_when(stage, 2 - k)
        train(ports[2 + 2 * k], ["--config", task, "--run-dir", str(out / stage)])
        Run.save = save  # type: ignore[method-assign]
        if stage == "distill":
            train(ports[3 + 2 * k], ["--resume", str(out / stage)])
