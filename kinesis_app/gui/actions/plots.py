"""Actions of the Plots menu."""

from __future__ import annotations

from functools import partial

from kinesis_app.gui.actions.action import Action
from kinesis_app.gui.desk import Desk
from kinesis_app.gui.settings import RIGHT_TABS

_TITLES = {
    "muscles": "Muscle plots",
    "bars": "Muscle bars",
    "body": "Body plots",
    "gait": "Gait cycle",
    "fields": "Any field",
}

_MORE_KEYS = {"fields": ("F4",)}  # where simulate has its sensors


# One to three lines per row read better than eight.
# fmt: off
def rows(d: Desk) -> list[Action]:
    """The menu's rows."""
    tabs = [
        Action(f"plots.{name}", _TITLES[name], (f"Ctrl+{i + 4}", *_MORE_KEYS.get(name, ())),
               partial(d.set, right_panel=True, right_tab=name), "Plots",
               f"Bring this to the front: {_TITLES[name].lower()}")
        for i, name in enumerate(RIGHT_TABS)
    ]
    return [
        *tabs,
        Action("plots.choose", "Choose muscles to plot ...", ("Shift+P",), lambda: d.toggle_window("picker"),
               "Plots", "Pick lines by name, side, group and joint", lambda: "picker" in d.open),
        Action("plots.clear", "Take all lines away", ("Ctrl+Shift+P",), d.muscles.clear, "Plots",
               "No muscle is plotted any more"),
        Action("plots.fields_clear", "Watch no field", (), d.watch_nothing, "Plots",
               "Take all lines of the Fields tab away"),
        Action("plots.zoom_in", "Zoom in", (".",), lambda: _zoom(d, 0.5), "Plots",
               "Half the time, in all plots"),
        Action("plots.zoom_out", "Zoom out", ("Shift+.",), lambda: _zoom(d, 2.0), "Plots",
               "Twice the time, in all plots"),
        Action("plots.zoom_reset", "The last ten seconds", ("Ctrl+.",), d.axis.reset, "Plots",
               "All plots follow the newest ten seconds again"),
        Action("plots.keep", "Keep this run for comparison", ("Shift+K",), partial(keep, d), "Plots",
               "Its lines stay, thin, under those to come, at the same time of the motion"),
        Action("plots.forget", "Forget the kept run", ("Ctrl+Shift+K",), partial(_forget, d), "Plots",
               "Take the thin lines away"),
    ]


# fmt: on
def keep(d: Desk) -> None:
    """Keep a copy of the past as it is."""
    d.kept = d.traces.copy()
    d.tell("info", f"Kept {len(d.kept) / 30.0:.0f} s for comparison: thin lines in the plots.")


def _forget(d: Desk) -> None:
    d.kept = None


def _zoom(d: Desk, factor: float) -> None:
    newest, cursor = d.traces.newest, d.shot.run_time
    d.axis.zoom(factor, cursor, d.axis.limits(newest, cursor), newest)
