"""The runs of the default library."""

from __future__ import annotations

from functools import partial

from kinesis_app.motion.gait.running import run
from kinesis_app.motion.library_course import BEGIN, STILL, Recipe, recipe_of


def running_recipes() -> tuple[Recipe, ...]:
    """Steady runs, and runs from standing to standing."""
    straight = tuple(
        Recipe(
            f"run_{speed:.1f}",
            f"run({speed}, 8)",
            f"Running straight at {speed:.1f} m/s.",
            ("run", "straight"),
            partial(run, speed, 8.0),
        )
        for speed in (2.0, 2.5, 3.0, 3.5)
    )
    curves = tuple(
        Recipe(
            f"run_{word}",
            f"run(2.5, 8, turn_rate={rate})",
            f"Running at 2.5 m/s in a gentle {word} turn.",
            ("run", "turn", word),
            partial(run, 2.5, 8.0, turn_rate=rate),
        )
        for word, rate in (("left", 0.25), ("right", -0.25))
    )
    bridges = (
        recipe_of(
            "walk_run_walk",
            "Walking, running at 2.6 m/s, walking, from standing to standing.",
            ("walk", "run", "bridge"),
            (BEGIN, (1.3, 0.0, 0.0)),
            (5.0, (2.6, 0.0, 0.0)),
            (11.0, (1.2, 0.0, 0.0)),
            (15.0, STILL),
        ),
        recipe_of(
            "run_and_stop",
            "From standing into a run at 3.2 m/s and back to standing.",
            ("run", "start", "stop", "bridge"),
            (BEGIN, (3.2, 0.0, 0.0)),
            (9.0, STILL),
            seconds=16.0,
        ),
        recipe_of(
            "run_slalom",
            "From standing into a run at 2.4 m/s in gentle turns to both sides, and back to standing.",
            ("run", "turn", "bridge"),
            (BEGIN, (2.4, 0.0, 0.0)),
            (5.0, (2.4, 0.0, 0.25)),
            (8.0, (2.4, 0.0, -0.25)),
            (11.0, (2.4, 0.0, 0.0)),
            (13.0, STILL),
        ),
    )
    return (*straight, *curves, *bridges)
