"""The bar under the view: time, and who turns it."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping

import dearpygui.dearpygui as dpg

from kinesis_app.gui import theme
from kinesis_app.gui.actions import Action
from kinesis_app.gui.actions.time import RATES
from kinesis_app.gui.desk import Desk
from kinesis_app.gui.elide import elided
from kinesis_app.gui.mirror import Mirror
from kinesis_app.gui.timeline import Timeline
from kinesis_app.session import messages as m

HEIGHT = 112
_BUTTONS = ("time.play", "time.back", "time.step", "time.reset")
"""The first one is always there: Dear PyGui begins no row with an item that is hidden."""
_WIDTHS = {
    "time_play": 62, "time_continue": 150, "time_back": 54, "time_step": 54, "rate": 70, "time_reset": 60,
    "loop": 66,
}  # fmt: skip
"""Of what is in the row [pixels at font scale 1], the most needed first; the menu has what does not fit."""
_ROOM = 565
"""In a narrower bar the button to continue has one word [pixels at font scale 1]."""
_ONE_WORD = 86
_SPACING = 7
_ERROR_IS_LARGE = 0.15
_GAP = 16
_BAR, _CANCEL = 190, 56
"""Widths of the bar of what is under way and of its button [pixels at font scale 1]."""
_LEAST_NOTE = _LEAST_NAME = 40
"""Less room is left empty [pixels]."""


def rate_label(rate: float) -> str:
    """``0.25x`` or ``max``."""
    return "max" if math.isinf(rate) else f"{rate:g}x"


class Transport:
    """Timeline, buttons from the table of actions, a line of readings, work under way."""

    def __init__(self, desk: Desk, actions: dict[str, Action], call: Callable[[Action], None]) -> None:
        self._desk, self._actions, self._call = desk, actions, call
        self._timeline = Timeline(desk)
        self._mirror = Mirror()
        self._themes: tuple[bool, bool] | None = None

    def build(self) -> None:
        """Create the bar in the current container."""
        self._timeline.build()
        with dpg.group(horizontal=True):
            for name in _BUTTONS:
                self._button(name, self._actions[name].title.split()[0])
                theme.sized(name.replace(".", "_"), _WIDTHS[name.replace(".", "_")])
            dpg.add_combo(
                [rate_label(r) for r in RATES],
                tag="rate",
                default_value="1x",
                callback=lambda _s, label, _u: self._desk.send(m.SetRate(_rate_of(label))),
            )
            theme.sized("rate", _WIDTHS["rate"])
            with dpg.tooltip("rate", delay=0.5):
                dpg.add_text("Simulated seconds per second [= faster, - slower]")
            loop = self._actions["time.loop"]
            dpg.add_checkbox(label="Loop", tag="loop", callback=lambda *_: self._call(loop))
            self._button("time.continue", "")
            dpg.bind_item_theme("time_continue", "accent_button")
        with dpg.group(horizontal=True, horizontal_spacing=_GAP):
            for tag in ("read_time", "read_rate", "read_error"):
                dpg.add_text("", tag=tag)
            theme.dim("", tag="read_view")
            with dpg.group(horizontal=True, tag="work", show=False):
                dpg.add_progress_bar(tag="work_bar", overlay="")
                theme.sized("work_bar", 0, 20)
                dpg.add_button(
                    label="Cancel", small=True, callback=lambda *_: self._call(self._actions["file.cancel"])
                )

    def update(self, shot: m.Snapshot, view_note: str, width: int) -> None:
        """Show the readings of now; ``width`` of the bar in pixels."""
        self._timeline.update(shot, width - 18)
        self._mirror.configure("time_play", label="Pause" if shot.playing else "Play")
        self._fit(shot.reviewing, width - 18)
        room = self._show_readings(shot, width - 26) - _GAP
        note = elided(view_note, room, theme.text_width) if room > _LEAST_NOTE else ""
        self._mirror.set_value("read_view", note)
        large = shot.fallen or shot.body_error > _ERROR_IS_LARGE
        if (themes := (shot.playing, large)) != self._themes:
            self._themes = themes
            dpg.bind_item_theme("time_play", 0 if shot.playing else "accent_button")
            dpg.bind_item_theme("read_error", "warning_text" if large else 0)
        dpg.set_value("loop", shot.loop)
        if not dpg.is_item_active("rate"):
            dpg.set_value("rate", rate_label(shot.rate))

    def _fit(self, reviewing: bool, room: int) -> None:
        """Leave out of the row what does not fit into ``room`` [pixels]."""
        scale = self._desk.settings.font_scale
        words = "Continue from here" if room / scale >= _ROOM else "Continue"
        widths = _WIDTHS | {"time_continue": _WIDTHS["time_continue"] if " " in words else _ONE_WORD}
        wanted = {tag: round(scale * w) for tag, w in widths.items() if reviewing or tag != "time_continue"}
        shown = fitting(wanted, room)
        for tag in _WIDTHS:
            self._mirror.configure(tag, show=tag in shown)
        self._mirror.configure("time_continue", label=words, width=round(scale * widths["time_continue"]))

    def _show_readings(self, shot: m.Snapshot, room: float) -> float:
        """Show what fits; how much of ``room`` is left then [pixels]."""
        total = "" if shot.walking_speed is not None else f" / {shot.motion_seconds:.1f}"
        time, rate = f"   {shot.time:.2f}{total} s", _rate_note(shot)
        error = f"error {1e3 * shot.body_error:.0f} mm{'   FALLEN' if shot.fallen else ''}"
        name, measure = shot.motion[:28], theme.text_width
        room = self._show_work(room - measure(time) - measure(error) - _GAP)
        with_rate = room - measure(rate) - _GAP
        if shown := with_rate > min(measure(name), _LEAST_NAME):
            room = with_rate
        name = elided(name, room, measure) if room > min(measure(name), _LEAST_NAME) else ""
        self._mirror.set_value("read_time", name + time)
        self._mirror.set_value("read_rate", rate)
        self._mirror.configure("read_rate", show=shown)
        self._mirror.set_value("read_error", error)
        return room - measure(name)

    def _show_work(self, room: float) -> float:
        """Show what is under way; how much of ``room`` it leaves [pixels]."""
        running, scale = self._desk.jobs.running, self._desk.settings.font_scale
        self._mirror.configure("work", show=bool(running))
        self._mirror.configure("read_view", show=not running)
        if not running:
            return room
        work, cancel = running[-1], _CANCEL * scale + 2 * _GAP
        bar = min(_BAR * scale, max(room - cancel, 1.0))
        share = f" {100 * work.share:.0f} %" if work.share >= 0.0 else " ..."
        what = elided(work.what, bar - theme.text_width(share) - _GAP, theme.text_width)
        self._mirror.configure("work_bar", overlay=f"{what}{share}", width=round(bar))
        dpg.set_value("work_bar", max(work.share, 0.0))
        return room - bar - cancel

    def _button(self, name: str, label: str) -> None:
        action, tag = self._actions[name], name.replace(".", "_")
        dpg.add_button(label=label, tag=tag, callback=lambda *_: self._call(action))
        with dpg.tooltip(tag, delay=0.5):
            dpg.add_text(f"{action.help}{f' [{action.keys[0]}]' if action.keys else ''}")


def fitting(widths: Mapping[str, int], room: int) -> set[str]:
    """Of the items of a row, in order of their need, as many as ``room`` has [pixels]."""
    shown = set()
    for tag, width in widths.items():
        room -= width
        if room < 0:
            break
        shown.add(tag)
        room -= _SPACING
    return shown


def _rate_note(shot: m.Snapshot) -> str:
    if shot.reviewing:
        return f"{shot.history[1] - shot.run_time:.1f} s ago" if not shot.playing else "showing the past"
    return f"real time {shot.real_time_factor:.2f}" if shot.playing else "paused"


def _rate_of(label: str) -> float:
    return math.inf if label == "max" else float(label.rstrip("x"))
