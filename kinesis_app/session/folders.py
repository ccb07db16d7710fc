"""Where the app keeps what is neither a document nor a setting of the user's."""

from __future__ import annotations

import os
import sys
from pathlib import Path


def state_folder() -> Path:
    """The platform's place for it (XDG base directories on Linux); may not exist yet."""
    if sys.platform == "win32":
        base = os.environ.get("LOCALAPPDATA")
        return Path(base or Path.home() / "AppData/Local") / "kinesis-app"
    if sys.platform == "darwin":
        return Path.home() / "Library/Application Support/kinesis-app"
    return Path(os.environ.get("XDG_STATE_HOME") or Path.home() / ".local/state") / "kinesis-app"
