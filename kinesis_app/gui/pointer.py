"""The mouse over the picture: simulate's drags and double clicks, selection, goals, pulling."""

from __future__ import annotations

import math
import time
from dataclasses import replace

import dearpygui.dearpygui as dpg
import numpy as np

from kinesis_app.body.muscles import muscle_table
from kinesis_app.gui.context_menu import ContextMenu
from kinesis_app.gui.desk import Desk
from kinesis_app.gui.goal_marks import GoalDrag, press, shown
from kinesis_app.gui.viewport import Viewport
from kinesis_app.session import messages as m
from kinesis_app.view.eye import Eye, ground_point
from kinesis_app.view.offscreen import Picked
from kinesis_app.view.options import Goal

_WHEEL_STEP = 0.05
_DOUBLE_CLICK = 0.5
"""Longest time from one click to the next of a double click [s]."""
_CLICK_TRAVEL = 4.0
"""A press that moves less is a click [pixels]."""
_BUTTONS = {0: "orbit", 1: "pan", 2: "zoom"}
_CENTRE = (0.0, 0.0, 0.0)
PULL_STIFFNESS, STRONGEST_PULL = 400.0, 300.0
"""Force per distance of the mouse at the human's depth [N/m], and its limit [N]."""
_PULL_EVERY = 0.03
_TURN = 3.0
"""Turn of the paused human per width or height of the picture [rad]."""
_PULLED = "pelvis"
"""What is pulled while no body is selected."""


