"""What is in the default library, and how each motion of it is made."""

from __future__ import annotations

from functools import partial

import numpy as np

from kinesis_app.motion.gait import GaitPlan, Style, generate, stand, walk
from kinesis_app.motion.library_course import BEGIN, SECONDS, STILL, Recipe, recipe_of, straight_recipe
from kinesis_app.motion.library_runs import running_recipes

SPEEDS = (0.5, 0.6, 0.8, 1.0, 1.1, 1.2, 1.4, 1.6, 1.8, 1.9)
TURNING = 1.0
"""Rate of the turns in place [rad/s]."""
STYLES = {
    "old": Style(
        step_width=0.13, cadence=1.08, lean=0.08, knee_flexion=0.15, bob=0.8, toe_out=0.17, sway=0.006
    ),
    "wide": Style(step_width=0.18, toe_out=0.2, roll=0.03),
    "high_steps": Style(clearance=0.045, cadence=0.95),
    "limping": Style(asymmetry=0.06, tilt=1.3, cadence=0.95),
}
"""Walkers unlike the mean."""


def recipes() -> tuple[Recipe, ...]:
    """Everything in the default library."""
    return (
        *_standing(),
        *_walks(),
        *_turns(),
        *_turns_in_place(),
        *_backward(),
        *_sidesteps(),
        *_bridges(),
        *running_recipes(),
    )


def _standing() -> tuple[Recipe, ...]:
    swaying = GaitPlan(SECONDS, style=Style(sway=0.012))
    return (
        Recipe("stand", "stand(10)", "Quiet standing.", ("stand",), partial(stand, 10.0)),
        Recipe(
            "stand_sway",
            "GaitPlan(20, style=Style(sway=0.012))",
            "Standing that sways slowly by a centimetre.",
            ("stand", "sway"),
            partial(generate, swaying),
        ),
    )


def _walks() -> tuple[Recipe, ...]:
    usual = tuple(
        Recipe(
            f"walk_{speed:.1f}",
            f"walk({speed}, {SECONDS:g})",
            f"Walking straight at {speed:.1f} m/s, from standing to standing.",
            ("walk", "straight"),
            partial(walk, speed, SECONDS),
        )
        for speed in SPEEDS
    )
    others = tuple(
        recipe_of(
            f"walk_{name}",
            f"Walking at {speed:.1f} m/s: {name.replace('_', ' ')}.",
            ("walk", "straight", "style", name),
            (BEGIN, (speed, 0.0, 0.0)),
            (9.0, STILL),
            seconds=12.5,
            style=STYLES[name],
        )
        for name, speed in zip(STYLES, (0.8, 1.0, 1.1, 1.0), strict=True)
    )
    return (*usual, *others)


def _turns() -> tuple[Recipe, ...]:
    gentle = tuple(
        Recipe(
            f"turn_{word}",
            f"walk(1.0, {SECONDS:g}, turn_rate={rate})",
            f"Walking at 1.0 m/s in a gentle {word} turn of {abs(rate):.2f} rad/s.",
            ("walk", "turn", word),
            partial(walk, 1.0, SECONDS, turn_rate=rate),
        )
        for word, rate in (("left", 0.25), ("right", -0.25))
    )
    tight = tuple(
        straight_recipe(
            f"turn_{word}_tight",
            f"Walking at 0.8 m/s in a tight {word} turn of 0.8 rad/s.",
            ("walk", "turn", "tight", word),
            (0.8, 0.0, rate),
            8.0,
        )
        for word, rate in (("left", 0.8), ("right", -0.8))
    )
    slalom = recipe_of(
        "slalom",
        "Walking at 1.0 m/s in gentle turns to the left and to the right.",
        ("walk", "turn"),
        (0.6, (1.0, 0.0, 0.0)),
        (2.0, (1.0, 0.0, 0.35)),
        (5.0, (1.0, 0.0, -0.35)),
        (10.0, (1.0, 0.0, 0.35)),
        (14.0, (1.0, 0.0, 0.0)),
        (16.5, (0.0, 0.0, 0.0)),
    )
    return (*gentle, *tight, slalom)


