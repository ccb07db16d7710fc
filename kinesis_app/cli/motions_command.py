"""``kinesis-app motions``."""

from __future__ import annotations

import argparse
import json

from kinesis_app.cli.columns import columns
from kinesis_app.motion.formats import SUFFIXES
from kinesis_app.motion.library import list_motions


def execute(options: argparse.Namespace) -> int:
    """List the motions that match the query."""
    query = " ".join(options.query)
    entries = list_motions(query)
    if options.json:
        rows = [
            {
                "name": e.name,
                "duration_s": e.duration,
                "speed": e.speed,
                "tags": list(e.tags),
                "description": e.description,
            }
            for e in entries
        ]
        print(json.dumps({"format": "kinesis-motions-1", "motions": rows}, indent=2))
        return 0
    if entries:
        head = ("name", "s", "m/s", "tags", "description")
        table = [
            (e.name, f"{e.duration:.1f}", f"{e.speed:.2f}", ", ".join(e.tags), e.description) for e in entries
        ]
        print(columns(head, table, right={1, 2}))
    else:
        print(f"No motion matches '{query}'." if query else "The library is empty.")
    print("\nMade on request: walk:SPEED[:SECONDS], stand[:SECONDS]. Files:", f"{', '.join(SUFFIXES)}, .npz.")
    return 0
