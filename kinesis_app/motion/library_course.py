"""Recipes of library motions: a course of velocities from standing to standing."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from kinesis_app.motion.clip import MotionClip
from kinesis_app.motion.gait import GaitPlan, Style, change_sideways, change_speed, change_turn, generate

SECONDS = 20.0
BEGIN = 0.6
"""Standing before a motion [s]."""
REST = 2.0
"""From the end of the last movement to the end of the clip [s]."""

Velocity = tuple[float, float, float]
"""Forward [m/s], to the left [m/s], turning [rad/s]."""
STILL: Velocity = (0.0, 0.0, 0.0)


@dataclass(frozen=True)
class Recipe:
    """One motion of the default library: how it is made and what the manifest says of it."""

    name: str
    call: str
    description: str
    tags: tuple[str, ...]
    make: Callable[[], MotionClip]


def course(
    changes: tuple[tuple[float, Velocity], ...], seconds: float = SECONDS, style: Style | None = None
) -> MotionClip:
    """A motion from standing through velocities, each from its time [s] on."""
    plan = GaitPlan(seconds, style=style or Style())
    for at, (forward, left, turn) in changes:
        for change, value, now in zip(
            (change_speed, change_sideways, change_turn),
            (forward, left, turn),
            plan.velocity_at(at),
            strict=True,
        ):
            plan = change(plan, at, value) if value != now else plan
    return generate(plan)


def recipe_of(
    name: str,
    description: str,
    tags: tuple[str, ...],
    *changes: tuple[float, Velocity],
    seconds: float = SECONDS,
    style: Style | None = None,
) -> Recipe:
    """A recipe of velocities (forward, left, turning), each from its time [s] on."""
    words = ", ".join(f"{at:g} s: ({', '.join(f'{v:g}' for v in velocity)})" for at, velocity in changes)
    call = f"course of {seconds:g} s: forward, left [m/s], turn [rad/s] from {words}"
    return Recipe(name, call, description, tags, partial(course, changes, seconds, style))


def straight_recipe(
    name: str, description: str, tags: tuple[str, ...], velocity: Velocity, moving: float
) -> Recipe:
    """One velocity, there from ``BEGIN`` on and over ``moving`` seconds later."""
    seconds = BEGIN + moving + REST + 1.0
    return recipe_of(
        name,
        description,
        tags,
        (BEGIN, velocity),
        (BEGIN + moving, STILL),
        seconds=round(seconds, 1),
    )
