"""Reads the policy again when its file changes: a network in training is watched while it learns."""

from __future__ import annotations

import time
from pathlib import Path

from kinesis_app.errors import KinesisError
from kinesis_app.gui.desk import Desk
from kinesis_app.policy.library import policy_path
from kinesis_app.session import messages as m

EVERY = 1.0
"""How often the file is looked at [s]; it is read once it was the same twice, and so is complete."""
Stamp = tuple[int, int]


class PolicyWatch:
    """Looks at the file of the desk's policy; on the main thread."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._name: str | None = None
        self._path: Path | None = None
        self._read: Stamp | None = None
        self._seen: Stamp | None = None
        self._looked_at = -EVERY

    def update(self) -> None:
        """Once per frame."""
        now = time.monotonic()
        if now - self._looked_at >= EVERY:
            self._looked_at = now
            self.look()

    def look(self) -> None:
        """Look at the file; where it has changed, and is complete, let the session read it."""
        desk, before = self._desk, self._seen
        if desk.policy_name != self._name:
            self._name, self._path = desk.policy_name, _path_of(desk.policy_name)
            self._read = self._seen = _stamp(self._path)
            return
        self._seen = now = _stamp(self._path)
        if now is None or now == self._read or now != before or desk.shot.reviewing:
            return  # who looks at the past is not disturbed: a new policy would branch the run there
        self._read = now
        if desk.settings.watch_policy and self._path is not None:
            desk.tell("info", f"'{self._path.name}' has changed: it is read again.")
            desk.send(m.LoadPolicy(str(self._path)))


def _path_of(name: str) -> Path | None:
    try:
        return policy_path(name or None)
    except KinesisError:
        return None


def _stamp(path: Path | None) -> Stamp | None:
    """Time of the last change [ns] and size [bytes]; None while there is no such file."""
    try:
        facts = path.stat() if path is not None else None
    except OSError:
        return None
    return (facts.st_mtime_ns, facts.st_size) if facts is not None else None
