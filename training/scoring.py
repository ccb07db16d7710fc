"""How well a policy in training follows clips: deterministic, from the first frame.

For any action map; exported policies are scored by ``kinesis_app.evaluation`` instead.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from kinesis_app.body.model import CTRL_DT
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


def score(
    clips: Sequence[MotionClip],
    act: Callable[[np.ndarray], np.ndarray],
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
    settings = TrackingSettings(
        n_envs=n,
        episode_seconds=np.inf,
        fail_distance=limit,
        start_noise=0.0,
        leashed_share=float(leashed),
    )
    env = make_env(action, clips, settings, seed, held)
    activation = 0.1 * np.random.default_rng(seed).random((n, 80))
    activation[: len(clips)] = 0.0
    observation = start_at_beginning(env, activation)
    alive, steps, error = np.ones(n, bool), np.zeros(n), np.zeros(n)
    wanted = env.bank.control_steps[env.clip].copy()
    for _ in range(int(wanted.max())):
        reference = env.bank.at(env.rows())
        error += np.where(alive, body_error(env.bodies.frame(), reference), 0.0)
        step = env.step(act(observation))
        observation = step.observation
        steps += alive & ~step.terminated
        alive &= ~(step.terminated | step.truncated)
        if not alive.any():
            break
    env.bodies.close()
    names, durations = env.bank.names, env.bank.control_steps * CTRL_DT
    return [
        Score(
            names[i % len(names)],
            float(durations[i % len(names)]),
            float(steps[i] * CTRL_DT),
            bool(steps[i] >= wanted[i]),
            float(1000.0 * error[i] / max(steps[i], 1)),
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
