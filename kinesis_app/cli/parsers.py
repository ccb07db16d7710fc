"""What the command line understands, and its help. Imports nothing heavy: --help must be instant."""

from __future__ import annotations

import argparse
import math
from collections.abc import Callable
from pathlib import Path
from typing import NoReturn

import kinesis_app

_MOTION_HELP = "a name from 'kinesis-app motions', walk:SPEED[:SECONDS], stand[:SECONDS], or a motion file"
_POLICY_HELP = "a name from 'kinesis-app policies' or an .onnx file (default: the shipped policy)"

_WINDOW = """\
A human of bones and 80 muscles that walks by pulling its muscles.

Without a command a window opens, the human already walking; with MOTION it does that motion.

commands (each has its own --help):
  run        follow a motion without a window; record numbers or a video
  evaluate   how well a policy imitates motions and survives pushes
  replay     play the post-mortem of a run that failed: where did it go wrong?
  import     recordings (BVH, C3D, TRC, ASF/AMC, OpenSim, AMASS, ...) to clips, with a report
  view       play a motion itself, without muscles and physics
  motions    list the motions there are
  policies   list the policies there are
  actions    list what can be done in the window, with its keys
"""
_WINDOW_EXAMPLES = """\
examples:
  kinesis-app                               walk, in a window
  kinesis-app walk:1.4                      walk at 1.4 m/s
  kinesis-app my_recording.mot              follow an OpenSim motion file
  kinesis-app run walk --speed 1.2 --video walk.mp4
"""
_RUN = "Follow a motion without a window, as fast as the machine can, and say how it went."
_RUN_EXAMPLES = """\
examples:
  kinesis-app run walk                                20 s of walking
  kinesis-app run walk --speed 1.4 --seconds 10       10 s at 1.4 m/s, from standing to standing
  kinesis-app run walk:1.1 --record walk.npz          keep states, excitations, forces
  kinesis-app run --command "walk 3 m, then turn left and stop"
  kinesis-app run clip.amc --video clip.mp4           a CMU recording (its .asf beside it)
  kinesis-app run walk --policy mine.onnx --json      numbers for scripts
  kinesis-app run walk --weaken soleus=0.2            both soleus muscles at 20 % of their strength
  kinesis-app run walk --experiment 'drop foot (right)' --export walk.mot
  kinesis-app run walk --experiment tired.yaml        strength, paralysis, fatigue, noise, pushes, floor

A recording (.npz) holds time, qpos, qvel, excitation, activation, muscle_force, grf, reference_qpos,
names, units and hashes; its excitation_sim replays the motion in plain MuJoCo.

--export: .sto OpenSim states, activations and forces; .mot OpenSim coordinates, with the ground reactions
as external loads beside it; .csv all channels; .npz a recording.

An experiment file is YAML; every line is optional. Muscles: soleus_r, soleus, plantarflexors_l, left, all.
  strength: {soleus: 0.2, left: 0.8}
  paralysed: [dorsiflexors_r]
  excitation: {tibant_l: 0.5}
  fatigue: {pace: 20, start: 0.1}
  noise: 0.1
  pushes: [{force: 80, seconds: 0.2, direction: 90, at: 4, phase: 0.3}]
  gravity: 9.81
  friction: 0.6
  slope: 5
  mass: 1.1
"""
_EVALUATE = """\
KINESIS' imitation protocol: each motion once, deterministic, from its first frame. A motion is failed
when the mean error of seven bodies exceeds 0.50 m (0.25 m and 0.15 m are reported too); MPJPE is that
error over the surviving frames. Without MOTION all motions of the library are evaluated.
"""
_EVALUATE_EXAMPLES = """\
examples:
  kinesis-app evaluate walk:0.8 walk:1.1 walk:1.4
  kinesis-app evaluate --json result.json             '-' writes the JSON to standard output
  kinesis-app evaluate --emg                          when do the muscles work, and when do people's?
  kinesis-app evaluate walk:1.1 --pushes 20           and push 20 walkers, 50 N for 0.2 s
  kinesis-app evaluate --goals 100                    KINESIS' goal protocol instead: +-2 m, 5 s
  kinesis-app evaluate --goals 100 --range 8 --seconds 15
  kinesis-app evaluate --commands                     typed commands: understood, and done

The JSON: {"format": "kinesis-evaluation-1", "clips": [{"name", "duration_s", "survived_s", "coverage",
"success_050", "success_025", "success_015", "mpjpe_mm", "mean_activation", ...}], "total": {...}}, and
"pushes", "goals": {"success_rate", "falls", "episodes": [...]}, "commands" if asked for; no motions if only
goals or commands are asked for. Success in the total is the share of clips; the rest is weighted by time.
"""

