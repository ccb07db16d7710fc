"""Which file holds what of a run; the ending says it."""

from __future__ import annotations

from pathlib import Path

from kinesis_app.atomic_file import write_atomically
from kinesis_app.errors import KinesisError
from kinesis_app.export import opensim
from kinesis_app.export.channels import csv_text
from kinesis_app.session.recording import Recording

SUFFIXES = (".sto", ".mot", ".csv", ".npz")


def check_free(path: Path, overwrite: bool) -> None:
    """Refuse a file that cannot or should not be written.

    Raises:
        KinesisError: If it ends otherwise, exists and ``overwrite`` is off, or its folder is missing.
    """
    if path.suffix.lower() not in SUFFIXES:
        raise KinesisError(f"'{path}' should end in {', '.join(SUFFIXES[:-1])} or {SUFFIXES[-1]}.")
    if not path.parent.is_dir():
        raise KinesisError(f"The folder '{path.parent}' for '{path.name}' does not exist.")
    for file in written_for(path):
        if file.is_dir():
            raise KinesisError(f"'{file}' is a folder.")
        if file.exists() and not overwrite:
            raise KinesisError(f"'{file}' exists already; choose another name.")


def written_for(path: Path) -> tuple[Path, ...]:
    """All files that :func:`write_run` writes for ``path``."""
    if path.suffix.lower() != ".mot":
        return (path,)
    stem = path.with_suffix("").name
    return (path, path.with_name(f"{stem}_grf.mot"), path.with_name(f"{stem}_grf.xml"))


def write_run(recording: Recording, path: Path) -> tuple[Path, ...]:
    """Write a run, each file whole or not at all; returns the files.

    ``.sto``: OpenSim states: coordinates, speeds, activations, and per muscle excitation and tendon force.
    ``.mot``: OpenSim coordinates in degrees, and beside it ``_grf.mot`` and ``_grf.xml``, its external loads.
    ``.csv``: all channels with their units. ``.npz``: the recording, which can be replayed.

    Raises:
        OSError: If it cannot be written.
    """
    suffix, files = path.suffix.lower(), written_for(path)
    if suffix == ".npz":
        recording.save(path)
    elif suffix == ".csv":
        write_atomically(path, csv_text(recording).encode())
    elif suffix == ".sto":
        write_atomically(path, opensim.states_text(recording, path.stem).encode())
    else:
        texts = (
            opensim.coordinates_text(recording, path.stem),
            opensim.loads_text(recording, files[1].stem),
            opensim.loads_setup(files[1].name),
        )
        for file, text in zip(files, texts, strict=True):
            write_atomically(file, text.encode())
    return files
