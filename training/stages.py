"""A training run from start to end: teacher, distillation, polish, export; resumable in between.

The run's directory holds ``config.yaml``, ``run.yaml``, ``checkpoint.pt`` (where to go on),
``teacher.pt`` and ``student.pt`` (results of stages), ``progress.jsonl``, ``tensorboard/`` and in
the end ``<name>.onnx`` with its card ``<name>.yaml``.
"""

from __future__ import annotations

import functools
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import torch

from kinesis_app.env.tracking import TrackingEnv
from kinesis_app.errors import KinesisError
from kinesis_app.motion.clip import MotionClip
from training import distill, ppo
from training.actions import make_env, make_labeller, network_sizes
from training.checkpoint import load_checkpoint, save_checkpoint
from training.clips import build_clips, load_clips
from training.config import StageSettings, TrainConfig
from training.curriculum import Curriculum
from training.export import read_onnx
from training.logbook import Logbook
from training.networks import Actor
from training.scoring import score, summary

STAGES = ("teacher", "distill", "polish", "export")
_TIME_SHARE = {"teacher": 0.65, "distill": 0.25, "polish": 0.1, "export": 0.0}
"""How the stages divide a budget of minutes."""


class InterruptedRunError(Exception):
    """The person asked to stop; the checkpoint is written."""


@dataclass
class Run:
    """One training run.

    Attributes:
        config: Everything that decides the result.
        directory: Where it writes.
        log: Where numbers go.
        stages: Stages to run, in order.
        device: Of the learner.
        minutes: Budget of wall-clock time; 0 for none.
        motions: Files and folders of motions beside those of the configuration.
        init: Network to start from, or an empty string.
        command: The command line, for the card.
        pending: Checkpoint to go on from.
        interrupted: Set from outside to stop at the next safe point.
    """

    config: TrainConfig
    directory: Path
    log: Logbook
    stages: tuple[str, ...]
    device: str = "cpu"
    minutes: float = 0.0
    motions: tuple[str, ...] = ()
    init: str = ""
    command: str = ""
    pending: dict[str, Any] | None = None
    interrupted: bool = False
    last_save: float = field(default=0.0, init=False)

    @functools.cached_property
    def clips(self) -> list[MotionClip]:
        """All motions of the run."""
        self.log.say("Making the reference motions ...")
        return build_clips(self.config.clips) + (load_clips(self.motions) if self.motions else [])

    @functools.cached_property
    def evaluation_clips(self) -> list[MotionClip]:
        """Motions of the evaluation: the configuration's, or those of the training."""
        return build_clips(self.config.evaluation) or self.clips

    def out_of_time(self, stage: str) -> bool:
        """Whether ``stage`` has used its share of the budget."""
        shares = {name: _TIME_SHARE[name] for name in self.stages}
        until = sum(shares[name] for name in self.stages[: self.stages.index(stage) + 1])
        return self.minutes > 0.0 and self.log.seconds > 60.0 * self.minutes * until / sum(shares.values())

    def save(self, stage: str, state: dict[str, Any] | None) -> None:
        """Write the checkpoint: ``stage`` is next, or under way if there is a ``state``."""
        content = {"stage": stage, "seconds": self.log.seconds, "state": state}
        save_checkpoint(self.directory / "checkpoint.pt", content)
        self.last_save = self.log.seconds

    def save_is_due(self) -> bool:
        return self.log.seconds - self.last_save > 60.0 * self.config.checkpoint_minutes

    def take_pending(self, stage: str) -> dict[str, Any] | None:
        """The state to resume ``stage`` from, once; None to start it afresh."""
        if self.pending is None or self.pending["stage"] != stage:
            return None
        state, self.pending = self.pending["state"], None
        return state


def run_stages(run: Run) -> None:
    """Run what is left of the stages.

    Raises:
        InterruptedRunError: If ``run.interrupted`` was set; the run can be resumed.
    """
    functions = {
        "teacher": teacher_stage,
        "distill": distill_stage,
        "polish": polish_stage,
        "export": export_stage,
    }
    order = [*run.stages, "done"]
    first = run.pending["stage"] if run.pending else order[0]
    if run.pending is None:
        run.save(first, None)
    for stage, following in zip(run.stages, order[1:], strict=True):
        if order.index(stage) >= order.index(first):
            functions[stage](run)
            run.save(following, None)
    run.log.end_stage()