def _turns_in_place() -> tuple[Recipe, ...]:
    return tuple(
        straight_recipe(
            f"turn_in_place_{word}_{angle}",
            f"Turning in place by {angle} degrees to the {word}.",
            ("turn", "in place", word),
            (0.0, 0.0, sign * TURNING),
            float(np.radians(angle)) / TURNING,
        )
        for angle in (90, 180, 360)
        for word, sign in (("left", 1.0), ("right", -1.0))
    )


def _backward() -> tuple[Recipe, ...]:
    straight = tuple(
        straight_recipe(
            f"backward_{speed:.1f}",
            f"Walking backward at {speed:.1f} m/s.",
            ("walk", "backward"),
            (-speed, 0.0, 0.0),
            8.0,
        )
        for speed in (0.3, 0.5, 0.7, 0.9)
    )
    curves = tuple(
        straight_recipe(
            f"backward_{word}",
            f"Walking backward at 0.5 m/s, turning to the {word}.",
            ("walk", "backward", "turn", word),
            (-0.5, 0.0, rate),
            8.0,
        )
        for word, rate in (("left", 0.3), ("right", -0.3))
    )
    return (*straight, *curves)


def _sidesteps() -> tuple[Recipe, ...]:
    return tuple(
        straight_recipe(
            f"sidestep_{word}_{speed:.1f}",
            f"Steps to the {word} at {speed:.1f} m/s.",
            ("sidestep", word),
            (0.0, sign * speed, 0.0),
            6.0,
        )
        for speed in (0.2, 0.4, 0.6)
        for word, sign in (("left", 1.0), ("right", -1.0))
    )


def _bridges() -> tuple[Recipe, ...]:
    return (
        recipe_of(
            "stop_and_go",
            "Walking, stopping, standing for a moment, walking again, stopping.",
            ("walk", "start", "stop"),
            (0.6, (1.1, 0.0, 0.0)),
            (7.0, STILL),
            (11.0, (1.3, 0.0, 0.0)),
            (16.5, STILL),
        ),
        recipe_of(
            "speed_changes",
            "Walking that speeds up and slows down.",
            ("walk", "speed"),
            (0.6, (0.8, 0.0, 0.0)),
            (6.0, (1.5, 0.0, 0.0)),
            (11.0, (1.0, 0.0, 0.0)),
            (16.5, STILL),
        ),
        recipe_of(
            "walk_and_turn_back",
            "Walking, stopping, turning in place by half a turn, walking back.",
            ("walk", "turn", "in place", "bridge"),
            (0.6, (1.0, 0.0, 0.0)),
            (5.0, STILL),
            (7.5, (0.0, 0.0, 1.0)),
            (7.5 + np.pi, STILL),
            (13.0, (1.0, 0.0, 0.0)),
            (17.0, STILL),
        ),
        recipe_of(
            "forward_and_backward",
            "Walking forward and, without standing still, backward and forward again.",
            ("walk", "backward", "bridge"),
            (0.6, (0.9, 0.0, 0.0)),
            (5.0, (-0.6, 0.0, 0.0)),
            (11.0, (0.9, 0.0, 0.0)),
            (16.5, STILL),
        ),
        recipe_of(
            "walk_and_sidestep",
            "Walking, side steps to the left, side steps to the right, walking.",
            ("walk", "sidestep", "bridge"),
            (0.6, (0.9, 0.0, 0.0)),
            (5.0, (0.0, 0.4, 0.0)),
            (9.0, (0.0, -0.4, 0.0)),
            (13.0, (0.9, 0.0, 0.0)),
            (16.5, STILL),
        ),
        recipe_of(
            "diagonal",
            "Walking ahead and to the side at once, to the left and to the right.",
            ("walk", "sidestep", "bridge"),
            (0.6, (0.5, 0.25, 0.0)),
            (8.0, (0.5, -0.25, 0.0)),
            (16.0, STILL),
        ),
        recipe_of(
            "everything",
            "Every skill after the other: walk, turn, side steps, backward, turn in place, walk.",
            ("walk", "turn", "sidestep", "backward", "in place", "bridge"),
            (0.6, (1.1, 0.0, 0.0)),
            (4.0, (0.9, 0.0, 0.5)),
            (8.0, (0.0, 0.35, 0.0)),
            (11.5, (-0.5, 0.0, 0.0)),
            (15.0, (0.0, 0.0, -1.0)),
            (18.0, (1.2, 0.0, 0.0)),
            (22.0, STILL),
            seconds=26.0,
        ),
    )
