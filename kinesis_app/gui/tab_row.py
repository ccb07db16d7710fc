"""A row of buttons of which one is in front, and the container that belongs to it."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import dearpygui.dearpygui as dpg

_GAP = 4


class TabRow:
    """Dear PyGui's own tabs are of uneven width, and tell which one is in front only to a callback.

    Args:
        prefix: Of the tags: ``{prefix}_{name}`` is a button, ``{prefix}_{name}_body`` its container.
        titles: What the buttons say, by name.
        choose: Called with the name that the user wants.
    """

    def __init__(self, prefix: str, titles: Mapping[str, str], choose: Callable[[str], None]) -> None:
        self._prefix, self._titles, self._choose = prefix, titles, choose
        self._shown: tuple[str, int] = ("", 0)

    def build(self, builders: Mapping[str, Callable[[], None]]) -> None:
        """Create buttons and containers in the current container."""
        with dpg.group(horizontal=True, horizontal_spacing=_GAP):
            for name, title in self._titles.items():
                dpg.add_button(
                    label=title,
                    tag=f"{self._prefix}_{name}",
                    user_data=name,
                    callback=lambda _s, _d, name: self._choose(name),
                )
        for name, build in builders.items():
            with dpg.child_window(border=False, tag=f"{self._prefix}_{name}_body", show=False):
                build()
            dpg.bind_item_theme(f"{self._prefix}_{name}_body", "no_padding")

    def update(self, name: str, width: int) -> None:
        """Bring ``name`` to the front; ``width`` of the panel's content in pixels."""
        if (name, width) == self._shown:
            return
        self._shown = (name, width)
        each = (width - _GAP * (len(self._titles) - 1)) // len(self._titles)
        for other in self._titles:
            tag = f"{self._prefix}_{other}"
            dpg.configure_item(tag, width=each)
            dpg.bind_item_theme(tag, "lit_button" if other == name else 0)
            dpg.configure_item(f"{tag}_body", show=other == name)