# ---------------------------------------------------------------- networks of a run


def save_network(path: Path, actor: Actor) -> None:
    """Write a network's sizes and weights."""
    save_checkpoint(path, {"sizes": actor.sizes, "actor": actor.state_dict()})


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


def _initial_actor(run: Run, file: str, action: str, hidden: Sequence[int]) -> Actor:
    """The result of an earlier stage, ``--init``, or a new network, whichever there is and fits."""
    for path in (run.directory / file, Path(run.init) if run.init else None):
        if path is not None and path.is_file():
            actor = load_network(path)
            if (actor.sizes[0], actor.sizes[-1]) == network_sizes(action):
                return actor
    seed = torch.Generator().manual_seed(run.config.seed)
    return Actor(*network_sizes(action), hidden, seed)


# ---------------------------------------------------------------- reinforcement learning


def teacher_stage(run: Run) -> None:
    """PPO with the configuration's action: first on the easy clips, then on all."""
    config = run.config
    actor = _initial_actor(run, "", config.action, config.teacher.ppo.hidden)
    actor = _reinforce(run, "teacher", config.teacher, actor, config.action)
    save_network(run.directory / "teacher.pt", actor)
    if config.action != "teacher":  # there is nothing to distil: this is the policy
        save_network(run.directory / "student.pt", actor)


def polish_stage(run: Run) -> None:
    """PPO on the muscles, from the distilled (or a shipped) network."""
    settings = run.config.polish
    actor = _initial_actor(run, "student.pt", "muscles", run.config.distill.hidden)
    actor = _reinforce(run, "polish", settings, actor, "muscles")
    save_network(run.directory / "student.pt", actor)


def _reinforce(run: Run, stage: str, settings: StageSettings, actor: Actor, action: str) -> Actor:
    config = run.config
    state = run.take_pending(stage)
    learner = ppo.Learner(actor, settings.ppo, config.seed, run.device)
    progress = ppo.Progress()
    phases = [run_clips for run_clips in (_first_clips(run, settings), run.clips) if run_clips]
    first_phase = state["phase"] if state else 0
    for phase in range(first_phase, len(phases)):
        clips, is_last = phases[phase], phase == len(phases) - 1
        env = make_env(action, clips, config.env, config.seed + phase)
        curriculum = Curriculum(settings.curriculum, len(clips))
        progress.observation = None
        if state is not None:
            ppo.restore_loop(state, env, learner, curriculum, progress)
            state = None
        _learn(run, stage, settings, phase, is_last, (env, learner, curriculum, progress))
        env.bodies.close()
    return learner.policy.actor.cpu()


def _first_clips(run: Run, settings: StageSettings) -> list[MotionClip]:
    return build_clips(run.config.first_clips) if settings.first_steps > 0 else []


def _learn(
    run: Run,
    stage: str,
    settings: StageSettings,
    phase: int,
    is_last: bool,
    parts: tuple[TrackingEnv, ppo.Learner, Curriculum, ppo.Progress],
) -> None:
    """The learning loop of one phase, with its reports, checkpoints and ends."""
    env, _, _, progress = parts
    limit = settings.steps if is_last else min(settings.first_steps, settings.steps)
    title = f"{stage} ({env.action_size} actions, {len(env.bank.names)} clips)"
    run.log.start_stage(title, limit, progress.steps)

    def save() -> None:
        run.save(stage, ppo.loop_state(*parts) | {"phase": phase})

    def keep_going(progress: ppo.Progress, curriculum: Curriculum) -> bool:
        learnt = not is_last and curriculum.episodes > 200 and curriculum.survival > settings.first_survival
        return not (learnt or run.interrupted or progress.steps >= limit or run.out_of_time(stage))

    def report(progress: ppo.Progress, metrics: dict[str, float]) -> None:
        shown = {
            "episode": f"{metrics['episode_seconds']:.1f}s",
            "survival": f"{100 * metrics['survival']:.0f}%",
            "reward": f"{metrics['reward']:.2f}",
        }
        run.log.write(stage, progress.steps, metrics, shown)
        if run.save_is_due():
            save()

    ppo.train(*parts, keep_going, report)
    if run.interrupted:
        save()
        raise InterruptedRunError


# ---------------------------------------------------------------- distillation


