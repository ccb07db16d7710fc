"""The stage that turns the teacher into a network of muscle commands, round by round."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import torch

from kinesis_app.env.tracking import TrackingEnv, TrackingSettings
from kinesis_app.errors import KinesisError
from training import distill
from training.actions import make_env, make_labeller, network_sizes
from training.curriculum import Curriculum
from training.env_state import env_state, restore_env
from training.experts import Experts
from training.mirror import observation_mirror, reflection
from training.networks import Actor, widened
from training.run import InterruptedRunError, Run, initial_actor, load_network, own_part
from training.settings import TrainConfig


def distill_stage(run: Run) -> None:
    """DAgger from the teacher to the network of 80 muscle commands."""
    config, settings = run.config, run.config.distill
    experts, is_recorded = experts_of(run), run.all_motions.is_recorded
    random = torch.Generator().manual_seed(config.seed)
    if run.student:
        new = widened(load_network(Path(run.student)), settings.hidden, random)
    else:
        new = Actor(*network_sizes("muscles"), settings.hidden, random)
    task = _distill_env(config)
    env = make_env("muscles", run.clips, own_part(task, run.ranks), run.ranks.seed(config.seed + 10))
    labeller = make_labeller(run.clips, env.bank, task.leashed_share > 0.0)

    def teach(observation: np.ndarray) -> np.ndarray:
        return experts.act(observation, labeller.gait(env.rows()), is_recorded[env.clip])

    student = distill.Student.create(new, settings, config.seed + 10, run.ranks)
    steady = replace(config.teacher.curriculum, push_max=0.0)
    curriculum = Curriculum(steady, len(run.clips), task.fail_distance)
    n_labels = run.ranks.share(settings.labels, "distill.labels")
    capacity = (n_labels + env.settings.n_envs) * len(settings.teacher_share)
    count, state = 0, run.take_pending("distill")
    if state is not None:
        own = _own_state(run, state)
        student.restore(state["student"], own["student"])
        restore_env(env, own["env"])
        curriculum.restore(state["curriculum"])
        count = own["count"]
    path = run.directory / ("labels.f16" if run.ranks.is_first else f"labels-{run.ranks.rank}.f16")
    store = distill.LabelStore(path, capacity, *network_sizes("muscles"), count)
    run.log.start_stage("distill", len(settings.teacher_share) + 1, student.rounds, "round")
    while student.rounds < len(settings.teacher_share) and not run.out_of_time("distill"):
        _distill_round(run, env, teach, labeller, student, store, curriculum)
        own = {"student": student.own_state(), "env": env_state(env), "count": store.count}
        state = {"student": student.state(), "curriculum": curriculum.state()}
        run.save("distill", state | {"ranks": run.ranks.gather_states(own)})
    for epoch in range(settings.final_epochs):
        _stop_if_asked(run)
        loss = distill.fit_epoch(student, store, settings, distill.final_rates(settings, epoch))
        run.log.write("distill_final", epoch + 1, {"loss": loss}, {"loss": f"{loss:.5f}"})
    env.bodies.close()
    run.keep_network("student.pt", student.actor)
    path.unlink()


def experts_of(run: Run) -> Experts:
    """The teachers that a run distils: its own or ``--init``'s, and those beside it.

    Raises:
        KinesisError: If there is none.
    """
    walker = initial_actor(run, "teacher.pt", "teacher", ())
    if len(walker.sizes) < 3:
        raise KinesisError("Distillation needs a teacher: run that stage first, or --init .../teacher.pt.")
    others = (run.stander, run.runner, run.imitator)
    return Experts(walker, *(load_network(Path(file)) if file else None for file in others))


def _own_state(run: Run, state: dict[str, Any]) -> dict[str, Any]:
    """What belongs to this rank in a state of all; the labels lie in as many files as there were ranks."""
    n_ranks = len(state["ranks"])
    if n_ranks != run.ranks.size:
        raise KinesisError(
            f"The distillation was under way with {n_ranks} processes, not {run.ranks.size}: "
            f"go on with torchrun --nproc_per_node={n_ranks} -m training.ppo --resume {run.directory}."
        )
    own: dict[str, Any] = state["ranks"][run.ranks.rank]
    return own


def _distill_env(config: TrainConfig) -> TrackingSettings:
    """The task with the pushes that the teacher met at the end, and as much room to stray."""
    settings = config.teacher.curriculum
    push = replace(config.env.push, force=max(config.env.push.force, settings.push_max))
    room = settings.push_room if settings.push_max > 0.0 else 0.0
    return replace(config.env, push=push, fail_distance=config.env.fail_distance + room)


def _distill_round(
    run: Run,
    env: TrackingEnv,
    teach: Callable[[np.ndarray], np.ndarray],
    labeller: distill.Labeller,
    student: distill.Student,
    store: distill.LabelStore,
    curriculum: Curriculum,
) -> None:
    settings, start = run.config.distill, store.count
    n_labels = run.ranks.share(settings.labels, "distill.labels")
    share = settings.teacher_share[student.rounds]
    distill.collect_labels(env, teach, labeller, student, store, n_labels, share, settings.noise, curriculum)
    new = store.observations(start)
    student.actor.normaliser.update(new, run.ranks)
    if settings.mirror:
        student.actor.normaliser.update(reflection(observation_mirror())(new), run.ranks)
    loss = float("nan")
    for _ in range(settings.epochs):
        _stop_if_asked(run)
        loss = distill.fit_epoch(student, store, settings, (settings.learning_rate,) * 2)
    student.rounds += 1
    metrics = {
        "loss": loss,
        "labels": float(store.count * run.ranks.size),
        "survival": curriculum.survival,
        "episode_seconds": curriculum.seconds,
        "teacher_share": share,
    }
    run.log.write("distill", student.rounds, metrics, {"loss": f"{loss:.5f}"})


def _stop_if_asked(run: Run) -> None:
    """Between rounds the checkpoint on disk is whole; what came after it is done again."""
    if run.is_interrupted():
        raise InterruptedRunError
