"""Looks for better gains of the teacher: ``python -m training.gains``.

The stiffer the teacher is against its reference, the more its muscles fight what a policy learns; the softer,
the less it catches. Where between the two each gait does best with a policy acting is searched for here, and
``training/teacher_gains.py`` holds what was found.
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch

from kinesis_app.atomic_file import write_atomically
from kinesis_app.body.joints import N_JOINTS
from kinesis_app.errors import KinesisError
from training.actions import network_sizes
from training.config import load_config
from training.experts import Experts
from training.gains_search import GainsSearch, Generation, survival, to_python, to_yaml
from training.gains_settings import GainsSettings
from training.gains_trial import KINDS, Moments, Policy
from training.run import all_motions, load_network
from training.start import check_network
from training.teacher_gains import GAITS

_EPILOG = """examples:
  python -m training.gains --config repertoire --gait running --walker policies/locomotion.teacher.pt
      --stander policies/locomotion.stander.pt --runner policies/locomotion.runner.pt
  python -m training.gains --config locomotion --gait walking --walker policies/locomotion.teacher.pt
      --pushes 0 0 80 95 110 125
  python -m training.gains --config runner --gait running --minutes 5         no action: the teacher alone
"""


def main(arguments: list[str] | None = None) -> None:
    """Parse the command line and search; bad input ends with one line and exit code 2."""
    options = _parser().parse_args(arguments)
    try:
        _search(options)
    except KinesisError as error:
        print(f"training.gains: {error}", file=sys.stderr)
        raise SystemExit(2) from None


def _parser() -> argparse.ArgumentParser:
    default = GainsSettings()
    parser = argparse.ArgumentParser(
        prog="python -m training.gains",
        description="Search for the teacher's feedback gains in one gait: candidates are tried side by side "
        "on bodies that begin before the gait's starts and ends and amid it, some of them pushed.",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add = parser.add_argument
    add("--config", default="repertoire", help="whose motions and leash: a shipped name or a YAML file")
    add("--set", action="append", default=[], metavar="KEY=VALUE", help="override a setting; repeatable")
    add("--motions", nargs="+", default=[], metavar="PATH", help="motion files or folders to search on too")
    add("--gait", choices=GAITS, required=True, help="whose gains")
    add("--walker", default="", metavar="FILE", help="teacher that acts (.pt); without one nobody does")
    add("--stander", default="", metavar="FILE", help="teacher that acts where bodies stand (.pt)")
    add("--runner", default="", metavar="FILE", help="teacher that acts where bodies run (.pt)")
    add(
        "--pushes",
        nargs="+",
        type=float,
        default=default.pushes,
        metavar="N",
        help="by lot for each body [N]",
    )
    add("--candidates", type=int, default=default.candidates, help="in a generation (default: %(default)s)")
    add("--minutes", type=float, default=12.0, help="budget of wall-clock time (default: 12)")
    add("--generations", type=int, help="stop after so many")
    add("--seed", type=int, default=0, help="seed of everything random")
    add("--threads", type=int, default=0, help="threads for physics and networks (default: all cores)")
    add("--output", type=Path, default=Path("gains.yaml"), help="what is found (default: gains.yaml)")
    return parser


def _search(options: argparse.Namespace) -> None:
    settings = _settings(options)
    policy = experts_policy(options.walker, options.stander, options.runner)
    torch.set_num_threads(options.threads or os.cpu_count() or 1)
    config = load_config(options.config, options.set)
    if options.output.exists():
        raise KinesisError(f"'{options.output}' exists; name another file with --output.")
    print("Making the reference motions ...", flush=True)
    clips = all_motions(config, options.motions).clips
    task = replace(config.env, n_threads=options.threads or config.env.n_threads)
    search = GainsSearch(clips, task, options.gait, policy, settings, options.seed, held=config.held)
    print(f"{search.name}: searched on {_count(search.searched)}; compared on {_count(search.kept)}.")
    _write(options.output, search)
    try:
        _generations(search, options)
        _report(search, options.output)
    except KeyboardInterrupt:
        print(f"Stopped; '{options.output}' holds what was found in {search.generations} generations.")
        raise SystemExit(130) from None
    finally:
        search.close()


def _settings(options: argparse.Namespace) -> GainsSettings:
    """The search that the options ask for.

    Raises:
        KinesisError: If a number is out of range.
    """
    if options.candidates < 4:
        raise KinesisError(f"--candidates {options.candidates}: the search needs at least 4.")
    if not options.minutes > 0.0:
        raise KinesisError(f"--minutes {options.minutes:g}: must be more than 0.")
    if options.generations is not None and options.generations < 1:
        raise KinesisError(f"--generations {options.generations}: must be at least 1.")
    if options.seed < 0:
        raise KinesisError(f"--seed {options.seed}: must not be negative.")
    if not all(0.0 <= push <= 1000.0 for push in options.pushes):
        raise KinesisError(f"--pushes {' '.join(f'{p:g}' for p in options.pushes)}: give 0 to 1000 N.")
    return GainsSettings(candidates=options.candidates, pushes=tuple(options.pushes))


def experts_policy(walker: str, stander: str = "", runner: str = "") -> Policy:
    """Who acts: teachers from files, or nobody without a walker.

    Raises:
        KinesisError: If a file holds no teacher, or there are others without a walker.
    """
    if not walker:
        if stander or runner:
            raise KinesisError("--stander and --runner need a --walker, who acts where they do not.")
        return lambda observation, gait: np.zeros((len(observation), N_JOINTS))
    for option, file in (("--walker", walker), ("--stander", stander), ("--runner", runner)):
        if file:
            check_network(option, file, "a teacher", network_sizes("teacher"))
    networks = [load_network(Path(file)) if file else None for file in (stander, runner)]
    return Experts(load_network(Path(walker)), *networks).act


def _count(moments: Moments) -> str:
    clips = {int(clip) for places in moments.values() for clip in places[:, 0]}
    places = ", ".join(f"{len(moments[kind])} {kind}" for kind in KINDS)
    return f"{places} in {len(clips)} motions"


def _write(path: Path, search: GainsSearch) -> None:
    try:
        write_atomically(path, to_yaml(search).encode())
    except OSError as error:
        raise KinesisError(f"--output {path}: cannot be written ({error.strerror}).") from None


def _generations(search: GainsSearch, options: argparse.Namespace) -> None:
    """Generation after generation until time or number is up, each written and told of."""
    begun, lately = time.monotonic(), 0.0
    while search.generations != options.generations:
        generation = search.next_generation()
        share = float(generation.outcome.alive.mean())
        lately = share if generation.number == 1 else 0.85 * lately + 0.15 * share
        _write(options.output, search)
        seconds = time.monotonic() - begun
        print(f"{_line(generation)}, lately {100 * lately:.0f} %; {seconds:.0f} s", flush=True)
        if seconds > 60.0 * options.minutes:
            break


def _line(generation: Generation) -> str:
    scores = generation.outcome.score.mean(axis=1)
    shares = _percent(survival(generation.trial, generation.outcome.alive))
    score = f"score {scores.mean():.3f}, best {scores.max():.3f}"
    return f"generation {generation.number}: {score}; survived {shares}"


def _percent(shares: dict[str, float]) -> str:
    parts = ", ".join(f"{kind} {100 * share:.0f} %" for kind, share in shares.items() if kind != "all")
    return f"{100 * shares['all']:.0f} % ({parts})"


def _report(search: GainsSearch, output: Path) -> None:
    """Old gains against new ones, and the new ones as Python."""
    trial, outcome = search.compare()
    held_out = search.kept is not search.searched
    where = (
        "motions that the search did not see"
        if held_out
        else "the motions of the search, too few to hold out"
    )
    print(f"{len(trial.clip)} bodies on {where}, survival and score:")
    for name, alive, score in zip(("old", "new"), outcome.alive, outcome.score, strict=True):
        print(f"  {name} {_percent(survival(trial, alive))}, {score.mean():.3f}")
    old, new = outcome.alive
    print(
        f"  {(new & ~old).sum()} held out under the new gains alone, {(old & ~new).sum()} under the old alone"
    )
    print(f"In '{output}', and for training/teacher_gains.py:\n{to_python(search.name, search.found)}")


if __name__ == "__main__":
    main()
