"""Looking back: which recorded instant is shown while the live run waits at its end."""

from __future__ import annotations

from kinesis_app.body.model import CTRL_DT
from kinesis_app.errors import KinesisError
from kinesis_app.session.history import History, Moment


class Review:
    """A cursor into the history; without one the live end is shown.

    Attributes:
        cursor: Run step of the instant under review; None at the live end.
        loop_range: Run times between which the history is shown again and again [s].
    """

    def __init__(self, history: History) -> None:
        self._history = history
        self.cursor: int | None = None
        self.loop_range: tuple[float, float] | None = None

    @property
    def active(self) -> bool:
        """Whether the past is shown."""
        return self.cursor is not None

    @property
    def moment(self) -> Moment:
        """What is shown: under review or live."""
        return self._history.at(self._history.last if self.cursor is None else self.cursor)

    def seek(self, run_time: float) -> None:
        """Show the instant nearest to ``run_time`` [s]; the newest one is the live end."""
        self._put(round(run_time / CTRL_DT))

    def move(self, count: int) -> int:
        """Go ``count`` control steps on, or back where negative; how many it went."""
        start = self._history.last if self.cursor is None else self.cursor
        return self._put(start + count) - start

    def leave(self) -> None:
        """Back to the live end."""
        self.cursor = None

    def set_loop_range(self, span: tuple[float, float] | None) -> None:
        """Loop from ``span[0]`` to ``span[1]`` [s].

        Raises:
            KinesisError: If it is shorter than a control step or lies outside of the history.
        """
        if span is not None:
            first, last = self._history.first * CTRL_DT, self._history.last * CTRL_DT
            if not span[1] - span[0] >= CTRL_DT:
                raise KinesisError(
                    f"A loop from {span[0]:.2f} to {span[1]:.2f} s is no loop: A before B, please."
                )
            if span[1] < first or span[0] > last:
                raise KinesisError(
                    f"The history reaches from {first:.2f} to {last:.2f} s; {span[0]:.2f} to {span[1]:.2f} s "
                    "lies outside."
                )
        self.loop_range = span

    def loop(self) -> None:
        """At the end of the loop go to its beginning; call before each step of playing."""
        if self.loop_range is not None:
            here = (self._history.last if self.cursor is None else self.cursor) * CTRL_DT
            start, end = self.loop_range
            if here >= end - 0.5 * CTRL_DT or here < start - 0.5 * CTRL_DT:
                self.seek(start)

    def _put(self, run_step: int) -> int:
        run_step = min(max(run_step, self._history.first), self._history.last)
        self.cursor = None if run_step == self._history.last else run_step
        return run_step
