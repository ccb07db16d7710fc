"""The thread that draws the 3-D view: the only one that touches MuJoCo's GL context."""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

from kinesis_app.errors import KinesisError
from kinesis_app.gui.frames import FrameStore
from kinesis_app.gui.picture_file import write_picture
from kinesis_app.gui.priority import lower_priority
from kinesis_app.session.messages import Snapshot
from kinesis_app.view.camera import Camera, KeptCamera
from kinesis_app.view.camera_views import CAMERA_VIEWS
from kinesis_app.view.eye import Eye
from kinesis_app.view.offscreen import Picked, Renderer
from kinesis_app.view.options import ViewOptions
from kinesis_app.view.pose import Pose
from kinesis_app.view.quality import LEVELS, AdaptiveQuality, Quality

MAX_FPS = 60.0
SOFTWARE_FPS = 24.0
"""Without a graphics card more pictures would take time from the simulation."""
SOFTWARE_BUDGET = 0.090
"""Longest time for a picture drawn by the processor [s]."""
HARDWARE_BUDGET = 0.014
SCREENSHOT_SIZE = (1920, 1200)

Job = Callable[["ViewThread"], None]


class ViewThread:
    """Draws the latest snapshot whenever it, the camera or the options changed.

    Attributes:
        ready: Set when the first picture can be drawn, or never will.
        problem: Why there is no picture; empty if there is.
        software: Whether the processor draws.
        frame_ms: Duration of the last frames [ms].
        fps: Pictures per second.
        eye: Where the picture on the screen was taken from; None before the first one.
    """

    def __init__(
        self,
        latest: Callable[[], Snapshot | None],
        tell: Callable[[str, str], None],
        build_lock: threading.Lock,
    ) -> None:
        self.ready = threading.Event()
        self.problem = ""
        self.software = False
        self.frame_ms = self.fps = 0.0
        self.options = ViewOptions()
        self.camera = Camera()
        self.quality = AdaptiveQuality(HARDWARE_BUDGET, len(LEVELS) - 1)
        self.fixed_quality: int | None = None
        self.eye: Eye | None = None
        self._look = 0
        self._answers: queue.SimpleQueue[Callable[[], None]] = queue.SimpleQueue()
        self._latest, self._tell, self._build_lock = latest, tell, build_lock
        self._jobs: queue.SimpleQueue[Job] = queue.SimpleQueue()
        self._target: tuple[FrameStore, int, int] | None = None
        self._stop = threading.Event()
        self._renderer: Renderer
        self._thread = threading.Thread(target=self._run, name="view", daemon=True)

    # --- for the main thread ---------------------------------------------------------------

    def start(self) -> None:
        self._thread.start()

    def show_in(self, store: FrameStore, width: int, height: int) -> None:
        """Draw for a panel of ``width`` x ``height`` pixels into ``store``."""
        self._target = (store, width, height)
        self._jobs.put(lambda _: None)

    def set_options(self, options: ViewOptions) -> None:
        """Change what is shown."""
        self.options = options
        self._jobs.put(lambda _: None)

    @property
    def drawn_quality(self) -> Quality:
        """The level of the pictures."""
        return LEVELS[self.fixed_quality] if self.fixed_quality is not None else self.quality.quality

    def set_quality(self, level: int | None) -> None:
        """A fixed level of ``LEVELS``, or None to adapt."""
        self.fixed_quality = level
        self._jobs.put(lambda _: None)

    def move_camera(self, action: str, dx: float, dy: float) -> None:
        """See ``Camera.move``."""
        self._jobs.put(lambda view: view.camera.move(view._renderer.model, action, dx, dy))

    def align_camera(self) -> None:
        """Back to the default view."""
        self.look(0)

    def set_tracking(self, on: bool) -> None:
        """Follow the body or stay."""
        self._jobs.put(lambda view: setattr(view.camera, "tracking", on))

    def look(self, number: int) -> None:
        """One of ``CAMERA_VIEWS``."""
        self._look = number
        self._jobs.put(lambda view: view._turn_to_look())

    def next_look(self, step: int) -> None:
        """The next or the previous one of ``CAMERA_VIEWS``."""
        self.look((self._look + step) % len(CAMERA_VIEWS))

    def recall(self, kept: KeptCamera, qpos: np.ndarray) -> None:
        """See ``Camera.recall``."""
        self._jobs.put(lambda view: view.camera.recall(kept, qpos))

    def pick(self, x: float, y: float, then: Callable[[Picked | None], None]) -> None:
        """What is under a point: from the left in widths, from the bottom in heights.

        ``then`` gets the answer from :meth:`deliver`.
        """
        self._jobs.put(lambda view: view._pick(x, y, then))

    def centre_on(self, point: np.ndarray) -> None:
        """Look at a point of the world (3,) [m]."""
        self._jobs.put(lambda view: view.camera.centre(point))

    def deliver(self) -> None:
        """Hand over answers; on the main thread."""
        while not self._answers.empty():
            self._answers.get()()

    def save_picture(self, path: Path) -> None:
        """Write a large picture of the view in the best quality."""
        self._jobs.put(lambda view: view._save_picture(path))

    def close(self) -> None:
        """End the thread and wait for it."""
        self._stop.set()
        self._jobs.put(lambda _: None)
        if self._thread.is_alive():  # an interpreter that ends while MuJoCo builds its GL context crashes,
            self._thread.join(60.0)  # and that takes a busy machine without a graphics card 10 s

    # --- the thread ------------------------------------------------------------------------

    def _run(self) -> None:
        lower_priority()
        try:
            with self._build_lock:
                from kinesis_app.view.scene import view_model

                view_model()
            self._renderer = Renderer()
        except KinesisError as error:
            self.problem = str(error)
            self.ready.set()
            return
        self.software = self._renderer.software
        if self.software:
            self.quality = AdaptiveQuality(SOFTWARE_BUDGET, 2, highest=3)
        self.ready.set()
        try:
            self._loop()
        finally:
            self._renderer.close()

    def _loop(self) -> None:
        shown: Snapshot | None = None
        last = time.perf_counter()
        while not self._stop.is_set():
            changed = self._do_jobs()
            shot = self._latest()
            now = time.perf_counter()
            moving = shot is not shown or self._camera_settling(shot)
            if shot is None or self._target is None or not (changed or moving):
                time.sleep(0.008)
                continue
            self.camera.follow(shot.qpos, now - last)
            self._draw(shot)
            shown = shot
            spent = time.perf_counter() - now
            self._note(spent, now - last)
            last = now
            self._rest(spent)

    def _camera_settling(self, shot: Snapshot | None) -> bool:
        return shot is not None and self.camera.behind(shot.qpos) > 0.002

    def _do_jobs(self) -> bool:
        """Do what was asked; whether there was anything."""
        done = False
        while True:
            try:
                job = self._jobs.get_nowait()
            except queue.Empty:
                return done
            job(self)
            done = True

    def _draw(self, shot: Snapshot) -> None:
        assert self._target is not None
        store, panel_width, panel_height = self._target
        quality = self.drawn_quality
        # A panel that just grew may be larger than its buffer: both sides shrink alike.
        scale = min(quality.scale, store.width / panel_width, store.height / panel_height)
        width = min(max(round(panel_width * scale), 16), store.width)
        height = min(max(round(panel_height * scale), 16), store.height)
        self._renderer.render(Pose.of(shot), self.camera, store.begin(width, height), self.options, quality)
        self.eye = self._renderer.eye(width / height)
        store.commit()

    def _note(self, spent: float, interval: float) -> None:
        self.quality.measured(spent)
        self.frame_ms += 0.1 * (1e3 * spent - self.frame_ms)
        if interval < 1.0:
            self.fps += 0.1 * (1.0 / max(interval, 1e-3) - self.fps)

    def _rest(self, spent: float) -> None:
        # On software GL at least a sixth of the time stays free for the simulation's thread.
        pause = 1.0 / (SOFTWARE_FPS if self.software else MAX_FPS) - spent
        time.sleep(max(pause, 0.2 * spent if self.software else 0.0))

    def _turn_to_look(self) -> None:
        shot, wanted = self._latest(), CAMERA_VIEWS[self._look]
        if shot is not None:
            self.camera.look(shot.qpos, wanted.azimuth, wanted.elevation, wanted.distance)
            self.camera.tracking = wanted.tracking

    def _pick(self, x: float, y: float, then: Callable[[Picked | None], None]) -> None:
        if self.eye is not None:
            found = self._renderer.pick(x, y, self.eye.aspect)
            self._answers.put(lambda: then(found))

    def _save_picture(self, path: Path) -> None:
        shot = self._latest()
        if shot is None:
            return
        width, height = SCREENSHOT_SIZE
        image = np.zeros((height, width, 3), dtype=np.uint8)
        self._renderer.render(Pose.of(shot), self.camera, image, self.options)
        self._tell(*write_picture(image, path))
