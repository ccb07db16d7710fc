"""F1: everything that can be done, with a search field."""

from __future__ import annotations

import dearpygui.dearpygui as dpg

from kinesis_app.gui.actions import Action
from kinesis_app.gui.theme import DIM

MOUSE = (
    ("Left drag", "orbit (Shift: keep the horizon)"),
    ("Right drag", "pan (Shift: along the floor)"),
    ("Wheel, middle drag", "zoom (wheel up: away, as in MuJoCo's viewer)"),
    ("Right double click", "look at this point"),
    ("Click in the raster", "plot this muscle"),
)


class Help:
    """A window that lists the table of actions."""

    def __init__(self, actions: list[Action]) -> None:
        self._rows = [(" / ".join(a.keys), a.title, a.help) for a in actions]
        self._rows += [(keys, "Mouse", what) for keys, what in MOUSE]

    def build(self) -> None:
        with dpg.window(tag="help", label="Help", show=False, width=640, height=520, pos=(320, 90)):
            dpg.add_input_text(tag="help_search", hint="search", width=-1, callback=self._filter)
            with (
                dpg.child_window(border=False),
                dpg.table(header_row=True, row_background=True, policy=dpg.mvTable_SizingFixedFit),
            ):
                dpg.add_table_column(label="Keys, mouse")
                dpg.add_table_column(label="Action")
                dpg.add_table_column(label="", width_stretch=True)
                for i, (keys, title, text) in enumerate(self._rows):
                    with dpg.table_row(tag=f"help_row{i}"):
                        dpg.add_text(keys)
                        dpg.add_text(title)
                        dpg.add_text(text, color=DIM, wrap=0)

    def toggle(self) -> None:
        """Show or hide."""
        dpg.configure_item("help", show=not dpg.is_item_shown("help"))

    def _filter(self, _sender: object, text: str, _user: object) -> None:
        words = text.lower().split()
        for i, row in enumerate(self._rows):
            fits = all(word in " ".join(row).lower() for word in words)
            dpg.configure_item(f"help_row{i}", show=fits)
