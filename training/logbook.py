"""Where numbers go: a progress bar, TensorBoard, and one JSON line per update."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

from tqdm import tqdm

if TYPE_CHECKING:
    from torch.utils.tensorboard import SummaryWriter


class Logbook:
    """Writes ``progress.jsonl`` and TensorBoard files into a run's directory.

    Args:
        directory: The run's directory; None writes nothing.
        seconds: Time already spent before a resume [s].
        quiet: No progress bar, no text.
    """

    def __init__(self, directory: Path | None, seconds: float = 0.0, quiet: bool = False) -> None:
        self._file: TextIO | None = None
        self._board: SummaryWriter | None = None
        if directory is not None:
            self._file, self._board = _open(directory)
        self._started = time.monotonic() - seconds
        self._bar: tqdm | None = None
        self.quiet = quiet

    @property
    def seconds(self) -> float:
        """Time spent on the run, resumed parts included [s]."""
        return time.monotonic() - self._started

    def start_stage(self, title: str, total: int, done: int, unit: str = "step") -> None:
        """Begin a progress bar of ``total`` units, ``done`` of which are already behind."""
        self.end_stage()
        if not self.quiet:
            self._bar = tqdm(
                total=total, initial=done, desc=title, unit=unit, unit_scale=True, smoothing=0.05
            )

    def end_stage(self) -> None:
        """Close the bar of the stage."""
        if self._bar is not None:
            self._bar.close()
            self._bar = None

    def write(self, stage: str, step: int, metrics: Mapping[str, float], shown: Mapping[str, str]) -> None:
        """Record ``metrics`` at ``step``; ``shown`` appears beside the bar."""
        if self._file is None or self._board is None:
            return
        line: dict[str, Any] = {"stage": stage, "step": step, "seconds": round(self.seconds, 2)}
        line |= {key: float(f"{value:.6g}") for key, value in metrics.items()}
        self._file.write(json.dumps(line) + "\n")
        self._file.flush()
        for key, value in metrics.items():
            self._board.add_scalar(f"{stage}/{key}", value, step)
        if self._bar is not None:
            self._bar.n = step
            self._bar.set_postfix(shown)

    def say(self, text: str) -> None:
        """A line of text for the person watching."""
        if not self.quiet:
            tqdm.write(text)

    def close(self) -> None:
        self.end_stage()
        if self._file is not None and self._board is not None:
            self._file.close()
            self._board.close()


def _open(directory: Path) -> tuple[TextIO, SummaryWriter]:
    from torch.utils.tensorboard import SummaryWriter

    directory.mkdir(parents=True, exist_ok=True)
    return (directory / "progress.jsonl").open("a"), SummaryWriter(str(directory / "tensorboard"))
