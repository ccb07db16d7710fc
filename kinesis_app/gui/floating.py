"""Windows over the window: shown while their names are in ``desk.open``."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import dearpygui.dearpygui as dpg

from kinesis_app.gui import layout
from kinesis_app.gui.desk import WINDOWS, Desk


class Floating:
    """Keeps what is shown and ``desk.open`` the same.

    Args:
        desk: Its ``open`` says what is to be shown.
        appear: Called when a window opens, by its name.
    """

    def __init__(self, desk: Desk, appear: Mapping[str, Callable[[], None]]) -> None:
        self._desk, self._appear = desk, appear
        self._shown: set[str] = set()
        self._client = (0, 0)

    def update(self) -> None:
        """Once per frame."""
        client = dpg.get_viewport_client_width(), dpg.get_viewport_client_height()
        if client != self._client:
            self._client = client
            for name in self._shown:
                layout.keep_inside(name)
        for name in WINDOWS:
            wanted, known = name in self._desk.open, name in self._shown
            if wanted and not known:
                layout.place_floating(name, self._desk.settings.font_scale)
                dpg.show_item(name)
                dpg.focus_item(name)
                self._shown.add(name)
                self._appear.get(name, lambda: None)()
            elif known and not wanted:
                dpg.hide_item(name)
                self._shown.discard(name)
            elif known and not dpg.is_item_shown(name):  # closed by its own cross
                self._desk.open.discard(name)
                self._shown.discard(name)
