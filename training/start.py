"""Begins a run from the options of the command line, or goes on with one."""

from __future__ import annotations

import argparse
import datetime
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import yaml

from kinesis_app.atomic_file import write_atomically
from kinesis_app.errors import KinesisError
from training.actions import network_sizes
from training.checkpoint import load_checkpoint
from training.config import load_config, to_yaml
from training.logbook import Logbook
from training.ranks import Ranks
from training.run import STAGES, Run, all_motions, load_network
from training.settings import TrainConfig


def new_run(options: argparse.Namespace, command: str, ranks: Ranks) -> Run:
    """The run that the options ask for, its directory begun.

    Args:
        options: Of the command line.
        command: What reproduces the run, for its card.
        ranks: The processes that train together.

    Raises:
        KinesisError: If the options, the configuration or a network do not fit together.
    """
    config = load_config(options.config, options.set)
    config = config if options.seed is None else replace(config, seed=options.seed)
    if options.steps is not None:
        config = replace(config, teacher=replace(config.teacher, steps=options.steps))
    if options.physics:
        config = replace(config, env=replace(config.env, physics=options.physics))
    if options.threads:
        config = replace(config, env=replace(config.env, n_threads=options.threads))
    stages = _stages(config, options.stage, options.init)
    _check_init(config, stages[0], options.init)
    if options.student:
        check_network("--student", options.student, "the distillation", network_sizes("muscles"))
    for option in ("stander", "runner", "imitator"):
        if file := getattr(options, option):
            check_network(f"--{option}", file, "a teacher", network_sizes("teacher"))
    _check_shares(config, stages, ranks)
    if ranks.is_first and not options.quiet:
        print("Making the reference motions ...", file=sys.stderr)
    motions = all_motions(config, options.motions)  # before anything is written: their settings may be wrong
    directory = _directory(config, options.run_dir, ranks)
    facts = {
        "command": command,
        "started": datetime.datetime.now().isoformat(timespec="seconds"),
        "stages": list(stages),
        "minutes": options.minutes or 0.0,
        "motions": list(options.motions),
        "init": options.init,
        "student": options.student,
        "stander": options.stander,
        "runner": options.runner,
        "imitator": options.imitator,
        "device": options.device,
    }
    if ranks.is_first:
        write_atomically(directory / "config.yaml", to_yaml(config).encode())
        write_atomically(directory / "run.yaml", yaml.safe_dump(facts, sort_keys=False).encode())
    run = _run(directory, config, facts, 0.0, options.quiet, ranks)
    run.all_motions = motions
    return run


def resumed_run(options: argparse.Namespace, ranks: Ranks) -> Run:
    """The run in ``options.resume``, to be gone on with from its checkpoint.

    Raises:
        KinesisError: If there is none, or it does not fit these processes.
    """
    directory: Path = options.resume
    checkpoint = load_checkpoint(directory / "checkpoint.pt")
    config = load_config(str(directory / "config.yaml"), options.set)
    facts = yaml.safe_load((directory / "run.yaml").read_text())
    if options.minutes is not None:
        facts["minutes"] = options.minutes
    _check_shares(config, facts["stages"], ranks)
    run = _run(directory, config, facts, checkpoint["seconds"], options.quiet, ranks)
    run.pending = checkpoint
    if checkpoint["stage"] == "done":
        run.log.say(f"The run in '{directory}' is complete.")
    return run


def _directory(config: TrainConfig, wanted: Path | None, ranks: Ranks) -> Path:
    """Where the run writes; the first rank looks, because it also writes there first.

    Raises:
        KinesisError: If there is a run already.
    """
    directory = wanted or _free_directory(config)
    if ranks.is_first and (directory / "checkpoint.pt").exists():
        raise KinesisError(f"'{directory}' already holds a run; go on with --resume {directory}.")
    return Path(ranks.gather_states({"directory": str(directory)})[0]["directory"])


def _check_shares(config: TrainConfig, stages: Sequence[str], ranks: Ranks) -> None:
    """Refuse numbers that the ranks cannot share evenly."""
    ranks.share(config.env.n_envs, "env.n_envs")
    if "teacher" in stages:
        ranks.share(config.teacher.ppo.minibatch, "teacher.ppo.minibatch")
    if "distill" in stages:
        ranks.share(config.distill.labels, "distill.labels")
        ranks.share(config.distill.minibatch, "distill.minibatch")
    if "polish" in stages:
        ranks.share(config.polish.ppo.minibatch, "polish.ppo.minibatch")


def _check_init(config: TrainConfig, stage: str, init: str) -> None:
    """Refuse a network to start from that the first stage cannot use."""
    if not init:
        return
    wanted = network_sizes({"teacher": config.action, "distill": "teacher"}.get(stage, "muscles"))
    check_network("--init", init, f"the stage '{stage}'", wanted)


def check_network(option: str, file: str, what: str, wanted: tuple[int, int]) -> None:
    """Refuse a network in ``file`` that does not map ``wanted`` observations to actions.

    Raises:
        KinesisError: If it does not, or there is none; says which option names it and ``what`` needs it.
    """
    sizes = load_network(Path(file)).sizes
    if (sizes[0], sizes[-1]) != wanted:
        raise KinesisError(
            f"{option} {file}: this network maps {sizes[0]} observations to {sizes[-1]} actions; "
            f"{what} needs {wanted[0]} to {wanted[1]}."
        )


def _run(directory: Path, config: TrainConfig, facts: dict, seconds: float, quiet: bool, ranks: Ranks) -> Run:
    cuda = facts["device"] == "cuda"
    return Run(
        config=config,
        directory=directory,
        log=Logbook(directory, seconds, quiet) if ranks.is_first else Logbook(None, seconds, quiet=True),
        stages=tuple(facts["stages"]),
        ranks=ranks,
        device=f"cuda:{ranks.local_rank}" if cuda else "cpu",
        minutes=float(facts["minutes"]),
        motions=tuple(facts["motions"]),
        init=facts["init"],
        student=facts.get("student", ""),
        stander=facts.get("stander", ""),
        runner=facts.get("runner", ""),
        imitator=facts.get("imitator", ""),
        command=facts["command"],
    )


def _stages(config: TrainConfig, wanted: str, init: str) -> tuple[str, ...]:
    """Stages to run: a policy of muscle commands goes straight to the polish."""
    if wanted != "all":
        return (wanted, "export")
    active = {
        "teacher": config.teacher.steps > 0,
        "distill": config.action == "teacher" and config.distill.labels > 0,
        "polish": config.action == "teacher" and config.polish.steps > 0,
        "export": True,
    }
    if init and config.action == "teacher" and load_network(Path(init)).sizes[-1] == 80:
        return ("polish", "export")
    return tuple(stage for stage in STAGES if active[stage])


def _free_directory(config: TrainConfig) -> Path:
    base = Path("runs") / f"{config.name}-{config.seed}"
    candidates = [base, *(base.with_name(f"{base.name}-{i}") for i in range(2, 1000))]
    return next(path for path in candidates if not path.exists())
