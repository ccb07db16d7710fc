"""Writes runs to files on a helper thread, so that the session never waits for a disk."""

from __future__ import annotations

from collections import deque
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from kinesis_app.body.model import CTRL_DT
from kinesis_app.errors import KinesisError
from kinesis_app.export import check_free, write_run
from kinesis_app.session import messages as m
from kinesis_app.session.history import History
from kinesis_app.session.recording import Recording


class Exporter:
    """One file after the other.

    Args:
        events: Told of every file that was written, or could not be.
    """

    def __init__(self, events: deque[m.Event]) -> None:
        self._events = events
        self._writer = ThreadPoolExecutor(1, thread_name_prefix="export")

    def export(self, command: m.ExportRun, history: History, motion: tuple[float, float]) -> None:
        """Write a part of the history as soon as what was asked for before is written.

        Args:
            command: What to write, and where to.
            history: Of the session.
            motion: Run times of the present motion [s], written where the command names none.

        Raises:
            KinesisError: If the file is in the way, or nothing was recorded then.
        """
        check_free(command.path, command.overwrite)
        begin, end = command.range if command.range is not None else motion
        moments = history.between(round(begin / CTRL_DT), round(end / CTRL_DT))
        if len(moments) < 2:
            raise KinesisError(f"Nothing was recorded from {begin:.2f} to {end:.2f} s.")
        self._writer.submit(self._write, Recording.of(moments), command.path)

    def close(self) -> None:
        """Wait for the files under way."""
        self._writer.shutdown()

    def _write(self, recording: Recording, path: Path) -> None:
        try:
            write_run(recording, path)
        except OSError as error:
            self._events.append(m.Event("error", f"'{path}' could not be written: {error.strerror}."))
        except Exception as error:  # noqa: BLE001  a bug here must not vanish with the helper
            self._events.append(m.Event("error", f"'{path}': {type(error).__name__}: {error}."))
        else:
            self._events.append(m.Exported("info", f"Wrote '{path}'.", path))
