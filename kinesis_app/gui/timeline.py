"""The history as a bar: drag on it to look at the past."""

from __future__ import annotations

import math

import dearpygui.dearpygui as dpg

from kinesis_app.gui import theme
from kinesis_app.gui.desk import Desk
from kinesis_app.gui.mirror import Mirror
from kinesis_app.session import messages as m

HEIGHT = 26
SHORTEST = 10.0
"""The bar is at least so long [s]: a run that just began does not jump."""
_STAGES = 12
_BAR = (8, HEIGHT - 6)
_COLORS = {
    "past": (62, 78, 104),
    "loop": (196, 150, 50, 130),
    "stage": (150, 200, 170),
    "cursor": theme.ACCENT,
}


class Timeline:
    """Draws ``Snapshot.history``, the cursor, the A-B loop and the stages of a command."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._width = 100
        self._range = (0.0, SHORTEST)
        self._dragging = False
        self._sought = math.nan
        self._mirror = Mirror()

    def build(self) -> None:
        """Create the bar in the current container."""
        top, bottom = _BAR
        with dpg.drawlist(100, HEIGHT, tag="timeline"):
            dpg.draw_rectangle((0, top), (10, bottom), tag="tl_room", fill=(30, 35, 46), color=(60, 68, 84))
            dpg.draw_rectangle(
                (0, top), (10, bottom), tag="tl_past", fill=_COLORS["past"], color=(0, 0, 0, 0)
            )
            dpg.draw_rectangle((0, top), (0, bottom), tag="tl_loop", fill=_COLORS["loop"], color=(0, 0, 0, 0))
            for i in range(_STAGES):
                dpg.draw_line((0, top), (0, bottom), tag=f"tl_stage{i}", color=_COLORS["stage"], show=False)
            dpg.draw_line((0, 2), (0, HEIGHT - 2), tag="tl_cursor", color=_COLORS["cursor"], thickness=3)

    def update(self, shot: m.Snapshot, width: int) -> None:
        """Once per frame; ``width`` in pixels."""
        if width != self._width:
            self._width = width
            self._mirror.configure("timeline", width=width)
        oldest, newest = shot.history
        self._range = (oldest, max(newest, oldest + SHORTEST))
        top, bottom = _BAR
        self._box("tl_room", 0.0, float(width))
        self._box("tl_past", 0.0, self._x(newest))
        loop = shot.loop_range or ((self._desk.loop_from, shot.run_time) if self._desk.loop_from else (0, 0))
        self._box("tl_loop", *sorted((self._x(loop[0]), self._x(loop[1]))))
        x = self._x(shot.run_time)
        self._mirror.configure("tl_cursor", p1=(x, 2), p2=(x, HEIGHT - 2))
        starts = self._stage_starts(shot)
        for i in range(_STAGES):
            shown = i < len(starts)
            x = self._x(starts[i]) if shown else 0.0
            self._mirror.configure(f"tl_stage{i}", p1=(x, top), p2=(x, bottom), show=shown)
        self._scrub(shot)

    def _stage_starts(self, shot: m.Snapshot) -> list[float]:
        if shot.task is None:
            return []
        begin = shot.run_time - shot.time  # stages are in the motion's time
        starts = [begin + stage.start for stage in shot.task.stages]
        return [t for t in starts if self._range[0] < t < self._range[1]][:_STAGES]

    def _scrub(self, shot: m.Snapshot) -> None:
        down = dpg.is_mouse_button_down(0)
        if not down:
            self._dragging = False
        elif not self._dragging and dpg.is_item_hovered("timeline") and dpg.is_mouse_button_clicked(0):
            self._dragging = True
        if self._dragging:
            x = dpg.get_mouse_pos(local=False)[0] - dpg.get_item_rect_min("timeline")[0]
            share = min(max(x / max(self._width, 1), 0.0), 1.0)
            time = min(self._range[0] + share * (self._range[1] - self._range[0]), shot.history[1])
            if time != self._sought:
                self._sought = time
                self._desk.send(m.Seek(time))

    def _x(self, time: float) -> float:
        share = (time - self._range[0]) / (self._range[1] - self._range[0])
        return self._width * min(max(share, 0.0), 1.0)

    def _box(self, tag: str, left: float, right: float) -> None:
        self._mirror.configure(tag, pmin=(left, _BAR[0]), pmax=(right, _BAR[1]))
