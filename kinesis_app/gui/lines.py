"""Line plots: activations of chosen muscles, and how well the body follows."""

from __future__ import annotations

from collections.abc import Callable

import dearpygui.dearpygui as dpg
import numpy as np

from kinesis_app.body.muscles import GROUPS, muscle_table
from kinesis_app.gui.theme import DIM
from kinesis_app.gui.traces import SECONDS, Traces

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
MAX_LINES = len(PALETTE)
_LABELS_PER_ROW = 4
DEFAULT_MUSCLES = ("soleus_r", "tibant_r", "vaslat_r", "bflh_r")


class MuscleLines:
    """Activation of up to eight muscles."""

    def __init__(self, tell: Callable[[str, str], None]) -> None:
        self._tell = tell
        self._slots: list[int | None] = [None] * MAX_LINES
        names = muscle_table().names
        for slot, name in enumerate(DEFAULT_MUSCLES):
            self._slots[slot] = names.index(name)

    @property
    def chosen(self) -> set[int]:
        return {muscle for muscle in self._slots if muscle is not None}

    def build_labels(self) -> None:
        """Create the legend: a coloured button per line, which takes it away."""
        for row in range(0, MAX_LINES, _LABELS_PER_ROW):
            with dpg.group(horizontal=True, tag=f"line_labels{row}"):
                for slot in range(row, row + _LABELS_PER_ROW):
                    dpg.add_button(
                        label="",
                        tag=f"line_label{slot}",
                        small=True,
                        user_data=slot,
                        callback=lambda _s, _d, slot: self._remove(slot),
                    )
                    with dpg.theme() as theme, dpg.theme_component(dpg.mvButton):
                        dpg.add_theme_color(dpg.mvThemeCol_Text, PALETTE[slot])
                    dpg.bind_item_theme(f"line_label{slot}", theme)

    def build(self) -> None:
        """Create the plot in the current container."""
        with dpg.plot(
            tag="lines", width=-1, no_menus=True, no_mouse_pos=True, no_box_select=True, no_inputs=True
        ):
            dpg.add_plot_axis(dpg.mvXAxis, tag="lines_x", no_tick_labels=True)
            dpg.set_axis_limits("lines_x", -SECONDS, 0.0)
            dpg.add_plot_axis(dpg.mvYAxis, label="activation", tag="lines_y")
            dpg.set_axis_limits("lines_y", 0.0, 1.0)
            dpg.set_axis_ticks("lines_y", (("0", 0.0), ("0.5", 0.5), ("1", 1.0)))
            for slot, color in enumerate(PALETTE):
                _add_line(f"line{slot}", "lines_y", color, show=False)
        self._relabel()

    def toggle(self, muscle: int) -> None:
        """Add a muscle's line, or take it away."""
        if muscle in self.chosen:
            self._slots[self._slots.index(muscle)] = None
        elif None in self._slots:
            self._slots[self._slots.index(None)] = muscle
        else:
            self._tell("warning", f"{MAX_LINES} lines are the most; take one away first.")
        self._relabel()

    def _remove(self, slot: int) -> None:
        self._slots[slot] = None
        self._relabel()

    def clear(self) -> None:
        """Take all lines away."""
        self._slots = [None] * MAX_LINES
        self._relabel()

    def update(self, traces: Traces) -> None:
        for slot, muscle in enumerate(self._slots):
            if muscle is not None:
                values = traces.activation[:, muscle].astype(np.float64)
                dpg.set_value(f"line{slot}", [traces.ago, values])

    def _relabel(self) -> None:
        names = muscle_table().names
        for slot, muscle in enumerate(self._slots):
            label = names[muscle] if muscle is not None else ""
            dpg.configure_item(f"line{slot}", label=label, show=muscle is not None)
            dpg.configure_item(f"line_label{slot}", label=label, show=muscle is not None)
        for row in range(0, MAX_LINES, _LABELS_PER_ROW):
            used = any(muscle is not None for muscle in self._slots[row : row + _LABELS_PER_ROW])
            dpg.configure_item(f"line_labels{row}", show=used)


