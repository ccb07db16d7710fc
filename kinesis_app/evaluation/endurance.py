"""Minutes of goals, sentences, directions and pushes in random order: what does the human fall over?"""

from __future__ import annotations

import functools
import math
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from kinesis_app.body.model import CTRL_DT
from kinesis_app.env.actuator import PolicyFunction
from kinesis_app.errors import KinesisError
from kinesis_app.session import messages as m
from kinesis_app.session.core import SessionCore
from kinesis_app.session.simulation import Simulation
from kinesis_app.session.surprises import Asked, Surprises
from kinesis_app.session.walking import endless_walk


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
        foresight: Whether it looked ahead, as in the window, see :mod:`kinesis_app.session.lookout`.
        ways_taken: How often it then went on another way, as it would have fallen.
    """

    minutes: float
    force_n: float
    seed: int
    asked: dict[str, int]
    refused: int
    falls: tuple[Fall, ...]
    foresight: bool = True
    ways_taken: int = 0

    def to_json(self) -> dict[str, Any]:
        """The documented form for scripts."""
        return asdict(self)


def evaluate_endurance(
    policy: PolicyFunction,
    minutes: float = 10.0,
    *,
    force: float = 80.0,
    seed: int = 0,
    foresight: bool = True,
) -> Endurance:
    """Let a human live through ``minutes`` of requests and pushes, as fast as it goes.

    Args:
        policy: Observations to actions.
        minutes: Simulated time.
        force: Hardest push [N] at the pelvis for 0.2 s, from any side; 0 for none.
        seed: Of everything that is asked; the same seed gives the same run.
        foresight: Whether who would fall goes on another way.
    """
    core = SessionCore(Simulation(endless_walk(), policy), playing=True, loop=True, rate=math.inf)
    core.obey(m.SetForesight(foresight))
    surprises, falls, count, refused = Surprises(seed, force), list[Fall](), Counter[str](), 0
    last: dict[str, Asked] = {}
    try:
        while (shot := core.snapshot()).run_time < 60.0 * minutes - 0.5 * CTRL_DT:
            asked = surprises.due(shot)
            count.update(each.kind for each in asked)
            last.update(("push" if each.kind == "push" else "request", each) for each in asked)
            refused += ask_and_advance(core, asked)
            if core.simulation.fallen_for == 1:
                falls.append(_fall(core.snapshot(), last))
                last.clear()
    finally:
        core.close()
    asked_of = dict(sorted(count.items()))
    return Endurance(minutes, force, seed, asked_of, refused, tuple(falls), foresight, core.ways_taken)


def ask_and_advance(core: SessionCore, asked: Sequence[Asked]) -> int:
    """Ask, then one control step; how many requests were refused, at once or when they were to be planned."""
    refused = sum(not _done(functools.partial(core.obey, each.message)) for each in asked)
    while not _done(core.advance):
        refused += 1
    return refused


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
