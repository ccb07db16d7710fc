"""The stretch of time that all plots show together."""

from __future__ import annotations

import math
from dataclasses import dataclass

SPAN = 10.0
SHORTEST, LONGEST = 0.5, 120.0


_STEPS = (0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 20.0, 50.0)
MOST_TICKS = 6
"""More labels of three figures would run into each other in the narrowest plot."""
_EDGE = 0.03
"""So near to the right end a label would be cut off, or run into the axis there [of the width]."""


def ticks(limits: tuple[float, float]) -> list[tuple[str, float]]:
    """Labels and places of at most ``MOST_TICKS`` round times within ``limits`` [s]; no label at the end."""
    step = next(s for s in _STEPS if (limits[1] - limits[0]) / s < MOST_TICKS)
    first = math.ceil(limits[0] / step - 1e-9)
    times = [step * i for i in range(first, math.floor(limits[1] / step + 1e-9) + 1)]
    last = limits[1] - _EDGE * (limits[1] - limits[0])
    return [(f"{t:.6g}" if t <= last else "", t) for t in times]


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