def distill_stage(run: Run) -> None:
    """DAgger from the teacher to the network of 80 muscle commands."""
    config, settings = run.config, run.config.distill
    teacher = _initial_actor(run, "teacher.pt", "teacher", ())
    if len(teacher.sizes) < 3:
        raise KinesisError("Distillation needs a teacher: run that stage first, or --init .../teacher.pt.")
    seed = torch.Generator().manual_seed(config.seed)
    new = Actor(*network_sizes("muscles"), settings.hidden, seed)
    env = make_env("muscles", run.clips, _distill_env(config), config.seed + 10)
    labeller = make_labeller(run.clips)
    student = distill.Student.create(new, settings, config.seed + 10)
    curriculum = Curriculum(replace(config.teacher.curriculum, push_max=0.0), len(run.clips))
    capacity = (settings.labels + config.env.n_envs) * len(settings.teacher_share)
    count, state = 0, run.take_pending("distill")
    if state is not None:
        student.restore(state["student"])
        ppo.restore_env(env, state["env"])
        curriculum.restore(state["curriculum"])
        count = state["count"]
    path = run.directory / "labels.f16"
    store = distill.LabelStore(path, capacity, *network_sizes("muscles"), count)
    run.log.start_stage("distill", len(settings.teacher_share) + 1, student.rounds, "round")
    while student.rounds < len(settings.teacher_share) and not run.out_of_time("distill"):
        _distill_round(run, env, teacher, labeller, student, store, curriculum)
        state = {"student": student.state(), "env": ppo.env_state(env), "count": store.count}
        run.save("distill", state | {"curriculum": curriculum.state()})
    for epoch in range(settings.final_epochs):
        _stop_if_asked(run)
        loss = distill.fit_epoch(student, store, settings, distill.final_rates(settings, epoch))
        run.log.write("distill_final", epoch + 1, {"loss": loss}, {"loss": f"{loss:.5f}"})
    env.bodies.close()
    save_network(run.directory / "student.pt", student.actor)
    path.unlink()


def _distill_env(config: TrainConfig) -> Any:
    """The task with the pushes that the teacher met at the end."""
    push_max = config.teacher.curriculum.push_max
    push = replace(config.env.push, force=max(config.env.push.force, push_max))
    return replace(config.env, push=push)


def _distill_round(
    run: Run,
    env: TrackingEnv,
    teacher: Actor,
    labeller: distill.Labeller,
    student: distill.Student,
    store: distill.LabelStore,
    curriculum: Curriculum,
) -> None:
    settings, start = run.config.distill, store.count
    share = settings.teacher_share[student.rounds]
    distill.collect_labels(
        env, teacher, labeller, student, store, settings.labels, share, settings.noise, curriculum
    )
    student.actor.normaliser.update(store.observations(start))
    loss = float("nan")
    for _ in range(settings.epochs):
        _stop_if_asked(run)
        loss = distill.fit_epoch(student, store, settings, (settings.learning_rate,) * 2)
    student.rounds += 1
    metrics = {
        "loss": loss,
        "labels": float(store.count),
        "survival": curriculum.survival,
        "episode_seconds": curriculum.seconds,
        "teacher_share": share,
    }
    run.log.write("distill", student.rounds, metrics, {"loss": f"{loss:.5f}"})


def _stop_if_asked(run: Run) -> None:
    """Between rounds the checkpoint on disk is whole; what came after it is done again."""
    if run.interrupted:
        raise InterruptedRunError


# ---------------------------------------------------------------- the end


def export_stage(run: Run) -> None:
    """Write the policy with its contract, evaluate it, write its card."""
    from training.card import export_with_card

    path = run.directory / "student.pt"
    if not path.is_file():  # only the teacher was asked for: score it, there is nothing to export
        actor = _initial_actor(run, "teacher.pt", run.config.action, (1,))
        clips = run.evaluation_clips
        scores = score(clips, numpy_policy(actor), run.config.action)
        run.log.say(f"teacher: {summary(scores)}")
        return
    export_with_card(run, load_network(path))


def numpy_policy(actor: Actor) -> Any:
    """The network's mean action as a function of numpy arrays."""

    @torch.no_grad()
    def act(observation: Any) -> Any:
        return actor(torch.from_numpy(observation)).numpy()

    return act
