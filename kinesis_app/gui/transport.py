"""The bar under the view: time, and who turns it."""

from __future__ import annotations

import math
from collections.abc import Callable

import dearpygui.dearpygui as dpg

from kinesis_app.gui.actions import Action
from kinesis_app.gui.theme import ACCENT, DIM
from kinesis_app.session.messages import Snapshot

RATES = (0.1, 0.25, 0.5, 1.0, 2.0, 4.0, 8.0, math.inf)
_BUTTONS = (("time.reset", 62), ("time.back", 58), ("time.play", 72), ("time.step", 58))
_ERROR_IS_LARGE = 0.15


def rate_label(rate: float) -> str:
    """``0.25x`` or ``max``."""
    return "max" if math.isinf(rate) else f"{rate:g}x"


def next_rate(rate: float, up: bool) -> float:
    """The neighbouring rate of the table."""
    if up:
        return next((r for r in RATES if r > rate * 1.001), RATES[-1])
    return next((r for r in reversed(RATES) if r < rate * 0.999), RATES[0])


class Transport:
    """Buttons from the table of actions and a line of readings."""

    def __init__(self, actions: dict[str, Action]) -> None:
        self._actions = actions

    def build(self, set_rate: Callable[[float], None], set_loop: Callable[[bool], None]) -> None:
        """Create the bar in the current container."""
        with dpg.group(horizontal=True):
            for name, width in _BUTTONS:
                action = self._actions[name]
                tag = name.replace(".", "_")
                dpg.add_button(
                    label=action.title.split()[0],
                    tag=tag,
                    width=width,
                    user_data=action,
                    callback=lambda _s, _d, action: action.run(),
                )
                with dpg.tooltip(tag, delay=0.5):
                    dpg.add_text(f"{action.help} [{action.keys[0]}]")
            dpg.add_combo(
                [rate_label(r) for r in RATES],
                tag="rate",
                default_value="1x",
                width=72,
                callback=lambda _s, label, _u: set_rate(_rate_of(label)),
            )
            with dpg.tooltip("rate", delay=0.5):
                dpg.add_text("Simulated seconds per second [= faster, - slower]")
            dpg.add_checkbox(
                label="Loop", tag="loop", default_value=True, callback=lambda _s, on, _u: set_loop(on)
            )
        with dpg.group(horizontal=True, horizontal_spacing=18):
            for tag, text in (
                ("read_time", "0.00 s"),
                ("read_rate", "real time 1.00"),
                ("read_error", "error 0 mm"),
            ):
                dpg.add_text(text, tag=tag)
            dpg.add_text("", tag="read_view", color=DIM)
        with dpg.theme(tag="playing_theme"), dpg.theme_component(dpg.mvButton):
            dpg.add_theme_color(dpg.mvThemeCol_Button, (*ACCENT[:3], 150))
            dpg.add_theme_color(dpg.mvThemeCol_ButtonHovered, ACCENT)

    def update(self, shot: Snapshot, view_note: str) -> None:
        """Show the readings of now."""
        dpg.configure_item("time_play", label="Pause" if shot.playing else "Play")
        dpg.bind_item_theme("time_play", 0 if shot.playing else "playing_theme")
        total = "" if shot.walking_speed is not None else f" / {shot.motion_seconds:.1f}"
        dpg.set_value("read_time", f"{shot.motion}   {shot.time:.2f}{total} s")
        factor = f"{shot.real_time_factor:.2f}" if shot.playing else "paused"
        dpg.set_value("read_rate", f"real time {factor}" if shot.playing else factor)
        state = "   FALLEN" if shot.fallen else ""
        dpg.set_value("read_error", f"error {1e3 * shot.body_error:.0f} mm{state}")
        large = shot.fallen or shot.body_error > _ERROR_IS_LARGE
        dpg.configure_item("read_error", color=(255, 125, 105) if large else (222, 226, 233))
        dpg.set_value("read_view", view_note)
        if not dpg.is_item_active("rate"):
            dpg.set_value("rate", rate_label(shot.rate))


def _rate_of(label: str) -> float:
    return math.inf if label == "max" else float(label.rstrip("x"))
