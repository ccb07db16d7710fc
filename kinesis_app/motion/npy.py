"""NumPy arrays from .npy and .npz files of strangers: nothing is unpickled, sizes are checked first.

numpy.load allocates what a header declares before it looks at the data; here the bytes that are
there decide. Format: numpy.lib.format, versions 1 to 3.
"""

from __future__ import annotations

import math
import re
import zipfile
import zlib
from collections.abc import Collection
from pathlib import Path

import numpy as np

from kinesis_app.errors import KinesisError

MAX_BYTES = 256 * 1024 * 1024
"""Largest array, and largest sum of arrays read from one archive."""
_MAGIC = b"\x93NUMPY"
_HEADER = re.compile(
    rb"\{\s*'descr':\s*'([^']{1,40})',\s*'fortran_order':\s*(True|False),"
    rb"\s*'shape':\s*\(([0-9, ]{0,200})\),?\s*\}\s*"
)
_DAMAGED = (OSError, ValueError, RuntimeError, EOFError, KeyError, zlib.error, zipfile.BadZipFile)


def npy_header(content: bytes, what: str) -> tuple[str, bool, tuple[int, ...], int]:
    """Type, whether columns come first, shape, and where the data begin in a .npy file.

    Raises:
        KinesisError: If ``content`` is no .npy file; ``what`` names it.
    """
    version = content[6] if len(content) > 12 else 0
    if not content.startswith(_MAGIC) or version not in (1, 2, 3):
        raise KinesisError(f"{what} is no NumPy array file.")
    start = 10 if version == 1 else 12
    end = start + int.from_bytes(content[8:start], "little")
    match = _HEADER.fullmatch(content[start:end])
    if end > len(content) or match is None:
        raise KinesisError(f"{what} has a damaged NumPy header, or holds no plain numbers.")
    descr, fortran, shape = (group.decode("latin1") for group in match.groups())
    sizes = tuple(int(word) for word in shape.replace(" ", "").split(",") if word)
    return descr, fortran == "True", sizes, end


def parse_npy(content: bytes, what: str) -> np.ndarray:
    """The array in the bytes of a .npy file.

    Raises:
        KinesisError: If it is damaged, or holds objects instead of numbers or text.
    """
    descr, fortran, shape, start = npy_header(content, what)
    if "O" in descr:
        raise KinesisError(f"{what} holds pickled Python objects, which are never opened.")
    try:
        dtype = np.dtype(descr)
    except (TypeError, ValueError):
        raise KinesisError(f"{what} has the unknown type '{descr}'.") from None
    count = math.prod(shape)
    if dtype.itemsize == 0 or count * dtype.itemsize != len(content) - start or len(shape) > 8:
        raise KinesisError(
            f"{what}: {count} values of type {descr} are announced, {len(content) - start} bytes follow."
        )
    array = np.frombuffer(content, dtype, count, start)
    return array.reshape(shape, order="F" if fortran else "C")


def npz_names(path: Path) -> list[str]:
    """Names of the arrays in an archive.

    Raises:
        KinesisError: If it is missing or no archive.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            return [name[:-4] for name in archive.namelist() if name.endswith(".npy")]
    except FileNotFoundError:
        raise KinesisError(f"Motion file '{path}' does not exist.") from None
    except _DAMAGED as error:
        raise KinesisError(f"'{path}' is no readable .npz archive: {str(error)[:120]}.") from None


def read_npz(path: Path, wanted: Collection[str]) -> dict[str, np.ndarray]:
    """Those of the wanted arrays that the archive holds.

    Raises:
        KinesisError: If it is damaged, or unpacks to more than ``MAX_BYTES``.
    """
    present = [name for name in dict.fromkeys(npz_names(path)) if name in wanted]
    try:
        with zipfile.ZipFile(path) as archive:
            size = sum(archive.getinfo(f"{name}.npy").file_size for name in present)
            if size > MAX_BYTES:
                raise KinesisError(f"'{path}' unpacks to {size / 1e6:.0f} MB, more than any motion.")
            contents = {name: archive.read(f"{name}.npy") for name in present}
    except _DAMAGED as error:
        raise KinesisError(f"'{path}' is damaged: {str(error)[:120]}.") from None
    return {name: parse_npy(content, f"'{path}': '{name}'") for name, content in contents.items()}
