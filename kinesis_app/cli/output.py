"""Output files: checked before the work, written whole."""

from __future__ import annotations

import os
from pathlib import Path

from kinesis_app.atomic_file import write_atomically
from kinesis_app.errors import KinesisError


def check_output(path: Path, suffixes: tuple[str, ...], force: bool) -> None:
    """Refuse a file that cannot or should not be written, before anything is computed.

    Raises:
        KinesisError: If it ends otherwise, exists and ``force`` is off, or cannot be written there.
    """
    if path.suffix.lower() not in suffixes:
        raise KinesisError(f"'{path}' should end in '{' or '.join(suffixes)}'.")
    if path.is_dir():
        raise KinesisError(f"'{path}' is a folder.")
    if path.exists() and not force:
        raise KinesisError(f"'{path}' exists; give --force to overwrite it.")
    folder = path.parent
    if not folder.is_dir():
        raise KinesisError(f"The folder '{folder}' for '{path.name}' does not exist.")
    if not os.access(folder, os.W_OK):
        raise KinesisError(f"The folder '{folder}' is not writable.")


def write_text(path: Path, text: str) -> None:
    """Write ``text`` as UTF-8."""
    try:
        write_atomically(path, text.encode())
    except OSError as error:
        raise KinesisError(f"'{path}' could not be written: {error.strerror}.") from None
