"""DAgger (Ross et al. 2011): the teacher's muscle commands become a network's.

The teacher acts through joint torques and static optimisation; the student outputs the 80 target
activations itself. Round after round the student moves more of the bodies, every state it gets
into is labelled with what the teacher would do there, and the student is fitted to all labels.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import torch
from torch import Tensor

from kinesis_app.env.bodies import Bodies
from kinesis_app.env.tracking import TrackingEnv
from training.curriculum import Curriculum, all_ended_episodes, ended_episodes
from training.mirror import reflections
from training.networks import Actor
from training.ranks import ALONE, Ranks, average_gradients
from training.settings import DistillSettings


class Labeller(Protocol):
    """What DAgger needs of the teacher's actuator."""

    def gait(self, rows: np.ndarray) -> np.ndarray:
        """How much the motion is standing, walking and running, shape (B, 3)."""

    def label(self, bodies: Bodies, action: np.ndarray, rows: np.ndarray, moved: np.ndarray) -> np.ndarray:
        """Mean target activation of the next control step, shape (B, 80); the bodies stay as they are."""


class LabelStore:
    """Observations and labels in a float16 file on disk; a killed run finds them again.

    Args:
        path: The file; created if it is not there.
        capacity: Rows it can hold.
        n_inputs: Size of an observation.
        n_outputs: Size of a label.
        count: Rows already in it.
    """

    def __init__(self, path: Path, capacity: int, n_inputs: int, n_outputs: int, count: int = 0) -> None:
        shape = (capacity, n_inputs + n_outputs)
        known = path.exists() and path.stat().st_size == 2 * shape[0] * shape[1]
        self._table = torch.from_numpy(np.memmap(path, np.float16, "r+" if known else "w+", shape=shape))
        self._n_inputs = n_inputs
        self.count = count

    def append(self, observation: np.ndarray, label: np.ndarray) -> None:
        """Add B rows; what does not fit is dropped."""
        rows = torch.from_numpy(np.concatenate([observation, label], axis=1).astype(np.float16))
        end = min(self.count + len(rows), len(self._table))
        self._table[self.count : end] = rows[: end - self.count]
        self.count = end

    def batch(self, rows: Tensor) -> tuple[Tensor, Tensor]:
        """Observations and labels at ``rows``, float32."""
        both = self._table[rows].float()
        return both[:, : self._n_inputs], both[:, self._n_inputs :]

    def observations(self, start: int) -> Tensor:
        """All observations from row ``start`` on, float32."""
        return self._table[start : self.count, : self._n_inputs].float()


@dataclass
class Student:
    """The muscle network in training.

    Attributes:
        actor: The network.
        optimiser: Its optimiser.
        random: Minibatch order and exploration, each rank's own.
        ranks: The processes that learn together.
        rounds: Rounds finished.
        observation: What the bodies' policy sees next, shape (B, n); None before the first step.
        by_teacher: Which bodies the teacher moves in their current episode, shape (B,).
    """

    actor: Actor
    optimiser: torch.optim.Adam
    random: torch.Generator
    ranks: Ranks = ALONE
    rounds: int = 0
    observation: np.ndarray | None = None
    by_teacher: np.ndarray | None = None

    @staticmethod
    def create(actor: Actor, settings: DistillSettings, seed: int, ranks: Ranks = ALONE) -> Student:
        ranks.copy_from_first(actor)
        optimiser = torch.optim.Adam(actor.parameters(), settings.learning_rate, fused=True)
        return Student(actor, optimiser, torch.Generator().manual_seed(ranks.seed(seed)), ranks)

    def state(self) -> dict[str, Any]:
        """For checkpoints, between rounds: what all ranks share."""
        return {
            "actor": self.actor.state_dict(),
            "optimiser": self.optimiser.state_dict(),
            "rounds": self.rounds,
        }

    def own_state(self) -> dict[str, Any]:
        """For checkpoints, between rounds: what is this rank's own."""
        assert self.observation is not None
        assert self.by_teacher is not None
        return {
            "random": self.random.get_state(),
            "observation": torch.from_numpy(self.observation.copy()),
            "by_teacher": torch.from_numpy(self.by_teacher.copy()),
        }

    def restore(self, state: dict[str, Any], own: dict[str, Any]) -> None:
        """Take over states of :meth:`state` and :meth:`own_state`."""
        self.actor.load_state_dict(state["actor"])
        self.optimiser.load_state_dict(state["optimiser"])
        self.random.set_state(own["random"])
        self.rounds = state["rounds"]
        self.observation = own["observation"].numpy().copy()
        self.by_teacher = own["by_teacher"].numpy().copy()


