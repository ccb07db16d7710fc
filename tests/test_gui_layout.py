"""Nothing in the window is cut off: every text against what holds it, in every tab and floating window.

This file is also the program that the test starts; see ``window_driver``.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pytest
from window_driver import Driver, needs_x, run_under, start

SCALES = (1.0, 1.5)
_KINDS = ("mvText", "mvButton", "mvCombo", "mvCheckbox", "mvSliderFloat", "mvInputText")
_PADDING = 8
"""Of a text inside an item, both sides together [pixels]; more is nicer, less cuts it off."""


@needs_x
@pytest.mark.parametrize("scale", SCALES)
def test_no_text_is_cut_off(display: str, tmp_path: Path, scale: float) -> None:
    look = f"welcomed: true\ntheme: {'light' if scale > 1 else 'dark'}\nfont_scale: {scale}\n"
    seen, errors = start(__file__, display, tmp_path, settings=f"{look}width: 1280\nheight: 800\n")
    assert "Error" not in errors
    assert len(seen["passed"]) > 10


class Reader(Driver):
    """Opens everything and measures it."""

    def drive(self) -> None:
        import dearpygui.dearpygui as dpg

        from kinesis_app.gui.desk import WINDOWS
        from kinesis_app.gui.settings import LEFT_TABS, RIGHT_TABS

        w = self.window
        self.wait("the session runs", lambda: w.started and w.session.latest_snapshot().step > 3)
        self.wait("the picture is there", lambda: dpg.does_item_exist("picture"))
        self.change_muscles()
        for tab in LEFT_TABS:
            w.desk.set(left_tab=tab)
            self.check(f"left tab {tab}")
        for tab in RIGHT_TABS:
            w.desk.set(right_tab=tab)
            self.check(f"right tab {tab}")
        for name in WINDOWS:
            w.desk.open.add(name)
            self.wait(f"{name} opens", lambda n=name: dpg.is_item_shown(n))  # type: ignore[misc]
            self.check(f"window {name}")
            w.desk.open.clear()

    def change_muscles(self) -> None:
        """Rows of each kind in the experiment panel."""
        from kinesis_app.experiment import Experiment, Fatigue, TimedPush
        from kinesis_app.session import messages as m

        experiment = Experiment(
            strength={"hip extensors_r": 0.2},
            paralysed=("tibant_r",),
            excitation={"plantarflexors_l": 0.3},
            fatigue=Fatigue(),
            pushes=(TimedPush(120.0, 0.2, -90.0, 210.0, 0.3),),
        )
        self.window.desk.send(m.SetExperiment(experiment))
        self.wait("it is changed", lambda: self.window.desk.shot.experiment.changes)

    def check(self, where: str) -> None:
        self.frames(8)
        cut = self.on_main_thread(all_cut_off)
        assert not cut, f"{where}: {cut}"
        self.passed.append(where)


def all_cut_off() -> list[str]:
    """What is wrong with all that is on the screen."""
    items = visible()
    cut = [problem for item in items if (problem := cut_off(item))]
    return cut + [problem for holder in {holder_of(i) for i in items} if (problem := overflow(holder))]


def visible() -> list[int]:
    """Items with a text that are on the screen."""
    import dearpygui.dearpygui as dpg

    return [
        item
        for item in dpg.get_all_items()
        if dpg.get_item_type(item).split("::")[-1] in _KINDS and dpg.get_item_state(item).get("visible")
    ]


def cut_off(item: int) -> str:
    """What is wrong with an item; empty if nothing is."""
    import dearpygui.dearpygui as dpg

    from kinesis_app.gui import theme

    kind, text = dpg.get_item_type(item).split("::")[-1], text_of(item)
    if kind in ("mvText", "mvCheckbox"):  # as wide as their text: what holds them overflows
        return ""
    width, height = dpg.get_item_rect_size(item)
    room = width - _PADDING - (height if kind == "mvCombo" else 0)  # its arrow is a square
    wanted = theme.text_width(text)
    return f"{kind} '{text}' has {room:.0f} of {wanted:.0f} pixels" if wanted > room else ""


def overflow(holder: int | str) -> str:
    """Whether a window holds more than is seen, and cannot or should not be scrolled."""
    import dearpygui.dearpygui as dpg

    across, down = dpg.get_item_state(holder)["scroll_max"]
    fixed = dpg.get_item_configuration(holder).get("no_scrollbar")
    if across > 0 or (fixed and down > 0):
        return f"{holder} holds {across:.0f} x {down:.0f} pixels too much"
    return ""


def text_of(item: int) -> str:
    """The longest text that an item shows, or shall."""
    import dearpygui.dearpygui as dpg

    kind, config = dpg.get_item_type(item).split("::")[-1], dpg.get_item_configuration(item)
    if kind == "mvInputText":
        return str(config["hint"]) if not dpg.get_value(item) else ""
    if kind == "mvSliderFloat":
        return str(config["format"]) % config["min_value"] if config["format"] else ""
    if kind == "mvText":
        return str(dpg.get_value(item))
    if kind == "mvCombo":
        return max(config["items"], key=len, default="")
    return str(config["label"] or "")


def holder_of(item: int) -> int | str:
    """The window or child window around an item."""
    import dearpygui.dearpygui as dpg

    parent: Any = dpg.get_item_parent(item)
    while parent and dpg.get_item_type(parent).split("::")[-1] not in ("mvWindowAppItem", "mvChildWindow"):
        parent = dpg.get_item_parent(parent)
    return parent


if __name__ == "__main__":
    sys.exit(run_under(Reader, Path(sys.argv[1])))
