"""GIF films, written frame by frame: a long one needs no more memory than a short one."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import numpy as np
from PIL import GifImagePlugin, Image, ImageChops

_FOREVER = b"!\xff\x0bNETSCAPE2.0\x03\x01\x00\x00\x00"
_LEAVE_IN_PLACE = 1
"""What a GIF calls its disposal method where the next frame is drawn over this one."""
_END = b";"


def write_gif(path: Path, images: Iterable[np.ndarray], fps: float) -> int:
    """Write images, uint8 (height, width, 3), one after the other; returns how many there were.

    Each frame has a table of 256 colours of its own, and holds only what changed.
    (Pillow's own way to save a film keeps all frames in memory until the last one is there.)

    Raises:
        OSError: If the file cannot be written.
    """
    before: Image.Image | None = None
    n = 0
    with path.open("wb") as file:
        for n, image in enumerate(images, 1):
            frame = Image.fromarray(image)
            if before is None:
                width, height = frame.size
                screen = width.to_bytes(2, "little") + height.to_bytes(2, "little") + b"\x00\x00\x00"
                file.write(b"GIF89a" + screen + _FOREVER)
            file.writelines(_frame(frame, before, duration(n - 1, fps)))
            before = frame
        file.write(_END)
    return n


def duration(frame: int, fps: float) -> int:
    """How long a frame is shown [ms]. GIF counts in 10 ms: 30 fps are 30, 30, 40 ms and so on."""
    return 10 * (round((frame + 1) * 100.0 / fps) - round(frame * 100.0 / fps))


def _frame(frame: Image.Image, before: Image.Image | None, milliseconds: int) -> list[bytes]:
    box = (0, 0, *frame.size)
    if before is not None:
        box = ImageChops.difference(frame, before).getbbox() or (0, 0, 1, 1)
    part = frame.crop(box).convert("P", palette=Image.Palette.ADAPTIVE)
    return GifImagePlugin.getdata(
        part, box[:2], duration=milliseconds, disposal=_LEAVE_IN_PLACE, include_color_table=True
    )
