"""Slow work, away from the main thread: with progress, cancellable; results are handed over as calls."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Iterable, Iterator
from typing import TypeVar

from kinesis_app.errors import KinesisError
from kinesis_app.gui.memory import give_back_freed

T = TypeVar("T")


class CancelledError(Exception):
    """The user wants this work no more."""


class Progress:
    """One piece of work, as the window shows it.

    Attributes:
        what: Named in messages.
        share: How much is done, 0 to 1; negative if nobody knows.
    """

    def __init__(self, what: str) -> None:
        self.what, self.share = what, -1.0
        self._cancelled = threading.Event()

    @property
    def cancelled(self) -> bool:
        return self._cancelled.is_set()

    def cancel(self) -> None:
        """Ask the work to end; it does at its next report."""
        self._cancelled.set()

    def report(self, share: float) -> None:
        """Tell how much is done.

        Raises:
            CancelledError: If the user cancelled.
        """
        self.share = share
        if self.cancelled:
            raise CancelledError

    def over(self, items: Iterable[T], n: int) -> Iterator[T]:
        """``items``, of which there are ``n``, with a report before each."""
        for i, item in enumerate(items):
            self.report(i / max(n, 1))
            yield item


class Jobs:
    """Does work on two threads of its own: a film does not keep a motion from being read."""

    def __init__(self, tell: Callable[[str, str], None]) -> None:
        self._tell = tell
        self._work: queue.SimpleQueue[Callable[[], None] | None] = queue.SimpleQueue()
        self._results: queue.SimpleQueue[Callable[[], None]] = queue.SimpleQueue()
        self._running: list[Progress] = []
        self._threads = [threading.Thread(target=self._run, name=f"job-{i}", daemon=True) for i in range(2)]
        for thread in self._threads:
            thread.start()

    @property
    def running(self) -> list[Progress]:
        """What is asked for and not yet done, oldest first; nameless work is nobody's business."""
        return [work for work in self._running if work.what]

    def start(self, what: str, work: Callable[[Progress], T], then: Callable[[T], None]) -> Progress:
        """Call ``work`` on another thread, later ``then`` with its result on the main thread.

        Args:
            what: Named in messages; empty for what the user did not ask for.
            work: May raise ``KinesisError``, which is shown; nothing else happens then.
            then: Called by :meth:`deliver`, unless the work was cancelled.
        """
        progress = Progress(what)
        self._running.append(progress)
        self._work.put(lambda: self._do(progress, work, then))
        return progress

    def deliver(self) -> None:
        """Hand over what is done; on the main thread."""
        while not self._results.empty():
            self._results.get()()

    def cancel(self) -> bool:
        """Cancel the latest work; whether there was any."""
        running = self.running
        if running:
            running[-1].cancel()
        return bool(running)

    def close(self) -> None:
        """End the threads; work under way is cancelled."""
        for progress in list(self._running):
            progress.cancel()
        for _ in self._threads:
            self._work.put(None)
        for thread in self._threads:
            thread.join(0.5)

    def _run(self) -> None:
        while (work := self._work.get()) is not None:
            work()

    def _do(self, progress: Progress, work: Callable[[Progress], T], then: Callable[[T], None]) -> None:
        try:
            progress.report(-1.0)
            result = work(progress)
            progress.report(1.0)
        except CancelledError:
            self._tell("info", f"Cancelled: {progress.what}.")
        except KinesisError as error:
            self._tell("error", str(error))
        except Exception as error:  # noqa: BLE001  a bad file must not end the window
            self._tell("error", f"{progress.what}: {type(error).__name__}: {error}")
        else:
            self._results.put(lambda: then(result))
        finally:
            self._running.remove(progress)
            if progress.what:  # what the user asked for is large, and rare
                give_back_freed()
