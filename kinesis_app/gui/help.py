"""F1: everything that can be done, with a search field. Shift+F1: five gestures to begin with."""

from __future__ import annotations

from collections.abc import Sequence

import dearpygui.dearpygui as dpg

from kinesis_app.gui import theme
from kinesis_app.gui.actions import Action
from kinesis_app.gui.desk import Desk
from kinesis_app.word_search import holds_words

MOUSE = (
    ("Left drag", "Orbit (Shift: keep the horizon)"),
    ("Right drag", "Pan (Shift: along the floor)"),
    ("Wheel, middle drag", "Zoom (wheel up: away, as in MuJoCo's viewer)"),
    ("Click on a muscle", "Let it stand out, here and in the plots"),
    ("Left double click", "Select a body"),
    ("Right click", "Menu: go here, look here, select, push"),
    ("Right double click", "Look at this point"),
    ("Ctrl + right double click", "Follow the body again"),
    ("Ctrl + drag", "Pull the selected body, or the pelvis; the farther the stronger (Shift: level)"),
    ("Ctrl + drag, paused", "Turn the human; with the right button move it (Shift: level)"),
    ("Shift+G, then click", "Go there; drag: face that way; Shift: one more goal; drag a goal: move it"),
    ("Click or drag in a plot", "Look at that time"),
    ("Wheel, right drag in a plot", "Zoom and move all plots; double click: the last ten seconds"),
    ("Click in the raster", "Let this muscle stand out; double click: plot it"),
    ("Click on a bar", "Let this muscle stand out"),
    ("Drag on the timeline", "Look at that time"),
    ("Drop a file on the window", "Open it: a motion, policy, session or experiment (not on Windows)"),
)
PAD = (
    ("Left stick", "Walk that way, as seen; let go: stop"),
    ("Right stick", "Orbit"),
    ("Cross up, down", "Walk faster, slower"),
    ("Cross left, right", "Push to its left, its right"),
    ("A, B, X, Y", "Play or pause; stop walking; next muscle colour; ghost"),
    ("Shoulders, Back, Start", "Ten steps back or on; reset; continue from here"),
)
"""See ``game_pad.BUTTONS``."""
SENTENCES = (
    (
        "walk, run, back up, sidestep",
        "How far (m, ft, steps), how long (s), how fast (m/s, km/h): all of it optional",
    ),
    ("turn left 90 degrees, turn around", "On the spot, or in a curve while it walks on"),
    ("walk in a circle of radius 2 m", "Circles and parts of them, to the left or to the right"),
    ("go to 2, 3 facing north", "A place on the floor [m]; home: where it began"),
    ("faster, 20 % slower, at 1.4 m/s", "Another speed for what it is doing"),
    ("walk 3 m, then turn right and stop", "One after the other; stop alone drops everything"),
    ("again, undo", "The last sentence once more; on with what was done before it"),
)
GESTURES = (
    ("Drag in the picture", "look from another side; the wheel zooms."),
    ("Type below it", "tell the human what to do: walk 3 m, turn left, stop."),
    ("Drag on the timeline", "look at the past; Enter goes on from there."),
    ("Experiment, on the left", "weaken a muscle, tilt the floor, push."),
    ("Ctrl+K", "finds everything else. F1 lists it."),
)


class Help:
    """A window that lists the table of actions, and what mouse, words and pad do."""

    def __init__(self, actions: Sequence[Action]) -> None:
        self._rows = [(" / ".join(a.keys), a.title, f"{a.help}.") for a in actions]
        self._rows += [(keys, "Mouse", f"{what}.") for keys, what in MOUSE]
        self._rows += [(words, "Typed", f"{what}.") for words, what in SENTENCES]
        self._rows += [(keys, "Game pad", f"{what}.") for keys, what in PAD]

    def build(self) -> None:
        with dpg.window(tag="help", label="Help", show=False, no_collapse=True):
            dpg.add_input_text(tag="help_search", hint="search", width=-1, callback=self._filter)
            with (
                dpg.child_window(border=False),
                dpg.table(header_row=True, row_background=True, policy=dpg.mvTable_SizingFixedFit),
            ):
                dpg.add_table_column(label="Keys, mouse, pad")
                dpg.add_table_column(label="Action")
                dpg.add_table_column(label="", width_stretch=True)
                for i, (keys, title, text) in enumerate(self._rows):
                    with dpg.table_row(tag=f"help_row{i}"):
                        dpg.add_text(keys)
                        dpg.add_text(title)
                        theme.dim(text, wrap=0)

    def _filter(self, _sender: object, text: str, _user: object) -> None:
        for i, row in enumerate(self._rows):
            dpg.configure_item(f"help_row{i}", show=holds_words(" ".join(row), text))


def build_welcome(desk: Desk) -> None:
    """The first-run overlay."""
    with dpg.window(
        tag="welcome", label="First steps", show=False, no_collapse=True, no_resize=True, autosize=True
    ):
        for i, (gesture, what) in enumerate(GESTURES):
            with dpg.group(horizontal=True):
                dpg.add_text(f"{i + 1}  {gesture}:", color=theme.ACCENT)
                dpg.add_text(what)
        dpg.add_spacer(height=4)
        button = dpg.add_button(
            label="Begin", tag="welcome_done", callback=lambda *_: desk.open.discard("welcome")
        )
        theme.sized(button, 120)
        dpg.bind_item_theme(button, "accent_button")
