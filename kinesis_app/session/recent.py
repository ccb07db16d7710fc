"""Files that were opened or saved last."""

from __future__ import annotations

import json
from pathlib import Path

from kinesis_app.atomic_file import write_atomically
from kinesis_app.session.folders import state_folder

MOST = 12


def recent_files() -> list[Path]:
    """Those that still exist, the last one first; none if the list is missing or damaged."""
    try:
        names = json.loads(_list().read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return []
    if not isinstance(names, list):
        return []
    return [Path(name) for name in names if isinstance(name, str) and Path(name).is_file()][:MOST]


def remember(path: Path) -> None:
    """Put a file at the head of the list; a list that cannot be written is no reason to stop."""
    path = path.resolve()
    names = [str(path), *(str(p) for p in recent_files() if p != path)]
    try:
        write_atomically(_list(), json.dumps(names[:MOST], indent=1).encode())
    except OSError:
        return


def _list() -> Path:
    return state_folder() / "recent.json"
