"""Readers of motion files, one per format, to :class:`RawMotion`. Nothing is ever unpickled."""

from __future__ import annotations

from pathlib import Path

from kinesis_app.errors import KinesisError
from kinesis_app.motion.formats.amc import read_amc
from kinesis_app.motion.formats.bvh import read_bvh
from kinesis_app.motion.formats.deepmimic import read_deepmimic
from kinesis_app.motion.formats.opensim import read_opensim
from kinesis_app.motion.formats.raw import RawMotion
from kinesis_app.motion.formats.trc import read_trc

__all__ = ["SUFFIXES", "RawMotion", "read_motion"]

SUFFIXES = (".amc", ".mot", ".sto", ".bvh", ".trc", ".json", ".txt")


def read_motion(path: Path | str, *, fps: float | None = None) -> RawMotion:
    """Read a motion file by its ending.

    Args:
        path: The file.
        fps: Overrides the frame rate where the format does not store one (.amc).

    Raises:
        KinesisError: If the ending is not one of ``SUFFIXES`` or the content is wrong.
    """
    path = Path(path)
    suffix = path.suffix.lower()
    if suffix in SUFFIXES and not path.is_file():
        raise KinesisError(f"Motion file '{path}' does not exist.")
    if suffix == ".amc":
        return read_amc(path, fps=fps)
    if suffix in (".mot", ".sto"):
        return read_opensim(path)
    if suffix == ".bvh":
        return read_bvh(path)
    if suffix == ".trc":
        return read_trc(path)
    if suffix in (".json", ".txt"):
        return read_deepmimic(path)
    raise KinesisError(
        f"'{path}': motion files end in {', '.join(SUFFIXES)} (or .npz for clips), not '{suffix}'."
    )
