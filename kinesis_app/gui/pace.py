"""When the next frame of the window is due."""

from __future__ import annotations

LEAST = 0.001
"""Left to the other threads in every frame [s]."""


class Pace:
    """Frames at even times: what one sleeps too long the next one sleeps less."""

    def __init__(self) -> None:
        self._due = 0.0

    def rest(self, now: float, fps: float) -> float:
        """How long to sleep until the next frame [s].

        Args:
            now: Time at the end of a frame [s]; a frame that is late is not made up for.
            fps: Frames per second that are wanted.
        """
        self._due = max(self._due + 1.0 / fps, now)
        return max(self._due - now, LEAST)
