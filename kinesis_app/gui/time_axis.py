"""The stretch of time that all plots show together."""

from __future__ import annotations

from dataclasses import dataclass

SPAN = 10.0
SHORTEST, LONGEST = 0.5, 120.0


@dataclass
class TimeAxis:
    """All plots share it, so that zooming one zooms all.

    Attributes:
        span: Seconds shown.
        end: Run time at the right edge [s]; None: the newest.
    """

    span: float = SPAN
    end: float | None = None

    def limits(self, newest: float, cursor: float) -> tuple[float, float]:
        """Run times at the edges [s]; the cursor is always within.

        Args:
            newest: Run time of the newest sample [s].
            cursor: Run time of what is shown in the picture [s].
        """
        end = newest if self.end is None else min(self.end, newest)
        if cursor < end - self.span:
            end = cursor + 0.5 * self.span
        elif cursor > end:
            end = cursor
        return end - self.span, end

    def zoom(self, factor: float, at: float, limits: tuple[float, float], newest: float) -> None:
        """Show ``factor`` times as much; the run time ``at`` [s] stays where it is on the screen."""
        span = min(max(self.span * factor, SHORTEST), LONGEST)
        end = at + (limits[1] - at) * span / self.span
        self.span = span
        if self.end is not None or end < newest - 0.02 * span:
            self.end = end if end < newest else None

    def pan(self, seconds: float, limits: tuple[float, float], newest: float) -> None:
        """Move on by ``seconds``; at the newest sample it follows again."""
        end = limits[1] + seconds
        self.end = end if end < newest else None

    def reset(self) -> None:
        """Follow the newest samples again."""
        self.span, self.end = SPAN, None
