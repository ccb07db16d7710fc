"""Activations of chosen muscles as lines, with those of an earlier run under them."""

from __future__ import annotations

import dearpygui.dearpygui as dpg
import numpy as np

from kinesis_app.body.muscles import muscle_table
from kinesis_app.gui.desk import Desk
from kinesis_app.gui.muscle_choice import MAX_LINES
from kinesis_app.gui.plot_parts import PALETTE, add_cursor, add_line, set_line, time_plot
from kinesis_app.gui.traces import Traces

PLOT = "lines"
_LABELS_PER_ROW = 4


class MuscleLines:
    """Up to eight lines, and a white one for the selected muscle."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._labelled = -1

    def build_labels(self) -> None:
        """Create the legend: a coloured button per line, which lets the muscle stand out."""
        for row in range(0, MAX_LINES, _LABELS_PER_ROW):
            with dpg.group(horizontal=True, tag=f"line_labels{row}"):
                for slot in range(row, row + _LABELS_PER_ROW):
                    dpg.add_button(
                        tag=f"line_label{slot}", small=True, user_data=slot, callback=self._label_pressed
                    )
                    with dpg.theme() as theme, dpg.theme_component(dpg.mvButton):
                        dpg.add_theme_color(dpg.mvThemeCol_Text, PALETTE[slot])
                        dpg.add_theme_color(dpg.mvThemeCol_Button, (30, 35, 46))
                    dpg.bind_item_theme(f"line_label{slot}", theme)

    def build(self) -> None:
        """Create the plot in the current container."""
        axis = time_plot(PLOT, "activation")
        dpg.set_axis_limits(axis, -0.08, 1.08)  # room for the labels of 0 and 1
        dpg.set_axis_ticks(axis, (("0", 0.0), ("0.5", 0.5), ("1", 1.0)))
        for slot in range(MAX_LINES):
            add_line(f"kept_line{slot}", axis, f"thin_{slot}", show=False)
        for slot in range(MAX_LINES):
            add_line(f"line{slot}", axis, f"line_{slot}", show=False)
        add_line("line_selected", axis, "line_white", show=False)
        add_cursor(PLOT)

    def update(self, traces: Traces, limits: tuple[float, float]) -> None:
        """Draw what lies within ``limits``."""
        choice, kept = self._desk.muscles, self._desk.kept
        if choice.version != self._labelled:
            self._labelled = choice.version
            self._relabel()
        rows = traces.rows(limits)
        time, values = traces["time"][rows], traces["activation"][rows]
        for slot, muscle in enumerate(choice.slots):
            if muscle is not None:
                set_line(f"line{slot}", time, values[:, muscle])
            dpg.configure_item(f"kept_line{slot}", show=kept is not None and muscle is not None)
            if kept is not None and muscle is not None:
                set_line(f"kept_line{slot}", kept_time(kept, traces), kept["activation"][:, muscle])
        if choice.selected is not None:
            set_line("line_selected", time, values[:, choice.selected])

    def hovered(self) -> int | None:
        """The muscle whose line is nearest to the mouse in this plot."""
        if not dpg.is_item_hovered(PLOT) or not len(self._desk.traces):
            return None
        time, level = dpg.get_plot_mouse_pos()
        row = self._desk.traces["activation"][self._desk.traces.row_at(time)]
        muscles = sorted(self._desk.muscles.chosen, key=lambda i: abs(float(row[i]) - level))
        return muscles[0] if muscles and abs(float(row[muscles[0]]) - level) < 0.08 else None

    def _label_pressed(self, _sender: object, _data: object, slot: int) -> None:
        muscle = self._desk.muscles.slots[slot]
        if muscle is not None:
            self._desk.select_muscle(muscle)

    def _relabel(self) -> None:
        names, choice = muscle_table().names, self._desk.muscles
        for slot, muscle in enumerate(choice.slots):
            there, stands_out = muscle is not None, muscle is not None and muscle == choice.selected
            dpg.configure_item(f"line{slot}", show=there)
            dpg.bind_item_theme(f"line{slot}", f"{'bold' if stands_out else 'line'}_{slot}")
            name = names[muscle] if muscle is not None else ""
            dpg.configure_item(f"line_label{slot}", label=f"[{name}]" if stands_out else name, show=there)
        alone = choice.selected is not None and choice.selected not in choice.chosen
        dpg.configure_item("line_selected", show=alone)
        for row in range(0, MAX_LINES, _LABELS_PER_ROW):
            used = any(muscle is not None for muscle in choice.slots[row : row + _LABELS_PER_ROW])
            dpg.configure_item(f"line_labels{row}", show=used)


def kept_time(kept: Traces, traces: Traces) -> np.ndarray:
    """Run times at which a kept run is drawn: where the present run has the same time of its motion [s]."""
    if not len(kept) or not len(traces):
        return np.zeros(0)
    return kept["motion_time"].astype(float) + traces.newest - float(traces["motion_time"][-1])
