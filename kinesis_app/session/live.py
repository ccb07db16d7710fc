"""A session that runs by itself: its thread owns the simulation, others send commands.

Commands and events are ordered and never lost. Snapshots: the latest for drawing, and every one
for plots as long as they are fetched within a minute.
"""

from __future__ import annotations

import functools
import queue
import threading
from collections import deque
from collections.abc import Callable
from typing import Any

from kinesis_app.body.model import CTRL_DT
from kinesis_app.errors import KinesisError
from kinesis_app.session import messages as m
from kinesis_app.session.clock import switch_quickly
from kinesis_app.session.core import SessionCore
from kinesis_app.session.recording import Recording
from kinesis_app.session.simulation import Simulation


class LiveSession:
    """Runs a simulation on a thread of its own.

    Args:
        simulation: From now on touched by the session's thread only.
        playing: Whether time runs from the start.
        loop: Whether a motion that ends, or a human that fell, starts again.
        rate: Simulated seconds per second, 0.1 to 8 or inf.
    """

    def __init__(
        self, simulation: Simulation, *, playing: bool = True, loop: bool = True, rate: float = 1.0
    ) -> None:
        self._core = SessionCore(simulation, playing=playing, loop=loop, rate=rate)
        self._history = simulation.history
        # No SimpleQueue: CPython's may wait for ever where it was to wait for a microsecond.
        self._commands: queue.Queue[m.Command] = queue.Queue()
        self._latest = self._core.snapshot()
        self._thread = threading.Thread(target=self._run, name="session", daemon=True)

    # --- for other threads -----------------------------------------------------------------

    def start(self) -> LiveSession:
        """Let the thread begin; returns the session."""
        switch_quickly()
        self._thread.start()
        return self

    def send(self, command: m.Command) -> None:
        """Ask for something; done in order between two control steps."""
        self._commands.put(command)

    def latest_snapshot(self) -> m.Snapshot:
        """What is to be shown: the most recent instant, or the one under review."""
        return self._latest

    def drain_events(self) -> list[m.Event]:
        """Events since the last call, oldest first."""
        return _drain(self._core.events)

    def drain_samples(self) -> list[m.Snapshot]:
        """Snapshots of all control steps computed since the last call (of the last minute at most)."""
        return _drain(self._core.samples)

    def recorded(self, start: float, end: float) -> list[m.Snapshot]:
        """Snapshots of the history between two run times [s], oldest first."""
        return list(self.recording(start, end).snapshots)

    def recording(self, start: float, end: float) -> Recording:
        """The history between two run times [s], for plots, analysis and files."""
        moments = self._history.between(round(start / CTRL_DT), round(end / CTRL_DT))
        return Recording.of([moment for moment in moments if moment.snapshot is not None])

    @property
    def alive(self) -> bool:
        """Whether its thread runs."""
        return self._thread.is_alive()

    def wait(self, timeout: float | None = None) -> bool:
        """Wait until the session ended; whether it did within ``timeout`` [s]."""
        self._thread.join(timeout)
        return not self._thread.is_alive()

    def close(self) -> None:
        """End the thread and wait for it, and for files that are being written."""
        if self._thread.is_alive():
            self.send(m.Quit())
            self._thread.join(5.0)
        self._core.close()

    def __enter__(self) -> LiveSession:
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.close()

    # --- the session's thread --------------------------------------------------------------

    def _run(self) -> None:
        core = self._core
        core.restart_clock()
        while True:
            try:
                command = self._commands.get(timeout=core.patience())
            except queue.Empty:
                self._guarded(core.advance)
            else:
                if isinstance(command, m.Quit):
                    return
                self._guarded(functools.partial(core.obey, command))
            self._latest = core.snapshot()

    def _guarded(self, work: Callable[[], None]) -> None:
        """Whatever goes wrong, the session stays alive and says so."""
        try:
            work()
        except KinesisError as error:
            self._core.tell("error", str(error))
        except Exception as error:  # noqa: BLE001  a bug must not end the user's session
            self._core.playing = False
            self._core.tell("error", f"{type(error).__name__}: {error}. The run is paused.")


def _drain(items: deque[Any]) -> list[Any]:
    """Take all items; safe while another thread appends."""
    taken = []
    while True:
        try:
            taken.append(items.popleft())
        except IndexError:
            return taken
