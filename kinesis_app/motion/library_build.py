"""The default library: generated motions, written to ``motions/`` with a manifest.

``python -m kinesis_app.motion.library_build [FOLDER]`` writes it.
"""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import yaml

from kinesis_app.atomic_file import write_atomically
from kinesis_app.motion.clip import MotionClip, resample, save_clip
from kinesis_app.motion.feasibility import check
from kinesis_app.motion.library import MotionEntry, list_motions, motions_dir
from kinesis_app.motion.library_course import Recipe
from kinesis_app.motion.library_recipes import recipes

STORED_FPS = 50.0
SOURCE = "kinesis_app.motion.gait; gait curves of Schwartz, Rozumalski, Trost 2008, J Biomech 41:1639"


def build_library(folder: Path) -> list[MotionEntry]:
    """Make and write every recipe and ``manifest.yaml``; returns what the library then lists."""
    manifest = {}
    for recipe in recipes():
        clip = build_clip(recipe)
        save_clip(clip, folder / f"{recipe.name}.npz")
        manifest[recipe.name] = {
            "description": recipe.description,
            "made": recipe.call,
            "tags": list(recipe.tags),
            "duration_s": round(clip.duration, 2),
            "fps": clip.fps,
            **clip.info["quality"],
        }
    head = f"# Written by: python -m kinesis_app.motion.library_build\n# Source: {SOURCE}\n"
    write_atomically(folder / "manifest.yaml", (head + yaml.safe_dump(manifest, sort_keys=False)).encode())
    return list_motions(folder=folder)


def build_clip(recipe: Recipe) -> MotionClip:
    """One clip of the library at its stored rate, with its figures."""
    made = recipe.make()
    info = {
        **made.info,  # with the plan, from which a session can walk on at another speed
        "source": SOURCE,
        "tags": list(recipe.tags),
        "description": recipe.description,
        "made": recipe.call,
        "quality": quality(made),
    }
    return replace(resample(made, STORED_FPS), name=recipe.name, info=info)


def quality(clip: MotionClip) -> dict[str, Any]:
    """Figures of a clip: its speed, and what the gate for feasible motions measures."""
    verdict = check(clip)
    return {
        "mean_speed_m_s": round(clip.mean_speed, 3),
        "root_residual_n": round(verdict.root_residual_n, 1),
        "zmp_outside_feet_mm": round(verdict.zmp_outside_mm, 1),
        "skate_mm": round(verdict.skate_mm, 1),
        "penetration_mm": round(verdict.penetration_mm, 1),
        "tendon_jump_mm": round(verdict.tendon_jump_mm, 1),
        "feasible": verdict.feasible,
        **({"reasons": list(verdict.reasons)} if verdict.reasons else {}),
    }


if __name__ == "__main__":
    for entry in build_library(Path(sys.argv[1]) if len(sys.argv) > 1 else motions_dir()):
        print(f"{entry.name:<24} {entry.duration:6.1f} s  {entry.speed:5.2f} m/s  {entry.description}")
