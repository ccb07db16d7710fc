"""The motion tab: motion, walking speed, policy, pushes."""

from __future__ import annotations

import math
from pathlib import Path

import dearpygui.dearpygui as dpg
import numpy as np

from kinesis_app.errors import KinesisError
from kinesis_app.gui import theme
from kinesis_app.gui.actions.files import ask
from kinesis_app.gui.actions.human import push
from kinesis_app.gui.desk import ENDLESS, Desk
from kinesis_app.gui.mirror import Mirror
from kinesis_app.gui.opening import open_motion
from kinesis_app.motion.gait.walking import SPEED_RANGE
from kinesis_app.motion.library import MotionEntry, list_motions
from kinesis_app.policy.library import PolicyInfo, list_policies
from kinesis_app.session import messages as m

_DIRECTIONS = (("forward", 0.0), ("back", 180.0), ("left", 90.0), ("right", -90.0))
_SLOWEST, _FASTEST = SPEED_RANGE
_MOST_ROWS = 40
_STANDS = 0.25
"""A plan that ends standing is still walked until the pelvis is slower than this [m/s]."""


class Controls:
    """Sends commands; what takes long to read goes through the desk's jobs."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._motions: list[MotionEntry] = []
        self._shown: dict[str, str] = {}
        self._policies: list[PolicyInfo] = []
        self._rows = 8
        self._followed = ""
        self._mirror = Mirror()

    def build(self) -> None:
        """Create the tab's content in the current container."""
        theme.heading("Motion")
        dpg.add_input_text(
            tag="motion_search", hint="search", width=-1, callback=lambda *_: self._list_motions()
        )
        dpg.add_listbox(
            (ENDLESS,), tag="motion_list", num_items=self._rows, width=-1, callback=self._motion_chosen
        )
        dpg.add_button(
            label="Open motion file ...",
            tag="open_motion",
            width=-1,
            callback=lambda *_: ask(self._desk, "motion"),
        )
        self._build_speed()
        theme.heading("Policy")
        dpg.add_combo((), tag="policy", width=-1, callback=self._policy_chosen)
        dpg.add_button(label="Open policy file ...", width=-1, callback=lambda *_: ask(self._desk, "policy"))
        dpg.add_spacer(height=2)
        self._build_pushes()

    def _build_speed(self) -> None:
        dpg.add_spacer(height=2)
        theme.heading("Walking speed")
        dpg.add_slider_float(
            tag="speed",
            min_value=_SLOWEST,
            max_value=_FASTEST,
            default_value=1.1,
            format="%.2f m/s",
            clamped=True,
            width=-1,
        )
        with dpg.item_handler_registry(tag="speed_released"):
            dpg.add_item_deactivated_after_edit_handler(
                callback=lambda *_: self.set_speed(dpg.get_value("speed"))
            )
        dpg.bind_item_handler_registry("speed", "speed_released")
        with dpg.tooltip("speed", delay=0.5):
            dpg.add_text("Of generated walks; other motions have their own")
        dpg.add_button(label="Stand", tag="stand", width=-1, callback=lambda *_: self.set_speed(0.0))
        dpg.add_spacer(height=2)

    def _build_pushes(self) -> None:
        theme.heading("Push the pelvis")
        dpg.add_slider_float(
            tag="push_force",
            min_value=10.0,
            max_value=200.0,
            default_value=self._desk.push_force,
            format="%.0f N for 0.2 s",
            width=-1,
            callback=lambda _s, newtons, _u: setattr(self._desk, "push_force", float(newtons)),
        )
        for row in (_DIRECTIONS[:2], _DIRECTIONS[2:]):
            with dpg.table(header_row=False, policy=dpg.mvTable_SizingStretchSame):
                for _ in row:
                    dpg.add_table_column()
                with dpg.table_row():
                    for name, angle in row:
                        dpg.add_button(
                            label=name.capitalize(),
                            tag=f"push_{name}",
                            width=-1,
                            user_data=angle,
                            callback=lambda _s, _d, angle: push(self._desk, angle),
                        )

    def read_libraries(self) -> None:
        """List motions and policies, away from the main thread."""
        self._desk.jobs.start("The motion library", lambda _: list_motions(), self._got_motions)
        self._desk.jobs.start("The policies", lambda _: list_policies(), self._got_policies)

    def set_speed(self, speed: float) -> None:
        """Walk at ``speed`` [m/s]; 0 stands."""
        self._desk.send(m.SetWalkingSpeed(speed))

    # --- once per frame --------------------------------------------------------------------

    def update(self, shot: m.Snapshot) -> None:
        """Show what the session does now."""
        if self._desk.motion_name != self._followed:
            self._followed = self._desk.motion_name
            self._list_motions()
        held, speed = dpg.is_item_active("speed"), shot.walking_speed
        if held:
            self._mirror.forget("speed")
        elif speed:
            self._mirror.set_value("speed", float(speed))
        self._mirror.configure("speed", format=_speed_format(shot, held), enabled=speed is not None)
        self._mirror.configure("stand", enabled=speed is not None)
        if dpg.get_value("policy") != shot.policy and not dpg.is_item_active("policy"):
            dpg.set_value("policy", shot.policy)

    def fit(self, bottom: float) -> None:
        """Give the list of motions what the panel leaves above ``bottom`` [pixels], once it is drawn."""
        if not dpg.is_item_visible("push_left"):
            return
        last = dpg.get_item_rect_min("push_left")[1] + dpg.get_item_rect_size("push_left")[1]
        row = dpg.get_item_rect_size("motion_list")[1] / (self._rows + 0.5)
        rows = max(3, min(_MOST_ROWS, self._rows + math.floor((bottom - last) / row)))
        if rows != self._rows:
            self._rows = rows
            dpg.configure_item("motion_list", num_items=rows)

    # --- lists -----------------------------------------------------------------------------

    def _got_motions(self, entries: list[MotionEntry]) -> None:
        self._motions = entries
        self._list_motions()

    def _list_motions(self) -> None:
        query = dpg.get_value("motion_search")
        shown, followed = {ENDLESS: ENDLESS}, self._followed
        if followed and followed != ENDLESS and all(e.name != followed for e in self._motions):
            shown[Path(followed).name] = followed
        shown |= {f"{e.name}   {e.duration:.0f} s": e.name for e in self._motions if e.matches(query)}
        self._shown = shown
        dpg.configure_item("motion_list", items=list(shown))
        label = next((label for label, name in shown.items() if name == followed), None)
        if label is not None:
            dpg.set_value("motion_list", label)

    def _motion_chosen(self, _sender: object, label: str, _user: object) -> None:
        open_motion(self._desk, self._shown.get(label, label), float(dpg.get_value("speed")))

    def _got_policies(self, policies: list[PolicyInfo]) -> None:
        self._policies = policies
        dpg.configure_item("policy", items=[p.name for p in policies])

    def _policy_chosen(self, _sender: object, name: str, _user: object) -> None:
        problem = next((p.problem for p in self._policies if p.name == name), "")
        if problem:
            raise KinesisError(f"Policy '{name}' does not fit: {problem}")
        self._desk.policy_name = name
        self._desk.send(m.LoadPolicy(name))


def _speed_format(shot: m.Snapshot, held: bool) -> str:
    """What the slider of the walking speed says; while it is held, always its number."""
    if shot.walking_speed is None:
        return "as recorded"
    stands = shot.walking_speed == 0.0 and float(np.hypot(shot.qvel[0], shot.qvel[1])) < _STANDS
    return "standing" if stands and not held else "%.2f m/s"
