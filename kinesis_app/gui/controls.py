"""The left panel: motion, policy, walking speed, pushes."""

from __future__ import annotations

import math
from collections.abc import Callable
from pathlib import Path

import dearpygui.dearpygui as dpg

from kinesis_app.body.rotations import heading as facing
from kinesis_app.errors import KinesisError
from kinesis_app.gui.loader import Loader
from kinesis_app.gui.theme import heading
from kinesis_app.motion.clip import MotionClip
from kinesis_app.motion.formats import SUFFIXES
from kinesis_app.motion.library import MotionEntry, list_motions, load_motion
from kinesis_app.policy.library import PolicyInfo, list_policies
from kinesis_app.session import messages as m
from kinesis_app.session.live import LiveSession
from kinesis_app.session.walking import endless_walk

ENDLESS = "walk without end"
PUSH_SECONDS = 0.2
_DIRECTIONS = (("forward", 0.0), ("back", 180.0), ("left", 90.0), ("right", -90.0))


class Controls:
    """Sends commands; what takes long to read goes through the loader."""

    def __init__(self, session: LiveSession, loader: Loader) -> None:
        self._session, self._loader = session, loader
        self._motions: list[MotionEntry] = []
        self._shown: dict[str, str] = {}
        self._policies: list[PolicyInfo] = []
        self._dragging_speed = False

    # --- building --------------------------------------------------------------------------

    def build(self) -> None:
        """Create the panel's content in the current container."""
        heading("Motion")
        dpg.add_input_text(
            tag="motion_search", hint="search", width=-1, callback=lambda *_: self._list_motions()
        )
        dpg.add_listbox((ENDLESS,), tag="motion_list", num_items=8, width=-1, callback=self._motion_chosen)
        dpg.add_button(
            label="Open motion file ...",
            tag="open_motion",
            width=-1,
            callback=lambda *_: self.ask_for_motion(),
        )
        dpg.add_spacer(height=2)
        heading("Walking speed")
        with dpg.group(horizontal=True):
            dpg.add_slider_float(
                tag="speed",
                min_value=0.6,
                max_value=1.8,
                default_value=1.1,
                format="%.2f m/s",
                clamped=True,
                width=-72,
            )
            dpg.add_button(label="Stand", tag="stand", width=-1, callback=lambda *_: self.set_speed(0.0))
        with dpg.item_handler_registry(tag="speed_released"):
            dpg.add_item_deactivated_after_edit_handler(
                callback=lambda *_: self.set_speed(dpg.get_value("speed"))
            )
        dpg.bind_item_handler_registry("speed", "speed_released")
        with dpg.tooltip("speed", delay=0.5):
            dpg.add_text("Of generated walks; other motions have their own")
        dpg.add_spacer(height=2)
        heading("Policy")
        dpg.add_combo((), tag="policy", width=-1, callback=self._policy_chosen)
        dpg.add_button(
            label="Open policy file ...", width=-1, callback=lambda *_: dpg.show_item("policy_dialog")
        )
        dpg.add_spacer(height=2)
        heading("Push the pelvis")
        dpg.add_slider_int(
            tag="push_force", min_value=10, max_value=200, default_value=50, format="%d N for 0.2 s", width=-1
        )
        self._push_buttons()
        dpg.add_spacer(height=2)

    def _push_buttons(self) -> None:
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
                            callback=lambda _s, _d, a: self.push(a),
                        )

    def build_dialogs(self) -> None:
        """Create the file dialogs; outside any container."""
        everything = f"Motions ({' '.join((*SUFFIXES, '.npz'))}){{{','.join((*SUFFIXES, '.npz'))}}}"
        self._dialog("motion_dialog", "Open a motion", (everything, ".*"), self.open_motion)
        self._dialog("policy_dialog", "Open a policy", (".onnx", ".*"), self.open_policy)

    def _dialog(self, tag: str, label: str, endings: tuple[str, ...], use: Callable[[str], None]) -> None:
        def chosen(_sender: object, data: dict[str, object], _user: object) -> None:
            selections = data.get("selections")
            paths = list(selections.values()) if isinstance(selections, dict) else []
            use(str(paths[0] if paths else data["file_path_name"]))

        with dpg.file_dialog(
            tag=tag,
            label=label,
            show=False,
            width=640,
            height=420,
            callback=chosen,
            modal=True,
            default_path=str(Path.cwd()),
        ):
            for ending in endings:
                dpg.add_file_extension(ending)

    def read_libraries(self) -> None:
        """List motions and policies, on the loader's thread."""
        self._loader.load("the motion library", list_motions, self._got_motions)
        self._loader.load("the policies", list_policies, self._got_policies)

    # --- what the user asks for ------------------------------------------------------------

    def ask_for_motion(self) -> None:
        """Show the file dialog."""
        dpg.show_item("motion_dialog")

    def open_motion(self, name: str) -> None:
        """Follow a motion of the library or of a file, once it is read."""
        speed = float(dpg.get_value("speed"))

        def read() -> MotionClip:
            return endless_walk(speed) if name == ENDLESS else load_motion(name)

        self._loader.load(f"'{Path(name).name}'", read, lambda clip: self._session.send(m.LoadMotion(clip)))

    def open_policy(self, name: str) -> None:
        """Let a policy of this name or file drive the muscles."""
        self._session.send(m.LoadPolicy(name))

    def set_speed(self, speed: float) -> None:
        """Walk at ``speed`` [m/s]; 0 stands."""
        self._session.send(m.SetWalkingSpeed(speed))

    def push(self, angle: float) -> None:
        """Push at ``angle`` [deg] from the body's heading, counterclockwise seen from above."""
        shot = self._session.latest_snapshot()
        direction = float(facing(shot.qpos[3:7])) + math.radians(angle)
        force = float(dpg.get_value("push_force"))
        vector = (force * math.cos(direction), force * math.sin(direction), 0.0)
        self._session.send(m.Push(vector, PUSH_SECONDS))

    # --- once per frame --------------------------------------------------------------------

    def update(self, shot: m.Snapshot) -> None:
        """Show what the session does now."""
        walks = shot.walking_speed is not None
        busy = dpg.is_item_active("speed")
        if shot.walking_speed and not busy:
            dpg.set_value("speed", float(shot.walking_speed))
        elif shot.walking_speed == 0.0 and not busy:
            dpg.configure_item("speed", format="standing")
        if shot.walking_speed or busy:
            dpg.configure_item("speed", format="%.2f m/s")
        for tag in ("speed", "stand"):
            dpg.configure_item(tag, enabled=walks)
        self._show_reading()
        if dpg.get_value("policy") != shot.policy and not dpg.is_item_active("policy"):
            dpg.set_value("policy", shot.policy)

    def _show_reading(self) -> None:
        what = self._loader.busy_with
        dpg.configure_item(
            "open_motion", label=f"Reading {what} ..."[:34] if what else "Open motion file ..."
        )

    def fit(self, height: int) -> None:
        """Use what the panel's ``height`` [pixels] leaves for the list of motions."""
        dpg.configure_item("motion_list", num_items=max(3, min(20, (height - 655) // 20 + 3)))

    # --- lists -----------------------------------------------------------------------------

    def _got_motions(self, entries: list[MotionEntry]) -> None:
        self._motions = entries
        self._list_motions()

    def _list_motions(self) -> None:
        words = dpg.get_value("motion_search").lower().split()
        shown = {ENDLESS: ENDLESS}
        for e in self._motions:
            if all(w in f"{e.name} {' '.join(e.tags)} {e.description}".lower() for w in words):
                shown[f"{e.name}   {e.duration:.0f} s"] = e.name
        self._shown = shown
        dpg.configure_item("motion_list", items=list(shown))

    def _motion_chosen(self, _sender: object, label: str, _user: object) -> None:
        self.open_motion(self._shown.get(label, label))

    def _got_policies(self, policies: list[PolicyInfo]) -> None:
        self._policies = policies
        dpg.configure_item("policy", items=[p.name for p in policies])

    def _policy_chosen(self, _sender: object, name: str, _user: object) -> None:
        problem = next((p.problem for p in self._policies if p.name == name), "")
        if problem:
            raise KinesisError(f"Policy '{name}' does not fit: {problem}")
        self.open_policy(name)
