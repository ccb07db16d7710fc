"""The menu of a right click on the floor or the human."""

from __future__ import annotations

import math
from collections.abc import Callable

import dearpygui.dearpygui as dpg

from kinesis_app.gui.desk import PUSH_SECONDS, Desk
from kinesis_app.gui.goal_marks import Point
from kinesis_app.session import messages as m
from kinesis_app.view.offscreen import Picked


class ContextMenu:
    """Shown where the mouse is; gone with the next click elsewhere."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._found: Picked | None = None
        self._ground: Point | None = None

    def build(self) -> None:
        with dpg.window(
            tag="context",
            popup=True,
            show=False,
            no_title_bar=True,
            no_resize=True,
            autosize=True,
            no_move=True,
        ):
            for tag, label, do in (
                ("context_go", "Go here", lambda: self._go(queue=False)),
                ("context_then", "Then go here", lambda: self._go(queue=True)),
                ("context_look", "Look here", self._look),
                ("context_select", "", self._select),
                ("context_push", "Push away from here", self._push),
                ("context_follow", "Follow the body", lambda: self._desk.view.set_tracking(True)),
            ):
                dpg.add_selectable(label=label, tag=tag, user_data=do, callback=self._chosen)

    def appear(self, found: Picked | None, ground: Point | None) -> None:
        """Open for what is under the mouse."""
        self._found, self._ground = found, ground
        for tag in ("context_go", "context_then"):
            dpg.configure_item(tag, show=ground is not None)
        dpg.configure_item("context_look", show=found is not None)
        body = found.body if found is not None and found.body != "world" else ""
        dpg.configure_item("context_select", show=bool(body), label=f"Select {body}")
        dpg.configure_item("context", show=True, pos=dpg.get_mouse_pos(local=False))

    def key(self, chord: str) -> bool:
        """Esc closes the menu; whether the key was taken."""
        taken = chord == "Esc" and bool(dpg.is_item_visible("context_push"))
        if taken:
            dpg.hide_item("context")
        return taken

    def _chosen(self, sender: int | str, _data: object, do: Callable[[], None]) -> None:
        dpg.set_value(sender, False)
        dpg.hide_item("context")
        do()

    def _go(self, queue: bool) -> None:
        if self._ground is not None:
            self._desk.send(m.SetGoal(*self._ground, None, queue))

    def _look(self) -> None:
        if self._found is not None:
            self._desk.view.centre_on(self._found.point)

    def _push(self) -> None:
        away = math.radians(self._desk.view.camera.cam.azimuth)
        force = self._desk.push_force
        self._desk.send(m.Push((force * math.cos(away), force * math.sin(away), 0.0), PUSH_SECONDS))

    def _select(self) -> None:
        if self._found is not None:
            self._desk.show(selected_body=self._found.body)
