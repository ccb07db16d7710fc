"""Where things are: controls on the left, the view in the middle, plots on the right."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import dearpygui.dearpygui as dpg

from kinesis_app.body.muscles import muscle_table
from kinesis_app.gui import command_bar, toolbar, transport
from kinesis_app.gui.actions import MENUS, Action
from kinesis_app.gui.command_bar import CommandBar
from kinesis_app.gui.controls import Controls
from kinesis_app.gui.desk import Desk
from kinesis_app.gui.experiment_panel import ExperimentPanel
from kinesis_app.gui.mirror import Mirror
from kinesis_app.gui.plot_area import PlotArea
from kinesis_app.gui.settings import LEFT_TABS, Settings
from kinesis_app.gui.tab_row import TabRow
from kinesis_app.gui.toolbar import Toolbar
from kinesis_app.gui.transport import Transport
from kinesis_app.gui.view_panel import ViewPanel
from kinesis_app.gui.viewport import Viewport

SMALLEST_WINDOW = (1024, 700)
_LARGEST_WINDOW = (1600, 1000)
_GAP = 7
_MENU_HEIGHT = 46
_PADDING = 18
_LEFT, _RIGHT_SHARE, _RIGHT_LEAST, _RIGHT_MOST = 266, 0.30, 340, 620
# Of the floating windows: width and height at font scale 1; 0: as large as the content.
_FLOATING = {
    "help": (760, 520),
    "log": (620, 280),
    "info": (360, 0),
    "palette": (520, 0),
    "picker": (340, 480),
    "welcome": (0, 0),
    "files": (640, 438),
}


@dataclass(frozen=True)
class Parts:
    """What the window is made of."""

    left_tabs: TabRow
    controls: Controls
    experiment: ExperimentPanel
    view_panel: ViewPanel
    viewport: Viewport
    toolbar: Toolbar
    command: CommandBar
    transport: Transport
    plots: PlotArea
    mirror: Mirror


def make_parts(
    desk: Desk, actions: dict[str, Action], call: Callable[[Action], None], viewport: Viewport
) -> Parts:
    """The parts, not yet built."""
    titles = {name: name.capitalize() for name in LEFT_TABS}
    return Parts(
        left_tabs=TabRow("left", titles, lambda name: desk.set(left_tab=name)),
        controls=Controls(desk),
        experiment=ExperimentPanel(desk),
        view_panel=ViewPanel(desk, actions, call),
        viewport=viewport,
        toolbar=Toolbar(desk, actions, call),
        command=CommandBar(desk),
        transport=Transport(desk, actions, call),
        plots=PlotArea(desk),
        mirror=Mirror(),
    )


def window_size(screen: tuple[int, int], wanted: tuple[int, int] = (0, 0)) -> tuple[int, int]:
    """The size it had last, or one that leaves some of a large screen free and fills a small one."""
    limit = wanted if all(wanted) else _LARGEST_WINDOW
    fits = [min(most, size) for most, size in zip(limit, screen, strict=True)]
    return max(fits[0], SMALLEST_WINDOW[0]), max(fits[1], SMALLEST_WINDOW[1])


def create_viewport(title: str, screen: tuple[int, int], settings: Settings) -> None:
    """Open the window of the operating system, in the middle of the screen."""
    width, height = window_size(screen, (settings.width, settings.height))
    dpg.create_viewport(
        title=title,
        width=width,
        height=height,
        min_width=SMALLEST_WINDOW[0],
        min_height=SMALLEST_WINDOW[1],
        x_pos=max((screen[0] - width) // 2, 0),
        y_pos=max((screen[1] - height) // 2, 0),
    )
    dpg.setup_dearpygui()
    dpg.show_viewport()
    dpg.set_primary_window("main", True)


def build(parts: Parts, actions: Sequence[Action], call: Callable[[Action], None]) -> None:
    """Create the main window."""
    with dpg.window(tag="main", no_scrollbar=True, no_scroll_with_mouse=True):
        _menus(parts.mirror, actions, call)
        with dpg.group(horizontal=True, horizontal_spacing=_GAP):
            with dpg.child_window(tag="left", no_scrollbar=True, no_scroll_with_mouse=True):
                parts.left_tabs.build(
                    {
                        "motion": parts.controls.build,
                        "experiment": parts.experiment.build,
                        "view": parts.view_panel.build,
                    }
                )
            with dpg.group():
                with dpg.child_window(tag="tools", no_scrollbar=True, no_scroll_with_mouse=True):
                    parts.toolbar.build()
                dpg.add_child_window(tag="view", no_scrollbar=True, no_scroll_with_mouse=True)
                with dpg.child_window(tag="command", no_scrollbar=True, no_scroll_with_mouse=True):
                    parts.command.build()
                with dpg.child_window(tag="transport", no_scrollbar=True, no_scroll_with_mouse=True):
                    parts.transport.build()
            with dpg.child_window(tag="right", no_scrollbar=True, no_scroll_with_mouse=True):
                parts.plots.build()
    dpg.bind_item_theme("view", "no_padding")
    dpg.push_container_stack("view")
    parts.viewport.build()
    dpg.pop_container_stack()


def _menus(mirror: Mirror, actions: Sequence[Action], call: Callable[[Action], None]) -> None:
    def chosen(_sender: object, _data: object, action: Action) -> None:
        mirror.forget(f"menu_{action.id}")  # Dear PyGui has changed the mark by itself
        call(action)

    with dpg.menu_bar():
        for menu in MENUS:
            with dpg.menu(label=menu):
                made: dict[str, int | str] = {}
                for action in (a for a in actions if a.menu == menu):
                    if action.part and action.part not in made:
                        made[action.part] = dpg.add_menu(label=action.part)
                    dpg.add_menu_item(
                        label=action.title,
                        tag=f"menu_{action.id}",
                        shortcut=action.keys[0] if action.keys else "",
                        check=action.checked is not None,
                        parent=made.get(action.part, 0),
                        user_data=action,
                        callback=chosen,
                    )


def fit(parts: Parts, desk: Desk) -> tuple[int, int, int]:
    """Fit all panels to the window; once per frame, because the resize callback misses shrinking.

    Returns:
        Left edge and upper edge of the view, and its width [pixels].
    """
    width, height = dpg.get_viewport_client_width(), dpg.get_viewport_client_height()
    settings = desk.settings
    scale = settings.font_scale
    menu = round(_MENU_HEIGHT * (0.55 + 0.45 * scale))
    content_height = height - menu
    left = round(_LEFT * scale)
    right = int(min(max(width * _RIGHT_SHARE, _RIGHT_LEAST * scale), _RIGHT_MOST))
    taken = (left + _GAP) * settings.left_panel + (right + _GAP) * settings.right_panel
    centre = max(width - taken - 18, 200)
    heights = {
        "tools": round(toolbar.HEIGHT * scale),
        "command": round(command_bar.HEIGHT * scale),
        "transport": round(transport.HEIGHT * scale),
    }
    view_height = max(content_height - sum(heights.values()) - 3 * 5, 120)
    for tag, size, show in (
        ("left", (left, content_height), settings.left_panel),
        ("view", (centre, view_height), True),
        *((name, (centre, h), True) for name, h in heights.items()),
        ("right", (right, content_height), settings.right_panel),
    ):
        parts.mirror.configure(tag, width=size[0], height=size[1], show=show)
    parts.left_tabs.update(settings.left_tab, left - _PADDING)
    parts.controls.fit(height - 2 * _PADDING)
    parts.plots.fit(right - _PADDING)
    parts.viewport.update(centre, view_height)
    edge = (left + _GAP if settings.left_panel else 0) + _GAP + 2
    return edge, menu - 14 + heights["tools"] + 5, centre


def mark_menus(parts: Parts, actions: Sequence[Action]) -> None:
    """Tick what is on."""
    for action in actions:
        if action.checked is not None:
            parts.mirror.set_value(f"menu_{action.id}", action.checked())


def place_floating(name: str, scale: float) -> None:
    """Put a floating window into the middle of the upper half, as large as fits."""
    width, height = dpg.get_viewport_client_width(), dpg.get_viewport_client_height()
    w, h = (round(size * scale) for size in _FLOATING[name])
    w, h = min(w, width - 40), min(h, height - 80)
    size = {"width": w} if w else {}
    dpg.configure_item(name, pos=((width - (w or 520)) // 2, 70), **size, **({"height": h} if h else {}))


def keep_inside(name: str) -> None:
    """Move a floating window so far that it lies inside of the window, if it is not larger."""
    room = dpg.get_viewport_client_width(), dpg.get_viewport_client_height()
    pos, size = dpg.get_item_pos(name), dpg.get_item_rect_size(name)
    inside = [max(min(p, r - s), 0) for p, s, r in zip(pos, size, room, strict=True)]
    if inside != list(pos):
        dpg.set_item_pos(name, inside)


def muscle_note(muscle: int, activation: float) -> str:
    """One line about a muscle."""
    table = muscle_table()
    side = "left" if table.side[muscle] == "l" else "right"
    return f"{table.names[muscle]} ({table.group[muscle]}, {side}): {activation:.2f}"
