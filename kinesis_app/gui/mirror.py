"""Items that mirror a state: told only what changed, because every call into Dear PyGui costs time."""

from __future__ import annotations

from typing import Any

import dearpygui.dearpygui as dpg

_VALUE = "value"
_NOTHING = object()


class Mirror:
    """Remembers what it told which item; nobody else may tell these items the same things."""

    def __init__(self) -> None:
        self._told: dict[int | str, dict[str, Any]] = {}

    def configure(self, item: int | str, **wanted: Any) -> None:
        """``dpg.configure_item``, where something is new."""
        told = self._told.setdefault(item, {})
        changed = {name: value for name, value in wanted.items() if told.get(name, _NOTHING) != value}
        if changed:
            dpg.configure_item(item, **changed)
            told.update(changed)

    def set_value(self, item: int | str, value: Any) -> None:
        """``dpg.set_value``, where it is new."""
        told = self._told.setdefault(item, {})
        if told.get(_VALUE, _NOTHING) != value:
            dpg.set_value(item, value)
            told[_VALUE] = value

    def forget(self, item: int | str) -> None:
        """The user changed the item: what it was told holds no more."""
        self._told.pop(item, None)
