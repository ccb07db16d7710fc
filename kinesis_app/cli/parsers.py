"""What the command line understands, and its help. Imports nothing heavy: --help must be instant."""

from __future__ import annotations

import argparse
import math
from collections.abc import Callable
from pathlib import Path
from typing import NoReturn

import kinesis_app
from kinesis_app.cli import help_texts as texts


class _Parser(argparse.ArgumentParser):
    """Errors in one line, like all errors of this app."""

    def error(self, message: str) -> NoReturn:
        self.exit(2, f"{self.prog}: {message} (see {self.prog} --help)\n")


def _new(prog: str, description: str, examples: str = "") -> _Parser:
    return _Parser(
        prog=prog,
        description=description,
        epilog=examples,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )


def _number(text: str, kind: Callable[[str], float], fits: Callable[[float], bool], wanted: str) -> float:
    try:
        value = kind(text)
    except ValueError:
        value = math.nan
    if not fits(value):
        raise argparse.ArgumentTypeError(f"'{text}' is not {wanted}")
    return value


def _above_zero(text: str) -> float:
    return _number(text, float, lambda v: 0.0 < v < math.inf, "a number above 0")


def _not_negative(text: str) -> float:
    return _number(text, float, lambda v: 0.0 <= v < math.inf, "a number from 0 on")


def _counting(text: str) -> int:
    return int(_number(text, int, lambda v: 1 <= v <= 10_000, "a whole number from 1 to 10000"))


def _window() -> _Parser:
    parser = _new("kinesis-app", texts.WINDOW, texts.WINDOW_EXAMPLES)
    parser.add_argument("motion", nargs="?", metavar="MOTION", help=texts.MOTION_HELP)
    parser.add_argument("--policy", metavar="P", help=texts.POLICY_HELP)
    parser.add_argument(
        "--do",
        metavar="ACTION",
        action="append",
        default=[],
        help="do an action of the window once the human walks; may be given again ('actions' lists them)",
    )
    parser.add_argument("--version", action="version", version=f"kinesis-app {kinesis_app.__version__}")
    return parser


def _run() -> _Parser:
    parser = _new("kinesis-app run", texts.RUN, texts.RUN_EXAMPLES)
    parser.add_argument("motion", nargs="?", metavar="MOTION", help=texts.MOTION_HELP)
    parser.add_argument("--command", metavar="TEXT", help="do what an English sentence says, from standing")
    parser.add_argument("--policy", metavar="P", help=texts.POLICY_HELP)
    parser.add_argument(
        "--seconds", metavar="S", type=_above_zero, help="simulated time (default: the motion's)"
    )
    parser.add_argument("--speed", metavar="V", type=float, help="walking speed [m/s], for generated walks")
    parser.add_argument("--record", metavar="OUT.npz", type=Path, help="write a recording")
    parser.add_argument(
        "--video", metavar="OUT.mp4", type=Path, help="write a video (or a .gif), 30 frames per second"
    )
    parser.add_argument(
        "--export", metavar="OUT", type=Path, help="write .sto, .mot, .csv or .npz for other programs"
    )
    parser.add_argument(
        "--experiment", metavar="E", help="an experiment: a YAML file or one of the window's presets"
    )
    parser.add_argument(
        "--weaken", metavar="MUSCLE=SCALE", action="append", default=[], help="scale its strength; repeatable"
    )
    parser.add_argument("--json", action="store_true", help="print the summary as JSON")
    _add_force(parser)
    return parser


def _replay() -> _Parser:
    parser = _new(
        "kinesis-app replay",
        "Play the post-mortem of a run that failed, without a window, and say where it went wrong.",
    )
    parser.add_argument("post_mortem", metavar="POSTMORTEM.npz", type=Path, help="the file the error named")
    parser.add_argument("--json", action="store_true", help="print the findings as JSON")
    return parser


