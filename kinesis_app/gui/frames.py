"""Pictures on their way from the thread that draws them to the thread that shows them."""

from __future__ import annotations

import threading

import numpy as np


class FrameStore:
    """Three buffers for pictures of at most one size: one shown, one drawn into, one waiting.

    Attributes:
        width, height: Of the largest picture [pixels].
    """

    def __init__(self, width: int, height: int) -> None:
        self.width, self.height = width, height
        self._buffers = [np.zeros(3 * width * height, dtype=np.uint8) for _ in range(3)]
        self._pictures = [buffer[:3].reshape(1, 1, 3) for buffer in self._buffers]
        self._lock = threading.Lock()
        self._shown, self._waiting, self._drawn = 0, -1, -1

    @property
    def shown(self) -> np.ndarray:
        """The picture taken last, uint8 (height, width, 3), bottom row first."""
        return self._pictures[self._shown]

    def begin(self, width: int, height: int) -> np.ndarray:
        """A picture to draw into, uint8 (height, width, 3), C-contiguous."""
        with self._lock:
            self._drawn = next(i for i in range(3) if i not in (self._shown, self._waiting))
            picture = self._buffers[self._drawn][: 3 * width * height].reshape(height, width, 3)
            self._pictures[self._drawn] = picture
            return picture

    def commit(self) -> None:
        """What was drawn is complete; it replaces a picture that still waits."""
        with self._lock:
            self._waiting = self._drawn

    def take(self) -> np.ndarray | None:
        """The newest picture, from now on the shown one; None if there is no new one."""
        with self._lock:
            if self._waiting < 0:
                return None
            self._shown, self._waiting = self._waiting, -1
            return self._pictures[self._shown]
