"""``kinesis-app actions``."""

from __future__ import annotations

import argparse
import json

from kinesis_app.cli.columns import columns


def execute(options: argparse.Namespace) -> int:
    """List what can be done in the window."""
    from kinesis_app.gui.listing import listed_actions  # the table hangs together with much else

    found = listed_actions(" ".join(options.query))
    if options.json:
        rows = [
            {"id": a.id, "title": a.title, "menu": a.menu, "keys": list(a.keys), "help": a.help}
            for a in found
        ]
        print(json.dumps({"format": "kinesis-actions-1", "actions": rows}, indent=2))
        return 0
    if not found:
        print(f"No action matches '{' '.join(options.query)}'.")
        return 0
    print(columns(("name", "keys", "what it does"), [(a.id, " ".join(a.keys), f"{a.help}.") for a in found]))
    print("\nDo one at the start: kinesis-app --do NAME. Other keys: the help (F1) says where they are set.")
    return 0
