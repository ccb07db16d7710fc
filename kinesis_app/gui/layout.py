"""Where things are: controls on the left, the view in the middle, plots on the right."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import dearpygui.dearpygui as dpg
import numpy as np

from kinesis_app.body.muscles import muscle_table
from kinesis_app.gui.theme import DIM, heading
from kinesis_app.view.colors import ACTIVATION_LUT, LUT_SIZE

if TYPE_CHECKING:
    from kinesis_app.gui.window import Window

SMALLEST_WINDOW = (1024, 700)
_LARGEST_WINDOW = (1600, 1000)
_GAP = 7
_TRANSPORT_HEIGHT = 74
_MENUS = ("File", "Run", "View", "Human", "Help")
_SHOWN_SWITCHES = ("view.ghost", "view.color", "view.forces", "view.follow")
SWITCH_PLACES = ("menu", "panel")
"""Prefixes of the tags of check boxes that stand for a switch."""
_LEFT, _RIGHT_SHARE, _RIGHT_LEAST, _RIGHT_MOST = 232, 0.31, 340, 620


def window_size(screen: tuple[int, int]) -> tuple[int, int]:
    """A window that leaves some of a large screen free and fills a small one."""
    fits = [min(limit, size) for limit, size in zip(_LARGEST_WINDOW, screen, strict=True)]
    return max(fits[0], SMALLEST_WINDOW[0]), max(fits[1], SMALLEST_WINDOW[1])


def build(w: Window) -> None:
    """Create the main window and all that floats over it."""
    with dpg.window(tag="main", no_scrollbar=True, no_scroll_with_mouse=True):
        _menus(w)
        with dpg.group(horizontal=True, horizontal_spacing=_GAP):
            with dpg.child_window(tag="left", width=_LEFT):
                w.controls.build()
                _switches(w)
            with dpg.group():
                dpg.add_child_window(tag="view", no_scrollbar=True, no_scroll_with_mouse=True)
                with dpg.child_window(tag="transport", height=_TRANSPORT_HEIGHT, no_scrollbar=True):
                    w.transport.build(_rate_setter(w), w.set_loop)
            with dpg.child_window(tag="right", no_scrollbar=True, no_scroll_with_mouse=True):
                _plots(w)
    _no_padding("view")
    dpg.push_container_stack("view")
    w.viewport.build()
    dpg.pop_container_stack()
    w.controls.build_dialogs()
    w.picker.build()
    w.help.build()


def _rate_setter(w: Window) -> Callable[[float], None]:
    from kinesis_app.session.messages import SetRate

    return lambda rate: w.send(SetRate(rate))


def _menus(w: Window) -> None:
    with dpg.menu_bar():
        for menu in _MENUS:
            with dpg.menu(label=menu):
                for action in (a for a in w.actions if a.menu == menu):
                    dpg.add_menu_item(
                        label=action.title,
                        tag=f"menu_{action.id}",
                        shortcut=action.keys[0],
                        check=action.checked is not None,
                        user_data=action,
                        callback=lambda _s, _d, action: action.run(),
                    )


def _plots(w: Window) -> None:
    with dpg.group(horizontal=True):
        heading("Muscle activation")
        dpg.add_button(label="Choose lines ...", small=True, callback=lambda *_: w.picker.toggle_window())
    w.muscle_lines.build_labels()
    # Subplots share their left and right edges, so that all time axes line up.
    with dpg.subplots(
        4,
        1,
        tag="plots",
        width=-1,
        height=-1,
        row_ratios=(0.31, 0.31, 0.19, 0.19),
        no_title=True,
        no_resize=True,
        no_menus=True,
    ):
        w.raster.build()
        w.muscle_lines.build()
        w.body_lines.build()


def _switches(w: Window) -> None:
    """The view's switches in the left panel, and the colour scale."""
    heading("View")
    for action in (a for a in w.actions if a.id in _SHOWN_SWITCHES):
        dpg.add_checkbox(
            label=action.title,
            tag=f"panel_{action.id}",
            user_data=action,
            callback=lambda _s, _d, action: action.run(),
        )
    with dpg.texture_registry():
        scale = np.ones((1, LUT_SIZE, 4), dtype=np.float32)
        scale[0, :, :3] = ACTIVATION_LUT
        dpg.add_static_texture(LUT_SIZE, 1, scale.reshape(-1).tolist(), tag="scale_texture")
    dpg.add_image("scale_texture", width=_LEFT - 22, height=10)
    dpg.add_text("0      muscle activation      1", color=DIM)


def update(w: Window) -> None:
    """Fit all panels to the window; once per frame, because the resize callback misses shrinking."""
    width, height = dpg.get_viewport_client_width(), dpg.get_viewport_client_height()
    content_height = height - 46
    right = int(min(max(width * _RIGHT_SHARE, _RIGHT_LEAST), _RIGHT_MOST))
    taken = sum(size + _GAP for panel, size in (("left", _LEFT), ("right", right)) if w.panels[panel])
    centre = max(width - taken - 18, 200)
    view_height = max(content_height - _TRANSPORT_HEIGHT - 5, 120)
    for tag, size in (
        ("left", (_LEFT, content_height)),
        ("view", (centre, view_height)),
        ("transport", (centre, _TRANSPORT_HEIGHT)),
        ("right", (right, content_height)),
    ):
        dpg.configure_item(tag, width=size[0], height=size[1], show=w.panels.get(tag, True))
    w.controls.fit(content_height)
    w.viewport.update(centre, view_height)
    corner = ((_LEFT + _GAP if w.panels["left"] else 0) + _GAP + 12, 46)
    w.log.update(corner)


def muscle_note(muscle: int, activation: float) -> str:
    """One line about a muscle."""
    table = muscle_table()
    side = "left" if table.side[muscle] == "l" else "right"
    return f"{table.names[muscle]} ({table.group[muscle]}, {side}): {activation:.2f}"


def _no_padding(tag: str) -> None:
    with dpg.theme() as theme, dpg.theme_component(dpg.mvAll):
        dpg.add_theme_style(dpg.mvStyleVar_WindowPadding, 0, 0)
    dpg.bind_item_theme(tag, theme)
