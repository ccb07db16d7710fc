"""How well a policy in training follows clips: deterministic, from the first frame.

For any action map; exported policies are scored by ``kinesis_app.evaluation`` instead.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from kinesis_app.body.model import CTRL_DT
from kinesis_app.env.actuator import PolicyFunction
from kinesis_app.env.reward import body_error
from kinesis_app.env.tracking import TrackingEnv, TrackingSettings
from kinesis_app.motion.clip import MotionClip
from training.actions import make_env


@dataclass(frozen=True)
class Score:
    """One clip's result; names as in the app's own evaluation.

    Attributes:
        name: Of the clip.
        duration_s: Of the clip [s].
        survived_s: Time until the mean body error passed the limit, or the duration [s].
        success: Whether it survived to the end.
        mpjpe_mm: Mean body error while it survived [mm].
    """

    name: str
    duration_s: float
    survived_s: float
    success: bool
    mpjpe_mm: float


def start_at_beginning(env: TrackingEnv, activation: np.ndarray | None = None) -> np.ndarray:
    """Put body i on the first frame of clip i (modulo the clips); the observation (B, n)."""
    clip = np.arange(env.settings.n_envs) % len(env.bank.names)
    return env.begin_at(clip, np.zeros_like(clip), activation=activation)


@dataclass(frozen=True)
class Followed:
    """What became of B bodies, each on its clip.

    Attributes:
        arrived: Whether a body got to the end, shape (B,).
        steps: Control steps that it survived, shape (B,).
        mpjpe_mm: Mean body error meanwhile [mm], shape (B,).
        activation: Mean activation meanwhile, shape (B,).
    """

    arrived: np.ndarray
    steps: np.ndarray
    mpjpe_mm: np.ndarray
    activation: np.ndarray


def scored_task(n: int, limit: float, leashed: bool) -> TrackingSettings:
    """One attempt of ``n`` undisturbed bodies; arguments as for :func:`score`."""
    return TrackingSettings(
        n_envs=n,
        episode_seconds=np.inf,
        fail_distance=limit,
        start_noise=0.0,
        leashed_share=float(leashed),
    )


def follow(env: TrackingEnv, act: PolicyFunction, observation: np.ndarray) -> Followed:
    """Let the bodies go on from ``observation`` (B, n), in place, until each has failed or arrived."""
    n = env.settings.n_envs
    alive, arrived, steps = np.ones(n, bool), np.zeros(n, bool), np.zeros(n)
    error, effort = np.zeros(n), np.zeros(n)
    while alive.any():
        frame = env.bodies.frame()
        error += np.where(alive, body_error(frame, env.bank.at(env.rows())), 0.0)
        effort += np.where(alive, frame.activation.mean(axis=1), 0.0)
        step = env.step(act(observation))
        observation = step.observation
        steps += alive & ~step.terminated
        arrived |= alive & step.truncated
        alive &= ~(step.terminated | step.truncated)
    survived = np.maximum(steps, 1)
    return Followed(arrived, steps, 1000.0 * error / survived, effort / survived)


def score(
    clips: Sequence[MotionClip],
    act: PolicyFunction,
    action: str = "muscles",
    limit: float = 0.15,
    repeats: int = 1,
    seed: int = 0,
    leashed: bool = False,
    held: bool = False,
) -> list[Score]:
    """Let a policy follow every clip from its first frame.

    Args:
        clips: The clips.
        act: Observations (B, n) to actions (B, m).
        action: What the policy's numbers mean, see ``training.actions``.
        limit: Mean body error that counts as failure [m].
        repeats: Attempts per clip; all but the first start with random activations up to 0.1.
        seed: Of those activations.
        leashed: Whether a teacher's gains are those for references on a leash; here they keep their place.
        held: Whether its muscle commands are held for a control step.

    Returns:
        One score per clip and attempt; attempts of a clip follow one another by ``len(clips)``.
    """
    n = len(clips) * repeats
    env = make_env(action, clips, scored_task(n, limit, leashed), seed, held)
    activation = 0.1 * np.random.default_rng(seed).random((n, 80))
    activation[: len(clips)] = 0.0
    followed = follow(env, act, start_at_beginning(env, activation))
    env.bodies.close()
    names, durations = env.bank.names, env.bank.control_steps * CTRL_DT
    return [
        Score(
            names[i % len(names)],
            float(durations[i % len(names)]),
            float(followed.steps[i] * CTRL_DT),
            bool(followed.arrived[i]),
            float(followed.mpjpe_mm[i]),
        )
        for i in range(n)
    ]


def summary(scores: Sequence[Score]) -> dict[str, float]:
    """Success rate, frame coverage and mean error over all scores."""
    return {
        "success": float(np.mean([s.success for s in scores])),
        "coverage": float(np.mean([s.survived_s / s.duration_s for s in scores])),
        "mpjpe_mm": float(np.mean([s.mpjpe_mm for s in scores])),
    }
