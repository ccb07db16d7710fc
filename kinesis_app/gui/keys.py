"""Keyboard shortcuts; none fires while the user types."""

from __future__ import annotations

from collections.abc import Callable

import dearpygui.dearpygui as dpg

from kinesis_app.gui.actions import Action

_EQUAL = 602
"""Dear ImGui's code; Dear PyGui's mvKey_Plus is an old one that no key sends."""
_NAMES = {
    dpg.mvKey_Spacebar: "Space",
    dpg.mvKey_Right: "Right",
    dpg.mvKey_Left: "Left",
    dpg.mvKey_Up: "Up",
    dpg.mvKey_Down: "Down",
    dpg.mvKey_Back: "Backspace",
    dpg.mvKey_Escape: "Esc",
    dpg.mvKey_Home: "Home",
    dpg.mvKey_Minus: "-",
    dpg.mvKey_Add: "=",
    dpg.mvKey_Subtract: "-",
    _EQUAL: "=",
    dpg.mvKey_Tab: "Tab",
    dpg.mvKey_F5: "F5",
    dpg.mvKey_F1: "F1",
    dpg.mvKey_F2: "F2",
    dpg.mvKey_F11: "F11",
}
_REPEATING = ("Right", "Left", "=", "-")
_DIALOGS = ("motion_dialog", "policy_dialog")
_CTRL = (dpg.mvKey_LControl, dpg.mvKey_RControl)
_SHIFT = (dpg.mvKey_LShift, dpg.mvKey_RShift)
TEXT_FIELDS = ("motion_search", "picker_text", "help_search", "speed", "push_force")
"""Items that take characters (a slider does after Ctrl+click)."""


class Keys:
    """Looks keys up in the table of shortcuts."""

    def __init__(self, table: dict[str, Action], call: Callable[[Action], None]) -> None:
        self._table, self._call = table, call
        self._held: set[int] = set()

    def build(self) -> None:
        """Listen to the keyboard."""
        with dpg.handler_registry():
            dpg.add_key_press_handler(callback=self._pressed)
            dpg.add_key_release_handler(callback=self._released)

    def _pressed(self, _sender: object, code: int, _user: object) -> None:
        repeated = code in self._held
        self._held.add(code)
        name = key_name(code)
        if name == "Esc" and _close_dialog():
            return
        if name is None or typing() or (repeated and name not in _REPEATING):
            return
        modifiers = ("Ctrl+" if self._holds(_CTRL) else "") + ("Shift+" if self._holds(_SHIFT) else "")
        action = self._table.get(modifiers + name)
        if action is not None:
            self._call(action)

    def _holds(self, keys: tuple[int, int]) -> bool:
        # Not is_key_down: callbacks come a frame late, when a quick modifier is up again.
        return any(key in self._held for key in keys)

    def _released(self, _sender: object, code: int, _user: object) -> None:
        self._held.discard(code)


def key_name(code: int) -> str | None:
    """``A``, ``Space``, ``F1``; None for keys without a meaning here, and for mouse buttons."""
    if dpg.mvKey_A <= code <= dpg.mvKey_Z:
        return chr(ord("A") + code - dpg.mvKey_A)
    return _NAMES.get(code)


def typing() -> bool:
    """Whether the keyboard belongs to a text field or a dialog."""
    fields = any(dpg.does_item_exist(tag) and dpg.is_item_active(tag) for tag in TEXT_FIELDS)
    return fields or any(dpg.is_item_shown(tag) for tag in _DIALOGS)


def _close_dialog() -> bool:
    for tag in _DIALOGS:
        if dpg.is_item_shown(tag):
            dpg.hide_item(tag)
            return True
    return False