@torch.no_grad()
def collect_labels(
    env: TrackingEnv,
    teach: Callable[[np.ndarray], np.ndarray],
    labeller: Labeller,
    student: Student,
    store: LabelStore,
    n_labels: int,
    teacher_share: float,
    noise: float,
    curriculum: Curriculum,
) -> None:
    """Move the bodies for ``n_labels`` control steps in all and label every state on the way.

    Bodies of the teacher execute its labels, held for a control step, so both kinds of bodies move
    by muscle commands in the same way.

    Args:
        env: Of muscle commands.
        teach: What the teachers want of the bodies that see this, shape (B, 14).
        labeller: Makes muscle commands of it.
        student: Learns; it moves its share of the bodies.
        store: Takes the labels.
        n_labels: How many.
        teacher_share: Share of the episodes that the teachers move.
        noise: On every command.
        curriculum: Told how episodes end.
    """
    n_envs = env.settings.n_envs
    if student.observation is None or student.by_teacher is None:
        student.observation, student.by_teacher = env.reset(), np.ones(n_envs, bool)
    ended: list[np.ndarray] = []
    for _ in range(math.ceil(n_labels / n_envs)):
        wanted = teach(student.observation)
        label = labeller.label(env.bodies, wanted, env.rows(), env.moved)
        store.append(student.observation, label)
        own = student.actor(torch.from_numpy(student.observation)).numpy()
        action = np.where(student.by_teacher[:, None], label, own)
        action += noise * torch.randn(action.shape, generator=student.random).numpy()
        step = env.step(action)
        student.observation = step.observation
        ended.append(ended_episodes(step))
        lot = torch.rand(n_envs, generator=student.random).numpy() < teacher_share
        student.by_teacher = np.where(step.terminated | step.truncated, lot, student.by_teacher)
    curriculum.count(all_ended_episodes(ended, student.ranks))
    curriculum.adjust(env)


def imitation_loss(output: Tensor, label: Tensor, zero_weight: float) -> Tensor:
    """Mean squared error, lighter where the action map clips the difference away.

    Args:
        output: The student's raw outputs, shape (N, 80).
        label: The teacher's target activations in [0, 1], shape (N, 80).
        zero_weight: Weight where the label is at a limit and the output beyond it.
    """
    beyond = ((label < 1e-3) & (output < 0.0)) | ((label > 1.0 - 1e-3) & (output > 1.0))
    weight = torch.where(beyond, zero_weight, 1.0)
    return (weight * (output - label).square()).mean()


def fit_epoch(
    student: Student, store: LabelStore, settings: DistillSettings, rates: tuple[float, float]
) -> float:
    """One pass over all labels, each rank over its own; the mean loss.

    Args:
        student: Improved in place.
        store: The labels.
        settings: Minibatch and weights.
        rates: Learning rate at the beginning and end of the pass.
    """
    own_minibatch = settings.minibatch // student.ranks.size
    batches = torch.randperm(store.count, generator=student.random).split(own_minibatch)
    total = 0.0
    for i, rows in enumerate(batches):
        for group in student.optimiser.param_groups:
            group["lr"] = rates[0] + (rates[1] - rates[0]) * i / len(batches)
        x, label = store.batch(rows)
        if settings.mirror:
            x, label = _by_lot(student, x, label)
        loss = imitation_loss(student.actor(x), label, settings.zero_weight)
        student.optimiser.zero_grad(set_to_none=True)
        loss.backward()
        shown = loss.detach()[None].clone()
        average_gradients(student.ranks, student.actor.parameters(), shown)
        student.optimiser.step()
        total += float(shown) * len(rows)
    return total / store.count


def _by_lot(student: Student, x: Tensor, label: Tensor) -> tuple[Tensor, Tensor]:
    """Each sample or its mirror image."""
    sides = reflections(x.shape[-1], label.shape[-1])
    if sides is None:
        return x, label
    lot = torch.rand(len(x), 1, generator=student.random) < 0.5
    return torch.where(lot, sides[0](x), x), torch.where(lot, sides[1](label), label)


def final_rates(settings: DistillSettings, epoch: int) -> tuple[float, float]:
    """Learning rates at both ends of a pass of the last stretch: half a cosine down to the minimum."""

    def rate(t: float) -> float:
        low, high = settings.learning_rate_min, settings.learning_rate
        return low + 0.5 * (high - low) * (1.0 + math.cos(math.pi * t))

    return rate(epoch / settings.final_epochs), rate((epoch + 1) / settings.final_epochs)
