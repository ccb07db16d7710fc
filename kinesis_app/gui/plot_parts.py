"""Pieces that all plots are made of."""

from __future__ import annotations

import math
from collections.abc import Sequence
from contextlib import AbstractContextManager
from typing import Any

import dearpygui.dearpygui as dpg
import numpy as np

PALETTE = (
    (230, 159, 0),
    (86, 180, 233),
    (0, 158, 115),
    (240, 228, 66),
    (90, 130, 230),
    (213, 94, 0),
    (204, 121, 167),
    (170, 170, 180),
)
"""Okabe and Ito's colours, told apart by colour-blind people; blue is lightened for the dark ground."""
WHITE = (245, 247, 250)
MOST_POINTS = 700
_EMPTY = np.zeros(1)


def bare_plot(tag: str, **options: Any) -> AbstractContextManager[int | str]:
    """A plot without menus, frame and the mouse's numbers; ``options`` of Dear PyGui's."""
    return dpg.plot(tag=tag, no_menus=True, no_mouse_pos=True, no_box_select=True, no_frame=True, **options)


def plot_grid(tag: str, rows: int, columns: int = 1, **options: Any) -> AbstractContextManager[int | str]:
    """Plots that share their left and right edges, as large as the container; ``options`` of Dear PyGui's."""
    return dpg.subplots(
        rows, columns, tag=tag, width=-1, height=-1, no_title=True, no_resize=True, no_menus=True, **options
    )


def time_plot(tag: str, label: str, last: bool = False, legend: bool = False) -> str:
    """A plot over run time with axes ``{tag}_x`` and ``{tag}_y``; returns the y axis."""
    with bare_plot(tag, width=-1):
        if legend:
            dpg.add_plot_legend(location=dpg.mvPlot_Location_North, horizontal=True, no_highlight_axis=True)
        dpg.add_plot_axis(
            dpg.mvXAxis, tag=f"{tag}_x", no_tick_labels=not last, label="run time [s]" if last else ""
        )
        dpg.add_plot_axis(dpg.mvYAxis, label=label, tag=f"{tag}_y")
    return f"{tag}_y"


def add_cursor(plot: str) -> None:
    """The time cursor of a plot; on top of its lines if added last."""
    dpg.add_inf_line_series(_EMPTY, parent=f"{plot}_y", tag=f"{plot}_cursor")
    dpg.bind_item_theme(f"{plot}_cursor", "cursor_line")


def build_line_themes() -> None:
    """Themes of lines, by colour and weight; made once."""
    for name, color, weight in (
        *((f"line_{i}", color, 1.6) for i, color in enumerate(PALETTE)),
        *((f"thin_{i}", (*color, 110), 1.0) for i, color in enumerate(PALETTE)),
        *((f"bold_{i}", color, 3.2) for i, color in enumerate(PALETTE)),
        ("human_band", (190, 200, 215), 1.0),
        ("human_line", (150, 160, 175), 1.0),
        ("line_white", WHITE, 2.2),
        ("cursor_line", (232, 112, 48, 230), 1.4),
        ("border_line", (10, 12, 17, 255), 1.0),
        ("group_line", (110, 120, 138, 150), 1.0),
    ):
        with dpg.theme(tag=name), dpg.theme_component(dpg.mvAll):
            dpg.add_theme_color(dpg.mvPlotCol_Line, color, category=dpg.mvThemeCat_Plots)
            dpg.add_theme_color(dpg.mvPlotCol_Fill, (*color[:3], 60), category=dpg.mvThemeCat_Plots)
            dpg.add_theme_style(dpg.mvPlotStyleVar_LineWeight, weight, category=dpg.mvThemeCat_Plots)


def add_line(tag: str, axis: str, theme: str, label: str = "", show: bool = True) -> None:
    """An empty line with one of the themes."""
    dpg.add_line_series(_EMPTY, _EMPTY, tag=tag, parent=axis, label=label, show=show)
    dpg.bind_item_theme(tag, theme)


def set_line(tag: str, x: np.ndarray, y: np.ndarray) -> None:
    """New points; every n-th of very many."""
    step = max(1, -(-len(x) // MOST_POINTS))
    if len(x) == 0:
        x = y = np.full(1, np.nan)
    dpg.set_value(
        tag, [np.ascontiguousarray(x[::step], dtype=float), np.ascontiguousarray(y[::step], dtype=float)]
    )


def set_limits(axes: Sequence[str], limits: tuple[float, float]) -> None:
    """The same stretch of time on all these axes."""
    for axis in axes:
        dpg.set_axis_limits(axis, *limits)


def round_up(largest: float, least: float, room: float = 1.3) -> float:
    """The smallest round multiple of ``least`` above ``largest``, times ``room``."""
    top = least
    for factor in (1.0, 1.5, 2.0, 3.0, 5.0, 7.5, 10.0, 15.0, 20.0, 30.0, 50.0):
        top = least * factor
        if top >= largest:
            break
    return room * top


def few_ticks(low: float, high: float, most: int = 3) -> list[tuple[str, float]]:
    """Labels and places of at most ``most`` round numbers within an axis, for a plot of little height."""
    power = 10.0 ** math.floor(math.log10(max(high - low, 1e-9)) - 1.0)
    for factor in (1.0, 2.0, 5.0, 10.0, 20.0, 50.0, 100.0):
        step = factor * power
        first, last = math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9)
        if last - first < most:
            break
    return [(f"{step * i:.6g}", step * i) for i in range(first, last + 1)]


def largest(values: np.ndarray) -> float:
    """Largest finite value; 0 if there is none."""
    finite = values[np.isfinite(values)]
    return float(finite.max()) if finite.size else 0.0


def smallest(values: np.ndarray) -> float:
    """Smallest finite value; 0 if there is none."""
    finite = values[np.isfinite(values)]
    return float(finite.min()) if finite.size else 0.0
