"""The command line ``python -m training.ppo``."""

from __future__ import annotations

import argparse
import shlex
import signal
import sys
from collections.abc import Sequence
from pathlib import Path
from types import FrameType

import torch

from kinesis_app.env.engine import ENGINES
from kinesis_app.errors import KinesisError
from training.ranks import Ranks, start_ranks, stop_ranks
from training.run import InterruptedRunError
from training.stages import run_stages
from training.start import new_run, resumed_run

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
    add("--imitator", default="", metavar="FILE", help="distil --motions, less their runs, from this teacher")
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
    run = resumed_run(options, ranks) if options.resume else new_run(options, command, ranks)
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
