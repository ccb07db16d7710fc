"""Pictures on their way from the thread that draws them to the thread that shows them."""

from __future__ import annotations

import threading

import numpy as np

_OPAQUE = np.uint32(0xFF000000)


class FrameStore:
    """Three buffers for pictures of at most one size: one shown, one waiting, one to become the next.

    MuJoCo gives three bytes a pixel; OpenGL takes four much sooner, without touching each pixel. The
    fourth is put in by the thread that draws.

    Attributes:
        width, height: Of the largest picture [pixels].
    """

    def __init__(self, width: int, height: int) -> None:
        self.width, self.height = width, height
        self._drawing = np.zeros(3 * width * height + 1, dtype=np.uint8)
        self._drawn_size = (1, 1)
        self._buffers = [np.zeros(width * height, dtype="<u4") for _ in range(3)]
        self._pictures = [_as_picture(buffer[:1], 1, 1) for buffer in self._buffers]
        self._lock = threading.Lock()
        self._shown, self._waiting = 0, -1

    @property
    def shown(self) -> np.ndarray:
        """The picture taken last, uint8 (height, width, 3), bottom row first."""
        return self._pictures[self._shown][..., :3]

    def begin(self, width: int, height: int) -> np.ndarray:
        """A picture to draw into, uint8 (height, width, 3), C-contiguous."""
        self._drawn_size = (width, height)
        return self._drawing[: 3 * width * height].reshape(height, width, 3)

    def commit(self) -> None:
        """What was drawn is complete; it replaces a picture that still waits."""
        width, height = self._drawn_size
        with self._lock:
            free = next(i for i in range(3) if i not in (self._shown, self._waiting))
        pixels = self._buffers[free][: width * height]
        # Four bytes from every third one on: ten times as fast as copying three and leaving one out.
        pixels[:] = np.ndarray(len(pixels), "<u4", self._drawing.data, strides=(3,))
        pixels |= _OPAQUE
        with self._lock:
            self._pictures[free] = _as_picture(pixels, width, height)
            self._waiting = free

    def take(self) -> np.ndarray | None:
        """The newest picture, uint8 (height, width, 4), opaque, C-contiguous; from now on the shown one.

        None if there is no new one.
        """
        with self._lock:
            if self._waiting < 0:
                return None
            self._shown, self._waiting = self._waiting, -1
            return self._pictures[self._shown]


def _as_picture(pixels: np.ndarray, width: int, height: int) -> np.ndarray:
    return pixels.view(np.uint8).reshape(height, width, 4)
