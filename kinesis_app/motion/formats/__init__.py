"""Readers of motion files, one per format, to :class:`RawMotion`. Nothing is ever unpickled."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from kinesis_app.errors import KinesisError
from kinesis_app.motion.formats.amc import read_amc
from kinesis_app.motion.formats.bvh import read_bvh
from kinesis_app.motion.formats.c3d_file import read_c3d
from kinesis_app.motion.formats.deepmimic import read_deepmimic
from kinesis_app.motion.formats.keyframes import read_keyframes
from kinesis_app.motion.formats.opensim import read_opensim
from kinesis_app.motion.formats.raw import NOTHING_GIVEN, Given, RawMotion, check_fps
from kinesis_app.motion.formats.smpl import read_amass, read_joints
from kinesis_app.motion.formats.trc import read_trc

__all__ = ["SUFFIXES", "Given", "RawMotion", "may_hold_motion", "read_motion", "read_motions"]

_READERS: dict[str, Callable[[Path, Given], RawMotion]] = {
    ".amc": read_amc,
    ".mot": read_opensim,
    ".sto": read_opensim,
    ".bvh": read_bvh,
    ".c3d": read_c3d,
    ".trc": read_trc,
    ".npz": read_amass,
    ".json": read_deepmimic,
    ".txt": read_deepmimic,
    ".xml": read_keyframes,
}
SUFFIXES = (*(suffix for suffix in _READERS if suffix != ".npz"), ".npy")
"""Endings of motion files; .npz, also that of clips, is read too."""
_TELLING = {".txt": b'"Frames"', ".json": b'"Frames"', ".xml": b"<mujoco"}
"""What files with common endings contain near their beginning if they hold a motion."""


def read_motion(path: Path | str, given: Given = NOTHING_GIVEN) -> RawMotion:
    """The motion in a file, the first where there are several; see :func:`read_motions`."""
    return read_motions(path, given)[0]


def read_motions(path: Path | str, given: Given = NOTHING_GIVEN) -> list[RawMotion]:
    """Read a motion file by its ending. Only MDM's results hold more than one motion.

    Args:
        path: The file.
        given: Overrides what the file says or what would be guessed.

    Raises:
        KinesisError: If the ending is unknown or the content is wrong.
    """
    path = Path(path)
    if not path.is_file():
        raise KinesisError(f"Motion file '{path}' does not exist.")
    suffix = path.suffix.lower()
    if suffix not in (*SUFFIXES, ".npz"):
        raise KinesisError(
            f"'{path}': motion files end in {', '.join(SUFFIXES)} (or .npz for clips, AMASS), not '{suffix}'."
        )
    if given.up not in (None, "x", "y", "z") or (given.unit is not None and not 1e-6 < given.unit < 1e3):
        raise KinesisError("The up axis must be x, y or z, and a unit between 1e-6 and 1000 m.")
    raws = read_joints(path, given) if suffix == ".npy" else [_READERS[suffix](path, given)]
    return [_at_given_rate(raw, given, path) for raw in raws]


def may_hold_motion(path: Path) -> bool:
    """Whether a file found in a folder is worth reading: endings that others use too are looked into."""
    suffix = path.suffix.lower()
    if suffix not in _TELLING:
        return suffix in (*SUFFIXES, ".npz")
    try:
        with path.open("rb") as file:
            return _TELLING[suffix] in file.read(4096)
    except OSError:
        return False


def _at_given_rate(raw: RawMotion, given: Given, path: Path) -> RawMotion:
    if given.fps is None or abs(given.fps - raw.fps) < 1e-9:
        return raw
    note = f"frames per second: given as {given.fps:g}, {raw.fps:g} in the file"
    return replace(raw, fps=check_fps(given.fps, path), notes=(*raw.notes, note))