class BodyLines:
    """Tracking error and walking speed."""

    def build(self) -> None:
        """Create the plot in the current container."""
        with dpg.plot(
            tag="body", width=-1, no_menus=True, no_mouse_pos=True, no_box_select=True, no_inputs=True
        ):
            dpg.add_plot_legend(location=dpg.mvPlot_Location_North, horizontal=True)
            dpg.add_plot_axis(dpg.mvXAxis, tag="body_x", label="seconds before now")
            dpg.set_axis_limits("body_x", -SECONDS, 0.0)
            dpg.add_plot_axis(dpg.mvYAxis, label="error [mm]", tag="body_y1")
            dpg.add_plot_axis(
                dpg.mvYAxis, label="speed [m/s]", tag="body_y2", opposite=True, no_gridlines=True
            )
            _add_line("error_line", "body_y1", (240, 100, 90), label="error")
            _add_line("speed_line", "body_y2", (86, 180, 233), label="speed")
            _add_line("wanted_line", "body_y2", (150, 160, 175), label="asked")

    def update(self, traces: Traces) -> None:
        for tag, values in (
            ("error_line", traces.error),
            ("speed_line", traces.speed),
            ("wanted_line", traces.wanted_speed),
        ):
            dpg.set_value(tag, [traces.ago, values])
        dpg.set_axis_limits("body_y1", 0.0, _round_up(traces.error, 50.0))
        dpg.set_axis_limits("body_y2", 0.0, _round_up(traces.speed, 2.0))


class MusclePicker:
    """A window to choose muscles by name, side and group."""

    def __init__(self, lines: MuscleLines) -> None:
        self._lines = lines

    def build(self) -> None:
        with dpg.window(
            tag="picker", label="Muscles to plot", show=False, width=330, height=420, pos=(420, 120)
        ):
            dpg.add_input_text(tag="picker_text", hint="name, e.g. soleus", width=-1, callback=self._filter)
            with dpg.group(horizontal=True):
                dpg.add_combo(
                    ("both sides", "left", "right"),
                    tag="picker_side",
                    default_value="both sides",
                    width=110,
                    callback=self._filter,
                )
                dpg.add_combo(
                    ("all groups", *GROUPS),
                    tag="picker_group",
                    default_value="all groups",
                    width=-1,
                    callback=self._filter,
                )
            with dpg.group(horizontal=True):
                dpg.add_button(label="Clear all", callback=self._clear)
                dpg.add_text(f"up to {MAX_LINES}", color=DIM)
            with dpg.child_window(tag="picker_list"):
                for i, name in enumerate(muscle_table().names):
                    dpg.add_checkbox(
                        label=f"{name}   {muscle_table().group[i]}",
                        tag=f"pick{i}",
                        callback=self._toggled,
                        user_data=i,
                    )

    def toggle_window(self) -> None:
        """Show or hide."""
        self._filter()
        dpg.configure_item("picker", show=not dpg.is_item_shown("picker"))

    def _toggled(self, _sender: object, _data: object, muscle: int) -> None:
        self._lines.toggle(muscle)
        self._filter()

    def _clear(self, *_: object) -> None:
        self._lines.clear()
        self._filter()

    def _filter(self, *_: object) -> None:
        table = muscle_table()
        text, side = dpg.get_value("picker_text").lower().strip(), dpg.get_value("picker_side")[0]
        group = dpg.get_value("picker_group")
        for i, name in enumerate(table.names):
            fits = (
                text in name.lower()
                and side in ("b", table.side[i])
                and group in ("all groups", table.group[i])
            )
            dpg.configure_item(f"pick{i}", show=fits)
            dpg.set_value(f"pick{i}", i in self._lines.chosen)


def _add_line(tag: str, axis: str, color: tuple[int, int, int], label: str = "", show: bool = True) -> None:
    empty = np.zeros(1)
    dpg.add_line_series(empty, empty, tag=tag, parent=axis, label=label, show=show)
    with dpg.theme() as theme, dpg.theme_component(dpg.mvLineSeries):
        dpg.add_theme_color(dpg.mvPlotCol_Line, color, category=dpg.mvThemeCat_Plots)
    dpg.bind_item_theme(tag, theme)


def _round_up(values: np.ndarray, least: float) -> float:
    """The smallest 1, 2 or 5 times a power of ten times ``least`` that holds all values."""
    finite = values[np.isfinite(values)]
    largest, top = float(finite.max()) if len(finite) else 0.0, least
    for factor in (1.0, 2.0, 5.0, 10.0, 20.0, 50.0):
        top = least * factor
        if top >= largest:
            break
    return 1.3 * top  # room for the legend
