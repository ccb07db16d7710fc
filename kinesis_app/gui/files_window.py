"""The window that opens files: type a path, or click through folders; recent files come first."""

from __future__ import annotations

import difflib
import time
from collections.abc import Callable
from pathlib import Path

import dearpygui.dearpygui as dpg

from kinesis_app.errors import KinesisError
from kinesis_app.gui import theme
from kinesis_app.gui.desk import Desk
from kinesis_app.gui.opening import ENDINGS, open_file
from kinesis_app.session.recent import recent_files

_UP = "../"
_MOST = 400
_DOUBLE_CLICK = 0.5
_TITLES = {
    "motion": "Open a motion",
    "policy": "Open a policy",
    "experiment": "Open an experiment",
    "session": "Open a session",
}


class FilesWindow:
    """One list for all kinds of files; which kind is asked for stands in ``desk.browse``."""

    def __init__(self, desk: Desk, guarded: Callable[[Callable[[], object]], None]) -> None:
        self._desk, self._guarded = desk, guarded
        self._folder = Path.cwd()
        self._shown: dict[str, Path] = {}
        self._clicked_last = (0.0, "")

    def build(self) -> None:
        with dpg.window(tag="files", show=False, no_collapse=True):
            dpg.add_input_text(
                tag="files_path",
                hint="path of a file or a folder, then Enter",
                width=-1,
                on_enter=True,
                callback=lambda _s, text, _u: self.enter(text),
            )
            dpg.add_listbox((), tag="files_list", width=-1, num_items=14, callback=self._clicked)
            with dpg.group(horizontal=True):
                dpg.add_button(label="Open", tag="files_open", callback=lambda *_: self._open_shown())
                theme.sized("files_open", 100)
                cancel = dpg.add_button(label="Cancel", callback=lambda *_: self._desk.open.discard("files"))
                theme.sized(cancel, 100)
            dpg.add_text("", tag="files_note", wrap=0)

    def appear(self) -> None:
        """Called when the window opens."""
        dpg.configure_item("files", label=_TITLES[self._desk.browse])
        self._list()
        dpg.focus_item("files_path")

    def enter(self, text: str) -> None:
        """Go into a folder, or open a file."""
        path = Path(text.strip().strip("'\"")).expanduser()
        path = path if path.is_absolute() else self._folder / path
        if path.is_dir():
            self._folder = path.resolve()
            self._list()
        elif path.is_file():
            self._desk.open.discard("files")
            self._guarded(lambda: open_file(self._desk, self._desk.browse, path))
            return
        else:
            self._note(missing(path), "warning_text")
        dpg.focus_item("files_path")  # else what is typed next would be shortcuts

    def _open_shown(self) -> None:
        self.enter(dpg.get_value("files_path"))

    def _clicked(self, _sender: object, label: str, _user: object) -> None:
        path = self._shown.get(label)
        if path is None:
            return
        now, again = time.monotonic(), label == self._clicked_last[1]
        double = again and now - self._clicked_last[0] < _DOUBLE_CLICK
        self._clicked_last = (now, label)
        if path.is_dir() or double:
            self.enter(str(path))
        else:
            dpg.set_value("files_path", str(path))

    def _list(self) -> None:
        endings = ENDINGS[self._desk.browse]
        old = [path for path in recent_files() if path.suffix.lower() in endings and path.is_file()][:6]
        self._shown = {f"recent: {path.name}": path for path in old}
        self._shown[_UP] = self._folder.parent
        try:
            entries = sorted(self._folder.iterdir(), key=lambda p: (p.is_file(), p.name.lower()))
        except OSError as error:
            raise KinesisError(f"'{self._folder}' cannot be read: {error.strerror}.") from None
        for path in (p for p in entries if not p.name.startswith(".")):
            if path.is_dir():
                self._shown[f"{path.name}/"] = path
            elif path.suffix.lower() in endings:
                self._shown[path.name] = path
        dpg.configure_item("files_list", items=list(self._shown)[:_MOST])
        dpg.set_value("files_path", f"{self._folder}/")
        self._note(f"Files that end in {', '.join(endings)}.", "dim_text")

    def _note(self, text: str, color: str) -> None:
        dpg.set_value("files_note", text)
        dpg.bind_item_theme("files_note", color)


def missing(path: Path) -> str:
    """That there is no ``path``, from where on, and what is there instead."""
    folder = next(parent for parent in path.parents if parent.is_dir())
    name = path.relative_to(folder).parts[0]
    if (folder / name).is_file():
        return f"'{folder / name}' is a file, no folder."
    try:
        near = difflib.get_close_matches(name, [entry.name for entry in folder.iterdir()], n=2, cutoff=0.6)
    except OSError:
        near = []
    hint = f" Did you mean {' or '.join(near)}?" if near else ""
    return f"There is no '{name}' in {folder}.{hint}"
