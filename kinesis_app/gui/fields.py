"""Four plots of whatever the user wants to watch, over the time axis of all plots."""

from __future__ import annotations

import dearpygui.dearpygui as dpg
import numpy as np

from kinesis_app.gui import theme
from kinesis_app.gui.desk import MOST_FIELDS, Desk
from kinesis_app.gui.field_list import field_table, matching_fields
from kinesis_app.gui.lines import kept_time
from kinesis_app.gui.plot_parts import (
    add_cursor,
    add_line,
    few_ticks,
    largest,
    set_line,
    smallest,
    time_plot,
)
from kinesis_app.gui.traces import Traces

PLOTS = tuple(f"field{slot}" for slot in range(MOST_FIELDS))
_LISTED = 5
_COLORS = (1, 0, 2, 6)
"""Of the lines, in ``PALETTE``."""


class FieldPlots:
    """A list to choose from, and a plot per chosen field."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._shown: tuple[str, ...] = ()

    def build_choice(self) -> None:
        """Create the search field and the list in the current container."""
        theme.heading("Watch any field")
        dpg.add_input_text(
            tag="field_search", hint="e.g. knee angle, soleus_r force", width=-1, callback=self._list
        )
        dpg.add_listbox((), tag="field_list", num_items=_LISTED, width=-1, callback=self._chosen)
        self._list()

    def build(self) -> None:
        """Create the plots in the current container."""
        for slot, plot in enumerate(PLOTS):
            axis = time_plot(plot, "", last=plot == PLOTS[-1], legend=True)
            add_line(f"{plot}_kept", axis, f"thin_{_COLORS[slot]}", show=False)
            add_line(f"{plot}_line", axis, f"line_{_COLORS[slot]}")
            add_cursor(plot)

    def update(self, traces: Traces, limits: tuple[float, float]) -> None:
        """Draw what lies within ``limits``."""
        self._name()
        rows, kept = traces.rows(limits), self._desk.kept
        for plot, name in zip(PLOTS, self._shown, strict=False):
            values = traces.watched(name)[rows]
            set_line(f"{plot}_line", traces["time"][rows], values)
            earlier = kept.watched(name) if kept is not None else np.zeros(0)
            dpg.configure_item(f"{plot}_kept", show=bool(len(earlier)))
            if kept is not None and len(earlier):
                set_line(f"{plot}_kept", kept_time(kept, traces), earlier)
            low, high = smallest(values), largest(values)
            margin = max(0.08 * (high - low), 1e-3 * max(abs(low), abs(high)), 1e-6)
            low, high = low - margin, high + 4.0 * margin  # room for the legend
            dpg.set_axis_limits(f"{plot}_y", low, high)
            dpg.set_axis_ticks(f"{plot}_y", tuple(few_ticks(low, high)))

    def _name(self) -> None:
        chosen = tuple(self._desk.fields)
        if chosen == self._shown:
            return
        self._shown = chosen
        for slot, plot in enumerate(PLOTS):
            name = chosen[slot] if slot < len(chosen) else ""
            dpg.configure_item(f"{plot}_line", label=name, show=bool(name))
            dpg.configure_item(f"{plot}_y", label=f"[{field_table()[name].unit}]" if name else "")
            if not name:
                dpg.configure_item(f"{plot}_kept", show=False)
        self._list()

    def _list(self, *_: object) -> None:
        words = dpg.get_value("field_search")
        items = [self._marked(name) for name in matching_fields(words)]
        dpg.configure_item("field_list", items=items)

    def _marked(self, name: str) -> str:
        return f"{field_table()[name].title}{'   (shown)' if name in self._desk.fields else ''}"

    def _chosen(self, _sender: object, label: str, _user: object) -> None:
        self._desk.watch(label.split(" [")[0])
        self._list()
