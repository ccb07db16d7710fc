"""The library of motions: clips in ``motions/``, files of any known format, and made on the fly.

``python -m kinesis_app.motion.library_build`` writes the default library.
"""

from __future__ import annotations

import difflib
import logging
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from kinesis_app.errors import KinesisError
from kinesis_app.motion.clip import MotionClip, is_clip_file, load_clip
from kinesis_app.motion.formats import SUFFIXES, Given, read_motion, read_motions
from kinesis_app.motion.formats.raw import NOTHING_GIVEN
from kinesis_app.motion.recorded import is_recording_file, load_recording
from kinesis_app.motion.retarget import RetargetReport, measure_clip, retarget
from kinesis_app.shipped import shipped_folder
from kinesis_app.word_search import holds_words

LOG = logging.getLogger(__name__)
DEFAULT_SECONDS = 20.0
MAX_SECONDS = 600.0


@dataclass(frozen=True)
class MotionEntry:
    """One clip of the library, as the list shows it.

    Attributes:
        name: What :func:`load_motion` takes.
        path: Its file.
        duration: [s].
        speed: Mean horizontal speed [m/s].
        tags: Words to search by.
        description: One sentence.
    """

    name: str
    path: Path
    duration: float
    speed: float
    tags: tuple[str, ...]
    description: str

    def matches(self, query: str) -> bool:
        """Whether name, tags or description contain every word of ``query``."""
        return holds_words(f"{self.name} {' '.join(self.tags)} {self.description}", query)


def motions_dir() -> Path:
    """The library's folder."""
    return shipped_folder("motions")


def list_motions(query: str = "", folder: Path | None = None) -> list[MotionEntry]:
    """Clips of the library by name; with a query those whose name, tags or description contain all its words.

    A damaged file is left out with a warning: it must not hide the others.
    """
    entries = []
    for path in sorted((folder or motions_dir()).glob("*.npz")):
        try:
            entries.append(_entry(path))
        except KinesisError as error:
            LOG.warning("%s", error)
    return [entry for entry in entries if entry.matches(query)]


def _entry(path: Path) -> MotionEntry:
    clip = load_clip(path)
    tags = clip.info.get("tags", ())
    return MotionEntry(
        name=path.stem,
        path=path,
        duration=clip.duration,
        speed=clip.mean_speed,
        tags=tuple(str(tag) for tag in tags) if isinstance(tags, (list, tuple)) else (),
        description=str(clip.info.get("description", clip.info.get("source", ""))),
    )


def load_motion(name_or_path: str | Path, folder: Path | None = None) -> MotionClip:
    """A clip by library name, by request (``walk:1.1``, ``walk:1.1:20``, ``stand:5``) or from a file.

    Raises:
        KinesisError: If there is no such motion (near names are listed) or the file is bad.
    """
    text = str(name_or_path).strip()
    kind, _, arguments = text.partition(":")
    if kind.lower() in GENERATED and (arguments or ":" in text):
        return GENERATED[kind.lower()](arguments)
    paths = {path.stem.lower(): path for path in (folder or motions_dir()).glob("*.npz")}
    if text.lower() in paths:
        return load_clip(paths[text.lower()])
    path = Path(text).expanduser()
    if path.suffix.lower() in (".npz", *SUFFIXES):
        return import_motion(path)[0][0]
    if kind.lower() in GENERATED:
        return GENERATED[kind.lower()]("")
    if path.is_file():
        read_motion(path)  # says which endings are read
    raise KinesisError(_unknown(text, sorted(p.stem for p in paths.values())))


def import_motion(path: Path, given: Given = NOTHING_GIVEN) -> list[tuple[MotionClip, RetargetReport]]:
    """Read a file and retarget what it holds to this body; a clip or a recorded run is only measured.

    Raises:
        KinesisError: If the file is bad, or no human's motion.
    """
    clip = _clip_in(path)
    if clip is not None:
        return [(clip, measure_clip(clip))]
    return [retarget(raw) for raw in read_motions(path, given)]


def _clip_in(path: Path) -> MotionClip | None:
    """This body's motion, if the file is an archive that holds a clip or a recorded run."""
    if path.suffix.lower() != ".npz":
        return None
    if is_clip_file(path):
        return load_clip(path)
    return load_recording(path) if is_recording_file(path) else None


def _unknown(text: str, names: list[str]) -> str:
    original = {name.lower(): name for name in names}
    near = difflib.get_close_matches(text.lower(), list(original), n=3, cutoff=0.4)
    known = [original[name] for name in near] or names[:8]
    listed = ", ".join(f"'{n}'" for n in known) or "(the library is empty)"
    hint = "Did you mean" if near else "Known are"
    endings = ", ".join((*SUFFIXES, ".npz"))
    return f"No motion '{text[:80]}'. {hint} {listed}; 'walk:1.1', 'stand:5' or a file ({endings})."


def _walk(arguments: str) -> MotionClip:
    from kinesis_app.motion.gait import walk

    speed, seconds = _numbers("walk", arguments, (1.1, DEFAULT_SECONDS))
    return walk(speed, seconds)


def _stand(arguments: str) -> MotionClip:
    from kinesis_app.motion.gait import stand

    (seconds,) = _numbers("stand", arguments, (DEFAULT_SECONDS,))
    return stand(seconds)


GENERATED: dict[str, Callable[[str], MotionClip]] = {"walk": _walk, "stand": _stand}
"""Motions made on request: name before the colon, numbers after it."""


def _numbers(kind: str, arguments: str, defaults: tuple[float, ...]) -> list[float]:
    """Numbers between colons, the last one being seconds; missing ones take their default."""
    words = arguments.split(":") if arguments else []
    form = {
        "walk": "walk:SPEED[:SECONDS], for example walk:1.1:20",
        "stand": "stand[:SECONDS], for example stand:5",
    }
    try:
        given = [float(word) for word in words]
    except ValueError:
        given = [np.nan]
    if len(given) > len(defaults) or not np.isfinite(given).all():
        raise KinesisError(f"'{kind}:{arguments[:40]}' is not understood; it is written {form[kind]}.")
    values = [*given, *defaults[len(given) :]]
    if not 1.0 <= values[-1] <= MAX_SECONDS:
        raise KinesisError(f"'{kind}:{arguments}': {values[-1]:g} s is outside 1 to {MAX_SECONDS:g} s.")
    return values
