"""Messages to the user: short-lived toasts over the view, and the list of all of them."""

from __future__ import annotations

import queue
import time

import dearpygui.dearpygui as dpg

from kinesis_app.gui import theme

COLORS = {"info": (165, 200, 235), "warning": (245, 195, 90), "error": (255, 125, 105)}
_MARK = {"info": "i", "warning": "!", "error": "x"}
_SECONDS = {"info": 4.0, "warning": 7.0, "error": 12.0}
_KEPT = 500
_SHOWN = 4
_PADDING = 20


class MessageLog:
    """Any thread may :meth:`tell`; the main thread calls :meth:`update` once per frame."""

    def __init__(self) -> None:
        self._incoming: queue.SimpleQueue[tuple[str, str]] = queue.SimpleQueue()
        self._toasts: list[tuple[float, str, str]] = []
        self._lines = 0
        self.all: list[tuple[str, str]] = []
        """Level and text of what was told, the last ones."""

    def tell(self, level: str, text: str) -> None:
        """Show ``text``; ``level`` is ``info``, ``warning`` or ``error``."""
        self._incoming.put((level, text))

    def build(self) -> None:
        """Create the windows; hidden while there is nothing to say."""
        with dpg.window(
            tag="toasts",
            show=False,
            no_title_bar=True,
            no_resize=True,
            no_move=True,
            no_scrollbar=True,
            no_focus_on_appearing=True,
            autosize=True,
            no_saved_settings=True,
            min_size=(40, 20),
        ):
            for i in range(_SHOWN):
                dpg.add_text("", tag=f"toast{i}", show=False)
        dpg.bind_item_theme("toasts", "toast_theme")
        with dpg.window(tag="log", label="Log", show=False, no_collapse=True):
            dpg.add_child_window(tag="log_lines", border=False)
        dpg.bind_item_theme("log", "toast_theme")

    def update(self, corner: tuple[int, int], width: int) -> None:
        """Take in new messages; toasts start at ``corner`` and are at most ``width`` wide [pixels]."""
        now = time.monotonic()
        changed = False
        while not self._incoming.empty():
            level, text = self._incoming.get()
            others = [toast for toast in self._toasts if toast[2] != text]  # no stack of the same words
            self._toasts = [*others, (now + _SECONDS[level], level, text)][-_SHOWN:]
            self._append(level, text)
            changed = True
        current = [toast for toast in self._toasts if toast[0] > now]
        if changed or len(current) != len(self._toasts):
            self._toasts = current
            self._show(width - _PADDING)
        if current:
            dpg.set_item_pos("toasts", list(corner))

    def _show(self, width: int) -> None:
        dpg.configure_item("toasts", show=bool(self._toasts))
        for i in range(_SHOWN):
            if i < len(self._toasts):
                _, level, text = self._toasts[i]
                line = f"{_MARK[level]}  {text}"
                dpg.set_value(f"toast{i}", line)
                # Wrapped only where it must be: a wrapped text makes the box as wide as its limit.
                longest = max(theme.text_width(part) for part in line.split("\n"))
                wrap = width if longest > width else -1
                dpg.configure_item(f"toast{i}", color=COLORS[level], show=True, wrap=wrap)
            else:
                dpg.configure_item(f"toast{i}", show=False)

    def _append(self, level: str, text: str) -> None:
        self.all = [*self.all[-_KEPT:], (level, text)]
        line = f"{time.strftime('%H:%M:%S')}  {level:<7}  {text}"
        dpg.add_text(line, parent="log_lines", color=COLORS[level], wrap=0)
        self._lines += 1
        if self._lines > _KEPT:
            dpg.delete_item(dpg.get_item_children("log_lines", 1)[0])
            self._lines -= 1
        dpg.set_y_scroll("log_lines", -1.0)
