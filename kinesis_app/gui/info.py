"""F2: what is going on, in numbers: what takes how long, and how much memory."""

from __future__ import annotations

import time
from pathlib import Path

import dearpygui.dearpygui as dpg

from kinesis_app.body.model import CTRL_DT, SIM_DT, physics_model
from kinesis_app.gui.desk import Desk
from kinesis_app.session.messages import Snapshot

_EVERY = 0.25
"""Numbers that change more often cannot be read [s]."""
_ROWS = (
    "Motion",
    "Policy",
    "Time, steps",
    "History",
    "Real-time factor",
    "Control step",
    "3-D picture",
    "Window's own work",
    "Tracking error",
    "Memory",
    "Model",
)


class Info:
    """A window with a row per number."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._frame_ms = 0.0
        self._next = 0.0

    def build(self) -> None:
        """Create the window."""
        with (
            dpg.window(tag="info", label="Info and profiler", show=False, no_collapse=True, autosize=True),
            dpg.table(header_row=False, policy=dpg.mvTable_SizingFixedFit),
        ):
            for _ in range(2):
                dpg.add_table_column()
            for i, title in enumerate(_ROWS):
                with dpg.table_row():
                    dpg.add_text(title)
                    dpg.add_text("", tag=f"info{i}")

    def note(self, seconds: float) -> None:
        """Take in how long the window's own work took in a frame [s]."""
        self._frame_ms += 0.05 * (1e3 * seconds - self._frame_ms)

    def update(self, shot: Snapshot) -> None:
        """Once per frame."""
        now = time.monotonic()
        if "info" in self._desk.open and now >= self._next:
            self._next = now + _EVERY
            for i, text in enumerate(self._texts(shot)):
                dpg.set_value(f"info{i}", text)

    def _texts(self, shot: Snapshot) -> tuple[str, ...]:
        view, model = self._desk.view, physics_model()
        wanted = "max" if shot.rate > 100.0 else f"{shot.rate:g}"
        return (
            shot.motion,
            shot.policy,
            f"{shot.time:.2f} s, {shot.step} of {1e3 * CTRL_DT:.1f} ms",
            f"{shot.history[0]:.1f} to {shot.history[1]:.1f} s of the run",
            f"{shot.real_time_factor:.3f} of {wanted}",
            f"{shot.step_ms:.1f} ms, physics every {1e3 * SIM_DT:.2f} ms",
            f"{view.frame_ms:.1f} ms, {view.fps:.0f} per second, {view.drawn_quality.name} quality",
            f"{self._frame_ms:.2f} ms per frame, {dpg.get_frame_rate():.0f} per second",
            f"{1e3 * shot.body_error:.1f} mm",
            _memory(),
            f"{model.nq} positions, {model.nv} velocities, {model.nu} muscles, {model.nbody} bodies",
        )


def _memory() -> str:
    try:  # Linux only; elsewhere nobody is told
        pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    except (OSError, ValueError, IndexError):
        return "-"
    return f"{pages * 4096 / 1e6:.0f} MB"
