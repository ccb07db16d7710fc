"""Actions of the Help menu."""

from __future__ import annotations

from functools import partial

from kinesis_app.gui.actions.action import Action
from kinesis_app.gui.desk import Desk
from kinesis_app.gui.settings import config_dir


# One to three lines per row read better than eight.
# fmt: off
def rows(d: Desk) -> list[Action]:
    """The menu's rows."""
    return [
        Action("help.help", "Help", ("F1",), lambda: d.toggle_window("help"), "Help",
               "Keys, mouse and all actions", lambda: "help" in d.open),
        Action("help.palette", "Find an action ...", ("Ctrl+K",), lambda: d.toggle_window("palette"), "Help",
               "Type a few letters, press Enter", lambda: "palette" in d.open),
        Action("help.info", "Info and profiler", ("F2", "F3"), lambda: d.toggle_window("info"), "Help",
               "Times, rates, memory: what simulate shows at F2 and F3", lambda: "info" in d.open),
        Action("help.log", "Log", ("Shift+F2",), lambda: d.toggle_window("log"), "Help",
               "All messages so far", lambda: "log" in d.open),
        Action("help.welcome", "First steps", ("Shift+F1",), lambda: d.toggle_window("welcome"), "Help",
               "Five gestures to begin with", lambda: "welcome" in d.open),
        Action("help.keys", "Where shortcuts are set", (), partial(_tell_keys, d), "Help",
               "Which file changes the keys of this table"),
    ]


# fmt: on
def _tell_keys(d: Desk) -> None:
    d.tell("info", f"Write lines such as 'time.play: [P]' into '{config_dir() / 'keys.yaml'}'.")
