"""What a session tells."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Event:
    """Something the user should know; ``level`` is ``info``, ``warning`` or ``error``."""

    level: str
    text: str


@dataclass(frozen=True)
class Branched(Event):
    """What came after ``run_time`` [s] is forgotten: the run goes on from there."""

    run_time: float


@dataclass(frozen=True)
class Failed(Event):
    """A control step failed and the run is paused; ``post_mortem`` is what was written of it."""

    post_mortem: Path | None


@dataclass(frozen=True)
class Exported(Event):
    """A file was written."""

    path: Path
