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
    facts = [fact(card.get(key)) for key in ("trained_on", "steps", "date")]
    return ("*" if p.is_default else "", p.name, *facts, f"{p.n_bytes / 1024:.0f}", p.sha256[:12])


def fact(value: Any) -> str:
    """One entry of a card in a few words; steps may be given for each stage of the training."""
    if isinstance(value, dict) and all(isinstance(v, int) for v in value.values()):
        value = sum(value.values())
    if isinstance(value, int):
        return f"{value:,}"
    if isinstance(value, list):
        return ", ".join(map(str, value)) if len(value) <= 3 else f"{len(value)} motions"
    return str(value)[:60] if value is not None else "-"
