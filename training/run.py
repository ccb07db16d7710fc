"""One training run: its settings, its directory, its budget of time, its networks.

The directory holds ``config.yaml``, ``run.yaml``, ``checkpoint.pt`` (where to go on),
``teacher.pt`` and ``student.pt`` (results of stages), ``progress.jsonl``, ``tensorboard/`` and in
the end ``<name>.onnx`` with its card ``<name>.yaml``.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import nn

from kinesis_app.env.tracking import TrackingSettings
from kinesis_app.errors import KinesisError
from kinesis_app.motion.clip import MotionClip
from training.actions import network_sizes
from training.checkpoint import load_checkpoint, save_checkpoint
from training.clips import Motions, build_clips, load_clips
from training.export import read_onnx
from training.logbook import Logbook
from training.networks import Actor
from training.ranks import ALONE, Ranks
from training.settings import TrainConfig

STAGES = ("teacher", "distill", "polish", "export")
_TIME_SHARE = {"teacher": 0.65, "distill": 0.25, "polish": 0.1, "export": 0.0}
"""How the stages divide a budget of minutes."""


class InterruptedRunError(Exception):
    """The person asked to stop; the checkpoint is written."""


def all_motions(config: TrainConfig, motions: Sequence[str]) -> Motions:
    """The configuration's motions and those in files and folders."""
    return Motions(tuple(build_clips(config.clips)), tuple(load_clips(motions)))


@dataclass
class Run:
    """One training run.

    Attributes:
        config: Everything that decides the result.
        directory: Where it writes.
        log: Where numbers go.
        stages: Stages to run, in order.
        ranks: The processes that train together; the first one writes.
        device: Of the learner.
        minutes: Budget of wall-clock time; 0 for none.
        motions: Files and folders of motions beside those of the configuration.
        init: Network to start from, or an empty string.
        student: Policy to distil into, or an empty string for a new network.
        stander, runner, imitator: Teachers of standing, running and what is recorded beside that of all
            the rest, or empty strings.
        command: The command line, for the card.
        pending: Checkpoint to go on from.
        interrupted: Set from outside to stop at the next safe point.
    """

    config: TrainConfig
    directory: Path
    log: Logbook
    stages: tuple[str, ...]
    ranks: Ranks = ALONE
    device: str = "cpu"
    minutes: float = 0.0
    motions: tuple[str, ...] = ()
    init: str = ""
    student: str = ""
    stander: str = ""
    runner: str = ""
    imitator: str = ""
    command: str = ""
    pending: dict[str, Any] | None = None
    interrupted: bool = False
    last_save: float = field(default=0.0, init=False)

    @functools.cached_property
    def all_motions(self) -> Motions:
        """Those to learn."""
        return all_motions(self.config, self.motions)

    @property
    def clips(self) -> list[MotionClip]:
        """All motions to learn."""
        return self.all_motions.clips

    @functools.cached_property
    def evaluation_clips(self) -> list[MotionClip]:
        """Motions of the evaluation: the configuration's, or those of the training."""
        return build_clips(self.config.evaluation) or self.clips

    def out_of_time(self, stage: str) -> bool:
        """Whether ``stage`` has used its share of the budget on any rank."""
        shares = {name: _TIME_SHARE[name] for name in self.stages}
        until = sum(shares[name] for name in self.stages[: self.stages.index(stage) + 1])
        spent = self.minutes > 0.0 and self.log.seconds > 60.0 * self.minutes * until / sum(shares.values())
        return self.ranks.any(spent)

    def is_interrupted(self) -> bool:
        """Whether any rank was asked to stop."""
        self.interrupted = self.ranks.any(self.interrupted)
        return self.interrupted

    def save(self, stage: str, state: dict[str, Any] | None) -> None:
        """Write the checkpoint: ``stage`` is next, or under way if there is a ``state``."""
        content = {"stage": stage, "seconds": self.log.seconds, "state": state}
        if self.ranks.is_first:
            save_checkpoint(self.directory / "checkpoint.pt", content)
        self.last_save = self.log.seconds

    def save_is_due(self) -> bool:
        """Whether any rank's clock says so."""
        return self.ranks.any(self.log.seconds - self.last_save > 60.0 * self.config.checkpoint_minutes)

    def keep_network(self, file: str, actor: Actor, critic: nn.Module | None = None) -> None:
        """Write the result of a stage, for all ranks to read."""
        if self.ranks.is_first:
            save_network(self.directory / file, actor, critic)
        self.ranks.wait()

    def take_pending(self, stage: str) -> dict[str, Any] | None:
        """The state to resume ``stage`` from, once; None to start it afresh."""
        if self.pending is None or self.pending["stage"] != stage:
            return None
        state, self.pending = self.pending["state"], None
        return state


def own_part(task: TrackingSettings, ranks: Ranks) -> TrackingSettings:
    """A rank's own share of the bodies, and of its machine's cores unless the threads are given."""
    threads = task.n_threads or (ranks.cores if ranks.size > 1 else 0)
    return replace(task, n_envs=ranks.share(task.n_envs, "env.n_envs"), n_threads=threads)


def save_network(path: Path, actor: Actor, critic: nn.Module | None = None) -> None:
    """Write a network's sizes and weights, and those of the critic that judged it."""
    content = {"sizes": actor.sizes, "actor": actor.state_dict()}
    save_checkpoint(path, content | ({"critic": critic.state_dict()} if critic is not None else {}))


def load_network(path: Path) -> Actor:
    """Read a network from a file of :func:`save_network`, or from a policy's ONNX."""
    if path.suffix == ".onnx":
        return read_onnx(path)
    content = load_checkpoint(path)
    if "sizes" not in content:
        raise KinesisError(f"'{path}' holds no network; give teacher.pt, student.pt or an .onnx.")
    sizes = content["sizes"]
    actor = Actor(sizes[0], sizes[-1], sizes[1:-1], torch.Generator())
    actor.load_state_dict(content["actor"])
    return actor


def load_critic(path: Path, critic: nn.Module) -> bool:
    """Give ``critic`` the weights saved beside an actor; False if there are none that fit."""
    weights = load_checkpoint(path).get("critic") if path.suffix == ".pt" else None
    shapes = {name: value.shape for name, value in critic.state_dict().items()}
    if weights is None or {name: value.shape for name, value in weights.items()} != shapes:
        return False
    critic.load_state_dict(weights)
    return True


def initial_actor(run: Run, file: str, action: str, hidden: Sequence[int]) -> Actor:
    """The result of an earlier stage, ``--init``, or a new network, whichever there is and fits."""
    for path in (run.directory / file, Path(run.init) if run.init else None):
        if path is not None and path.is_file():
            actor = load_network(path)
            if (actor.sizes[0], actor.sizes[-1]) == network_sizes(action):
                return actor
    seed = torch.Generator().manual_seed(run.config.seed)
    return Actor(*network_sizes(action), hidden, seed)


def numpy_policy(actor: Actor) -> Callable[[np.ndarray], np.ndarray]:
    """The network's mean action as a function of numpy arrays."""

    @torch.no_grad()
    def act(observation: np.ndarray) -> np.ndarray:
        action: np.ndarray = actor(torch.from_numpy(observation)).numpy()
        return action

    return act
