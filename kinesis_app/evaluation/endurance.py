"""Minutes of goals, sentences, directions and pushes in random order: what does the human fall over?"""

from __future__ import annotations

import functools
import math
from collections import Counter
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from kinesis_app.body.model import CTRL_DT
from kinesis_app.errors import KinesisError
from kinesis_app.session import messages as m
from kinesis_app.session.core import SessionCore
from kinesis_app.session.simulation import PolicyFunction, Simulation
from kinesis_app.session.walking import endless_walk

BETWEEN = (2.0, 6.0)
"""From one thing asked to the next, and from push to push [s]."""
PUSH_SECONDS = 0.2
GOAL_RANGE = 4.0
"""Goals lie within plus and minus this of the human in x and y [m]."""
SENTENCES = (
    "walk forward",
    "walk 3 m at 1.2 m/s, then turn left 90 degrees and stop",
    "turn around",
    "turn right 60 degrees",
    "turn left",
    "stop",
    "faster",
    "slower",
    "walk slowly",
    "walk at 1.5 m/s for 4 seconds",
    "back up two steps",
    "back up half a metre, then walk 2 m",
    "sidestep left half a metre",
    "take two steps to the right",
    "walk in a circle of radius 2 m",
    "walk half a circle of radius 1.5 m to the right",
    "walk 2 m, turn right, walk 2 m",
    "stand for 2 seconds, then walk forward",
)


@dataclass(frozen=True)
class Asked:
    """Something asked of the human.

    Attributes:
        time: Run time [s].
        kind: ``goal``, ``command``, ``direction`` or ``push``.
        text: The sentence, or the numbers.
        message: For the session.
    """

    time: float
    kind: str
    text: str
    message: m.Command


@dataclass(frozen=True)
class Fall:
    """A fall and what led to it.

    Attributes:
        time: Run time [s].
        asked: What was asked last, before it.
        since_asked_s: How long ago [s]; a request refused counts as none.
        doing: The stage of the plan that was under way.
        pushed: The last push; empty for none.
        since_push_s: How long ago it began [s]; None for none.
    """

    time: float
    asked: str
    since_asked_s: float
    doing: str
    pushed: str
    since_push_s: float | None


@dataclass(frozen=True)
class Endurance:
    """A run of minutes.

    Attributes:
        minutes, force_n, seed: What was asked for; ``force_n`` is the hardest push [N].
        asked: How often each kind was asked.
        refused: How many requests were refused.
        falls: All of them; after each the human stands up again at the start.
    """

    minutes: float
    force_n: float
    seed: int
    asked: dict[str, int]
    refused: int
    falls: tuple[Fall, ...]

    def to_json(self) -> dict[str, Any]:
        return asdict(self)


class Driver:
    """Decides what is asked next; by the run's own time, so that a seed always asks the same.

    Args:
        seed: Of everything.
        force: Hardest push [N], 0 for none.
        start: Run time at which it begins [s].
    """

    def __init__(self, seed: int, force: float = 80.0, start: float = 0.0) -> None:
        self._rng, self._force = np.random.default_rng(seed), force
        self._request_at = start + self._pause()
        self._push_at = start + self._pause() if force else math.inf

    def due(self, shot: m.Snapshot) -> list[Asked]:
        """What is asked now, after the control step of ``shot``; call it once per control step."""
        out = []
        if shot.run_time >= self._request_at:
            self._request_at = shot.run_time + self._pause()
            out.append(self._request(shot))
        if shot.run_time >= self._push_at:
            self._push_at = shot.run_time + self._pause()
            out.append(self._push(shot))
        return out

    def _pause(self) -> float:
        return float(self._rng.uniform(*BETWEEN))

    def _request(self, shot: m.Snapshot) -> Asked:
        rng, kind = self._rng, self._rng.choice(["goal", "command", "direction"], p=[0.4, 0.45, 0.15])
        if kind == "command":
            text = SENTENCES[int(rng.integers(len(SENTENCES)))]
            return Asked(shot.run_time, "command", text, m.TypedCommand(text))
        if kind == "direction":
            heading = float(rng.uniform(-math.pi, math.pi))
            return Asked(shot.run_time, "direction", f"{math.degrees(heading):.0f} deg", m.Steer(heading))
        x, y = (float(v) for v in shot.qpos[:2] + rng.uniform(-GOAL_RANGE, GOAL_RANGE, 2))
        facing = float(rng.uniform(-math.pi, math.pi)) if rng.random() < 0.5 else None
        text = f"{x - shot.qpos[0]:.2f}, {y - shot.qpos[1]:.2f} m away"
        return Asked(shot.run_time, "goal", text, m.SetGoal(x, y, facing))

    def _push(self, shot: m.Snapshot) -> Asked:
        force, angle = self._rng.uniform(0.25, 1.0) * self._force, self._rng.uniform(-math.pi, math.pi)
        vector = (float(force * math.cos(angle)), float(force * math.sin(angle)), 0.0)
        text = f"{force:.0f} N towards {math.degrees(angle):.0f} deg"
        return Asked(shot.run_time, "push", text, m.Push(vector, PUSH_SECONDS))


def evaluate_endurance(
    policy: PolicyFunction, minutes: float = 10.0, *, force: float = 80.0, seed: int = 0
) -> Endurance:
    """Let a human live through ``minutes`` of requests and pushes, as fast as it goes.

    Args:
        policy: Observations to actions.
        minutes: Simulated time.
        force: Hardest push [N] at the pelvis for 0.2 s, from any side; 0 for none.
        seed: Of everything that is asked; the same seed gives the same run.
    """
    core = SessionCore(Simulation(endless_walk(), policy), playing=True, loop=True, rate=math.inf)
    driver, falls, count, refused = Driver(seed, force), list[Fall](), Counter[str](), 0
    last: dict[str, Asked] = {}
    try:
        while (shot := core.snapshot()).run_time < 60.0 * minutes - 0.5 * CTRL_DT:
            for asked in driver.due(shot):
                count[asked.kind] += 1
                last["push" if asked.kind == "push" else "request"] = asked
                refused += not _done(functools.partial(core.obey, asked.message))
            while not _done(core.advance):  # what cannot be done from there is refused when it is planned
                refused += 1
            if core.simulation.fallen_for == 1:
                falls.append(_fall(core.snapshot(), last))
                last.clear()
    finally:
        core.close()
    return Endurance(minutes, force, seed, dict(sorted(count.items())), refused, tuple(falls))


def _done(work: Callable[[], None]) -> bool:
    """Whether it was done rather than refused."""
    try:
        work()
    except KinesisError:
        return False
    return True


def _fall(shot: m.Snapshot, last: dict[str, Asked]) -> Fall:
    request, push = last.get("request"), last.get("push")
    stages = shot.task.stages if shot.task is not None else ()
    doing = [stage.text for stage in stages if stage.start <= shot.time]
    return Fall(
        time=shot.run_time,
        asked=f"{request.kind}: {request.text}" if request is not None else "",
        since_asked_s=shot.run_time - request.time if request is not None else 0.0,
        doing=doing[-1] if doing else "walk",
        pushed=push.text if push is not None else "",
        since_push_s=shot.run_time - push.time if push is not None else None,
    )
