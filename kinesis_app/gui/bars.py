"""Activation and excitation of all 80 muscles at the instant on the screen, one bar each."""

from __future__ import annotations

import dearpygui.dearpygui as dpg
import numpy as np

from kinesis_app.body.muscles import GROUPS, muscle_table
from kinesis_app.gui import theme
from kinesis_app.gui.body_plots import LEFT, RIGHT
from kinesis_app.gui.desk import Desk
from kinesis_app.gui.plot_parts import PALETTE, bare_plot
from kinesis_app.gui.raster import rows_of
from kinesis_app.session import messages as m

PLOT = "bars"
ROWS = 40
_LEAST_ROW = 15
"""Height of a row in which the muscle's name can be read, at font scale 1 [pixels]."""
_LABELS = 36
"""Height of the labels under the bars [pixels]."""
_SIDES = (("l", -1.0, LEFT), ("r", 1.0, RIGHT))
_THICK, _THIN = 0.86, 0.5
"""Of the bars of excitation and of activation, in rows."""
_HEIGHTS = np.arange(ROWS)[::-1] + 0.5
"""Where the rows are on the vertical axis, the first one on top."""


def muscle_at(x: float, y: float) -> int | None:
    """The muscle whose bar is at a point of the plot: left leg at negative ``x``; None outside."""
    row = int(np.floor(ROWS - y))
    return int(rows_of("l" if x < 0.0 else "r")[row]) if 0 <= row < ROWS else None


class MuscleBars:
    """A row per pair of muscles: the left leg's bars grow to the left, the right leg's to the right."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._rows = {side: rows_of(side) for side, _, _ in _SIDES}
        self._drawn: tuple[object, ...] = ()
        self._height = 0

    def build(self) -> None:
        """Create the tab's content in the current container."""
        with dpg.group(horizontal=True):
            theme.heading("Activation")
            dpg.add_text("left", color=PALETTE[LEFT])
            dpg.add_text("right", color=PALETTE[RIGHT])
            theme.dim("faint: excitation")
        with dpg.child_window(tag="bars_frame", border=False):
            self._add_plot()

    def update(self, shot: m.Snapshot) -> None:
        """Show the instant on the screen."""
        self._fit()
        state = (shot.run_time, shot.experiment, self._desk.muscles.selected)
        if state == self._drawn:
            return
        self._drawn = state
        for side, sign, _ in _SIDES:
            rows = self._rows[side]
            for kind, values in (("excitation", shot.excitation), ("activation", shot.activation)):
                dpg.set_value(f"bars_{kind}_{side}", [sign * values[rows], _HEIGHTS])
        self._show_selected(shot.activation)

    def mouse(self) -> None:
        """Select the muscle whose bar is clicked; once per frame."""
        if dpg.is_mouse_button_clicked(0) and (muscle := self.hovered()) is not None:
            self._desk.select_muscle(muscle)

    def hovered(self) -> int | None:
        """Index of the muscle under the mouse."""
        return muscle_at(*dpg.get_plot_mouse_pos()) if dpg.is_item_hovered(PLOT) else None

    def _show_selected(self, activation: np.ndarray) -> None:
        selected = self._desk.muscles.selected
        dpg.configure_item("bars_selected", show=selected is not None)
        if selected is None:
            return
        side, sign, _ = _SIDES[0] if selected in self._rows["l"] else _SIDES[1]
        row = int(np.flatnonzero(self._rows[side] == selected)[0])
        length = max(float(activation[selected]), 0.02)  # a silent muscle is marked, too
        dpg.set_value("bars_selected", [np.array([sign * length]), _HEIGHTS[row : row + 1].copy()])

    def _fit(self) -> None:
        # In a low window the rows keep the height of their names, and the panel can be scrolled.
        room = dpg.get_item_rect_size("bars_frame")[1]
        least = round(ROWS * _LEAST_ROW * self._desk.settings.font_scale) + _LABELS
        height = least if room < least else -1
        if height != self._height:
            self._height = height
            dpg.configure_item(PLOT, height=height)

    def _add_plot(self) -> None:
        with bare_plot(PLOT, width=-1, height=-1, no_title=True):
            across = dpg.add_plot_axis(dpg.mvXAxis, no_gridlines=True)
            dpg.set_axis_limits(across, -1.02, 1.02)
            dpg.set_axis_ticks(across, (("1", -1.0), ("0.5", -0.5), ("0", 0.0), ("0.5", 0.5), ("1", 1.0)))
            axis = dpg.add_plot_axis(dpg.mvYAxis, no_tick_marks=True, no_gridlines=True)
            dpg.set_axis_limits(axis, 0.0, float(ROWS))
            names = [muscle_table().names[i][:-2] for i in self._rows["r"]]
            dpg.set_axis_ticks(axis, tuple(zip(names, (float(y) for y in _HEIGHTS), strict=True)))
            self._add_bars(axis)
            lines = np.array(_borders(self._rows["r"]))
            dpg.add_inf_line_series(lines, parent=axis, horizontal=True, tag="bars_borders")
            dpg.add_inf_line_series(np.zeros(1), parent=axis, tag="bars_middle")
        for line in ("bars_borders", "bars_middle"):
            dpg.bind_item_theme(line, "group_line")

    def _add_bars(self, axis: int | str) -> None:
        nothing = np.zeros(ROWS)
        for kind, weight, alpha in (("excitation", _THICK, 80), ("activation", _THIN, 255)):
            for side, _, color in _SIDES:
                tag = f"bars_{kind}_{side}"
                dpg.add_bar_series(nothing, _HEIGHTS, weight=weight, horizontal=True, parent=axis, tag=tag)
                dpg.bind_item_theme(tag, _filled((*PALETTE[color], alpha)))
        dpg.add_bar_series([0.0], [0.5], weight=_THIN, horizontal=True, parent=axis, tag="bars_selected")
        dpg.bind_item_theme("bars_selected", _filled((245, 247, 250, 255)))


def _filled(color: tuple[int, ...]) -> int | str:
    with dpg.theme() as made, dpg.theme_component(dpg.mvAll):
        for part in (dpg.mvPlotCol_Fill, dpg.mvPlotCol_Line):
            dpg.add_theme_color(part, color, category=dpg.mvThemeCat_Plots)
    return made


def _borders(rows: np.ndarray) -> list[float]:
    """Where one group ends and the next begins."""
    groups = [muscle_table().group[i] for i in rows]
    assert [g for i, g in enumerate(groups) if i == 0 or g != groups[i - 1]] == list(GROUPS)
    return [float(ROWS - k) for k in range(1, ROWS) if groups[k] != groups[k - 1]]
