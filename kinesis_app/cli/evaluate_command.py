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
    leash = math.inf if options.fixed_place else LEASH
    tables: list[str] = []
    only = (options.goals, options.commands, options.emg, options.minutes, options.latency)
    if options.motions or not any(only):
        result |= _imitation(policy, options, tables)
    if options.pushes:
        pushes = evaluate_pushes(
            policy,
            options.pushes,
            force=options.push_force,
            push_seconds=options.push_seconds,
            speed=options.push_speed,
            seed=options.seed,
            leash=leash,
            delay=options.delay,
            foresight=not options.blind,
        )
        result["pushes"] = pushes.to_json()
        tables.append(push_line(pushes))
    if options.goals:
        goals = evaluate_goals(
            policy, options.goals, range_m=options.range, seconds=options.seconds, seed=options.seed
        )
        result["goals"] = goals.to_json()
        tables.append(goal_table(goals))
    if options.emg:
        walks = options.motions or [EMG_WALK]
        emg = evaluate_emg(policy, [requested_motion(name) for name in walks], options.emg_delay)
        result["emg"] = emg.to_json()
        tables.append(emg_table(emg))
    if options.commands:
        commands = evaluate_commands(policy, leash=leash)
        result["commands"] = commands.to_json()
        tables.append(command_table(commands))
    if options.minutes:
        endurance = evaluate_endurance(policy, options.minutes, force=options.hardest_push, seed=options.seed)
        result["endurance"] = endurance.to_json()
        tables.append(endurance_table(endurance))
    if options.latency:
        latency = evaluate_latency(policy, options.latency, seed=options.seed)
        result["latency"] = latency.to_json()
        tables.append(latency_line(latency))
    return result, tables


def _imitation(policy: OnnxPolicy, options: argparse.Namespace, tables: list[str]) -> dict[str, Any]:
    evaluation = evaluate(
        policy,
        motions_to_evaluate(options.motions),
        progress=_progress,
        delay=options.delay,
        foresight=not options.blind,
        leash=LEASH if options.leashed else math.inf,
    )
    tables.append(table(evaluation))
    conditions = {"delay_steps": options.delay, "foresight": not options.blind, "leashed": options.leashed}
    return evaluation.to_json() | conditions


def _progress(done: int, of: int) -> None:
    if sys.stderr.isatty() and of > done:
        print(f"\r{done} of {of} motions", end="\r", file=sys.stderr, flush=True)
