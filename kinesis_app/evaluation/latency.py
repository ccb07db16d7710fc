"""How soon what is typed, clicked or steered is in the reference, in real time."""

from __future__ import annotations

import math
import time
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from kinesis_app.body.model import CTRL_DT
from kinesis_app.env.actuator import PolicyFunction
from kinesis_app.errors import KinesisError
from kinesis_app.session import messages as m
from kinesis_app.session.clock import switch_quickly
from kinesis_app.session.core import SessionCore
from kinesis_app.session.course import Course
from kinesis_app.session.simulation import Simulation
from kinesis_app.session.walking import endless_walk

BETWEEN = (0.5, 1.5)
"""From one request to the next [s]."""
PATIENCE = 2.0
"""An answer that takes longer counts as this long [s]."""
SEEN = 1e-4
"""The policy sees another reference if it differs by more [m, rad]."""
SENTENCES = (
    "turn around",
    "stop",
    "walk 3 m at 0.8 m/s, then stop",
    "walk at 1.5 m/s",
    "turn left 60 degrees",
)


@dataclass(frozen=True)
class Answer:
    """One request.

    Attributes:
        request: What was typed, clicked or steered.
        steps: Control steps still made with the old reference.
        milliseconds: From the request until the new reference was in place [ms].
    """

    request: str
    steps: int
    milliseconds: float


@dataclass(frozen=True)
class LatencyEvaluation:
    """All requests, in order; ``seed``: of them."""

    seed: int
    answers: tuple[Answer, ...]

    def to_json(self) -> dict[str, Any]:
        steps = [answer.steps for answer in self.answers]
        ms = [answer.milliseconds for answer in self.answers]
        return {
            "count": len(self.answers),
            "seed": self.seed,
            "median_steps": float(np.median(steps)),
            "worst_steps": max(steps),
            "median_ms": float(np.median(ms)),
            "worst_ms": max(ms),
            "answers": [asdict(answer) for answer in self.answers],
        }


class _Watched(Simulation):
    """A simulation that notes when it got another course."""

    followed_at = math.nan

    def follow(self, course: Course) -> None:
        super().follow(course)
        self.followed_at = time.perf_counter()


def evaluate_latency(policy: PolicyFunction, count: int = 100, *, seed: int = 0) -> LatencyEvaluation:
    """Ask ``count`` things of a walking human in real time, at moments unrelated to its control steps.

    Args:
        policy: Observations to actions; its time counts.
        count: Requests: goals, headings and sentences.
        seed: Of the requests; the times measured are those of this machine, now.
    """
    rng, answers = np.random.default_rng(seed), list[Answer]()
    core = SessionCore(_Watched(endless_walk(), policy), playing=True, loop=True, rate=1.0)
    switch_quickly()
    try:
        core.restart_clock()
        while len(answers) < count:
            _run(core, rng.uniform(*BETWEEN))
            command, text = _request(rng, core.snapshot())
            answer = _answer(core, command, text)
            if answer is not None:
                answers.append(answer)
    finally:
        core.close()
    return LatencyEvaluation(seed, tuple(answers))


def _run(core: SessionCore, seconds: float) -> None:
    """Let the session run by its clock, as its own thread would."""
    end = time.perf_counter() + seconds
    while (left := end - time.perf_counter()) > 0.0:
        due = core.patience() or 0.0
        time.sleep(min(due, left))
        if due < left:
            core.advance()


def _request(rng: np.random.Generator, shot: m.Snapshot) -> tuple[m.Command, str]:
    x, y = shot.qpos[:2] + rng.uniform(-3.0, 3.0, 2)
    heading = float(rng.uniform(-math.pi, math.pi))
    commands: tuple[tuple[m.Command, str], ...] = (
        (m.SetGoal(float(x), float(y)), "a goal"),
        (m.Steer(heading), "a direction"),
        *((m.TypedCommand(text), text) for text in SENTENCES),
    )
    kind = int(rng.integers(3))
    return commands[kind if kind < 2 else int(rng.integers(2, len(commands)))]


def _answer(core: SessionCore, command: m.Command, text: str) -> Answer | None:
    """How long it took; None if it changed nothing, was refused, or the human fell meanwhile."""
    simulation = core.simulation
    assert isinstance(simulation, _Watched)
    old, first, asked = simulation.course, simulation.step_index, time.perf_counter()
    simulation.followed_at = math.nan
    try:
        core.obey(command)
    except KinesisError:
        return None
    while time.perf_counter() < asked + PATIENCE:
        time.sleep(core.patience() or 0.0)
        step = simulation.step_index
        core.advance()
        if simulation.step_index <= step:
            return None
        if not _waits(core) and _differ(old, simulation.course, step):
            return Answer(text, step - first, 1e3 * (simulation.followed_at - asked))
    return Answer(text, round(PATIENCE / CTRL_DT), 1e3 * PATIENCE) if _waits(core) else None


def _differ(old: Course, new: Course, step: int) -> bool:
    """Whether the policy sees another reference at a control step."""
    before, after = old.ahead(step), new.ahead(step)
    away = np.abs(after.body_pos - before.body_pos).max(), np.abs(after.joints - before.joints).max()
    return old.bank is not new.bank and max(away) > SEEN


def _waits(core: SessionCore) -> bool:
    task = core.snapshot().task
    return task is not None and task.planning
