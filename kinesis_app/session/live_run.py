"""The live end of a run and all that changes it; a change while the past is looked at branches there."""

from __future__ import annotations

import math
from collections import deque

from kinesis_app.body.model import CTRL_DT
from kinesis_app.errors import KinesisError
from kinesis_app.experiment import Experiment
from kinesis_app.motion.clip import MotionClip
from kinesis_app.policy import load_policy
from kinesis_app.session import messages as m
from kinesis_app.session.again import Extensions, extensions, follow_again
from kinesis_app.session.clock import Clock
from kinesis_app.session.course import Course
from kinesis_app.session.director import Director
from kinesis_app.session.handling import Vector, check_finite
from kinesis_app.session.look import snapshot_of
from kinesis_app.session.lookout import Lookout
from kinesis_app.session.requests import Request, SpeedRequest, check_speed
from kinesis_app.session.review import Review
from kinesis_app.session.simulation import Simulation

RESTART_AFTER_FALL = 2.0
"""How long a fallen human is shown before the motion starts again [s]."""


class LiveRun:
    """Steps the simulation and lets it be directed.

    Args:
        simulation: Changed here only.
        review: Tells whether the past is looked at, and which instant.
        clock: Its rate tells how far ahead is planned.
        events: Told of branches.
    """

    def __init__(self, simulation: Simulation, review: Review, clock: Clock, events: deque[m.Event]) -> None:
        self.simulation = simulation
        self._review, self._clock, self._events = review, clock, events
        self.foresight = True
        """Whether a human that would fall goes on another way."""
        self.ways_taken = 0
        """How often it did."""
        self._director = Director()
        self._lookout = Lookout()
        self._again: Extensions = deque()  # of the run that was branched off, while nobody interferes
        self._speed: float | None = None  # last one asked for, kept over restarts
        self._shown: m.Snapshot | None = None  # until something changes

    # --- time goes on ------------------------------------------------------------------------

    def look(self) -> m.Snapshot:
        """The instant under review, or the live end with what is asked of it."""
        past = self._review.moment.snapshot if self._review.active else None
        return past if past is not None else self._look_live()

    def _look_live(self) -> m.Snapshot:
        if self._shown is None:
            self._shown = self._director.shown(snapshot_of(self.simulation), self.simulation.course)
            newest = self.simulation.history.at(self.simulation.history.last)
            if newest.snapshot is None:
                newest.snapshot = self._shown
        return self._shown

    def look_anew(self) -> None:
        """Something changes: what was shown is old."""
        self._shown = None

    def plan(self) -> None:
        """Take what is planned, begin what is needed; call right before each step.

        Raises:
            KinesisError: If what was asked cannot be done; it is then forgotten.
        """
        self._shown = None
        if self._again:
            return
        if self.foresight and self._lookout.update(self.simulation, self._clock.rate):
            self.ways_taken += 1
            self._events.append(m.Event("info", "Foresaw a fall: goes on another way."))
        self._director.planner.update(self.simulation, self._clock.rate)

    def news(self) -> list[m.Event]:
        """What the user should know after a step."""
        sim = self.simulation
        lost = f"The human lost its balance at {sim.time:.1f} s."
        fell = [m.Event("warning", lost)] if sim.fallen_for == 1 else []
        if self._again:
            follow_again(self._again, sim)
            return fell
        return fell + self._director.news(sim)

    @property
    def ended(self) -> bool:
        """Whether the motion is at its end; an endless walk waits there for a late plan."""
        course = self.simulation.course
        return self.simulation.ended and not (course.endless and not self._director.planner.gave_up(course))

    @property
    def over(self) -> bool:
        """Whether the motion ended, or the human fell and was shown long enough."""
        return self.ended or self.simulation.fallen_for * CTRL_DT > RESTART_AFTER_FALL

    def close(self) -> None:
        """End the helpers."""
        self._director.planner.close()
        self._lookout.close()

    # --- put elsewhere -----------------------------------------------------------------------

    def reset(self) -> None:
        """Back to the first frame of the motion; a speed asked for is asked for again."""
        self._review.leave()
        self.simulation.reset()
        self._jumped()
        self._director.forget()
        if self._speed is not None and self._speed != self.simulation.course.speed:
            self._director.planner.ask(SpeedRequest(self._speed))

    def load_motion(self, clip: MotionClip) -> None:
        """Follow another clip from its first frame."""
        self._review.leave()
        self.simulation.load_motion(clip)
        self._jumped()
        self._director.forget()
        self._speed = None
        self._clock.restart()

    def branch(self, undisturbed: bool = False) -> None:
        """Go on live from the instant under review, if there is one; what came after it is forgotten.

        Args:
            undisturbed: Whether the run shall repeat what is forgotten; else something changes now.
        """
        self._again.clear()
        self._lookout.forget()
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
        self._events.append(m.Branched("info", text, here))

    def move_body(self, shift: Vector, turn: Vector) -> None:
        """Put the human elsewhere [m], turned by a rotation vector [rad]."""
        check_finite(shift, turn)
        self.branch()
        self.simulation.move_body(shift, turn)
        self._jumped()

    def _jumped(self) -> None:
        """The body was put somewhere: let the history know what that looks like."""
        self._shown = None
        self._again.clear()
        self._lookout.forget()
        self._look_live()

    # --- what it does ------------------------------------------------------------------------

    def set_speed(self, speed: float) -> None:
        """Walk on at ``speed`` [m/s].

        Raises:
            KinesisError: If this is no generated walk, or no speed of walking.
        """
        course = self._course_shown()
        if course.plan is None:
            raise KinesisError(f"'{course.clip.name}' is no generated walk: its speed is its own.")
        check_speed(speed)
        self.branch()
        self._speed = speed
        self._ask(SpeedRequest(speed))

    def direct(self, command: m.DirectingCommand) -> None:
        """Go where the user says.

        Raises:
            KinesisError: If it is not understood, or this is no generated walk.
        """
        step = self._review.moment.checkpoint.step if self._review.active else self.simulation.step_index
        place = self.look().qpos[:2]
        request = self._director.request(command, self._course_shown(), step * CTRL_DT, place)
        if request is not None:
            self.branch()
            self._ask(request)

    def load_policy(self, name: str) -> str:
        """Let another policy drive the muscles; its own name."""
        policy = load_policy(name)
        self.branch()
        self.simulation.load_policy(policy, policy.name)
        return policy.name

    def push(self, force: Vector, seconds: float) -> None:
        """Push the pelvis with a force in the world [N]."""
        self.branch()
        self.simulation.push(force, seconds)

    def pull(self, body: str, point: Vector, force: Vector) -> None:
        """Pull a body at a point of its frame [m] with a force in the world [N]."""
        self.branch()
        self.simulation.pull(body, point, force)

    def set_experiment(self, experiment: Experiment) -> None:
        """Do this to the human from now on."""
        self.branch()
        self.simulation.set_experiment(experiment)

    def set_foresight(self, on: bool) -> None:
        """Let a human that would fall go on another way, or not."""
        self._lookout.forget()
        self.foresight = on

    def _ask(self, request: Request) -> None:
        """Let the walk become what is asked for, from now on."""
        self._director.planner.ask(request)
        if self._clock.rate < math.inf:
            self._director.planner.begin(self.simulation, self._clock.rate)
        self._shown = None  # it shows what is asked for

    def _course_shown(self) -> Course:
        return self._review.moment.checkpoint.course if self._review.active else self.simulation.course
