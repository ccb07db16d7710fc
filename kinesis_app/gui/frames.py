"""Pictures on their way from the thread that draws them to the thread that shows them."""

from __future__ import annotations

import threading
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Image:
    """A picture in the lower left corner of a buffer.

    Attributes:
        pixels: float32 RGBA, bottom row first, shape (buffer height, buffer width, 4).
        width: Of the picture [pixels].
        height: Of the picture [pixels].
    """

    pixels: np.ndarray
    width: int
    height: int


class FrameStore:
    """Three buffers of one size: one shown, one drawn into, one waiting.

    Dear PyGui reads a raw texture's memory in every GUI frame, unchecked: the shown buffer must
    neither move nor change.
    """

    def __init__(self, width: int, height: int) -> None:
        self.width, self.height = width, height
        self._buffers = [np.zeros((height, width, 4), dtype=np.float32) for _ in range(3)]
        for buffer in self._buffers:
            buffer[..., 3] = 1.0
        self._lock = threading.Lock()
        self._shown, self._waiting, self._drawn = 0, -1, -1
        self._size = (width, height)

    @property
    def shown(self) -> np.ndarray:
        """The buffer on the screen."""
        return self._buffers[self._shown]

    def begin(self) -> np.ndarray:
        """A buffer to draw into."""
        with self._lock:
            self._drawn = next(i for i in range(3) if i not in (self._shown, self._waiting))
            return self._buffers[self._drawn]

    def commit(self, width: int, height: int) -> None:
        """What was drawn is complete; it replaces a picture that still waits."""
        with self._lock:
            self._waiting, self._size = self._drawn, (width, height)

    def take(self) -> Image | None:
        """The newest picture, from now on the shown one; None if there is no new one."""
        with self._lock:
            if self._waiting < 0:
                return None
            self._shown, self._waiting = self._waiting, -1
            return Image(self._buffers[self._shown], *self._size)
