"""The stage that turns the teacher into a network of muscle commands, round by round."""

from __future__ import annotations

from dataclasses import replace

import torch

from kinesis_app.env.tracking import TrackingEnv, TrackingSettings
from kinesis_app.errors import KinesisError
from training import distill
from training.actions import make_env, make_labeller, network_sizes
from training.config import TrainConfig
from training.curriculum import Curriculum
from training.env_state import env_state, restore_env
from training.mirror import observation_mirror, reflection
from training.networks import Actor
from training.run import InterruptedRunError, Run, initial_actor, save_network


def distill_stage(run: Run) -> None:
    """DAgger from the teacher to the network of 80 muscle commands."""
    config, settings = run.config, run.config.distill
    teacher = initial_actor(run, "teacher.pt", "teacher", ())
    if len(teacher.sizes) < 3:
        raise KinesisError("Distillation needs a teacher: run that stage first, or --init .../teacher.pt.")
    seed = torch.Generator().manual_seed(config.seed)
    new = Actor(*network_sizes("muscles"), settings.hidden, seed)
    task = _distill_env(config)
    env = make_env("muscles", run.clips, task, config.seed + 10)
    labeller = make_labeller(run.clips)
    student = distill.Student.create(new, settings, config.seed + 10)
    steady = replace(config.teacher.curriculum, push_max=0.0)
    curriculum = Curriculum(steady, len(run.clips), task.fail_distance)
    capacity = (settings.labels + config.env.n_envs) * len(settings.teacher_share)
    count, state = 0, run.take_pending("distill")
    if state is not None:
        student.restore(state["student"])
        restore_env(env, state["env"])
        curriculum.restore(state["curriculum"])
        count = state["count"]
    path = run.directory / "labels.f16"
    store = distill.LabelStore(path, capacity, *network_sizes("muscles"), count)
    run.log.start_stage("distill", len(settings.teacher_share) + 1, student.rounds, "round")
    while student.rounds < len(settings.teacher_share) and not run.out_of_time("distill"):
        _distill_round(run, env, teacher, labeller, student, store, curriculum)
        state = {"student": student.state(), "env": env_state(env), "count": store.count}
        run.save("distill", state | {"curriculum": curriculum.state()})
    for epoch in range(settings.final_epochs):
        _stop_if_asked(run)
        loss = distill.fit_epoch(student, store, settings, distill.final_rates(settings, epoch))
        run.log.write("distill_final", epoch + 1, {"loss": loss}, {"loss": f"{loss:.5f}"})
    env.bodies.close()
    save_network(run.directory / "student.pt", student.actor)
    path.unlink()


def _distill_env(config: TrainConfig) -> TrackingSettings:
    """The task with the pushes that the teacher met at the end, and as much room to stray."""
    settings = config.teacher.curriculum
    push = replace(config.env.push, force=max(config.env.push.force, settings.push_max))
    room = settings.push_room if settings.push_max > 0.0 else 0.0
    return replace(config.env, push=push, fail_distance=config.env.fail_distance + room)


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
    new = store.observations(start)
    student.actor.normaliser.update(new)
    if settings.mirror:
        student.actor.normaliser.update(reflection(observation_mirror())(new))
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
