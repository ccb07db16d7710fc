"""The gait-cycle panel: strides over the band of people at that speed."""

from __future__ import annotations

import time

import dearpygui.dearpygui as dpg
import numpy as np

from kinesis_app.gui import theme
from kinesis_app.gui.body_plots import LEFT, RIGHT
from kinesis_app.gui.desk import Desk
from kinesis_app.gui.gait_cycles import PHASE, TITLES, Cycle, GaitCycles, gait_cycles
from kinesis_app.gui.plot_parts import PALETTE, add_line, bare_plot, few_ticks, plot_grid
from kinesis_app.session import messages as m

_COLUMNS = 2
_EVERY = 2.0
"""Strides are cut again after this time [s]."""
SECONDS = 20.0
"""How much of the past is cut [s]."""
_PERCENT = 100.0 * PHASE


class GaitPlots:
    """Ten small plots over the gait cycle; what lies on the screen is the last 20 s up to the cursor."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._asked_at, self._busy = -1.0, False
        self._cut_to = -1.0
        self._shown: GaitCycles | None = None
        self._kept_id = 0

    def build(self) -> None:
        """Create the plots in the current container."""
        with dpg.group(horizontal=True):
            dpg.add_text("right", color=PALETTE[RIGHT])
            dpg.add_text("left", color=PALETTE[LEFT])
            theme.dim("band: people, mean +- sd")
        theme.dim("muscles: excitation; EMG scaled to its peak")
        theme.dim("No whole stride yet.", tag="gait_note")
        rows = -(-len(TITLES) // _COLUMNS)
        with plot_grid("gait_plots", rows, _COLUMNS):
            for i, title in enumerate(TITLES):
                self._add_plot(i, title, last=i >= len(TITLES) - _COLUMNS)

    def update(self, shot: m.Snapshot) -> None:
        """Cut the strides again now and then, on another thread."""
        kept = id(self._desk.kept) if self._desk.kept is not None else 0
        if kept != self._kept_id:
            self._kept_id = kept
            self._keep()
        now = time.monotonic()
        if self._busy or now - self._asked_at < _EVERY or shot.run_time == self._cut_to:
            return
        self._asked_at, self._cut_to, self._busy = now, shot.run_time, True
        start, end, session = max(shot.history[0], shot.run_time - SECONDS), shot.run_time, self._desk.session
        self._desk.jobs.start("", lambda _: gait_cycles(session.recording(start, end)), self._show)

    def _show(self, cut: GaitCycles | None) -> None:
        self._busy = False
        if cut is None:
            return
        self._shown = cut
        dpg.set_value(
            "gait_note",
            f"{cut.n_right} + {cut.n_left} strides, {cut.speed:.2f} m/s, {cut.duration:.2f} s each",
        )
        for i, cycle in enumerate(cut.cycles):
            self._show_cycle(i, cycle)

    def _show_cycle(self, i: int, cycle: Cycle) -> None:
        low, high = cycle.human.mean - cycle.human.sd, cycle.human.mean + cycle.human.sd
        dpg.set_value(f"gait_band{i}", [_PERCENT, low, high, [], []])
        dpg.set_value(f"gait_human{i}", [_PERCENT, cycle.human.mean])
        curves = [low, high]
        for side, curve in (("right", cycle.right), ("left", cycle.left)):
            dpg.configure_item(f"gait_{side}{i}", show=curve is not None)
            if curve is not None:
                dpg.set_value(f"gait_{side}{i}", [_PERCENT, np.ascontiguousarray(curve)])
                curves.append(curve)
        bottom, top = min(float(c.min()) for c in curves), max(float(c.max()) for c in curves)
        margin = 0.08 * max(top - bottom, 1e-3)
        dpg.set_axis_limits(f"gait_y{i}", bottom - margin, top + margin)
        dpg.set_axis_ticks(f"gait_y{i}", tuple(few_ticks(bottom - margin, top + margin)))

    def _keep(self) -> None:
        kept = self._shown if self._kept_id else None
        for i in range(len(TITLES)):
            curve = None if kept is None else kept.cycles[i].right
            dpg.configure_item(f"gait_kept{i}", show=curve is not None)
            if curve is not None:
                dpg.set_value(f"gait_kept{i}", [_PERCENT, np.ascontiguousarray(curve)])

    def _add_plot(self, i: int, title: str, last: bool) -> None:
        empty = np.zeros(1)
        with bare_plot(f"gait{i}", label=title, no_inputs=True):
            dpg.add_plot_axis(dpg.mvXAxis, tag=f"gait_x{i}", no_tick_labels=not last)
            dpg.set_axis_limits(f"gait_x{i}", 0.0, 100.0)
            dpg.set_axis_ticks(f"gait_x{i}", (("0", 0.0), ("25", 25.0), ("50", 50.0), ("75 %", 75.0)))
            axis = dpg.add_plot_axis(dpg.mvYAxis, tag=f"gait_y{i}")
            dpg.add_shade_series(empty, empty, y2=empty, parent=axis, tag=f"gait_band{i}")
            dpg.bind_item_theme(f"gait_band{i}", "human_band")
            add_line(f"gait_human{i}", axis, "human_line")
            add_line(f"gait_kept{i}", axis, "thin_3", show=False)
            add_line(f"gait_left{i}", axis, f"line_{LEFT}", show=False)
            add_line(f"gait_right{i}", axis, f"line_{RIGHT}", show=False)
