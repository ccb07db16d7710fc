"""The default library: generated walks, written to ``motions/`` with a manifest.

``python -m kinesis_app.motion.library_build [FOLDER]`` writes it.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import yaml

from kinesis_app.body.kinematics import forward
from kinesis_app.motion.clip import MotionClip, resample, save_clip, write_atomically
from kinesis_app.motion.gait import GaitPlan, change_speed, change_turn, generate, stand, walk
from kinesis_app.motion.library import MotionEntry, list_motions, mean_speed, motions_dir
from kinesis_app.motion.retarget.shape import sole_heights

STORED_FPS = 50.0
SPEEDS = (0.6, 0.8, 1.0, 1.1, 1.2, 1.4, 1.6, 1.8)
SECONDS = 20.0
SOURCE = "kinesis_app.motion.gait; gait curves of Schwartz, Rozumalski, Trost 2008, J Biomech 41:1639"


@dataclass(frozen=True)
class Recipe:
    """One motion of the default library: how it is made and what the manifest says of it."""

    name: str
    call: str
    description: str
    tags: tuple[str, ...]
    make: Callable[[], MotionClip]


def recipes() -> tuple[Recipe, ...]:
    """Everything in the default library."""
    walks = tuple(
        Recipe(
            f"walk_{speed:.1f}",
            f"walk({speed}, {SECONDS:g})",
            f"Walking straight at {speed:.1f} m/s, from standing to standing.",
            ("walk", "straight"),
            partial(walk, speed, SECONDS),
        )
        for speed in SPEEDS
    )
    turns = tuple(
        Recipe(
            f"turn_{word}",
            f"walk(1.0, {SECONDS:g}, turn_rate={rate})",
            f"Walking at 1.0 m/s in a gentle {word} turn of {abs(rate):.2f} rad/s.",
            ("walk", "turn", word),
            partial(walk, 1.0, SECONDS, turn_rate=rate),
        )
        for word, rate in (("left", 0.25), ("right", -0.25))
    )
    return (
        Recipe("stand", "stand(10)", "Quiet standing.", ("stand",), partial(stand, 10.0)),
        *walks,
        Recipe(
            "stop_and_go",
            "speed 0, 1.1, 0, 1.3, 0 m/s",
            "Walking, stopping, standing for a moment, walking again, stopping.",
            ("walk", "start", "stop"),
            _stop_and_go,
        ),
        Recipe(
            "speed_changes",
            "speed 0, 0.8, 1.5, 1.0, 0 m/s",
            "Walking that speeds up and slows down.",
            ("walk", "speed"),
            _speed_changes,
        ),
        *turns,
        Recipe(
            "slalom",
            "speed 1.0 m/s, turning 0.35, -0.35, ... rad/s",
            "Walking at 1.0 m/s in gentle turns to the left and to the right.",
            ("walk", "turn"),
            _slalom,
        ),
    )


def _with_speeds(seconds: float, knots: tuple[tuple[float, float], ...]) -> GaitPlan:
    plan = GaitPlan(seconds)
    for at, speed in knots:
        plan = change_speed(plan, at, speed)
    return plan


def _stop_and_go() -> MotionClip:
    return generate(_with_speeds(20.0, ((0.6, 1.1), (7.0, 0.0), (11.0, 1.3), (16.5, 0.0))))


def _speed_changes() -> MotionClip:
    return generate(_with_speeds(20.0, ((0.6, 0.8), (6.0, 1.5), (11.0, 1.0), (16.5, 0.0))))


def _slalom() -> MotionClip:
    plan = _with_speeds(20.0, ((0.6, 1.0), (16.5, 0.0)))
    for at, rate in ((2.0, 0.35), (5.0, -0.35), (10.0, 0.35), (14.0, 0.0)):
        plan = change_turn(plan, at, rate)
    return generate(plan)


def build_library(folder: Path) -> list[MotionEntry]:
    """Make and write every recipe and ``manifest.yaml``; returns what the library then lists."""
    manifest = {}
    for recipe in recipes():
        made = recipe.make()
        figures = quality(made)
        info = {
            **made.info,  # with the plan, from which a session can walk on at another speed
            "source": SOURCE,
            "tags": list(recipe.tags),
            "description": recipe.description,
            "made": recipe.call,
            "quality": figures,
        }
        clip = replace(resample(made, STORED_FPS), name=recipe.name, info=info)
        save_clip(clip, folder / f"{recipe.name}.npz")
        manifest[recipe.name] = {
            "description": recipe.description,
            "made": recipe.call,
            "tags": list(recipe.tags),
            "duration_s": round(clip.duration, 2),
            "fps": clip.fps,
            **figures,
        }
    head = f"# Written by: python -m kinesis_app.motion.library_build\n# Source: {SOURCE}\n"
    write_atomically(folder / "manifest.yaml", (head + yaml.safe_dump(manifest, sort_keys=False)).encode())
    return list_motions(folder=folder)


def quality(clip: MotionClip) -> dict[str, Any]:
    """Figures of a clip: speed, how deep the soles sink, how far the ZMP leaves the feet."""
    from kinesis_app.motion.retarget.contact import ground_contacts
    from kinesis_app.motion.retarget.feasible import excess_mm, residual_force, zmp_excess

    lowest = sole_heights(forward(clip.qpos())).min(axis=(1, 2, 3))
    return {
        "mean_speed_m_s": round(mean_speed(clip), 3),
        "penetration_mm": round(1e3 * float(np.percentile(np.maximum(-lowest, 0.0), 99.5)), 1),
        "residual_force_body_weights": round(residual_force(clip), 3),
        "zmp_outside_feet_mm": round(excess_mm(zmp_excess(clip, ground_contacts(clip.qpos()))), 1),
    }


if __name__ == "__main__":
    for entry in build_library(Path(sys.argv[1]) if len(sys.argv) > 1 else motions_dir()):
        print(f"{entry.name:<16} {entry.duration:6.1f} s  {entry.speed:5.2f} m/s  {entry.description}")
