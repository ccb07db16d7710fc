"""A session that runs by itself: its thread owns the simulation, others send commands.

Commands and events are ordered and never lost. Snapshots: the latest for drawing, and every one
for plots as long as they are fetched within a minute.
"""

from __future__ import annotations

import functools
import queue
import sys
import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from kinesis_app.body.model import CTRL_DT
from kinesis_app.errors import KinesisError
from kinesis_app.policy import load_policy
from kinesis_app.session import messages as m
from kinesis_app.session.clock import Clock
from kinesis_app.session.planner import WalkPlanner
from kinesis_app.session.simulation import Simulation
from kinesis_app.session.walking import check_speed

SAMPLES_KEPT = round(60.0 / CTRL_DT)
RESTART_AFTER_FALL = 2.0
"""How long a fallen human is shown before the motion starts again [s]."""


class LiveSession:
    """Runs a simulation on a thread of its own.

    Args:
        simulation: From now on touched by the session's thread only.
        playing: Whether time runs from the start.
        loop: Whether a motion that ends, or a human that fell, starts again.
        rate: Simulated seconds per second, 0.1 to 8 or inf.
    """

    def __init__(
        self, simulation: Simulation, *, playing: bool = True, loop: bool = True, rate: float = 1.0
    ) -> None:
        self._simulation = simulation
        self._playing, self._loop = playing, loop
        self._clock = Clock(rate)
        self._planner = WalkPlanner()
        self._speed: float | None = None  # last one asked for, kept over restarts
        self._commands: queue.SimpleQueue[m.Command] = queue.SimpleQueue()
        self._events: deque[m.Event] = deque()
        self._samples: deque[m.Snapshot] = deque(maxlen=SAMPLES_KEPT)
        self._step_ms = 0.0
        self._latest = self._snapshot()
        self._thread = threading.Thread(target=self._run, name="session", daemon=True)

    # --- for other threads -----------------------------------------------------------------

    def start(self) -> LiveSession:
        """Let the thread begin; returns the session."""
        # Every call into MuJoCo gives up the interpreter; by default getting it back may take 5 ms.
        sys.setswitchinterval(min(sys.getswitchinterval(), 1e-3))
        self._thread.start()
        return self

    def send(self, command: m.Command) -> None:
        """Ask for something; done in order between two control steps."""
        self._commands.put(command)

    def latest_snapshot(self) -> m.Snapshot:
        """The most recent instant."""
        return self._latest

    def drain_events(self) -> list[m.Event]:
        """Events since the last call, oldest first."""
        return _drain(self._events)

    def drain_samples(self) -> list[m.Snapshot]:
        """Snapshots of all control steps since the last call (of the last minute at most)."""
        return _drain(self._samples)

    @property
    def alive(self) -> bool:
        return self._thread.is_alive()

    def wait(self, timeout: float | None = None) -> bool:
        """Wait until the session ended; whether it did within ``timeout`` [s]."""
        self._thread.join(timeout)
        return not self._thread.is_alive()

    def close(self) -> None:
        """End the thread and wait for it."""
        if self._thread.is_alive():
            self.send(m.Quit())
            self._thread.join(5.0)
        self._planner.close()

    def __enter__(self) -> LiveSession:
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.close()

    # --- the session's thread --------------------------------------------------------------

    def _run(self) -> None:
        self._clock.restart()
        while True:
            try:
                command = self._commands.get(timeout=self._patience())
            except queue.Empty:
                self._guarded(self._step)
                if not self._playing:  # it ended or failed: the latest snapshot still says it plays
                    self._latest = self._snapshot()
                continue
            if isinstance(command, m.Quit):
                return
            self._guarded(functools.partial(self._obey, command))
            self._latest = self._snapshot()

    def _patience(self) -> float | None:
        """How long to wait for a command [s]; None while paused."""
        return max(self._clock.wait_time(), 1e-6) if self._playing else None

    def _guarded(self, work: Callable[[], None]) -> None:
        """Whatever goes wrong, the run pauses, says so, and stays alive."""
        try:
            work()
        except KinesisError as error:
            self._tell("error", str(error))
        except Exception as error:  # noqa: BLE001  a bug must not end the user's session
            self._playing = False
            self._tell("error", f"{type(error).__name__}: {error}. The run is paused.")

    def _step(self) -> None:
        began = time.perf_counter()
        try:
            self._simulation.step()
        except KinesisError:
            self._playing = False
            raise
        self._clock.stepped()
        self._latest = self._snapshot()
        self._samples.append(self._latest)
        self._step_ms = 1e3 * (time.perf_counter() - began)
        self._after_step()

    def _after_step(self) -> None:
        sim = self._simulation
        if sim.fallen_for == 1:
            self._tell("warning", f"The human lost its balance at {sim.time:.1f} s.")
        self._planner.update(sim, self._clock.rate)
        fell = sim.fallen_for * CTRL_DT > RESTART_AFTER_FALL
        if self._loop and (fell or sim.ended):
            self._reset()
        elif sim.ended:
            self._playing = False
            self._tell("info", f"'{sim.course.clip.name}' ended after {sim.time:.1f} s.")

    def _reset(self) -> None:
        self._simulation.reset()
        self._planner.forget()
        if self._speed is not None and self._speed != self._simulation.course.speed:
            self._planner.ask(self._speed)

    def _snapshot(self) -> m.Snapshot:
        shot = self._simulation.snapshot(
            playing=self._playing,
            rate=self._clock.rate,
            real_time_factor=self._clock.real_time_factor() if self._playing else 0.0,
            step_ms=self._step_ms,
        )
        wanted = self._planner.wanted
        return shot if wanted is None else replace(shot, walking_speed=wanted)

    def _tell(self, level: str, text: str) -> None:
        self._events.append(m.Event(level, text))

    # --- commands --------------------------------------------------------------------------

    def _obey(self, command: m.Command) -> None:
        handlers: dict[type, Callable[[Any], None]] = {
            m.Play: self._play,
            m.Pause: lambda _: self._pause(),
            m.StepForward: self._step_forward,
            m.StepBack: self._step_back,
            m.Reset: lambda _: self._reset(),
            m.SetRate: lambda c: self._clock.set_rate(c.rate),
            m.LoadMotion: self._load_motion,
            m.LoadPolicy: self._load_policy,
            m.SetWalkingSpeed: self._set_walking_speed,
            m.Push: lambda c: self._simulation.push(c.force, c.seconds),
            m.SetLoop: self._set_loop,
        }
        handlers[type(command)](command)

    def _play(self, _: m.Play) -> None:
        if self._simulation.ended:
            self._reset()
        self._playing = True
        self._clock.restart()

    def _pause(self) -> None:
        self._playing = False

    def _step_forward(self, command: m.StepForward) -> None:
        self._pause()
        for _ in range(command.count):
            self._step()

    def _step_back(self, command: m.StepBack) -> None:
        self._pause()
        if self._simulation.step_back(command.count) == 0:
            self._tell("info", "The history goes back no further.")

    def _load_motion(self, command: m.LoadMotion) -> None:
        self._simulation.load_motion(command.clip)
        self._planner.forget()
        self._speed = None
        self._clock.restart()
        self._tell("info", f"Now follows '{command.clip.name}', {command.clip.duration:.1f} s.")

    def _load_policy(self, command: m.LoadPolicy) -> None:
        policy = load_policy(command.name)
        self._simulation.load_policy(policy, policy.name)
        self._tell("info", f"Policy '{policy.name}' drives the muscles.")

    def _set_walking_speed(self, command: m.SetWalkingSpeed) -> None:
        course = self._simulation.course
        if course.plan is None:
            raise KinesisError(f"'{course.clip.name}' is no generated walk: its speed is its own.")
        check_speed(command.speed)
        self._speed = command.speed
        self._planner.ask(command.speed)

    def _set_loop(self, command: m.SetLoop) -> None:
        self._loop = command.on


def _drain(items: deque[Any]) -> list[Any]:
    """Take all items; safe while another thread appends."""
    taken = []
    while True:
        try:
            taken.append(items.popleft())
        except IndexError:
            return taken
