"""The window: layout, main loop, and what its actions do. Runs on the main thread only."""

from __future__ import annotations

import inspect
import time
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import dearpygui.dearpygui as dpg

from kinesis_app.errors import KinesisError
from kinesis_app.gui import layout
from kinesis_app.gui.actions import Action, shortcut_table
from kinesis_app.gui.commands import action_table
from kinesis_app.gui.controls import Controls
from kinesis_app.gui.export import free_name, keyframe
from kinesis_app.gui.help import Help
from kinesis_app.gui.keys import Keys
from kinesis_app.gui.lines import BodyLines, MuscleLines, MusclePicker
from kinesis_app.gui.loader import Loader
from kinesis_app.gui.messages_log import MessageLog
from kinesis_app.gui.raster import Raster
from kinesis_app.gui.startup import BUILD_LOCK, SessionStarter
from kinesis_app.gui.theme import apply_theme
from kinesis_app.gui.traces import Traces
from kinesis_app.gui.transport import Transport, next_rate
from kinesis_app.gui.view_thread import ViewThread
from kinesis_app.gui.viewport import Viewport
from kinesis_app.session import messages as m
from kinesis_app.session.live import LiveSession

GUI_FPS = 60.0
SOFTWARE_GUI_FPS = 24.0
_NAME = "KINESIS app"


