"""Pictures on disk."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np

from kinesis_app.atomic_file import write_atomically


def write_picture(image: np.ndarray, path: Path) -> tuple[str, str]:
    """Write ``image`` (height, width, 3), bottom row first, as PNG; what to tell: level and text."""
    import imageio.v2 as imageio

    buffer = io.BytesIO()
    imageio.imwrite(buffer, image[::-1], format="png")
    try:
        write_atomically(path, buffer.getvalue())
    except OSError as error:
        return "error", f"'{path}' could not be written: {error.strerror}."
    return "info", f"Picture saved as '{path}'."
