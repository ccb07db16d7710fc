"""What the window costs: ``python -m kinesis_app.gui.benchmark``.

Processor time of the main thread per frame, for each tab of plots: its own work, and Dear PyGui's
with what the GL driver does on this thread. Without a graphics card the driver draws on the processor;
``--no-drawing`` lets Mesa's drivers take in everything and draw nothing, which is what remains beside a card.
"""

from __future__ import annotations

import argparse
import json
import os
import threading
import time
from pathlib import Path

import numpy as np

from kinesis_app.gui.settings import RIGHT_TABS
from kinesis_app.view.quality import LEVELS

_WARM_UP = 5.0
"""The plots are full of lines by then [s]."""


class Watch:
    """Collects frames, tab by tab, while the window runs."""

    def __init__(self) -> None:
        self.own: list[float] = []
        self.drawn: list[float] = []

    def note(self, own: float, drawn: float) -> None:
        """One frame: processor time of the window's own work and of drawing [s]."""
        self.own.append(own)
        self.drawn.append(drawn)

    def summary(self, seconds: float) -> dict[str, float]:
        """Of the frames since the last call, which took ``seconds``; times in ms."""
        own, drawn = 1e3 * np.array(self.own), 1e3 * np.array(self.drawn)
        self.own, self.drawn = [], []
        return {
            "own_ms": float(own.mean()),
            "own_p95_ms": float(np.percentile(own, 95)),
            "drawing_ms": float(drawn.mean()),
            "frame_p95_ms": float(np.percentile(own + drawn, 95)),
            "gui_fps": len(own) / seconds,
        }


def measure(seconds: float, no_drawing: bool) -> dict[str, dict[str, float]]:
    """Open the window and let the human walk; figures by tab, each measured for ``seconds``."""
    from kinesis_app.gui import check_display
    from kinesis_app.gui.window import Window

    window, watch, figures = Window(check_display(), None, None), Watch(), {}
    window.frame_done = watch.note

    def watch_tabs() -> None:
        while not (window.started and window.session.latest_snapshot().step):
            time.sleep(0.1)
        if no_drawing:  # as beside a graphics card
            window.view.software = False
            window.view.set_quality(len(LEVELS) - 1)
        time.sleep(_WARM_UP)
        for tab in RIGHT_TABS:
            window.desk.set(right_panel=True, right_tab=tab)
            time.sleep(1.0)
            watch.summary(1.0)
            time.sleep(seconds)
            shot = window.session.latest_snapshot()
            figures[tab] = {
                **watch.summary(seconds),
                "view_fps": window.view.fps,
                "real_time_factor": shot.real_time_factor,
            }
        window.quit()

    threading.Thread(target=watch_tabs, daemon=True).start()
    window.run(None)
    return figures


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m kinesis_app.gui.benchmark", description=__doc__)
    parser.add_argument("--seconds", type=float, default=10.0, help="per tab (%(default)s)")
    parser.add_argument("--no-drawing", action="store_true", help="Mesa's drivers draw nothing")
    parser.add_argument("--json", type=Path, help="write the figures here, too")
    options = parser.parse_args()
    if options.no_drawing:
        os.environ["GALLIUM_NOOP"] = "1"
    figures = measure(options.seconds, options.no_drawing)
    names = list(next(iter(figures.values())))
    print(f"{'':10}" + "".join(f"{name:>18}" for name in names))
    for tab, values in figures.items():
        print(f"{tab:10}" + "".join(f"{values[name]:18.2f}" for name in names))
    if options.json:
        options.json.write_text(json.dumps(figures, indent=2))


if __name__ == "__main__":
    main()
