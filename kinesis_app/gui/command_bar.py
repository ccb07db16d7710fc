"""The field under the picture: say what to do, see how far it is."""

from __future__ import annotations

import math

import dearpygui.dearpygui as dpg

from kinesis_app.command import CommandError, Task, preview
from kinesis_app.command.again import is_again, is_undo
from kinesis_app.gui import theme
from kinesis_app.gui.desk import Desk
from kinesis_app.gui.elide import elided
from kinesis_app.gui.mirror import Mirror
from kinesis_app.motion.gait.plan import GaitPlan
from kinesis_app.session import messages as m

HEIGHT = 68
_HINTS = ("Tell it what to do: walk 3 m, turn left, stop", "walk 3 m, turn left, stop", "walk 3 m")
"""The first one that fits is shown."""
_FRAME = 16
_KEPT = 30
_BUTTONS = 150
"""Room for the buttons at the end of the field [pixels at font scale 1]."""


class CommandBar:
    """A text field with preview, and the stages of what runs."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._past: list[str] = []
        self._at = 0
        self._color = ""
        self._mirror = Mirror()

    def build(self) -> None:
        """Create the bar in the current container."""
        with dpg.group(horizontal=True):
            dpg.add_input_text(
                tag="command_text",
                hint=_HINTS[0],
                width=-_BUTTONS,
                on_enter=True,
                callback=lambda *_: self.send(),
            )
            dpg.add_button(label="Do it", tag="command_do", callback=lambda *_: self.send())
            dpg.add_button(
                label="Cancel", tag="command_cancel", callback=lambda *_: self._desk.send(m.CancelCommand())
            )
            for tag in ("command_do", "command_cancel"):
                theme.sized(tag, 66)
        dpg.add_text("", tag="command_note")

    def send(self) -> None:
        """Ask for what the field says."""
        text = dpg.get_value("command_text").strip()
        if not text:
            return
        if not is_again(text) and not is_undo(text):
            self._past = [*(past for past in self._past if past != text), text][-_KEPT:]
        self._at = len(self._past)
        self._desk.send(m.TypedCommand(text))
        if not self._desk.shot.playing:
            self._desk.send(m.Play())
        dpg.set_value("command_text", "")

    def key(self, chord: str) -> bool:
        """Up and Down in the field bring earlier commands back; whether the key was taken."""
        if not dpg.is_item_active("command_text") or chord not in ("Up", "Down") or not self._past:
            return False
        self._at = min(max(self._at + (1 if chord == "Down" else -1), 0), len(self._past) - 1)
        dpg.set_value("command_text", self._past[self._at])
        return True

    def update(self, shot: m.Snapshot, width: int) -> None:
        """Show the preview of what is typed, or what runs; ``width`` of the bar in pixels."""
        if self._desk.typing_wanted:
            self._desk.typing_wanted = False
            dpg.focus_item("command_text")
        buttons = round(_BUTTONS * self._desk.settings.font_scale)
        room = width - buttons - 2 * _FRAME
        hint = next((hint for hint in _HINTS if theme.text_width(hint) < room), _HINTS[-1])
        self._mirror.configure("command_text", width=-buttons, hint=hint)
        text, last = dpg.get_value("command_text").strip(), self._past[-1] if self._past else ""
        note, color = (
            _preview_note(text, shot.walking_speed, last) if text else _task_note(shot.task, shot.time)
        )
        self._mirror.set_value("command_note", elided(note, width - 24, theme.text_width))
        if color != self._color:
            self._color = color
            dpg.bind_item_theme("command_note", color)
        self._mirror.configure("command_cancel", enabled=shot.task is not None)


def _preview_note(text: str, speed: float | None, last: str = "") -> tuple[str, str]:
    """What ``text`` after ``last`` would do to someone who walks at ``speed`` [m/s], and its theme."""
    if is_undo(text):
        return "goes on with what was done before the last command", "dim_text"
    if is_again(text) and last:
        return f"again: {last}", "dim_text"
    knots = ((0.0, speed or 0.0),)
    walk = GaitPlan(1.0, speed=knots, walking_at_start=True, walking_at_end=True) if speed else None
    try:
        stages = preview(text, walk)
    except CommandError as error:
        near = f"  Try: {', '.join(error.near[:4])}" if error.near else ""
        return f"{str(error).splitlines()[0]}{near}", "warning_text"
    end = stages[-1].end if stages else 0.0
    length = "and on" if math.isinf(end) else f"{end:.1f} s"
    return f"{'  >  '.join(stage.text for stage in stages)}   ({length})", "dim_text"


def _task_note(task: Task | None, time: float) -> tuple[str, str]:
    if task is None:
        return "", "dim_text"
    if task.planning:
        return f"{task.text}: planning ...", "dim_text"
    parts = []
    for stage in task.stages:
        if stage.end <= time:
            continue
        if stage.start <= time and math.isfinite(stage.end):
            share = (time - stage.start) / max(stage.end - stage.start, 1e-6)
            parts.append(f"{stage.text} ({100 * share:.0f} %)")
        else:
            parts.append(stage.text)
    done = sum(stage.end <= time for stage in task.stages)
    before = f"{done} done  >  " if done and parts else ""
    goals = f"   {len(task.goals)} goals" if len(task.goals) > 1 else ""
    return (f"{before}{'  >  '.join(parts)}{goals}" if parts else ""), "dim_text"