_IMPORT = """\
Turn recordings into clips of this body. Each becomes DIR/NAME.npz (NAME_2, ... if that is taken: nothing
is overwritten). Skeletons are scaled to the body and solved for by inverse kinematics; feet are locked
where they stand; the gentlest shift of the pelvis makes the clip one that a floor can carry.

read: .bvh, .amc (its .asf beside it), .c3d, .trc, .mot and .sto (OpenSim coordinates), .npz (AMASS, SMPL-H,
own clips), .npy (HumanML3D joints, MDM results), .json and .txt (DeepMimic), .xml (MuJoCo MPC keyframes)
"""
_IMPORT_EXAMPLES = """\
examples:
  kinesis-app import walk.c3d
  kinesis-app import recordings/ --out clips --json report.json
  kinesis-app import 'cmu/*.amc' --fps 60 --out clips
  kinesis-app import dance.bvh --unit 0.0254 --up z

The JSON: {"format": "kinesis-import-1", "clips": [{"name", "source", "format", "duration_s", "residual_mm",
"limit_violations", "skate_mm", "penetration_mm", "tendon_jump_mm", "speed", "turn_rate", "contacts", "notes",
...}], "failed": [{"source", "reason"}]}. Lengths are in mm, worst of the clip; residual_mm is the mean of
seven bodies over time; tendon_jump_mm is per frame of the clip (1/150 s). Exit code 2 if anything failed.
"""


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


def _above_zero(text: str) -> float:
    value = float(text)
    if not (0.0 < value < math.inf):
        raise ValueError
    return value


def _not_negative(text: str) -> float:
    value = float(text)
    if not (0.0 <= value < math.inf):
        raise ValueError
    return value


def _counting(text: str) -> int:
    value = int(text)
    if not 1 <= value <= 10_000:
        raise ValueError
    return value


_above_zero.__name__ = "number above 0"  # argparse names the type in its message
_not_negative.__name__ = "number from 0 on"
_counting.__name__ = "count from 1 to 10000"


def _window() -> _Parser:
    parser = _new("kinesis-app", _WINDOW, _WINDOW_EXAMPLES)
    parser.add_argument("motion", nargs="?", metavar="MOTION", help=_MOTION_HELP)
    parser.add_argument("--policy", metavar="P", help=_POLICY_HELP)
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
    parser = _new("kinesis-app run", _RUN, _RUN_EXAMPLES)
    parser.add_argument("motion", nargs="?", metavar="MOTION", help=_MOTION_HELP)
    parser.add_argument("--command", metavar="TEXT", help="do what an English sentence says, from standing")
    parser.add_argument("--policy", metavar="P", help=_POLICY_HELP)
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
    parser = _new("kinesis-app evaluate", _EVALUATE, _EVALUATE_EXAMPLES)
    parser.add_argument("motions", nargs="*", metavar="MOTION", help=_MOTION_HELP)
    parser.add_argument("--policy", metavar="P", help=_POLICY_HELP)
    parser.add_argument("--json", metavar="OUT.json", help="write the result for scripts; '-' prints it")
    parser.add_argument("--pushes", metavar="N", type=_counting, help="also push N walkers, once each")
    parser.add_argument("--push-force", metavar="F", type=_above_zero, default=50.0, help="[N], default 50")
    parser.add_argument("--push-seconds", metavar="S", type=_above_zero, default=0.2, help="default 0.2")
    parser.add_argument(
        "--push-speed", metavar="V", type=_above_zero, default=1.1, help="of the walk, default 1.1"
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
    parser.add_argument("--seed", metavar="K", type=int, default=0, help="of pushes and goals, default 0")
    _add_force(parser)
    return parser


def _import() -> _Parser:
    parser = _new("kinesis-app import", _IMPORT, _IMPORT_EXAMPLES)
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
    parser.add_argument("motion", metavar="CLIP", help=_MOTION_HELP)
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
    parser = _new("kinesis-app actions", "List the window's actions, with QUERY those that contain its words.")
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
