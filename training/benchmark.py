"""How fast training runs: ``python -m training.benchmark``.

Simulated seconds per second, layer upon layer: the bare physics of all bodies; the environment
(action map, observation, reward, restarts); with the policy choosing the actions; with learning.
A core is a thread given to the run: ``--threads 1`` is the figure to compare across machines.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import torch

from kinesis_app.body.model import CTRL_DT, N_SUBSTEPS
from kinesis_app.body.muscles import N_MUSCLES
from kinesis_app.env.bodies import Bodies
from kinesis_app.env.tracking import TrackingEnv, TrackingSettings
from kinesis_app.motion.clip import MotionClip
from training import ppo
from training.actions import make_env
from training.curriculum import Curriculum
from training.networks import Actor
from training.settings import CurriculumSettings, PpoSettings

_RESTART = 15  # control steps after which the bare bodies stand up again (0.5 s)


def rate(step: Callable[[], int], seconds: float) -> float:
    """Simulated seconds per second of ``step``, which returns the control steps it made."""
    step()  # caches and compiled code
    count, start = 0, time.perf_counter()
    while time.perf_counter() - start < seconds:
        count += step()
    return count * CTRL_DT / (time.perf_counter() - start)


def physics(n_envs: int, threads: int, seconds: float) -> float:
    """Bare stepping of standing bodies with lightly active muscles."""
    bodies = Bodies(n_envs, threads)
    excitation = np.random.default_rng(0).uniform(0.0, 0.1, (n_envs, N_SUBSTEPS, N_MUSCLES))
    qpos, count = np.tile(bodies.model.key_qpos[0], (n_envs, 1)), 0

    def step() -> int:
        nonlocal count
        if count % _RESTART == 0:
            bodies.reset(np.arange(n_envs), qpos)
        count += 1
        bodies.step(excitation)
        return n_envs

    result = rate(step, seconds)
    bodies.close()
    return result


def environment(env: TrackingEnv, seconds: float) -> float:
    """The whole environment under small random actions."""
    env.reset()
    rng, shape = np.random.default_rng(0), (env.settings.n_envs, env.action_size)

    def step() -> int:
        env.step(rng.uniform(0.0, 0.1, shape))
        return shape[0]

    return rate(step, seconds)


def with_policy(env: TrackingEnv, seconds: float) -> float:
    """Rollouts of an untrained policy, as PPO collects them."""
    learner, curriculum = _learner(env)
    observation = env.reset()

    def step() -> int:
        nonlocal observation
        rollout, observation, _ = ppo.collect(env, learner, observation, curriculum)
        return rollout.reward.numel()

    return rate(step, seconds)


def with_learning(env: TrackingEnv, seconds: float) -> float:
    """PPO as it runs in training."""
    learner, curriculum = _learner(env)
    observation = env.reset()

    def step() -> int:
        nonlocal observation
        rollout, observation, _ = ppo.collect(env, learner, observation, curriculum)
        ppo.update(learner, rollout)
        return rollout.reward.numel()

    return rate(step, seconds)


def _learner(env: TrackingEnv) -> tuple[ppo.Learner, Curriculum]:
    settings = PpoSettings()
    seed = torch.Generator().manual_seed(0)
    actor = Actor(env.observation_size, env.action_size, settings.hidden, seed)
    return ppo.Learner(actor, settings, 0), Curriculum(CurriculumSettings(), len(env.bank.names), 0.15)


def measure(clips: list[MotionClip], n_envs: int, threads: int, seconds: float, actions: list[str]) -> dict:
    """All rates [simulated seconds per second] by name."""
    settings = TrackingSettings(n_envs=n_envs, n_threads=threads)
    rates = {"physics": physics(n_envs, threads, seconds)}
    for action in actions:
        env = make_env(action, clips, settings)
        rates[f"{action}: environment"] = environment(env, seconds)
        rates[f"{action}: + policy"] = with_policy(env, seconds)
        rates[f"{action}: + learning"] = with_learning(env, seconds)
        env.bodies.close()
    return rates


def main(arguments: list[str] | None = None) -> None:
    """The command line."""
    parser = argparse.ArgumentParser(
        prog="python -m training.benchmark",
        description="Simulated seconds per second of physics, environment, policy and learning.",
    )
    parser.add_argument("--envs", type=int, default=64, help="bodies (default: 64)")
    parser.add_argument("--threads", type=int, default=1, help="threads, counted as cores (default: 1)")
    parser.add_argument("--seconds", type=float, default=5.0, help="duration of each measurement")
    parser.add_argument(
        "--actions", nargs="+", default=["muscles", "teacher"], choices=["muscles", "teacher", "kinesis"]
    )
    parser.add_argument("--json", type=Path, help="write the numbers to this file too")
    options = parser.parse_args(arguments)
    torch.set_num_threads(options.threads)
    from kinesis_app.motion.gait import walk

    clips = [walk(1.1, 10.0)]
    rates = measure(clips, options.envs, options.threads, options.seconds, options.actions)
    print(f"{options.envs} bodies, {options.threads} thread(s); control step {CTRL_DT * 1000:.1f} ms")
    print(f"{'':26s}{'simulated s/s':>14s}{'per core':>10s}{'control steps/s':>17s}")
    for name, value in rates.items():
        print(f"{name:26s}{value:14.1f}{value / options.threads:10.1f}{value / CTRL_DT:17.0f}")
    if options.json:
        options.json.write_text(json.dumps({"threads": options.threads, "envs": options.envs} | rates))


if __name__ == "__main__":
    main()
