"""Pacing against the wall clock: when the next step is due, and how fast time really ran."""

from __future__ import annotations

import math
import sys
import time
from collections import deque

from kinesis_app.body.model import CTRL_DT
from kinesis_app.errors import KinesisError

SLOWEST, FASTEST = 0.1, 8.0
MAX_LATE = 0.25
"""Lateness beyond which time is dropped rather than caught up [s]."""
WINDOW = 1.0
"""Over which the real-time factor is measured [s]."""


def switch_quickly() -> None:
    """Let threads take turns every millisecond.

    Every call into MuJoCo gives up the interpreter; by default getting it back may take 5 ms.
    """
    sys.setswitchinterval(min(sys.getswitchinterval(), 1e-3))


class Clock:
    """Deadlines of control steps at ``rate`` simulated seconds per second (``inf``: at once)."""

    def __init__(self, rate: float = 1.0) -> None:
        self._ticks: deque[float] = deque()
        self.set_rate(rate)

    def set_rate(self, rate: float) -> None:
        """Change the rate from now on.

        Raises:
            KinesisError: If it is neither 0.1 to 8 nor infinite.
        """
        if not (SLOWEST <= rate <= FASTEST or rate == math.inf):
            raise KinesisError(f"The rate must be {SLOWEST:g} to {FASTEST:g} or inf, not {rate:g}.")
        self.rate = rate
        self.restart()

    def restart(self) -> None:
        """Begin anew after a pause: the next step is due now."""
        self._due = time.perf_counter()
        self._ticks.clear()

    def wait_time(self) -> float:
        """Until the next step is due [s]; 0 if it is."""
        return max(0.0, self._due - time.perf_counter()) if self.rate < math.inf else 0.0

    def stepped(self) -> None:
        """A step was made: set the next deadline."""
        now = time.perf_counter()
        self._due += CTRL_DT / self.rate
        if now - self._due > MAX_LATE:
            self._due = now
        self._ticks.append(now)
        while len(self._ticks) > 2 and now - self._ticks[1] >= WINDOW:
            self._ticks.popleft()

    def real_time_factor(self) -> float:
        """Simulated seconds per second over the last second; 0 right after a restart."""
        if len(self._ticks) < 2:
            return 0.0
        return (len(self._ticks) - 1) * CTRL_DT / max(self._ticks[-1] - self._ticks[0], 1e-9)
