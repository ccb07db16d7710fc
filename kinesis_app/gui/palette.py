"""Ctrl+K: every action by a few letters; what is no action is a command to the human."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import dearpygui.dearpygui as dpg

from kinesis_app.gui.actions import Action, matching
from kinesis_app.gui.desk import Desk

_ROWS = 12


class Palette:
    """A field and the actions that fit; arrow keys choose, Enter does."""

    def __init__(self, desk: Desk, actions: Sequence[Action], call: Callable[[Action], None]) -> None:
        self._desk, self._actions, self._call = desk, actions, call
        self._found: list[Action] = []
        self._row = 0

    def build(self) -> None:
        with dpg.window(tag="palette", label="Find an action", show=False, no_collapse=True, no_resize=True):
            dpg.add_input_text(
                tag="palette_text",
                hint="a few letters, e.g. ghost",
                width=-1,
                callback=lambda *_: self.find(),
            )
            for i in range(_ROWS):
                dpg.add_selectable(
                    tag=f"palette_{i}", user_data=i, callback=lambda _s, _d, i: self._choose(i), show=False
                )

    def appear(self) -> None:
        """Called when the window opens."""
        dpg.set_value("palette_text", "")
        dpg.focus_item("palette_text")
        self.find()

    def find(self) -> None:
        """List what fits the text."""
        self._found = matching(self._actions, dpg.get_value("palette_text"))[:_ROWS]
        self._row = 0
        for i in range(_ROWS):
            fits = i < len(self._found)
            if fits:
                action = self._found[i]
                keys = f"   [{action.keys[0]}]" if action.keys else ""
                dpg.configure_item(f"palette_{i}", label=f"{action.menu}: {action.title}{keys}")
            dpg.configure_item(f"palette_{i}", show=fits)
        self._mark()

    def key(self, chord: str) -> bool:
        """Arrow keys and Enter while the window is open; whether the key was taken."""
        if chord in ("Down", "Up"):
            self._row = min(max(self._row + (1 if chord == "Down" else -1), 0), max(len(self._found) - 1, 0))
            self._mark()
            return True
        if chord == "Enter":
            self._choose(self._row)
            return True
        return False

    def _mark(self) -> None:
        for i in range(_ROWS):
            dpg.set_value(f"palette_{i}", i == self._row and i < len(self._found))

    def _choose(self, row: int) -> None:
        if row < len(self._found):
            self._desk.open.discard("palette")
            self._call(self._found[row])
