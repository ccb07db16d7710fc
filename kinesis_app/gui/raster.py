"""The live raster: 80 activations over the last seconds, left and right leg, grouped."""

from __future__ import annotations

from collections.abc import Callable

import dearpygui.dearpygui as dpg
import numpy as np

from kinesis_app.body.muscles import GROUPS, muscle_table
from kinesis_app.gui.traces import LENGTH, SECONDS, Traces
from kinesis_app.view.colors import lookup

_SIDES = (("l", "Left leg"), ("r", "Right leg"))
_EMPTY = np.array([0.055, 0.063, 0.086], dtype=np.float32)


def rows_of(side: str) -> np.ndarray:
    """Muscle indices of a leg, top to bottom by group, shape (40,)."""
    table = muscle_table()
    return np.array(
        [i for group in GROUPS for i in range(80) if table.group[i] == group and table.side[i] == side]
    )


class Raster:
    """Two images of 40 rows; a click on a row calls ``pick`` with the muscle's index."""

    def __init__(self, pick: Callable[[int], None]) -> None:
        self._pick = pick
        self._rows = {side: rows_of(side) for side, _ in _SIDES}
        self._pixels = {side: np.ones((40, LENGTH, 4), dtype=np.float32) for side, _ in _SIDES}

    def build(self) -> None:
        """Create the plots in the current container."""
        with dpg.texture_registry():
            for side, _ in _SIDES:
                dpg.add_raw_texture(
                    LENGTH,
                    40,
                    self._pixels[side],
                    tag=f"raster_texture_{side}",
                    format=dpg.mvFormat_Float_rgba,
                )
        for side, title in _SIDES:
            self._add_plot(side, title)
        with dpg.item_handler_registry(tag="raster_clicks"):
            dpg.add_item_clicked_handler(button=0, callback=self._clicked)
        for side, _ in _SIDES:
            dpg.bind_item_handler_registry(f"raster_{side}", "raster_clicks")

    def update(self, traces: Traces) -> None:
        """Paint the newest state into the textures' memory."""
        colors = lookup(np.nan_to_num(traces.activation))
        colors[np.isnan(traces.time)] = _EMPTY
        for side, _ in _SIDES:
            self._pixels[side][..., :3] = colors[:, self._rows[side]].transpose(1, 0, 2)
            dpg.set_value(f"raster_texture_{side}", self._pixels[side])

    def hovered(self) -> int | None:
        """Index of the muscle under the mouse."""
        for side, _ in _SIDES:
            if dpg.is_item_hovered(f"raster_{side}"):
                _, y = dpg.get_plot_mouse_pos()
                row = int(np.floor(40.0 - y))
                return int(self._rows[side][row]) if 0 <= row < 40 else None
        return None

    def _add_plot(self, side: str, title: str) -> None:
        with dpg.plot(
            tag=f"raster_{side}",
            width=-1,
            no_menus=True,
            no_mouse_pos=True,
            no_box_select=True,
            no_inputs=True,
        ):
            dpg.add_plot_axis(dpg.mvXAxis, tag=f"raster_x_{side}", no_tick_labels=True, no_gridlines=True)
            dpg.set_axis_limits(f"raster_x_{side}", -SECONDS, 0.0)
            axis = dpg.add_plot_axis(
                dpg.mvYAxis, label=title, tag=f"raster_y_{side}", no_tick_marks=True, no_gridlines=True
            )
            dpg.set_axis_limits(axis, 0.0, 40.0)
            dpg.set_axis_ticks(axis, _group_ticks(side))
            dpg.add_image_series(
                f"raster_texture_{side}",
                [-SECONDS, 0.0],
                [0.0, 40.0],
                parent=axis,
                tag=f"raster_image_{side}",
            )
            lines = np.array(_group_borders(side), dtype=float)
            dpg.add_inf_line_series(lines, parent=axis, horizontal=True, tag=f"raster_borders_{side}")
        with dpg.theme() as theme, dpg.theme_component(dpg.mvAll):
            dpg.add_theme_color(dpg.mvPlotCol_Line, (10, 12, 17, 255), category=dpg.mvThemeCat_Plots)
            dpg.add_theme_style(dpg.mvPlotStyleVar_LineWeight, 1.0, category=dpg.mvThemeCat_Plots)
        dpg.bind_item_theme(f"raster_borders_{side}", theme)

    def _clicked(self, _sender: object, _data: object, _user: object) -> None:
        muscle = self.hovered()
        if muscle is not None:
            self._pick(muscle)


def _group_ticks(side: str) -> tuple[tuple[str, float], ...]:
    groups = [muscle_table().group[i] for i in rows_of(side)]
    ticks = []
    for group in GROUPS:
        rows = [k for k, g in enumerate(groups) if g == group]
        ticks.append((group, 40.0 - 0.5 * (rows[0] + rows[-1] + 1)))
    return tuple(ticks)


def _group_borders(side: str) -> list[float]:
    groups = [muscle_table().group[i] for i in rows_of(side)]
    return [40.0 - k for k in range(1, 40) if groups[k] != groups[k - 1]]