class Pointer:
    """Polled once per frame: Dear PyGui's own drag handlers come late and fire over other panels."""

    def __init__(self, desk: Desk, viewport: Viewport, menu: ContextMenu) -> None:
        self._desk, self._viewport, self._menu = desk, viewport, menu
        self._menu_at = math.inf
        self._drag: int | None = None
        self._mouse = (0.0, 0.0)
        self._travelled = 0.0
        self._down = [False] * 3
        self._last_click = [-1.0, -1.0, -1.0]
        self._goal: GoalDrag | None = None
        self._pull_from: tuple[float, float] | None = None
        self._pulled_at, self._pulled = 0.0, _PULLED

    def build(self) -> None:
        """Listen to the wheel."""
        with dpg.handler_registry():
            dpg.add_mouse_wheel_handler(callback=self._wheel)

    def update(self) -> None:
        """Once per frame."""
        down = [dpg.is_mouse_button_down(button) for button in range(3)]
        position = (float(dpg.get_mouse_pos(local=False)[0]), float(dpg.get_mouse_pos(local=False)[1]))
        for button in range(3):
            if down[button] and not self._down[button] and self._viewport.hovered and self._drag is None:
                self._drag, self._travelled = button, 0.0
                self._press(button)
            elif not down[button] and self._drag == button:
                self._release(button)
                self._drag = None
        moved = (position[0] - self._mouse[0], position[1] - self._mouse[1])
        if self._drag is not None and self._down[self._drag]:
            self._travelled += math.hypot(*moved)
            self._move(self._drag, moved)
        self._mouse, self._down = position, down
        self._show_goals()
        if time.monotonic() > self._menu_at:
            self._menu_at = math.inf
            point = self._ground()
            self._desk.view.pick(*self._viewport.mouse(), lambda found: self._menu.appear(found, point))

    def note(self) -> str:
        """What a click would do, for the line of readings; empty if nothing special."""
        if self._desk.goal_tool:
            return "goal tool: click = go there, drag = heading, Shift = one more, Esc ends"
        if self._desk.view.options.selected_body:
            return f"selected: {self._desk.view.options.selected_body}"
        return ""

    # --- press, move, release --------------------------------------------------------------

    def _press(self, button: int) -> None:
        if _held("Control") and button in (0, 1):
            self._pull_from = self._viewport.mouse()
            self._pulled = self._desk.view.options.selected_body or _PULLED
        elif button == 0 and self._desk.goal_tool:
            point = self._ground()
            if point is not None:
                self._goal = press(point, self._goals(), _held("Shift"))

    def _move(self, button: int, moved: tuple[float, float]) -> None:
        if self._pull_from is not None:
            self._pull(button)
        elif self._goal is not None:
            # In a click the ground moves, too: under the eye that follows the human.
            point = self._ground() if self._travelled > _CLICK_TRAVEL else None
            if point is not None:
                self._goal = replace(self._goal, now=point)
        elif moved != (0.0, 0.0) and (self._travelled > _CLICK_TRAVEL or button == 2):
            height = self._viewport.height
            self._desk.view.move_camera(_action(button), moved[0] / height, moved[1] / height)

    def _release(self, button: int) -> None:
        pulled, self._pull_from = self._pull_from is not None, None
        if pulled and self._desk.shot.playing:
            self._desk.send(m.Pull(self._pulled, _CENTRE, _CENTRE))
        if self._goal is not None:
            self._desk.send(self._goal.command())
            if not self._desk.shot.playing:
                self._desk.send(m.Play())
            self._goal = None
            return
        if self._travelled > _CLICK_TRAVEL:
            return
        now, last = time.monotonic(), self._last_click[button]
        double = now - last < _DOUBLE_CLICK
        self._last_click[button] = now
        if button == 0 and not pulled and not self._desk.goal_tool:
            self._desk.view.pick(*self._viewport.mouse(), self._select_body if double else self._select)
        elif button == 1:
            self._right_click(double, pulled)

    def _right_click(self, double: bool, control: bool) -> None:
        # A single click waits: it may turn out to be the first half of a double click.
        self._menu_at = math.inf if double or control else time.monotonic() + _DOUBLE_CLICK
        if double and control:
            self._desk.view.set_tracking(True)
        elif double:
            self._desk.view.pick(*self._viewport.mouse(), self._centre)

    # --- selection -------------------------------------------------------------------------

    def _select(self, found: Picked | None) -> None:
        desk = self._desk
        if found is not None and found.muscle is not None:
            if found.muscle != desk.muscles.selected:
                desk.select_muscle(found.muscle)
                desk.tell("info", f"{muscle_table().names[found.muscle]} stands out in the plots.")
        elif desk.muscles.selected is not None:
            desk.select_muscle(None)

    def _select_body(self, found: Picked | None) -> None:
        if found is not None and found.body:
            name = "" if found.body == "world" else found.body
            self._desk.show(selected_body=name)

    def _centre(self, found: Picked | None) -> None:
        if found is not None:
            self._desk.view.centre_on(found.point)

    # --- goals -----------------------------------------------------------------------------

    def _goals(self) -> tuple[Goal, ...]:
        task = self._desk.shot.task
        return () if task is None else tuple(Goal(g.x, g.y, g.heading) for g in task.goals)

    def _show_goals(self) -> None:
        goals = shown(self._goals(), self._goal)
        if goals != self._desk.view.options.goals:
            self._desk.show(goals=goals)

    def _ground(self) -> tuple[float, float] | None:
        eye = self._desk.view.eye
        return None if eye is None else ground_point(eye, *self._viewport.mouse())

    # --- pulling ---------------------------------------------------------------------------

    def _pull(self, button: int) -> None:
        """While time runs the human is pulled; while it stands the human is moved or, left, turned."""
        now, eye = time.monotonic(), self._desk.view.eye
        if eye is None or self._pull_from is None or now - self._pulled_at < _PULL_EVERY:
            return
        self._pulled_at = now
        shot, here = self._desk.shot, self._viewport.mouse()
        dx, dy = here[0] - self._pull_from[0], here[1] - self._pull_from[1]
        if shot.playing:
            force = PULL_STIFFNESS * dragged(eye, shot.qpos[:3], (dx, dy), _held("Shift"))
            force *= min(1.0, STRONGEST_PULL / max(float(np.linalg.norm(force)), 1e-6))
            self._desk.send(m.Pull(self._pulled, _CENTRE, _three(force)))
        elif (dx, dy) != (0.0, 0.0):
            self._pull_from = here
            if button == 0:
                turn = _TURN * (dx * np.array([0.0, 0.0, 1.0]) - dy * eye.right)
                self._desk.send(m.MoveBody(_CENTRE, _three(turn)))
            else:
                self._desk.send(m.MoveBody(_three(dragged(eye, shot.qpos[:3], (dx, dy), _held("Shift")))))

    def _wheel(self, _sender: object, steps: float, _user: object) -> None:
        if self._viewport.hovered and steps:
            self._desk.view.move_camera("zoom", 0.0, -_WHEEL_STEP * steps)


def dragged(eye: Eye, at: np.ndarray, by: tuple[float, float], level: bool) -> np.ndarray:
    """How far a point goes with the mouse, shape (3,) [m].

    Args:
        eye: Where the picture is taken from.
        at: The point, shape (3,) [m].
        by: Way of the mouse in widths and heights, to the right and up.
        level: Keep to the horizontal plane: up is away.
    """
    size = 2.0 * eye.half_height * float((at - eye.position) @ eye.forward)
    upward = eye.up
    if level:
        ahead = np.array([eye.forward[0], eye.forward[1], 0.0])
        upward = ahead / max(float(np.linalg.norm(ahead)), 1e-6)
    return np.asarray(size * (by[0] * eye.aspect * eye.right + by[1] * upward))


def _three(vector: np.ndarray) -> tuple[float, float, float]:
    x, y, z = (float(value) for value in vector)
    return x, y, z


def _action(button: int) -> str:
    name = _BUTTONS[button]
    return f"{name}_h" if _held("Shift") and name != "zoom" else name


def _held(name: str) -> bool:
    return any(dpg.is_key_down(getattr(dpg, f"mvKey_{side}{name}")) for side in "LR")
