"""Keyboard shortcuts; none fires while the user types."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable

import dearpygui.dearpygui as dpg

from kinesis_app.gui.actions import Action

# Dear ImGui's codes; some of Dear PyGui's mvKey_ names are old ones that no key sends.
_NAMES = {
    dpg.mvKey_Spacebar: "Space", dpg.mvKey_Right: "Right", dpg.mvKey_Left: "Left", dpg.mvKey_Up: "Up",
    dpg.mvKey_Down: "Down", dpg.mvKey_Back: "Backspace", dpg.mvKey_Escape: "Esc", dpg.mvKey_Home: "Home",
    dpg.mvKey_End: "End", dpg.mvKey_Return: "Enter", dpg.mvKey_NumPadEnter: "Enter", dpg.mvKey_Tab: "Tab",
    517: "PageUp", 518: "PageDown", 596: "'", 597: ",", 598: "-", 599: ".", 600: "/", 601: ";", 602: "=",
    603: "[", 604: "\\", 605: "]", 606: "`",
    dpg.mvKey_Add: "=", dpg.mvKey_Subtract: "-",
    **{dpg.mvKey_NumPad0 + i: f"Num{i}" for i in range(10)},
    **{dpg.mvKey_0 + i: str(i) for i in range(10)},
    **{dpg.mvKey_F1 + i: f"F{i + 1}" for i in range(12)},
    **{dpg.mvKey_A + i: chr(ord("A") + i) for i in range(26)},
}  # fmt: skip
_REPEATING = ("Right", "Left", "=", "-")
_MODIFIERS = {
    "Ctrl+": (dpg.mvKey_LControl, dpg.mvKey_RControl),
    "Shift+": (dpg.mvKey_LShift, dpg.mvKey_RShift),
    "Alt+": (dpg.mvKey_LAlt, dpg.mvKey_RAlt),
}
_MODIFIER_CODES = frozenset(code for codes in _MODIFIERS.values() for code in codes)
_TEXT_ITEMS = ("mvInputText", "mvInputInt", "mvInputFloat", "mvSliderFloat", "mvSliderInt")
"""Types of items that take characters (a slider does after Ctrl+click)."""
_ALWAYS = ("Esc", "F1", "Ctrl+K")
"""Keys that no text field has a use for."""
_FRAMES = 3
"""For so long after typing a key still belongs to the text field: callbacks come late."""


class Keys:
    """Looks keys up in the table of shortcuts.

    Args:
        table: Actions by shortcut.
        call: Does an action.
        first: Offered every key before the table, e.g. for arrow keys in a list; says whether it took it.

    Raises:
        ValueError: If a shortcut's key does not exist, so that nobody could type it.
    """

    def __init__(
        self, table: dict[str, Action], call: Callable[[Action], None], first: Callable[[str], bool]
    ) -> None:
        for chord in table:
            key = chord.removeprefix("Ctrl+").removeprefix("Shift+").removeprefix("Alt+")
            if key not in _NAMES.values():
                raise ValueError(f"'{chord}': no key is called '{key}'.")
        self._table, self._call, self._first = table, call, first
        self._held: set[int] = set()
        self._down: list[int] = []
        self._up: list[int] = []
        self._fields: dict[int, int | str] = {}
        self._known: set[int] = set()
        self._number = -1
        self._typed: deque[bool] = deque(maxlen=2 * _FRAMES)
        self._hidden: list[int] = []
        self._tabbed = 0

    def build(self) -> None:
        """Listen to the keyboard."""
        with dpg.handler_registry():
            dpg.add_key_press_handler(callback=lambda _s, code, _u: self._down.append(code))
            dpg.add_key_release_handler(callback=lambda _s, code, _u: self._up.append(code))

    def update(self) -> None:
        """Once per frame, before the callbacks: they come late, when Enter has already left its field."""
        active = self._active()
        self._typed.append(bool(active))
        for field in self._hidden:
            dpg.show_item(field)
        self._hidden = active if self._tabbed > 0 else []
        for field in self._hidden:
            dpg.hide_item(field)
        self._tabbed -= 1

    def typing(self) -> bool:
        """Whether the keyboard belongs to a text field."""
        return bool(self._active())

    def _active(self) -> list[int]:
        # To ask for all items takes a third of a millisecond. But items are numbered as they are made: where
        # our own number is not the next one, there are new ones.
        number, last = dpg.generate_uuid(), self._number
        self._number = number
        if number != last + 1:
            self._find_fields()
        # A field in a window that was closed while it had the keyboard is told active for ever.
        return [
            field
            for field, window in self._fields.items()
            if dpg.does_item_exist(field) and dpg.is_item_active(field) and dpg.is_item_shown(window)
        ]

    def _find_fields(self) -> None:
        items = set(dpg.get_all_items())
        new = (i for i in items - self._known if dpg.get_item_type(i).split("::")[-1] in _TEXT_ITEMS)
        fields = {i: window for i, window in self._fields.items() if i in items}
        self._fields, self._known = fields | {i: _window_of(i) for i in new}, items

    def dispatch(self) -> None:
        """Once per frame, after the callbacks: what was pressed in one frame comes in no order of time."""
        pressed, released = self._down, self._up
        self._down, self._up = [], []
        if not pressed and not released:  # what is let go while another window has the keyboard is never told
            self._held = {code for code in self._held if dpg.is_key_down(code)}
        self._held.update(code for code in pressed if code in _MODIFIER_CODES)
        try:
            for code in pressed:
                if code not in _MODIFIER_CODES:
                    self._press(code)
        finally:
            self._held.difference_update(released)

    def _press(self, code: int) -> None:
        name, repeated = _NAMES.get(code), code in self._held
        if name is None:  # mouse buttons are told as keys, too
            return
        self._held.add(code)
        if repeated and name not in _REPEATING:
            return
        chord = "".join(m for m, keys in _MODIFIERS.items() if self._holds(keys)) + name
        if self._first(chord) or (self._belongs_to_field(chord) and chord not in _ALWAYS):
            return
        action = self._table.get(chord)
        if action is not None:
            self._call(action)

    def _belongs_to_field(self, chord: str) -> bool:
        if not chord.endswith("Tab"):
            return self.typing() or any(list(self._typed)[-_FRAMES:])
        # Dear ImGui moves to the next text field at Tab, whatever the key means to us: what counts is
        # who typed before it, and the field has to be left again. A hidden one loses the keyboard.
        if any(list(self._typed)[:-_FRAMES]):
            return True
        self._tabbed = 2 * _FRAMES
        return False

    def _holds(self, keys: tuple[int, int]) -> bool:
        # Not is_key_down: callbacks come a frame late, when a quick modifier is up again.
        return any(key in self._held for key in keys)


def _window_of(item: int | str) -> int | str:
    """The window that an item lies in, however deep."""
    while (parent := dpg.get_item_parent(item)) is not None:
        item = parent
    return item
