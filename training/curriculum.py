"""What gets harder by itself: clips that fail come up more often, pushes grow with survival."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import torch

from kinesis_app.env.tracking import Step, TrackingEnv
from training.ranks import Ranks
from training.settings import CurriculumSettings

_MEMORY = 100.0
"""Episodes over which survival is averaged, overall and per clip."""


def ended_episodes(step: Step) -> np.ndarray:
    """Failed (0 or 1), length [s] and clip of the episodes that ended in ``step``, shape (k, 3)."""
    ended = step.terminated | step.truncated
    return np.column_stack([step.terminated[ended], step.seconds[ended], step.clip[ended]])


def all_ended_episodes(steps: Sequence[np.ndarray], ranks: Ranks) -> np.ndarray:
    """The episodes of all ranks in the order of their ends, shape (k, 3).

    Args:
        steps: :func:`ended_episodes` of consecutive control steps, as many on every rank.
        ranks: The ranks.
    """
    when = np.repeat(np.arange(len(steps)), [len(rows) for rows in steps])
    own = np.column_stack([when, np.concatenate(steps)])
    rows = torch.cat(ranks.gather(torch.from_numpy(own))).numpy()
    return rows[np.argsort(rows[:, 0], kind="stable"), 1:]


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

    def count(self, ended: np.ndarray) -> None:
        """Count episodes, rows of :func:`ended_episodes`, in their order."""
        for failed, seconds, clip in ended:
            self.episodes += 1
            rate = max(1.0 / _MEMORY, 1.0 / self.episodes)
            self.survival += rate * (1.0 - float(failed) - self.survival)
            self.seconds += rate * (float(seconds) - self.seconds)
            self.failure[int(clip)] += 0.05 * (failed - self.failure[int(clip)])

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