class Window:
    """Everything on the screen.

    Args:
        screen: Its size [pixels].
        motion: See ``run_window``.
        policy: See ``run_window``.
    """

    def __init__(self, screen: tuple[int, int], motion: str | None, policy: str | None) -> None:
        self._screen = screen
        self._starter = SessionStarter(motion, policy)
        self._session: LiveSession | None = None
        self.log = MessageLog()
        self.view = ViewThread(self._latest, self.log.tell, BUILD_LOCK)
        self.view.start()
        self.loop = True
        self.panels = {"left": True, "right": True}
        self.main_ms = 0.0
        self._closing = False
        self._started = False

    @property
    def session(self) -> LiveSession:
        assert self._session is not None, "the window exists before its session, its buttons do not"
        return self._session

    def run(self, seconds: float | None) -> int:
        """Build, show, loop; returns the exit code.

        Raises:
            KinesisError: If motion or policy cannot be loaded.
        """
        loader = Loader(self.log.tell)
        dpg.create_context()
        try:
            self._session = self._starter.result()
            self._build(loader)
            self._main_loop(loader, None if seconds is None else time.monotonic() + seconds)
        finally:
            self.view.close()
            loader.close()
            if self._session is not None:
                self._session.close()
            dpg.destroy_context()
        return 0

    # --- building --------------------------------------------------------------------------

    def _build(self, loader: Loader) -> None:
        dpg.configure_app(manual_callback_management=True)
        apply_theme()
        self.controls = Controls(self.session, loader)
        self.traces = Traces()
        self.muscle_lines, self.body_lines = MuscleLines(self.log.tell), BodyLines()
        self.picker = MusclePicker(self.muscle_lines)
        self.raster = Raster(self.muscle_lines.toggle)
        self.viewport = Viewport(self.view)
        self.actions = action_table(self)
        self.transport = Transport({action.id: action for action in self.actions})
        self.help = Help(self.actions)
        layout.build(self)
        Keys(shortcut_table(self.actions), self.call).build()
        self.log.build()
        self._create_viewport()
        self.controls.read_libraries()

    def _create_viewport(self) -> None:
        width, height = layout.window_size(self._screen)
        dpg.create_viewport(
            title=_NAME,
            width=width,
            height=height,
            min_width=layout.SMALLEST_WINDOW[0],
            min_height=layout.SMALLEST_WINDOW[1],
            x_pos=(self._screen[0] - width) // 2,
            y_pos=(self._screen[1] - height) // 2,
        )
        dpg.setup_dearpygui()
        dpg.show_viewport()
        dpg.set_primary_window("main", True)

    # --- loop ------------------------------------------------------------------------------

    def _main_loop(self, loader: Loader, end: float | None) -> None:
        while dpg.is_dearpygui_running() and not self._closing:
            began = time.perf_counter()
            self._start_when_ready()
            self._run_callbacks()
            loader.deliver()
            self._update()
            self.main_ms += 0.05 * (1e3 * (time.perf_counter() - began) - self.main_ms)
            dpg.render_dearpygui_frame()
            if end is not None and time.monotonic() > end:
                return
            fps = SOFTWARE_GUI_FPS if self.view.software else GUI_FPS
            time.sleep(max(1.0 / fps - (time.perf_counter() - began), 0.001))

    def _start_when_ready(self) -> None:
        # Building the GL context keeps the interpreter busy: the clock starts after it.
        if not self._started and self.view.ready.is_set():
            self._started = True
            self.session.start()

    def _run_callbacks(self) -> None:
        for callback, sender, data, user in dpg.get_callback_queue() or ():
            if callback is not None:
                self._guarded(partial(_call, callback, sender, data, user))

    def _guarded(self, work: Callable[[], Any]) -> None:
        try:
            work()
        except KinesisError as error:
            self.log.tell("error", str(error))
        except Exception as error:  # noqa: BLE001  a bug in one button must not end the user's run
            self.log.tell("error", f"{type(error).__name__}: {error}")

    def _update(self) -> None:
        shot = self.session.latest_snapshot()
        for event in self.session.drain_events():
            self.log.tell(event.level, event.text)
        samples = self.session.drain_samples()
        self.traces.extend(samples)
        if not shot.playing and shot.step > 0:
            self.traces.rewind(shot.time)
        layout.update(self)
        self.raster.update(self.traces)
        self.muscle_lines.update(self.traces)
        self.body_lines.update(self.traces)
        self.controls.update(shot)
        self.transport.update(shot, self._view_note())
        for action in self.actions:
            if action.checked is not None:
                for place in layout.SWITCH_PLACES:
                    if dpg.does_item_exist(tag := f"{place}_{action.id}"):
                        dpg.set_value(tag, action.checked())
        dpg.set_value("loop", self.loop)

    def _view_note(self) -> str:
        muscle = self.raster.hovered()
        if muscle is not None:
            return layout.muscle_note(muscle, float(self.session.latest_snapshot().activation[muscle]))
        return f"3-D {self.view.fps:.0f} fps, {self.view.quality.quality.name} quality"

    # --- what actions do -------------------------------------------------------------------

    def call(self, action: Action) -> None:
        """Do an action; whatever goes wrong is shown."""
        self._guarded(action.run)

    def send(self, command: m.Command) -> None:
        """Ask the session for something."""
        self.session.send(command)

    def quit(self) -> None:
        self._closing = True

    def toggle_play(self) -> None:
        self.send(m.Pause() if self.session.latest_snapshot().playing else m.Play())

    def change_rate(self, up: bool) -> None:
        self.send(m.SetRate(next_rate(self.session.latest_snapshot().rate, up)))

    def change_speed(self, by: float) -> None:
        speed = self.session.latest_snapshot().walking_speed
        if speed is None:
            raise KinesisError("This motion has its own speed; only generated walks can change it.")
        self.controls.set_speed(min(max(round(speed + by, 2), 0.6), 1.8))

    def set_loop(self, on: bool) -> None:
        self.loop = on
        self.send(m.SetLoop(on))

    def toggle_option(self, name: str) -> None:
        self.view.set_options(replace(self.view.options, **{name: not getattr(self.view.options, name)}))

    def toggle_tracking(self) -> None:
        self.view.set_tracking(not self.view.camera.tracking)

    def toggle_panel(self, name: str) -> None:
        self.panels[name] = not self.panels[name]

    def toggle_full_screen(self) -> None:
        dpg.toggle_viewport_fullscreen()

    def copy_state(self) -> None:
        dpg.set_clipboard_text(keyframe(self.session.latest_snapshot()))
        self.log.tell("info", "State copied as a <key> for MuJoCo.")

    def align_camera(self) -> None:
        self.view.align_camera()

    def escape(self) -> None:
        for tag in ("help", "picker", "log"):
            if dpg.is_item_shown(tag):
                dpg.hide_item(tag)
                return
        self.view.set_tracking(False)

    def toggle_help(self) -> None:
        self.help.toggle()

    def save_picture(self) -> None:
        self.view.save_picture(free_name(Path.cwd()))

    def _latest(self) -> m.Snapshot | None:
        return self._session.latest_snapshot() if self._session is not None else None


def _call(callback: Callable[..., Any], sender: object, data: object, user: object) -> Any:
    """Call with as many of the three as the callback takes."""
    n = len(inspect.signature(callback).parameters)
    variadic = any(p.kind is p.VAR_POSITIONAL for p in inspect.signature(callback).parameters.values())
    return callback(*(sender, data, user)[: 3 if variadic else n])
