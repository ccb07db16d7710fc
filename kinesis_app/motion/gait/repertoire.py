"""Random but natural motions of each skill, for training: other speeds, other transitions, other walkers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from kinesis_app.errors import KinesisError
from kinesis_app.motion.clip import MotionClip
from kinesis_app.motion.gait.plan import GaitPlan, change_sideways, change_speed, change_turn
from kinesis_app.motion.gait.running import varied_run
from kinesis_app.motion.gait.style import Style, varied_style
from kinesis_app.motion.gait.synthesis import generate

Velocity = tuple[float, float, float]
"""Forward [m/s], to the left [m/s], turning [rad/s]."""
Goal = Callable[[np.random.Generator], Velocity]
AVERAGE_WALKER = 0.2
"""Share of clips with the default style [1]."""
STARTS_WALKING = 0.3
"""Share of clips that begin in mid-walk [1]."""


def varied(skill: str, seed: int, seconds: float) -> MotionClip:
    """A random motion of one skill by a random walker; the same for the same ``seed``.

    Args:
        skill: One of ``SKILLS``.
        seed: Any integer.
        seconds: Length of the clip [s].

    Raises:
        KinesisError: If there is no such skill.
    """
    if skill not in SKILLS:
        raise KinesisError(f"No skill '{skill}'; there are {', '.join(SKILLS)}.")
    if skill == "run":
        return replace(varied_run(seed, seconds), name=f"run_{seed}")
    rng = np.random.default_rng((seed, SKILLS.index(skill)))
    plan = varied_plan(skill, rng, seconds)
    return generate(plan, name=f"{skill}_{seed}")


def varied_plan(skill: str, rng: np.random.Generator, seconds: float) -> GaitPlan:
    """The plan of such a motion, of any skill but running."""
    style = Style() if rng.random() < AVERAGE_WALKER else varied_style(rng)
    if skill == "stand":
        style = replace(style, sway=float(rng.uniform(0.0, 0.015)))
        return GaitPlan(seconds, origin=_origin(rng), style=style)
    if skill == "mixed_run":
        return _mixed_run(GaitPlan(seconds, origin=_origin(rng), walking_at_end=True), rng)
    goal = GOALS[skill]
    plan = GaitPlan(seconds, origin=_origin(rng), walking_at_end=True, style=style)
    time = float(rng.uniform(0.2, 0.8))
    if rng.random() < STARTS_WALKING:
        forward, left, turn = goal(rng)
        plan = replace(
            plan, speed=((0.0, forward),), sideways=((0.0, left),), turn=((0.0, turn),), walking_at_start=True
        )
        time = float(rng.uniform(1.0, 4.0))
    while time < seconds:
        plan = heading_for(plan, time, goal(rng), float(rng.uniform(0.5, 1.0)))
        time += float(rng.uniform(2.0, 5.0))
    return plan


def _mixed_run(plan: GaitPlan, rng: np.random.Generator) -> GaitPlan:
    """From standing to walking, running, walking and standing, again and again."""
    time = float(rng.uniform(0.2, 0.6))
    while time < plan.duration:
        stages = (rng.uniform(1.0, 1.6), rng.uniform(2.2, 3.3), rng.uniform(0.8, 1.5), 0.0)
        for speed in map(float, stages):
            acceleration = float(rng.uniform(0.5, 0.8))
            before = float(plan.velocity_at(time)[0])
            plan = change_speed(plan, time, speed, acceleration)
            turn = _either(rng, 0.05, 0.3) if speed > 0.0 and rng.random() < 0.5 else 0.0
            plan = change_turn(plan, time, turn, 0.3)
            time += abs(speed - before) / acceleration + float(rng.uniform(1.5, 3.5))
    return plan


def heading_for(plan: GaitPlan, time: float, velocity: Velocity, acceleration: float = 0.8) -> GaitPlan:
    """The plan that from ``time`` [s] on changes to another velocity at ``acceleration`` [m/s^2]."""
    forward, left, turn = velocity
    plan = change_speed(plan, time, forward, acceleration)
    plan = change_sideways(plan, time, left, 0.7 * acceleration)
    return change_turn(plan, time, turn, 2.0 * acceleration)


def _origin(rng: np.random.Generator) -> tuple[float, float, float]:
    return (0.0, 0.0, float(rng.uniform(-np.pi, np.pi)))


def _either(rng: np.random.Generator, low: float, high: float) -> float:
    """A number of random sign and of a size between ``low`` and ``high``."""
    return float(rng.uniform(low, high) * rng.choice([-1.0, 1.0]))


def _rests(rng: np.random.Generator, share: float) -> bool:
    return bool(rng.random() < share)


def walking_goal(rng: np.random.Generator) -> Velocity:
    """A velocity of walking forward."""
    turn = _either(rng, 0.05, 0.4) if rng.random() < 0.4 else 0.0
    return (float(rng.uniform(0.4, 1.7)), 0.0, turn)


def _walk(rng: np.random.Generator) -> Velocity:
    return (0.0, 0.0, 0.0) if _rests(rng, 0.12) else walking_goal(rng)


def _turn(rng: np.random.Generator) -> Velocity:
    forward = float(rng.uniform(0.3, 1.3))
    return (forward, 0.0, _either(rng, 0.2, min(1.2, 1.0 / forward)))


def _turn_in_place(rng: np.random.Generator) -> Velocity:
    if _rests(rng, 0.3):
        return (0.0, 0.0, 0.0)
    return (0.0, 0.0, _either(rng, 0.4, 1.4))


def _backward(rng: np.random.Generator) -> Velocity:
    if _rests(rng, 0.15):
        return (0.0, 0.0, 0.0)
    turn = _either(rng, 0.1, 0.4) if rng.random() < 0.3 else 0.0
    return (-float(rng.uniform(0.2, 0.9)), 0.0, turn)


def _sidestep(rng: np.random.Generator) -> Velocity:
    if _rests(rng, 0.2):
        return (0.0, 0.0, 0.0)
    return (0.0, _either(rng, 0.15, 0.55), 0.0)


def _diagonal(rng: np.random.Generator) -> Velocity:
    return (float(rng.uniform(-0.5, 0.8)), _either(rng, 0.05, 0.3), _either(rng, 0.0, 0.5))


def _mixed(rng: np.random.Generator) -> Velocity:
    goals = (_walk, _walk, _turn, _turn_in_place, _backward, _sidestep, _diagonal)
    return goals[int(rng.integers(len(goals)))](rng)


GOALS: dict[str, Goal] = {
    "walk": _walk,
    "turn": _turn,
    "turn_in_place": _turn_in_place,
    "backward": _backward,
    "sidestep": _sidestep,
    "mixed": _mixed,
}
SKILLS = ("stand", *GOALS, "run", "mixed_run")
"""What ``varied`` knows."""