def _evaluate() -> _Parser:
    parser = _new("kinesis-app evaluate", texts.EVALUATE, texts.EVALUATE_EXAMPLES)
    parser.add_argument("motions", nargs="*", metavar="MOTION", help=texts.MOTION_HELP)
    parser.add_argument("--policy", metavar="P", help=texts.POLICY_HELP)
    parser.add_argument("--json", metavar="OUT.json", help="write the result for scripts; '-' prints it")
    parser.add_argument("--pushes", metavar="N", type=_counting, help="also push N walkers, once each")
    parser.add_argument("--push-force", metavar="F", type=_above_zero, default=50.0, help="[N], default 50")
    parser.add_argument("--push-seconds", metavar="S", type=_above_zero, default=0.2, help="default 0.2")
    parser.add_argument(
        "--push-speed",
        metavar="V",
        type=_not_negative,
        default=1.1,
        help="of the walk, default 1.1; 0: they stand",
    )
    parser.add_argument(
        "--wary", action="store_true", help="who is pushed walks with the steps of who expects it"
    )
    parser.add_argument(
        "--fixed-place",
        action="store_true",
        help="who is pushed or does a typed command must come back to where he was to be",
    )
    parser.add_argument(
        "--delay",
        metavar="K",
        type=int,
        choices=range(6),
        default=0,
        help="motions and pushes with muscles that obey K control steps (33 ms) late, at most 5; "
        "a forward model of the body makes up for it",
    )
    parser.add_argument(
        "--blind",
        action="store_true",
        help="without the forward model: a delay is not made up for, in --minutes no fall is foreseen",
    )
    parser.add_argument(
        "--leashed",
        action="store_true",
        help="who strays from a motion takes it along, as walks do in the window; only the place is forgiven",
    )
    parser.add_argument("--goals", metavar="N", type=_counting, help="go to N random places, once each")
    parser.add_argument(
        "--range",
        metavar="R",
        type=_above_zero,
        default=2.0,
        help="of the goals, +-R m in x and y, default 2",
    )
    parser.add_argument(
        "--seconds", metavar="S", type=_above_zero, default=5.0, help="for each goal, default 5"
    )
    parser.add_argument(
        "--emg", action="store_true", help="compare excitations with human EMG (walks; default walk:1.2:20)"
    )
    parser.add_argument(
        "--emg-delay", metavar="S", type=_not_negative, default=0.05, help="EMG to excitation, default 0.05"
    )
    parser.add_argument("--commands", action="store_true", help="understand and do a list of typed commands")
    parser.add_argument(
        "--minutes",
        metavar="M",
        type=_above_zero,
        help="live through M minutes of goals, sentences, pushes",
    )
    parser.add_argument(
        "--hardest-push", metavar="F", type=_not_negative, default=80.0, help="in them [N], default 80"
    )
    parser.add_argument("--latency", metavar="N", type=_counting, help="time N requests, in real time")
    parser.add_argument("--seed", metavar="K", type=int, default=0, help="of what is random, default 0")
    _add_force(parser)
    return parser


def _import() -> _Parser:
    parser = _new("kinesis-app import", texts.IMPORT, texts.IMPORT_EXAMPLES)
    parser.add_argument("files", nargs="+", metavar="FILE", help="motion files, folders of them, patterns")
    parser.add_argument(
        "--out", metavar="DIR", type=Path, default=Path("."), help="where clips go (default: this folder)"
    )
    parser.add_argument(
        "--fps", metavar="F", type=_above_zero, help="frames per second, instead of the file's or a guess"
    )
    parser.add_argument("--up", choices=("x", "y", "z"), help="axis that points up, instead of a guess")
    parser.add_argument(
        "--unit", metavar="M", type=_above_zero, help="metres per unit of length, instead of a guess"
    )
    parser.add_argument("--json", metavar="REPORT.json", help="write the report for scripts; '-' prints it")
    parser.add_argument("--force", action="store_true", help="overwrite the report if it exists")
    return parser


def _view() -> _Parser:
    parser = _new("kinesis-app view", "Play a motion in the window as it is: no muscles, no physics.")
    parser.add_argument("motion", metavar="CLIP", help=texts.MOTION_HELP)
    return parser


def _motions() -> _Parser:
    parser = _new("kinesis-app motions", "List the motions, with QUERY those that contain its words.")
    parser.add_argument("query", nargs="*", metavar="QUERY", help="words in name, tags or description")
    parser.add_argument("--json", action="store_true", help="print the list as JSON")
    return parser


def _policies() -> _Parser:
    parser = _new("kinesis-app policies", "List the policies: what they were trained on, steps, size, hash.")
    parser.add_argument("--json", action="store_true", help="print the list as JSON")
    return parser


def _actions() -> _Parser:
    parser = _new("kinesis-app actions", "List the window's actions, with QUERY those that have its words.")
    parser.add_argument("query", nargs="*", metavar="QUERY", help="words in name, title or description")
    parser.add_argument("--json", action="store_true", help="print the list as JSON")
    return parser


def _add_force(parser: _Parser) -> None:
    parser.add_argument("--force", action="store_true", help="overwrite output files that exist")


_PARSERS: dict[str, Callable[[], _Parser]] = {
    "window": _window,
    "run": _run,
    "evaluate": _evaluate,
    "replay": _replay,
    "import": _import,
    "view": _view,
    "motions": _motions,
    "policies": _policies,
    "actions": _actions,
}
COMMANDS = tuple(name for name in _PARSERS if name != "window")
"""What the first word may be; anything else is a motion for the window."""


def parser_for(command: str) -> argparse.ArgumentParser:
    """The parser of one command, or of the ``window``."""
    return _PARSERS[command]()
