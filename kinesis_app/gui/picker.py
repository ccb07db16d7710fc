"""A window to choose the muscles that are plotted, by name, side, group and joint."""

from __future__ import annotations

import dearpygui.dearpygui as dpg

from kinesis_app.body.muscles import muscle_table
from kinesis_app.gui import theme
from kinesis_app.gui.desk import Desk
from kinesis_app.gui.muscle_choice import MAX_LINES
from kinesis_app.gui.muscle_filter import GROUP_CHOICES, JOINT_CHOICES, SIDES, MuscleFilter

_CHOICES = (("picker_side", SIDES), ("picker_group", GROUP_CHOICES), ("picker_joint", JOINT_CHOICES))


class MusclePicker:
    """Check boxes of the muscles that fit a filter."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def build(self) -> None:
        with dpg.window(tag="picker", label="Muscles to plot", show=False, no_collapse=True):
            dpg.add_input_text(
                tag="picker_text", hint="name, e.g. soleus", width=-1, callback=lambda *_: self.appear()
            )
            for tag, choices in _CHOICES:
                dpg.add_combo(
                    choices, tag=tag, default_value=choices[0], width=-1, callback=lambda *_: self.appear()
                )
            with dpg.group(horizontal=True):
                dpg.add_button(label="Plot these", callback=lambda *_: self._plot_shown())
                dpg.add_button(label="Clear all", callback=lambda *_: self._clear())
                theme.dim(f"up to {MAX_LINES}")
            with dpg.child_window(tag="picker_list"):
                for i, name in enumerate(muscle_table().names):
                    dpg.add_checkbox(
                        label=f"{name}   {muscle_table().group[i]}",
                        tag=f"pick{i}",
                        callback=self._toggled,
                        user_data=i,
                    )

    def appear(self) -> None:
        """Show what fits."""
        fitting, chosen = set(self._filter().muscles), self._desk.muscles.chosen
        for i in range(len(muscle_table().names)):
            dpg.configure_item(f"pick{i}", show=i in fitting)
            dpg.set_value(f"pick{i}", i in chosen)

    def _filter(self) -> MuscleFilter:
        return MuscleFilter(dpg.get_value("picker_text"), *(dpg.get_value(tag) for tag, _ in _CHOICES))

    def _toggled(self, _sender: object, _data: object, muscle: int) -> None:
        try:
            self._desk.muscles.toggle(muscle)
        finally:
            self.appear()

    def _plot_shown(self) -> None:
        self._desk.muscles.choose(self._filter().muscles)
        self.appear()

    def _clear(self) -> None:
        self._desk.muscles.clear()
        self.appear()
