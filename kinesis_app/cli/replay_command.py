"""``kinesis-app replay``."""

from __future__ import annotations

import argparse
import json

from kinesis_app.session.replay import PostMortem, Replay, read_post_mortem, replay


def execute(options: argparse.Namespace) -> int:
    """Replay a post-mortem and say where it went wrong."""
    post_mortem = read_post_mortem(options.post_mortem)
    result = replay(post_mortem)
    print(json.dumps(result.to_json(), indent=2) if options.json else report(post_mortem, result))
    return 0


def report(post_mortem: PostMortem, result: Replay) -> str:
    """For people."""
    facts, same = post_mortem.facts, result.first_difference is None
    apart = f"within {result.largest_difference:.2g}, first apart at {result.first_difference or 0.0:.3f} s"
    agrees = "to the last bit" if same else apart
    lines = [
        f"motion      {facts.get('motion')}, policy {facts.get('policy')}",
        f"ran on      {facts.get('machine')}, kinesis-app {facts.get('version')}",
        f"error       {facts.get('error')}",
        f"failed at   {result.failed_at:.3f} s of the session, after {result.steps} replayed control steps",
        f"replay      repeats the recorded states {agrees}",
        f"verdict     {result.verdict}",
    ]
    doing = post_mortem.experiments[-1].changes
    if doing:
        lines.insert(1, f"experiment  {post_mortem.experiments[-1].name or 'unnamed'}: {', '.join(doing)}")
    return "\n".join([*lines, "", facts.get("traceback", "").rstrip()])
