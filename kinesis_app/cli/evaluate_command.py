"""``kinesis-app evaluate``."""

from __future__ import annotations

import argparse
import json
import math
import sys
from pathlib import Path
from typing import Any

from kinesis_app.cli.evaluate_tables import command_table, endurance_table, goal_table, latency_line
from kinesis_app.cli.motion_request import motions_to_evaluate, requested_motion
from kinesis_app.cli.output import check_output, write_text
from kinesis_app.env.leash import LEASH
from kinesis_app.evaluation import evaluate, evaluate_pushes
from kinesis_app.evaluation.commands import evaluate_commands
from kinesis_app.evaluation.emg import emg_table
from kinesis_app.evaluation.endurance import evaluate_endurance
from kinesis_app.evaluation.gait_run import evaluate_emg
from kinesis_app.evaluation.goals import evaluate_goals
from kinesis_app.evaluation.latency import evaluate_latency
from kinesis_app.evaluation.protocol import FORMAT
from kinesis_app.evaluation.report import push_line, table
from kinesis_app.policy import OnnxPolicy, load_policy

EMG_WALK = "walk:1.2:20"
"""Compared with EMG where no motion is named; people were measured at 1.19 m/s."""


def execute(options: argparse.Namespace) -> int:
    """Evaluate, print the tables or the JSON, write the file."""
    to_stdout = options.json == "-"
    if options.json is not None and not to_stdout:
        check_output(Path(options.json), (".json",), options.force)
    result, tables = _evaluated(load_policy(options.policy), options)
    text = json.dumps(result, indent=2, allow_nan=False)
    if to_stdout:
        print(text)
        return 0
    if options.json is not None:
        write_text(Path(options.json), text + "\n")
    print("\n\n".join(tables))
    return 0


def _evaluated(policy: OnnxPolicy, options: argparse.Namespace) -> tuple[dict[str, Any], list[str]]:
    """The JSON and the tables of all that was asked for; imitation unless only other things were."""
    result: dict[str, Any] = {"format": FORMAT}
    tables: list[str] = []
    parts = [(name, part) for name, option, part in _PARTS if getattr(options, option)]
    if options.motions or all(name == "pushes" for name, _ in parts):
        imitation, text = _imitation(policy, options)
        result |= imitation
        tables.append(text)
    for name, part in parts:
        result[name], text = part(policy, options)
        tables.append(text)
    return result, tables


def _imitation(policy: OnnxPolicy, options: argparse.Namespace) -> tuple[dict[str, Any], str]:
    evaluation = evaluate(
        policy,
        motions_to_evaluate(options.motions),
        progress=_progress,
        delay=options.delay,
        foresight=not options.blind,
        leash=LEASH if options.leashed else math.inf,
    )
    conditions = {"delay_steps": options.delay, "foresight": not options.blind, "leashed": options.leashed}
    return evaluation.to_json() | conditions, table(evaluation)


def _pushes(policy: OnnxPolicy, options: argparse.Namespace) -> tuple[dict[str, Any], str]:
    pushes = evaluate_pushes(
        policy,
        options.pushes,
        force=options.push_force,
        push_seconds=options.push_seconds,
        speed=options.push_speed,
        seed=options.seed,
        leash=_leash(options),
        delay=options.delay,
        foresight=not options.blind,
        wary=options.wary,
    )
    return pushes.to_json(), push_line(pushes)


def _goals(policy: OnnxPolicy, options: argparse.Namespace) -> tuple[dict[str, Any], str]:
    goals = evaluate_goals(
        policy, options.goals, range_m=options.range, seconds=options.seconds, seed=options.seed
    )
    return goals.to_json(), goal_table(goals)


def _emg(policy: OnnxPolicy, options: argparse.Namespace) -> tuple[dict[str, Any], str]:
    walks = [requested_motion(name) for name in options.motions or [EMG_WALK]]
    emg = evaluate_emg(policy, walks, options.emg_delay)
    return emg.to_json(), emg_table(emg)


def _commands(policy: OnnxPolicy, options: argparse.Namespace) -> tuple[dict[str, Any], str]:
    commands = evaluate_commands(policy, leash=_leash(options))
    return commands.to_json(), command_table(commands)


def _endurance(policy: OnnxPolicy, options: argparse.Namespace) -> tuple[dict[str, Any], str]:
    endurance = evaluate_endurance(
        policy,
        options.minutes,
        force=options.hardest_push,
        seed=options.seed,
        foresight=not options.blind,
    )
    return endurance.to_json(), endurance_table(endurance)


def _latency(policy: OnnxPolicy, options: argparse.Namespace) -> tuple[dict[str, Any], str]:
    latency = evaluate_latency(policy, options.latency, seed=options.seed)
    return latency.to_json(), latency_line(latency)


_PARTS = (
    ("pushes", "pushes", _pushes),
    ("goals", "goals", _goals),
    ("emg", "emg", _emg),
    ("commands", "commands", _commands),
    ("endurance", "minutes", _endurance),
    ("latency", "latency", _latency),
)
"""What is evaluated beside imitation: its name in the JSON, the option that asks for it, how."""


def _leash(options: argparse.Namespace) -> float:
    """How far a body may stray before its reference follows [m]."""
    return math.inf if options.fixed_place else LEASH


def _progress(done: int, of: int) -> None:
    if sys.stderr.isatty() and of > done:
        print(f"\r{done} of {of} motions", end="\r", file=sys.stderr, flush=True)
