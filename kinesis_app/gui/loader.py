"""Slow reading, away from the main thread: results and errors are handed over as calls."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable
from typing import TypeVar

from kinesis_app.errors import KinesisError

T = TypeVar("T")


class Loader:
    """Does one piece of work after the other on a thread of its own."""

    def __init__(self, tell: Callable[[str, str], None]) -> None:
        self._tell = tell
        self._work: queue.SimpleQueue[Callable[[], None] | None] = queue.SimpleQueue()
        self._results: queue.SimpleQueue[Callable[[], None]] = queue.SimpleQueue()
        self.busy_with = ""
        self._thread = threading.Thread(target=self._run, name="loader", daemon=True)
        self._thread.start()

    def load(self, what: str, read: Callable[[], T], then: Callable[[T], None]) -> None:
        """Call ``read`` on the loader's thread, later ``then`` with its result on the main thread.

        Args:
            what: Named in messages.
            read: May raise ``KinesisError``, which is shown; nothing else happens then.
            then: Called by :meth:`deliver`.
        """

        def work() -> None:
            self.busy_with = what
            try:
                result = read()
            except KinesisError as error:
                self._tell("error", str(error))
            except Exception as error:  # noqa: BLE001  a bad file must not end the window
                self._tell("error", f"{what}: {type(error).__name__}: {error}")
            else:
                self._results.put(lambda: then(result))
            finally:
                self.busy_with = ""

        self._work.put(work)

    def deliver(self) -> None:
        """Hand over what has been read; on the main thread."""
        while not self._results.empty():
            self._results.get()()

    def close(self) -> None:
        """Finish the work at hand, then end."""
        self._work.put(None)
        self._thread.join(0.5)

    def _run(self) -> None:
        while (work := self._work.get()) is not None:
            work()
