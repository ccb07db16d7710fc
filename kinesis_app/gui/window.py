"""The window: its parts, its main loop. Runs on the main thread only."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import dearpygui.dearpygui as dpg

from kinesis_app.errors import KinesisError
from kinesis_app.gui import layout, plot_parts, theme, user
from kinesis_app.gui.actions import Action, action_by_id, action_table, shortcut_table
from kinesis_app.gui.callbacks import run_callbacks
from kinesis_app.gui.context_menu import ContextMenu
from kinesis_app.gui.desk import ENDLESS, Desk
from kinesis_app.gui.file_drop import FileDrop
from kinesis_app.gui.files_window import FilesWindow
from kinesis_app.gui.floating import Floating
from kinesis_app.gui.game_pad import GamePad, read_pad
from kinesis_app.gui.help import Help, build_welcome
from kinesis_app.gui.info import Info
from kinesis_app.gui.jobs import Jobs
from kinesis_app.gui.keys import Keys
from kinesis_app.gui.messages_log import MessageLog
from kinesis_app.gui.pace import Pace
from kinesis_app.gui.palette import Palette
from kinesis_app.gui.picker import MusclePicker
from kinesis_app.gui.pointer import Pointer
from kinesis_app.gui.policy_watch import PolicyWatch
from kinesis_app.gui.settings import Settings
from kinesis_app.gui.startup import BUILD_LOCK, SessionStarter
from kinesis_app.gui.view_thread import ViewThread
from kinesis_app.gui.viewport import Viewport
from kinesis_app.session import messages as m
from kinesis_app.session.live import LiveSession

GUI_FPS = 60.0
SOFTWARE_GUI_FPS = 24.0
REMEMBER_EVERY = 5.0
"""How often changed settings are written [s]: a killed window forgets little."""
MARK_EVERY = 6
"""Menus are ticked in every sixth frame: nobody sees the difference."""
_NAME = "KINESIS app"


class Window:
    """Everything on the screen.

    Args:
        screen: Its size [pixels].
        motion: See ``run_window``.
        policy: See ``run_window``.
        do: Actions to do once the human walks, by name.
    """

    def __init__(
        self, screen: tuple[int, int], motion: str | None, policy: str | None, do: Sequence[str] = ()
    ) -> None:
        self._screen, self._motion, self._policy, self._do = screen, motion, policy, list(do)
        self._starter = SessionStarter(motion, policy)
        self._session: LiveSession | None = None
        self.log = MessageLog()
        self.view = ViewThread(self._latest, self.log.tell, BUILD_LOCK)
        self.view.start()
        self.jobs = Jobs(self.log.tell)
        self.frame_done: Callable[[float, float], None] = lambda _own, _drawn: None
        self._last_bug = ""
        self.started = False
        self._remembered = Settings()
        self._remembered_at = time.perf_counter()

    @property
    def session(self) -> LiveSession:
        assert self._session is not None, "the window exists before its session, its buttons do not"
        return self._session

    def run(self, seconds: float | None) -> int:
        """Build, show, loop; returns the exit code.

        Raises:
            KinesisError: If motion or policy cannot be loaded, or an action of ``do`` does not exist.
        """
        dpg.create_context()
        try:
            self._session = self._starter.result()
            self._build()
            self._main_loop(None if seconds is None else time.monotonic() + seconds)
            self._remember()
        finally:
            self.view.close()
            self.jobs.close()
            if self._session is not None:
                self._session.close()
            dpg.destroy_context()
        return 0

    # --- building --------------------------------------------------------------------------

    def _build(self) -> None:
        dpg.configure_app(manual_callback_management=True)
        theme.build_themes()
        plot_parts.build_line_themes()
        desk = self.desk = user.new_desk(self.session, self.view, self.jobs, self.log.tell)
        desk.clipboard, desk.full_screen = dpg.set_clipboard_text, dpg.toggle_viewport_fullscreen
        desk.motion_name, desk.policy_name = self._motion or ENDLESS, self._policy or ""
        self.actions = user.keyed(action_table(desk), self.log.tell)
        for name in self._do:
            action_by_id(self.actions, name)
        by_id = {action.id: action for action in self.actions}
        self.viewport = Viewport(self.view)
        self.menu = ContextMenu(desk)
        self.pointer = Pointer(desk, self.viewport, self.menu)
        pad = GamePad(desk, by_id, self.call, read_pad)
        self.watchers = (PolicyWatch(desk).update, pad.update, FileDrop(desk).update)
        self.parts = layout.make_parts(desk, by_id, self.call, self.viewport)
        layout.build(self.parts, self.actions, self.call)
        self.pointer.build()
        self.menu.build()
        self._build_floating(desk)
        self.keys = Keys(shortcut_table(self.actions), self.call, self._key_first)
        self.keys.build()
        self.log.build()
        self._looks: tuple[str, float] | None = None
        layout.create_viewport(_NAME, self._screen, desk.settings)
        self.parts.controls.read_libraries()

    def _build_floating(self, desk: Desk) -> None:
        self.palette = Palette(desk, self.actions, self.call)
        files, picker, self.info = FilesWindow(desk, self._guarded), MusclePicker(desk), Info(desk)
        for part in (self.palette, files, picker, self.info):
            part.build()
        Help(self.actions).build()
        build_welcome(desk)
        self.floating = Floating(
            desk, {"palette": self.palette.appear, "files": files.appear, "picker": picker.appear}
        )

    # --- loop ------------------------------------------------------------------------------

    def _main_loop(self, end: float | None) -> None:
        pace = Pace()
        while dpg.is_dearpygui_running() and not self.desk.closing:
            began, spent = time.perf_counter(), time.thread_time()
            self._start_when_ready()
            self.keys.update()
            run_callbacks(self._guarded)
            self._guarded(self.keys.dispatch)
            self._guarded(self.jobs.deliver)
            self._guarded(self.view.deliver)
            self._update()
            own = time.thread_time()
            dpg.render_dearpygui_frame()
            self.info.note(own - spent)
            self.frame_done(own - spent, time.thread_time() - own)
            if began - self._remembered_at > REMEMBER_EVERY:
                self._remembered_at = began
                self._remember()
            if end is not None and time.monotonic() > end:
                return
            fps = SOFTWARE_GUI_FPS if self.view.software else GUI_FPS
            time.sleep(pace.rest(time.perf_counter(), fps))

    def _start_when_ready(self) -> None:
        # Building the GL context keeps the interpreter busy: the clock starts after it.
        if not self.started and self.view.ready.is_set():
            self.started = True
            self.session.start()
        if self._do and self.started and self.desk.shot.step > 0:
            for name in self._do:
                self.call(action_by_id(self.actions, name))
            self._do.clear()

    def _guarded(self, work: Callable[[], Any]) -> None:
        try:
            work()
        except KinesisError as error:
            self.log.tell("error", str(error))
        except Exception as error:  # noqa: BLE001  a bug in one button must not end the user's run
            text = f"{type(error).__name__}: {error}"
            if text != self._last_bug:  # a panel would say it in every frame
                self.log.tell("error", text)
            self._last_bug = text

    def _update(self) -> None:
        desk = self.desk
        for event in self.session.drain_events():
            self.log.tell(event.level, event.text)
            if isinstance(event, m.Branched):
                desk.traces.truncate(event.run_time)
        desk.traces.extend(self.session.drain_samples())
        shot = self.session.latest_snapshot()
        if (looks := (desk.settings.theme, desk.settings.font_scale)) != self._looks:
            self._looks = looks
            theme.apply(*looks)
        left, top, width = layout.fit(self.parts, desk)
        self._update_parts(shot, width)
        self.floating.update()
        self.log.update((left + 10, top + 10), width - 40)
        if dpg.get_frame_count() % MARK_EVERY == 0:
            layout.mark_menus(self.parts, self.actions)

    def _update_parts(self, shot: m.Snapshot, width: int) -> None:
        parts = self.parts
        for update in (
            self.pointer.update,
            partial(parts.plots.update, shot, self.viewport.fresh),
            partial(parts.toolbar.update, width),
            partial(parts.command.update, shot, width),
            lambda: parts.transport.update(shot, self._view_note(shot), width),
            partial(parts.controls.update, shot),
            partial(parts.experiment.update, shot),
            parts.view_panel.update,
            partial(self.info.update, shot),
            *self.watchers,
        ):
            self._guarded(update)

    def _view_note(self, shot: m.Snapshot) -> str:
        muscle = self.parts.plots.hovered_muscle()
        if muscle is None:
            muscle = self.desk.muscles.selected
        if muscle is not None:
            return layout.muscle_note(muscle, float(shot.activation[muscle]))
        return self.pointer.note() or f"3-D {self.view.fps:.0f} fps, {self.view.drawn_quality.name} quality"

    def _key_first(self, chord: str) -> bool:
        in_palette = "palette" in self.desk.open and self.palette.key(chord)
        return in_palette or self.menu.key(chord) or self.parts.command.key(chord)

    def call(self, action: Action) -> None:
        """Do an action; whatever goes wrong is shown."""
        self._guarded(action.run)

    def quit(self) -> None:
        """End the main loop."""
        self.desk.closing = True

    def _remember(self) -> None:
        """Keep the settings in the user's folder, when they changed."""
        self.desk.set(width=dpg.get_viewport_width(), height=dpg.get_viewport_height())
        if self.desk.settings != self._remembered:
            self._remembered = self.desk.settings
            self._guarded(lambda: user.remember(self._remembered))

    def _latest(self) -> m.Snapshot | None:
        return self._session.latest_snapshot() if self._session is not None else None
