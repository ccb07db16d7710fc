"""What gets harder by itself: clips that fail come up more often, pushes grow with survival."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import torch

from kinesis_app.env.tracking import Step, TrackingEnv
from training.config import CurriculumSettings

_MEMORY = 100.0
"""Episodes over which survival is averaged, overall and per clip."""


class Curriculum:
    """Watches finished episodes and adjusts the environment between updates.

    Attributes:
        fail_distance: Mean body error that ends an episode when nothing pushes [m].
        survival: Running share of episodes that did not fail.
        seconds: Running mean length of episodes [s].
        failure: Running failure rate of each clip, shape (clips,).
        episodes: Episodes finished so far.
    """

    def __init__(self, settings: CurriculumSettings, n_clips: int, fail_distance: float) -> None:
        self.settings = settings
        self.fail_distance = fail_distance
        self.survival = 0.0
        self.seconds = 0.0
        self.failure = np.ones(n_clips)
        self.episodes = 0

    def watch(self, step: Step) -> None:
        """Count the episodes that ended in this control step."""
        for i in np.flatnonzero(step.terminated | step.truncated):
            self.episodes += 1
            rate = max(1.0 / _MEMORY, 1.0 / self.episodes)
            failed = float(step.terminated[i])
            self.survival += rate * (1.0 - failed - self.survival)
            self.seconds += rate * (float(step.seconds[i]) - self.seconds)
            clip = int(step.clip[i])
            self.failure[clip] += 0.05 * (failed - self.failure[clip])

    def adjust(self, env: TrackingEnv) -> None:
        """Clip weights by negative mining; the push grows while survival stays high, else shrinks."""
        s = self.settings
        env.clip_weights = 1.0 + s.failure_weight * self.failure
        if s.push_max > 0.0:
            growth = s.push_growth if self.survival > s.push_start else -0.2 * s.push_growth
            self._set_push(env, float(np.clip(env.settings.push.force + growth, 0.0, s.push_max)))

    def _set_push(self, env: TrackingEnv, force: float) -> None:
        """Change the largest push [N] of a running environment, and with it the room to stray."""
        room = self.settings.push_room * force / self.settings.push_max
        push = replace(env.settings.push, force=force)
        env.settings = replace(env.settings, push=push, fail_distance=self.fail_distance + room)

    def state(self) -> dict[str, Any]:
        """For checkpoints."""
        return {
            "survival": self.survival,
            "seconds": self.seconds,
            "failure": torch.from_numpy(self.failure.copy()),
            "episodes": self.episodes,
        }

    def restore(self, state: dict[str, Any]) -> None:
        """Take over a state of :meth:`state`."""
        self.survival, self.seconds = state["survival"], state["seconds"]
        self.failure, self.episodes = state["failure"].numpy().copy(), state["episodes"]
