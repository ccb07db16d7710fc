"""The raster: 80 activations over time, left and right leg, grouped."""

from __future__ import annotations

import functools

import dearpygui.dearpygui as dpg
import numpy as np

from kinesis_app.body.muscles import GROUPS, muscle_table
from kinesis_app.gui.picture_texture import PictureTexture, coming_texture
from kinesis_app.gui.plot_parts import add_cursor, bare_plot
from kinesis_app.gui.traces import Traces
from kinesis_app.view.colors import LUT_SIZE, lut

SIDES = (("l", "Left leg"), ("r", "Right leg"))
PLOTS = tuple(f"raster_{side}" for side, _ in SIDES)
COLUMNS = 360
_EMPTY = (14, 16, 22)


def rows_of(side: str) -> np.ndarray:
    """Muscle indices of a leg, top to bottom by group, shape (40,)."""
    table = muscle_table()
    return np.array(
        [i for group in GROUPS for i in range(80) if table.group[i] == group and table.side[i] == side]
    )


def levels_of(traces: Traces, limits: tuple[float, float]) -> np.ndarray:
    """Places in the colour table of all activations at ``COLUMNS`` times within ``limits``.

    Shape (80, COLUMNS); ``LUT_SIZE``, which is past the table's end, where there is no sample.
    """
    time = traces["time"]
    wanted = np.linspace(*limits, COLUMNS)
    if len(time) == 0:
        return np.full((80, COLUMNS), LUT_SIZE)
    i = np.clip(np.searchsorted(time, wanted), 0, len(time) - 1)
    levels = (traces["activation"][i].T.clip(0.0, 1.0) * (LUT_SIZE - 1)).astype(np.intp)
    levels[:, np.abs(time[i] - wanted) >= 0.1] = LUT_SIZE
    return levels


@functools.cache
def table_of(colors: str) -> np.ndarray:
    """RGBA of a colour map, and of what is not there, uint8, shape (LUT_SIZE + 1, 4)."""
    table = np.full((LUT_SIZE + 1, 4), 255, dtype=np.uint8)
    table[:-1, :3] = np.rint(255.0 * lut(colors))
    table[-1, :3] = _EMPTY
    return table


class Raster:
    """Two images of 40 rows."""

    def __init__(self) -> None:
        self._rows = {side: rows_of(side) for side, _ in SIDES}
        self._pixels = np.zeros((40, COLUMNS, 4), dtype=np.uint8)
        self._textures: dict[str, PictureTexture] = {}
        self._drawn: tuple[object, ...] = ()

    def build(self) -> None:
        """Create the plots in the current container."""
        for side, title in SIDES:
            self._add_plot(side, title)

    def update(self, traces: Traces, limits: tuple[float, float], colors: str, selected: int | None) -> None:
        """Paint what lies within ``limits``; only when :attr:`ready`."""
        state = (traces.version, limits, colors, selected)
        if state == self._drawn:
            return
        self._drawn = state
        levels = levels_of(traces, limits)
        for side, _ in SIDES:
            rows = self._rows[side]
            np.take(table_of(colors), levels[rows], axis=0, out=self._pixels, mode="clip")
            if selected is not None and selected in rows:
                row = int(np.flatnonzero(rows == selected)[0])
                self._pixels[row, :4] = self._pixels[row, -4:] = 255
            self._textures[side].put(self._pixels)
            bounds = {"bounds_min": (limits[0], 0.0), "bounds_max": (limits[1], 40.0)}
            dpg.configure_item(f"raster_image_{side}", **bounds)

    @property
    def ready(self) -> bool:
        """Whether there is something to paint on; ask in every frame until there is."""
        for side, _ in SIDES:  # one after the other: a new texture is told from others by its size
            image, borders = f"raster_image_{side}", f"raster_borders_{side}"
            if dpg.does_item_exist(image):
                continue
            texture = self._textures[side] = coming_texture(self._textures.get(side), COLUMNS, 40)
            if not texture.ready:
                return False
            axis = f"raster_{side}_y"
            dpg.add_image_series(texture.tag, (0.0, 0.0), (1.0, 40.0), parent=axis, before=borders, tag=image)
        return True

    def hovered(self) -> int | None:
        """Index of the muscle under the mouse."""
        for side, _ in SIDES:
            if dpg.is_item_hovered(f"raster_{side}"):
                _, y = dpg.get_plot_mouse_pos()
                row = int(np.floor(40.0 - y))
                return int(self._rows[side][row]) if 0 <= row < 40 else None
        return None

    def _add_plot(self, side: str, title: str) -> None:
        plot = f"raster_{side}"
        with bare_plot(plot, width=-1):
            dpg.add_plot_axis(dpg.mvXAxis, tag=f"{plot}_x", no_tick_labels=True, no_gridlines=True)
            axis = dpg.add_plot_axis(
                dpg.mvYAxis, label=title, tag=f"{plot}_y", no_tick_marks=True, no_gridlines=True
            )
            dpg.set_axis_limits(axis, 0.0, 40.0)
            dpg.set_axis_ticks(axis, _group_ticks(side))
            lines = np.array(_group_borders(side), dtype=float)
            dpg.add_inf_line_series(lines, parent=axis, horizontal=True, tag=f"raster_borders_{side}")
        dpg.bind_item_theme(f"raster_borders_{side}", "border_line")
        add_cursor(plot)


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
