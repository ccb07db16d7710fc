"""``kinesis-app evaluate``."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import Any

from kinesis_app.cli.motion_request import motions_to_evaluate
from kinesis_app.cli.output import check_output, write_text
from kinesis_app.evaluation import PushEvaluation, evaluate, evaluate_pushes
from kinesis_app.evaluation.report import push_line, table
from kinesis_app.policy import OnnxPolicy, load_policy


def execute(options: argparse.Namespace) -> int:
    """Evaluate, print the table or the JSON, write the file."""
    to_stdout = options.json == "-"
    if options.json is not None and not to_stdout:
        check_output(Path(options.json), (".json",), options.force)
    policy = load_policy(options.policy)
    evaluation = evaluate(policy, motions_to_evaluate(options.motions), progress=_progress)
    pushes = _pushes(policy, options) if options.pushes else None
    result: dict[str, Any] = evaluation.to_json() | ({"pushes": pushes.to_json()} if pushes else {})
    text = json.dumps(result, indent=2, allow_nan=False)
    if to_stdout:
        print(text)
        return 0
    if options.json is not None:
        write_text(Path(options.json), text + "\n")
    print(table(evaluation))
    if pushes is not None:
        print(push_line(pushes))
    return 0


def _pushes(policy: OnnxPolicy, options: argparse.Namespace) -> PushEvaluation:
    return evaluate_pushes(
        policy,
        options.pushes,
        force=options.push_force,
        push_seconds=options.push_seconds,
        speed=options.push_speed,
        seed=options.seed,
    )


def _progress(done: int, of: int) -> None:
    if sys.stderr.isatty() and of > done:
        print(f"\r{done} of {of} motions", end="\r", file=sys.stderr, flush=True)
