"""Commands about motions, policies and what is written of a run."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from kinesis_app.motion.clip import MotionClip


@dataclass(frozen=True)
class LoadMotion:
    """Follow another clip, from its first frame."""

    clip: MotionClip


@dataclass(frozen=True)
class LoadPolicy:
    """Let another policy drive the muscles, from here on. ``name`` is a shipped one or a path."""

    name: str


@dataclass(frozen=True)
class ExportRun:
    """Write the history to a file, on a helper thread; an ``Exported`` event tells when it is there.

    Attributes:
        path: ``.sto``, ``.mot``, ``.csv`` or ``.npz`` says what is written.
        range: Run times of the first and the last instant [s]; None: all of the present motion.
        overwrite: Whether an existing file may be replaced.
    """

    path: Path
    range: tuple[float, float] | None = None
    overwrite: bool = False


FileCommand = LoadMotion | LoadPolicy | ExportRun
