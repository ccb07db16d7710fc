"""What a session does, without its thread: obeys commands, plays, reviews, records, reports."""

from __future__ import annotations

import math
import time
from collections import deque
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from kinesis_app.body.model import CTRL_DT
from kinesis_app.errors import KinesisError
from kinesis_app.policy import load_policy
from kinesis_app.session import handling as hand
from kinesis_app.session import messages as m
from kinesis_app.session.again import Extensions, extensions, follow_again
from kinesis_app.session.clock import Clock
from kinesis_app.session.director import DIRECTING, Directing, Director
from kinesis_app.session.exporter import Exporter
from kinesis_app.session.look import snapshot_of
from kinesis_app.session.post_mortem import failure
from kinesis_app.session.requests import Request, SpeedRequest, check_speed
from kinesis_app.session.review import Review
from kinesis_app.session.simulation import Simulation
from kinesis_app.session.surprises import Surprises

SAMPLES_KEPT = round(60.0 / CTRL_DT)
RESTART_AFTER_FALL = 2.0
"""How long a fallen human is shown before the motion starts again [s]."""


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
        self._director = Director()
        self._again: Extensions = deque()  # of the run that was branched off, while nobody interferes
        self._exporter = Exporter(self.events)
        self._surprises: Surprises | None = None
        self._speed: float | None = None  # last one asked for, kept over restarts
        self._step_ms = 0.0
        self._live: m.Snapshot | None = None  # of the live end, until something changes
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
        self._director.planner.close()

    def advance(self) -> None:
        """One control step: of the past while it is reviewed, else of the live run."""
        self._review.loop()
        if self._review.active:
            self._review.move(1)
            self._clock.stepped()
        elif self.simulation.ended and not self.simulation.course.endless:
            self._pause()  # the past was played again up to the end of the motion
        else:
            self._step()

    def snapshot(self) -> m.Snapshot:
        """What is shown now: the live run or the instant under review."""
        history, review = self.simulation.history, self._review
        past = review.moment.snapshot if review.active else None
        shot = past if past is not None else self._live_snapshot()
        return replace(
            shot,
            playing=self.playing,
            rate=self._clock.rate,
            real_time_factor=self._clock.real_time_factor() if self.playing else 0.0,
            step_ms=self._step_ms,
            reviewing=review.active,
            history=(history.first * CTRL_DT, history.last * CTRL_DT),
            loop=self._loop,
            loop_range=review.loop_range,
            surprises=self._surprises is not None,
        )

    def tell(self, level: str, text: str) -> None:
        """Let the user know."""
        self.events.append(m.Event(level, text))

    # --- live ------------------------------------------------------------------------------

    def _live_snapshot(self) -> m.Snapshot:
        if self._live is None:
            self._live = self._director.shown(snapshot_of(self.simulation), self.simulation.course)
            newest = self.simulation.history.at(self.simulation.history.last)
            if newest.snapshot is None:
                newest.snapshot = self._live
        return self._live

    def _step(self) -> None:
        began, self._live = time.perf_counter(), None
        if not self._again:
            self._director.planner.update(self.simulation, self._clock.rate)
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
        if sim.fallen_for == 1:
            self.tell("warning", f"The human lost its balance at {sim.time:.1f} s.")
        if self._again:
            follow_again(self._again, sim)
        else:
            self.events += self._director.news(sim)
        if self._surprises is not None and not sim.fallen:
            self._surprise(self._surprises)
        fell = sim.fallen_for * CTRL_DT > RESTART_AFTER_FALL
        if self._loop and (fell or sim.ended):
            self._reset()
        elif sim.ended:
            self.playing = False
            self.tell("info", f"'{sim.course.clip.name}' ended after {sim.time:.1f} s.")

    def _surprise(self, surprises: Surprises) -> None:
        for asked in surprises.due(self._live_snapshot()):
            try:
                self.obey(asked.message)
                self.tell("info", f"Surprise: {asked.text}.")
            except KinesisError as error:
                self.tell("info", f"Surprise: {asked.text}. {error}")

    def _reset(self) -> None:
        self._review.leave()
        self.simulation.reset()
        self._jumped()
        self._director.planner.forget()
        if self._speed is not None and self._speed != self.simulation.course.speed:
            self._director.planner.ask(SpeedRequest(self._speed))

    def _jumped(self) -> None:
        """The body was put somewhere: let the history know what that looks like."""
        self._live = None
        self._again.clear()
        self._live_snapshot()

    def _branch(self, undisturbed: bool = False) -> None:
        """Go on live from the instant under review, if there is one; what came after it is forgotten.

        Args:
            undisturbed: Whether the run shall repeat what is forgotten; else something changes now.
        """
        self._again.clear()
        if self._review.cursor is None:
            return
        if undisturbed:
            history = self.simulation.history
            self._again = extensions(history.between(self._review.cursor, history.last))
        forgotten = self.simulation.go_back_to(self._review.cursor)
        self._review.leave()
        self._review.loop_range = None
        self._director.planner.forget()
        self._clock.restart()
        here = self.simulation.run_time
        text = f"Goes on from {here:.2f} s; the {forgotten * CTRL_DT:.2f} s after it are forgotten."
        self.events.append(m.Branched("info", text, here))

    # --- commands --------------------------------------------------------------------------

    def obey(self, command: m.Command) -> None:
        """Do what is asked.

        Raises:
            KinesisError: If it cannot be done; nothing has changed then.
        """
        handlers: dict[type, Callable[[Any], None]] = {
            m.Play: lambda _: self._play(),
            m.Pause: lambda _: self._pause(),
            m.StepForward: self._step_forward,
            m.StepBack: self._step_back,
            m.Seek: self._seek,
            m.ContinueFromHere: lambda _: self._continue_from_here(),
            m.SetLoopRange: lambda c: self._review.set_loop_range(c.range),
            m.Reset: lambda _: self._reset(),
            m.SetRate: lambda c: self._clock.set_rate(c.rate),
            m.LoadMotion: self._load_motion,
            m.LoadPolicy: self._load_policy,
            m.SetWalkingSpeed: self._set_walking_speed,
            **dict.fromkeys(DIRECTING, self._direct),
            m.Push: self._push,
            m.Pull: self._pull,
            m.MoveBody: self._move_body,
            m.SetExperiment: self._set_experiment,
            m.ExportRun: self._export,
            m.SetLoop: self._set_loop,
            m.Surprise: self._set_surprises,
        }
        self._live = None
        handlers[type(command)](command)

    def _play(self) -> None:
        if self.simulation.ended and not self._review.active:
            self._reset()
        self.playing = True
        self._clock.restart()

    def _pause(self) -> None:
        self.playing = False

    def _continue_from_here(self) -> None:
        self._branch(undisturbed=True)
        self._play()

    def _seek(self, command: m.Seek) -> None:
        self._pause()
        self._review.seek(command.run_time)

    def _step_forward(self, command: m.StepForward) -> None:
        self._pause()
        for _ in range(command.count - self._review.move(command.count)):
            self._step()

    def _step_back(self, command: m.StepBack) -> None:
        self._pause()
        if self._review.move(-command.count) == 0:
            self.tell("info", "The history goes back no further.")

    def _load_motion(self, command: m.LoadMotion) -> None:
        self._review.leave()
        self.simulation.load_motion(command.clip)
        self._jumped()
        self._director.planner.forget()
        self._speed = None
        self._clock.restart()
        self.tell("info", f"Now follows '{command.clip.name}', {command.clip.duration:.1f} s.")

    def _load_policy(self, command: m.LoadPolicy) -> None:
        policy = load_policy(command.name)
        self._branch()
        self.simulation.load_policy(policy, policy.name)
        self.tell("info", f"Policy '{policy.name}' drives the muscles.")

    def _set_walking_speed(self, command: m.SetWalkingSpeed) -> None:
        course = self._review.moment.checkpoint.course if self._review.active else self.simulation.course
        if course.plan is None:
            raise KinesisError(f"'{course.clip.name}' is no generated walk: its speed is its own.")
        check_speed(command.speed)
        self._branch()
        self._speed = command.speed
        self._ask(SpeedRequest(command.speed))

    def _ask(self, request: Request) -> None:
        """Let the walk become what is asked for, from now on."""
        planner = self._director.planner
        planner.ask(request)
        if self._clock.rate < math.inf:
            planner.begin(self.simulation, self._clock.rate)

    def _direct(self, command: Directing) -> None:
        course, step = self.simulation.course, self.simulation.step_index
        if self._review.active:
            past = self._review.moment.checkpoint
            course, step = past.course, past.step
        place = self.snapshot().qpos[:2]
        request = self._director.request(command, course, step * CTRL_DT, place)
        if request is not None:
            self._branch()
            self._ask(request)
            self._live = None  # it shows what is asked for

    def _push(self, command: m.Push) -> None:
        self._branch()
        self.simulation.push(command.force, command.seconds)

    def _pull(self, command: m.Pull) -> None:
        self._branch()
        self.simulation.pull(command.body, command.point, command.force)

    def _move_body(self, command: m.MoveBody) -> None:
        hand.check_finite(command.shift, command.turn)
        self._branch()
        self.simulation.move_body(command.shift, command.turn)
        self._jumped()

    def _set_experiment(self, command: m.SetExperiment) -> None:
        self._branch()
        self.simulation.set_experiment(command.experiment)

    def _export(self, command: m.ExportRun) -> None:
        here = self._review.moment.checkpoint
        motion = ((here.run_step - here.step) * CTRL_DT, self.simulation.run_time)
        self._exporter.export(command, self.simulation.history, motion)

    def _set_loop(self, command: m.SetLoop) -> None:
        self._loop = command.on

    def _set_surprises(self, command: m.Surprise) -> None:
        start = self.simulation.run_time
        self._surprises = Surprises(command.seed, command.force, start) if command.on else None
