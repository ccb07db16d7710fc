"""KINESIS' goal protocol: stand, be given a place, be there after a few seconds (Simos et al. 2025).

Planner, gait generator and imitation policy together: the plan is made once, when the goal appears.
"""

from __future__ import annotations

import functools
import math
from dataclasses import asdict, dataclass, replace
from typing import Any

import numpy as np

from kinesis_app.body.model import CTRL_DT
from kinesis_app.command.approach import Limits
from kinesis_app.command.task import GoalMark
from kinesis_app.env.actuator import PolicyFunction
from kinesis_app.env.observation import LOOK_AHEAD
from kinesis_app.env.reference import reference_bank
from kinesis_app.errors import KinesisError
from kinesis_app.evaluation.rollout import Rollout, rollout
from kinesis_app.motion.clip import MotionClip
from kinesis_app.motion.gait import GaitPlan, generate
from kinesis_app.motion.gait.replanning import planned_state, replan
from kinesis_app.session.goals import plan_goals

REACHED = 0.10
"""Largest distance of the pelvis from the goal at the end [m]."""
LOWEST = 0.7
"""A pelvis below this has fallen [m]."""
START = 0.1
"""From the goal's appearance to the first change of the plan [s]."""
SETTLING = 0.7
"""Wanted from the end of the planned way to the end of the episode [s]: while the last steps are made the
pelvis is up to 7 cm beside the goal."""
STANDING = GaitPlan(8.0)
"""What was done before the goal appears."""
BATCH = 64
"""Bodies simulated at once."""
BRISKNESS = (
    Limits(turn_first=40.0),
    Limits(turn_first=16.0),
    Limits(turn_first=4.0),
    Limits(1.3, turn=1.2, acceleration=0.9, turn_acceleration=2.0, turn_first=4.0),
    Limits(1.5, turn=1.4, acceleration=1.0, turn_acceleration=2.0, turn_first=2.0),
    Limits(1.7, turn=1.4, acceleration=1.2, turn_acceleration=2.5, centripetal=1.1, turn_first=2.0),
)
"""From gentle to brisk: the first with which there is time enough is taken."""


@dataclass(frozen=True)
class GoalEpisode:
    """One goal.

    Attributes:
        x, y: Of the goal [m]; the human starts at the origin facing +x.
        reached: Pelvis within 0.10 m of it at the end, and never below 0.7 m.
        fell: Pelvis below 0.7 m at some time.
        distance_m: Of the pelvis from the goal at the end [m].
        lowest_m: Lowest height of the pelvis [m].
        planned_s: When the planned way ends [s].
    """

    x: float
    y: float
    reached: bool
    fell: bool
    distance_m: float
    lowest_m: float
    planned_s: float


@dataclass(frozen=True)
class GoalEvaluation:
    """All episodes.

    Attributes:
        range_m: Goals are uniform within plus and minus this in x and y [m].
        seconds: Time for each [s].
        seed: Of the goals.
        episodes: In the order of the draw.
    """

    range_m: float
    seconds: float
    seed: int
    episodes: tuple[GoalEpisode, ...]

    @property
    def success_rate(self) -> float:
        """Share of the goals reached."""
        return float(np.mean([episode.reached for episode in self.episodes]))

    def to_json(self) -> dict[str, Any]:
        """The documented form for scripts."""
        return {
            "success_rate": self.success_rate,
            "count": len(self.episodes),
            "falls": sum(episode.fell for episode in self.episodes),
            "range_m": self.range_m,
            "seconds": self.seconds,
            "seed": self.seed,
            "episodes": [asdict(episode) for episode in self.episodes],
        }


def goal_clip(x: float, y: float, seconds: float) -> tuple[MotionClip, float]:
    """From standing to a goal, as gently as the time allows: the clip, and when its way ends [s]."""
    goal, begin = (GoalMark(x, y),), STANDING.duration / 2.0
    at_rest = replan(STANDING, begin, standing_state(), standing_state())
    for limits in BRISKNESS:
        plan, stages = plan_goals(goal, at_rest, begin + START, limits)
        planned = stages[-1].end - begin
        if planned <= seconds - SETTLING:
            break
    plan = replace(plan, duration=begin + seconds + (max(LOOK_AHEAD) + 1) * CTRL_DT)
    return generate(plan, name="goal", start=begin), planned


@functools.cache
def standing_state() -> tuple[np.ndarray, np.ndarray]:
    """Positions (35,) and velocities (34,) of quiet standing at the origin, at rest: no step is begun yet."""
    qpos, qvel = planned_state(STANDING, STANDING.duration / 2.0)
    return qpos, np.zeros_like(qvel)


def evaluate_goals(
    policy: PolicyFunction,
    count: int = 100,
    *,
    range_m: float = 2.0,
    seconds: float = 5.0,
    seed: int = 0,
    n_threads: int | None = None,
) -> GoalEvaluation:
    """Let ``count`` humans go to one random goal each.

    Args:
        policy: Observations to actions.
        count: Goals.
        range_m: Goals are uniform within plus and minus this in x and y [m].
        seconds: Time for each [s].
        seed: Of the goals.
        n_threads: Physics threads, all cores by default; the result does not depend on it.

    Raises:
        KinesisError: If the time is too short to start and stop.
    """
    if seconds < 2.0:
        raise KinesisError(f"{seconds:g} s are too few to start, walk and stop; give 2 s or more.")
    goals = np.random.default_rng(seed).uniform(-range_m, range_m, (count, 2))
    episodes: list[GoalEpisode] = []
    for first in range(0, count, BATCH):
        batch = goals[first : first + BATCH]
        made = [goal_clip(float(x), float(y), seconds) for x, y in batch]
        bank = reference_bank([clip for clip, _ in made])
        run = rollout(bank, np.arange(len(batch)), policy, n_threads=n_threads)
        episodes += [_episode(run, i, batch[i], seconds, made[i][1]) for i in range(len(batch))]
    return GoalEvaluation(range_m, seconds, seed, tuple(episodes))


def _episode(run: Rollout, column: int, goal: np.ndarray, seconds: float, planned: float) -> GoalEpisode:
    pelvis = run.pelvis[: round(seconds / CTRL_DT), column]
    # A simulation that ended early, everybody having failed, leaves no numbers: it fell as well.
    known = bool(np.isfinite(pelvis).all())
    lowest = float(pelvis[:, 2].min()) if known else 0.0
    away = float(math.hypot(*(pelvis[-1, :2] - goal))) if known else math.hypot(*goal)
    fell = lowest < LOWEST
    return GoalEpisode(
        float(goal[0]), float(goal[1]), away <= REACHED and not fell, fell, away, lowest, planned
    )
