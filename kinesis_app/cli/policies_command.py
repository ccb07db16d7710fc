"""``kinesis-app policies``."""

from __future__ import annotations

import argparse
import json
from typing import Any

from kinesis_app.cli.columns import columns
from kinesis_app.policy.library import PolicyInfo, list_policies, policies_dir


def execute(options: argparse.Namespace) -> int:
    """List the shipped policies."""
    policies = list_policies()
    if options.json:
        rows = [
            {
                "name": p.name,
                "default": p.is_default,
                "path": str(p.path),
                "bytes": p.n_bytes,
                "sha256": p.sha256,
                "card": dict(p.contract.card) if p.contract else None,
                "problem": p.problem or None,
            }
            for p in policies
        ]
        print(json.dumps({"format": "kinesis-policies-1", "policies": rows}, indent=2))
        return 0
    if not policies:
        print(f"No policy in '{policies_dir()}'. Train one: python -m training.ppo")
        return 0
    head = ("", "name", "trained on", "steps", "date", "kB", "sha256")
    print(columns(head, [_row(p) for p in policies], right={3, 5}))
    for p in policies:
        if p.problem:
            print(f"  {p.name} does not work here: {p.problem}")
    print("\n* drives the human unless --policy names another one.")
    return 0


def _row(p: PolicyInfo) -> tuple[str, ...]:
    card = p.contract.card if p.contract else {}

    def fact(key: str) -> str:
        value: Any = card.get(key, "-")
        return f"{value:,}" if isinstance(value, int) else str(value)

    size = f"{p.n_bytes / 1024:.0f}"
    return (
        "*" if p.is_default else "",
        p.name,
        fact("trained_on"),
        fact("steps"),
        fact("date"),
        size,
        p.sha256[:12],
    )
