"""The imitation task for one body as a gymnasium environment, so that any learner can use it.

The vectorised :class:`~kinesis_app.env.tracking.TrackingEnv` does the work and is far faster per
body; this is the same task behind the usual interface. Needs ``gymnasium`` (extra ``train``).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import gymnasium
import numpy as np

from kinesis_app.env.tracking import TrackingEnv, TrackingSettings
from kinesis_app.motion.clip import MotionClip

ENV_ID = "KinesisTracking-v0"


class GymTrackingEnv(gymnasium.Env[np.ndarray, np.ndarray]):
    """One body imitating clips; the action is the 80 target activations in [0, 1].

    Args:
        clips: Motions to follow, one chosen at random per episode; a walk at 1.1 m/s by default.
        settings: The task; the number of bodies and threads is ignored.
        seed: Of the random start until ``reset`` is given one.
    """

    metadata = {"render_modes": []}  # noqa: RUF012  (gymnasium's own convention)

    def __init__(
        self,
        clips: Sequence[MotionClip] | None = None,
        settings: TrackingSettings | None = None,
        seed: int = 0,
    ) -> None:
        if clips is None:
            from kinesis_app.motion.gait import walk

            clips = [walk(1.1, 10.0)]
        settings = replace(settings or TrackingSettings(), n_envs=1, n_threads=1)
        self._env = TrackingEnv(clips, settings, seed)
        n, m = self._env.observation_size, self._env.action_size
        self.observation_space = gymnasium.spaces.Box(-np.inf, np.inf, (n,), np.float32)
        self.action_space = gymnasium.spaces.Box(0.0, 1.0, (m,), np.float32)

    def reset(
        self, *, seed: int | None = None, options: dict[str, Any] | None = None
    ) -> tuple[np.ndarray, dict[str, Any]]:
        """Start an episode at a random frame of a random clip; observation (n,) and its facts."""
        super().reset(seed=seed)
        if seed is not None:
            self._env.rng = np.random.default_rng(seed)
        observation = self._env.reset()
        return observation[0], {"clip": self._env.bank.names[self._env.clip[0]]}

    def step(self, action: np.ndarray) -> tuple[np.ndarray, float, bool, bool, dict[str, Any]]:
        """One control step; ``info`` holds the reward terms, the clip and the episode's age [s]."""
        step = self._env.step(np.asarray(action, np.float32)[None])
        info: dict[str, Any] = {f"reward/{name}": float(value[0]) for name, value in step.terms.items()}
        info["clip"] = self._env.bank.names[step.clip[0]]
        info["seconds"] = float(step.seconds[0])
        terminated, truncated = bool(step.terminated[0]), bool(step.truncated[0])
        return step.final_observation[0], float(step.reward[0]), terminated, truncated, info

    def close(self) -> None:
        """End the physics threads."""
        self._env.bodies.close()


if ENV_ID not in gymnasium.registry:
    gymnasium.register(ENV_ID, entry_point=f"{__name__}:GymTrackingEnv")
