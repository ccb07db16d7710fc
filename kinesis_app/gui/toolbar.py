"""The row over the picture: what is switched most, and what is done to the human now."""

from __future__ import annotations

from collections.abc import Callable

import dearpygui.dearpygui as dpg

from kinesis_app.experiment import Experiment
from kinesis_app.gui import theme
from kinesis_app.gui.actions import Action
from kinesis_app.gui.desk import Desk
from kinesis_app.gui.mirror import Mirror

HEIGHT = 40
_GAP = 4
_EDGES = 18
_CHIP_FROM = 585
"""Narrower rows have no room for what is done to the human [pixels at scale 1]; the tab shows it."""
_BUTTONS = (
    ("human.goal", "Goal", 52),
    ("view.ghost", "Ghost", 56),
    ("view.forces", "Forces", 60),
    ("view.follow", "Follow", 60),
    ("view.color", "Colour", 60),
    ("file.picture", "Picture", 62),
    ("file.film_mp4", "Film", 48),
    ("help.palette", "Find ...", 62),
)


class Toolbar:
    """Buttons from the table of actions; those that are on are lit."""

    def __init__(self, desk: Desk, actions: dict[str, Action], call: Callable[[Action], None]) -> None:
        self._desk, self._actions, self._call = desk, actions, call
        self._lit: dict[str, bool] = {}
        self._mirror = Mirror()

    def build(self) -> None:
        """Create the row in the current container."""
        with dpg.group(horizontal=True, horizontal_spacing=_GAP):
            for name, label, width in _BUTTONS:
                action, tag = self._actions[name], f"tool_{name}"
                dpg.add_button(label=label, tag=tag, user_data=action, callback=self._pressed)
                theme.sized(tag, width)
                with dpg.tooltip(tag, delay=0.5):
                    dpg.add_text(
                        f"{action.title}: {action.help}{f' [{action.keys[0]}]' if action.keys else ''}"
                    )
            dpg.add_button(tag="experiment_chip", show=False, callback=self._chip_pressed)
            dpg.bind_item_theme("experiment_chip", "chip_button")

    def update(self, width: int) -> None:
        """Once per frame; ``width`` of the row in pixels."""
        scale = self._desk.settings.font_scale
        right = float(_EDGES)
        for name, _, button in _BUTTONS:
            # What does not fit is left out whole: the menu has it, too.
            right += button * scale + _GAP
            self._mirror.configure(f"tool_{name}", show=right < width)
            checked = self._actions[name].checked
            on = checked is not None and name != "help.palette" and checked()
            if self._lit.get(name) != on:
                self._lit[name] = on
                dpg.bind_item_theme(f"tool_{name}", "lit_button" if on else 0)
        experiment = self._desk.shot.experiment
        fits = width / scale > _CHIP_FROM
        self._mirror.configure("experiment_chip", show=bool(experiment.changes) and fits)
        if experiment.changes:
            room = max(int((width / scale - 515) / 7.2), 9)
            self._mirror.configure("experiment_chip", label=shortened(describe(experiment), room))

    def _pressed(self, _sender: object, _data: object, action: Action) -> None:
        self._call(action)

    def _chip_pressed(self, *_: object) -> None:
        self._desk.set(left_panel=True, left_tab="experiment")


def describe(experiment: Experiment) -> str:
    """An experiment in a few words."""
    parts = [f"{selector} {100 * share:.0f} %" for selector, share in experiment.strength.items()]
    parts += [f"{selector} off" for selector in experiment.paralysed]
    parts += [f"{selector} held" for selector in experiment.excitation]
    for name in experiment.changes:
        value = getattr(experiment, name)
        if name == "pushes":
            parts.append(f"{len(value)} pushes" if len(value) > 1 else "push")
        elif name == "fatigue":
            parts.append("fatigue")
        elif name not in ("strength", "paralysed", "excitation"):
            parts.append(f"{name} {value:g}")
    return experiment.name or ", ".join(parts)


def shortened(words: str, most: int) -> str:
    """As many whole words as ``most`` letters hold: half a number would be another number."""
    if len(words) <= most:
        return words
    kept = words[: most - 2].rsplit(" ", 1)[0].rstrip(",")
    return f"{kept[: most - 3]} .."
