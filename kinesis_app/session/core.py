"""What a session does, without its thread: obeys commands, plays, reviews, records, reports."""

from __future__ import annotations

import time
import typing
from collections import deque
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from kinesis_app.body.model import CTRL_DT
from kinesis_app.errors import KinesisError
from kinesis_app.session import messages as m
from kinesis_app.session.clock import Clock
from kinesis_app.session.exporter import Exporter
from kinesis_app.session.live_run import LiveRun
from kinesis_app.session.post_mortem import failure
from kinesis_app.session.review import Review
from kinesis_app.session.simulation import Simulation
from kinesis_app.session.surprises import Surprises

SAMPLES_KEPT = round(60.0 / CTRL_DT)


class SessionCore:
    """Owns the simulation and everything that turns it; used by one thread only.

    Args:
        simulation: Stepped here.
        playing: Whether time runs from the start.
        loop: Whether a motion that ends, or a human that fell, starts again.
        rate: Simulated seconds per second, 0.1 to 8 or inf.
    """

    def __init__(self, simulation: Simulation, *, playing: bool, loop: bool, rate: float) -> None:
        self.simulation = simulation
        self.playing = playing
        self.events: deque[m.Event] = deque()
        self.samples: deque[m.Snapshot] = deque(maxlen=SAMPLES_KEPT)
        self._loop = loop
        self._clock = Clock(rate)
        self._review = Review(simulation.history)
        self._run = LiveRun(simulation, self._review, self._clock, self.events)
        self._exporter = Exporter(self.events)
        self._surprises: Surprises | None = None
        self._step_ms = 0.0
        self._handlers = self._table_of_handlers()
        self.snapshot()

    def patience(self) -> float | None:
        """How long to wait for a command before the next step [s]; None while paused."""
        return max(self._clock.wait_time(), 1e-6) if self.playing else None

    def restart_clock(self) -> None:
        """The next step is due now."""
        self._clock.restart()

    def close(self) -> None:
        """Finish the files under way, end the helpers."""
        self._exporter.close()
        self._run.close()

    def advance(self) -> None:
        """One control step: of the past while it is reviewed, else of the live run."""
        self._review.loop()
        if self._review.active:
            self._review.move(1)
            self._clock.stepped()
        elif self._run.ended:
            self._pause()  # the past was played again up to the end of the motion
        else:
            self._step()

    def snapshot(self) -> m.Snapshot:
        """What is shown now: the live run or the instant under review."""
        history, review = self.simulation.history, self._review
        return replace(
            self._run.look(),
            playing=self.playing,
            rate=self._clock.rate,
            real_time_factor=self._clock.real_time_factor() if self.playing else 0.0,
            step_ms=self._step_ms,
            reviewing=review.active,
            history=(history.first * CTRL_DT, history.last * CTRL_DT),
            loop=self._loop,
            loop_range=review.loop_range,
            surprises=self._surprises is not None,
            foresight=self._run.foresight,
        )

    @property
    def ways_taken(self) -> int:
        """How often the human foresaw a fall and went on another way."""
        return self._run.ways_taken

    def tell(self, level: str, text: str) -> None:
        """Let the user know."""
        self.events.append(m.Event(level, text))

    # --- live ------------------------------------------------------------------------------

    def _step(self) -> None:
        began = time.perf_counter()
        self._run.plan()
        try:
            self.simulation.step()
        except Exception as error:  # noqa: BLE001  a policy may raise anything; the run pauses and tells
            self.playing = False
            self.events.append(failure(self.simulation, error))
            return
        self._clock.stepped()
        self.samples.append(self.snapshot())
        self._step_ms = 1e3 * (time.perf_counter() - began)
        self._after_step()

    def _after_step(self) -> None:
        sim = self.simulation
        self.events += self._run.news()
        if self._surprises is not None and not sim.fallen:
            self._surprise(self._surprises)
        if self._loop and self._run.over:
            self._run.reset()
        elif self._run.ended:
            self.playing = False
            self.tell("info", f"'{sim.course.clip.name}' ended after {sim.time:.1f} s.")

    def _surprise(self, surprises: Surprises) -> None:
        for asked in surprises.due(self._run.look()):
            try:
                self.obey(asked.message)
                self.tell("info", f"Surprise: {asked.kind}, {asked.text}.")
            except KinesisError as error:
                self.tell("info", f"Surprise: {asked.kind}, {asked.text}. {error}")

    # --- commands --------------------------------------------------------------------------

    def obey(self, command: m.Command) -> None:
        """Do what is asked.

        Raises:
            KinesisError: If it cannot be done; nothing has changed then.
        """
        self._run.look_anew()
        self._handlers[type(command)](command)

    def _table_of_handlers(self) -> dict[type, Callable[[Any], None]]:
        run = self._run
        directing: tuple[type, ...] = typing.get_args(m.DirectingCommand)
        return {
            m.Play: lambda _: self._play(),
            m.Pause: lambda _: self._pause(),
            m.StepForward: lambda c: self._step_forward(c.count),
            m.StepBack: lambda c: self._step_back(c.count),
            m.Seek: lambda c: self._seek(c.run_time),
            m.ContinueFromHere: lambda _: self._continue_from_here(),
            m.SetLoopRange: lambda c: self._review.set_loop_range(c.range),
            m.Reset: lambda _: run.reset(),
            m.SetRate: lambda c: self._clock.set_rate(c.rate),
            m.SetLoop: self._set_loop,
            m.LoadMotion: self._load_motion,
            m.LoadPolicy: self._load_policy,
            m.SetWalkingSpeed: lambda c: run.set_speed(c.speed),
            **dict.fromkeys(directing, run.direct),
            m.Push: lambda c: run.push(c.force, c.seconds),
            m.Pull: lambda c: run.pull(c.body, c.point, c.force),
            m.MoveBody: lambda c: run.move_body(c.shift, c.turn),
            m.SetExperiment: lambda c: run.set_experiment(c.experiment),
            m.ExportRun: self._export,
            m.Surprise: self._set_surprises,
            m.SetForesight: lambda c: run.set_foresight(c.on),
        }

    def _play(self) -> None:
        if self._run.ended and not self._review.active:
            self._run.reset()
        self.playing = True
        self._clock.restart()

    def _pause(self) -> None:
        self.playing = False

    def _continue_from_here(self) -> None:
        self._run.branch(undisturbed=True)
        self._play()

    def _seek(self, run_time: float) -> None:
        self._pause()
        self._review.seek(run_time)

    def _step_forward(self, count: int) -> None:
        self._pause()
        for _ in range(count - self._review.move(count)):
            self._step()

    def _step_back(self, count: int) -> None:
        self._pause()
        if self._review.move(-count) == 0:
            self.tell("info", "The history goes back no further.")

    def _load_motion(self, command: m.LoadMotion) -> None:
        self._run.load_motion(command.clip)
        self.tell("info", f"Now follows '{command.clip.name}', {command.clip.duration:.1f} s.")

    def _load_policy(self, command: m.LoadPolicy) -> None:
        name = self._run.load_policy(command.name)
        self.tell("info", f"Policy '{name}' drives the muscles.")

    def _export(self, command: m.ExportRun) -> None:
        here = self._review.moment.checkpoint
        motion = ((here.run_step - here.step) * CTRL_DT, self.simulation.run_time)
        self._exporter.export(command, self.simulation.history, motion)

    def _set_loop(self, command: m.SetLoop) -> None:
        self._loop = command.on

    def _set_surprises(self, command: m.Surprise) -> None:
        start = self.simulation.run_time
        self._surprises = Surprises(command.seed, command.force, start) if command.on else None
