"""The command line ``python -m training.ppo``."""

from __future__ import annotations

import argparse
import datetime
import shlex
import signal
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from types import FrameType

import torch
import yaml

from kinesis_app.env.engine import ENGINES
from kinesis_app.errors import KinesisError
from kinesis_app.motion.clip import write_atomically
from training.actions import network_sizes
from training.checkpoint import load_checkpoint
from training.config import TrainConfig, load_config, to_yaml
from training.logbook import Logbook
from training.ranks import Ranks, start_ranks, stop_ranks
from training.run import STAGES, InterruptedRunError, Run, all_clips, load_network
from training.stages import run_stages

_EPILOG = """examples:
  python -m training.ppo                              train the default walking policy
  python -m training.ppo --minutes 20 --seed 1        the same, in 20 minutes
  python -m training.ppo --resume runs/walk-0         go on after an interruption
  python -m training.ppo --config locomotion --init policies/locomotion.teacher.pt --motions my_clips/
                                                      go on with the shipped policy, your own motions too
  torchrun --nproc_per_node=2 -m training.ppo         the same recipe, its bodies shared by two processes
  python -m training.ppo --config kinesis             the published KINESIS action, observation, reward
  python -m training.ppo --set teacher.ppo.gamma=0.98 --set env.n_envs=128
"""


def main(arguments: list[str] | None = None) -> None:
    """Parse the command line and train; bad input ends with one line and exit code 2."""
    options = _parser().parse_args(arguments)
    try:
        if options.device == "cuda" and not torch.cuda.is_available():
            raise KinesisError("--device cuda: this torch sees no CUDA device.")
        ranks = start_ranks()
        try:
            _train(options, _command_line(arguments or sys.argv[1:], ranks), ranks)
        finally:
            stop_ranks(ranks)
    except KinesisError as error:
        print(f"training.ppo: {error}", file=sys.stderr)
        raise SystemExit(2) from None


def _command_line(arguments: Sequence[str], ranks: Ranks) -> str:
    """What reproduces the run, for its card."""
    start = ["python"] if ranks.size == 1 else ["torchrun", f"--nproc_per_node={ranks.size}"]
    return shlex.join([*start, "-m", "training.ppo", *arguments])


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m training.ppo",
        description="Train a muscle-driven human to follow motions: a teacher learns by PPO, its muscle "
        "commands are distilled into one network, and the network is exported as ONNX.",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add = parser.add_argument
    add("--config", default="walk", help="walk, locomotion, kinesis, or a YAML file (default: walk)")
    add("--set", action="append", default=[], metavar="KEY=VALUE", help="override a setting; repeatable")
    add("--seed", type=int, help="seed of everything random")
    add("--run-dir", type=Path, help="where to write (default: runs/NAME-SEED)")
    add("--resume", type=Path, metavar="DIR", help="go on with the run in DIR")
    add(
        "--student",
        default="",
        metavar="FILE",
        help="distil into this policy (.onnx), not into a new network",
    )
    add("--stander", default="", metavar="FILE", help="distil standing from this teacher (.pt)")
    add("--runner", default="", metavar="FILE", help="distil the runs from this teacher (.pt)")
    add("--init", default="", metavar="FILE", help="start from a policy (.onnx) or a stage's result (.pt)")
    add("--motions", nargs="+", default=[], metavar="PATH", help="motion files or folders to train on too")
    add("--minutes", type=float, help="budget of wall-clock time, shared out among the stages")
    add("--steps", type=int, help="control steps of the first stage")
    add("--stage", choices=("teacher", "distill", "polish", "all"), default="all", help="only this stage")
    add("--physics", choices=tuple(ENGINES), help="engine; warp: MuJoCo Warp on a GPU (default: mujoco)")
    add("--device", choices=("cpu", "cuda"), default="cpu", help="where the networks learn")
    add("--threads", type=int, default=0, help="threads for physics and learning (default: all cores)")
    add("--quiet", action="store_true", help="no progress bar")
    return parser


def _train(options: argparse.Namespace, command: str, ranks: Ranks) -> None:
    torch.set_num_threads(options.threads or ranks.cores)
    torch.set_float32_matmul_precision("medium")  # twice as fast where the processor multiplies bfloat16
    run = _resumed(options, ranks) if options.resume else _new(options, command, ranks)
    ranks.wait()  # the first rank writes into the run's directory from now on

    def stop(_signal: int, _frame: FrameType | None) -> None:
        if run.interrupted:
            raise KeyboardInterrupt
        run.interrupted = True
        run.log.say("Stopping after this update; once more to stop at once.")

    previous = {number: signal.signal(number, stop) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        run_stages(run)
    except (InterruptedRunError, KeyboardInterrupt):
        run.log.say(f"Stopped. Go on with: {_command_line(['--resume', str(run.directory)], ranks)}")
        raise SystemExit(130) from None
    finally:
        run.log.close()
        for number, handler in previous.items():
            signal.signal(number, handler)


def _new(options: argparse.Namespace, command: str, ranks: Ranks) -> Run:
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
        _check_network("--student", options.student, "the distillation", network_sizes("muscles"))
    for option in ("stander", "runner"):
        if file := getattr(options, option):
            _check_network(f"--{option}", file, "a teacher", network_sizes("teacher"))
    _check_shares(config, stages, ranks)
    if ranks.is_first and not options.quiet:
        print("Making the reference motions ...", file=sys.stderr)
    clips = all_clips(config, options.motions)  # before anything is written: their settings may be wrong
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
        "device": options.device,
    }
    if ranks.is_first:
        write_atomically(directory / "config.yaml", to_yaml(config).encode())
        write_atomically(directory / "run.yaml", yaml.safe_dump(facts, sort_keys=False).encode())
    run = _run(directory, config, facts, 0.0, options.quiet, ranks)
    run.clips = clips
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
    _check_network("--init", init, f"the stage '{stage}'", wanted)


def _check_network(option: str, file: str, what: str, wanted: tuple[int, int]) -> None:
    sizes = load_network(Path(file)).sizes
    if (sizes[0], sizes[-1]) != wanted:
        raise KinesisError(
            f"{option} {file}: this network maps {sizes[0]} observations to {sizes[-1]} actions; "
            f"{what} needs {wanted[0]} to {wanted[1]}."
        )


def _resumed(options: argparse.Namespace, ranks: Ranks) -> Run:
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
