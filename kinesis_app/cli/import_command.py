"""``kinesis-app import``: recordings to clips of this body, with a report of each."""

from __future__ import annotations

import argparse
import glob
import json
import os
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from tqdm import tqdm

from kinesis_app.cli.columns import columns
from kinesis_app.cli.output import check_output, write_text
from kinesis_app.errors import KinesisError
from kinesis_app.motion.clip import MotionClip, save_clip
from kinesis_app.motion.formats import SUFFIXES, Given, may_hold_motion
from kinesis_app.motion.library import import_motion
from kinesis_app.motion.retarget import RetargetReport

FORMAT = "kinesis-import-1"
READ = (*SUFFIXES, ".npz")


@dataclass(frozen=True)
class Imported:
    """One clip made, with the file it was read from and the one it was written to."""

    clip: MotionClip
    report: RetargetReport
    source: Path
    path: Path

    def row(self) -> dict[str, Any]:
        """The clip's entry in the JSON."""
        r, clip = self.report, self.clip
        return {
            "name": clip.name,
            "source": str(self.source),
            "format": str(clip.info.get("format", "kinesis-clip")),
            "file": str(self.path),
            "duration_s": round(clip.duration, 4),
            "fps": clip.fps,
            "residual_mm": round(r.mean_residual_mm, 2),
            "residual_per_body_mm": {body: round(value, 2) for body, value in r.residual_mm.items()},
            "limit_violations": r.limit_violations,
            "at_limit": r.at_limit,
            "skate_mm": max(r.skate_mm, default=0.0),
            "skate_per_stance_mm": list(r.skate_mm),
            "penetration_mm": round(r.penetration_mm, 2),
            "tendon_jump_mm": round(r.tendon_jump_mm, 2),
            "speed": round(r.speed, 4),
            "turn_rate": round(r.turn_rate, 2),
            "contacts": {side: [list(s) for s in r.contacts[i]] for i, side in enumerate(("right", "left"))},
            "scale": r.scale,
            "correction": r.correction.figures() if r.correction else None,
            "feasible": r.feasibility.feasible,
            "reasons": list(r.feasibility.reasons),
            "root_residual": round(r.feasibility.root_residual, 4),
            "notes": list(r.notes),
        }


def execute(options: argparse.Namespace) -> int:
    """Import everything named; 0 if all of it became clips, 2 if something failed."""
    to_stdout = options.json == "-"
    if options.json is not None and not to_stdout:
        check_output(Path(options.json), (".json",), options.force)
    given = Given(options.fps, options.up, options.unit)
    _check_folder(options.out)
    files = sources(options.files)
    made: list[Imported] = []
    failed: list[dict[str, str]] = []
    for path in tqdm(files, unit="file", disable=not sys.stderr.isatty(), leave=False):
        try:
            made += [_kept(path, clip, report, options.out) for clip, report in import_motion(path, given)]
        except KinesisError as error:
            failed.append({"source": str(path), "reason": str(error)})
    _tell(made, failed, options.json)
    return 2 if failed else 0


def sources(words: Sequence[str]) -> list[Path]:
    """Files, motion files in folders, and what patterns match, each once.

    Raises:
        KinesisError: If a word names nothing.
    """
    found: dict[Path, None] = {}
    for word in words:
        path = Path(word).expanduser()
        if path.is_dir():
            inside = [p for p in sorted(path.rglob("*")) if p.is_file() and may_hold_motion(p)]
            if not inside:
                raise KinesisError(f"No motion file ({', '.join(READ)}) in '{path}'.")
            found.update(dict.fromkeys(inside))
        elif path.is_file() or not glob.has_magic(word):
            found[path] = None
        else:
            matches = [Path(m) for m in sorted(glob.glob(str(path), recursive=True)) if os.path.isfile(m)]
            if not matches:
                raise KinesisError(f"Nothing matches '{word}'.")
            found.update(dict.fromkeys(matches))
    return list(found)


def _check_folder(out: Path) -> None:
    """Refuse, before the work, a folder that clips cannot go to; it is made with the first clip."""
    there = next(p for p in (out, *out.parents) if p.exists())
    if not there.is_dir():
        raise KinesisError(f"The folder '{out}' cannot be made: '{there}' is a file.")
    if not os.access(there, os.W_OK):
        raise KinesisError(f"The folder '{there}' is not writable.")


def _kept(source: Path, clip: MotionClip, report: RetargetReport, folder: Path) -> Imported:
    path = next(p for p in _free_names(folder, clip.name) if not p.exists())
    clip = replace(clip, name=path.stem)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        save_clip(clip, path)
    except OSError as error:
        raise KinesisError(f"'{path}' could not be written: {error.strerror}.") from None
    return Imported(clip, report, source, path)


def _free_names(folder: Path, name: str) -> Iterator[Path]:
    """``walk.npz``, ``walk_2.npz``, ...: nothing is overwritten."""
    yield folder / f"{name}.npz"
    number = 2
    while True:
        yield folder / f"{name}_{number}.npz"
        number += 1


def _tell(made: Sequence[Imported], failed: Sequence[dict[str, str]], json_path: str | None) -> None:
    clips = [item.row() for item in made]
    text = json.dumps({"format": FORMAT, "clips": clips, "failed": list(failed)}, indent=2, allow_nan=False)
    if json_path == "-":
        print(text)
        return
    if json_path is not None:
        write_text(Path(json_path), text + "\n")
    if made:
        head = ("name", "format", "s", "m/s", "deg/s", "residual mm", "skate mm", "penetration mm")
        rows = [
            (
                str(row["name"]), str(row["format"]), f"{row['duration_s']:.1f}", f"{row['speed']:.2f}",
                f"{row['turn_rate']:.0f}", f"{row['residual_mm']:.1f}", f"{row['skate_mm']:.1f}",
                f"{row['penetration_mm']:.1f}",
            )
            for row in clips
        ]  # fmt: skip
        print(columns(head, rows, right=range(2, 8)))
    if len(made) == 1:
        print("\n" + "\n".join(f"  {note}" for note in made[0].report.notes))
    for entry in failed:
        print(f"kinesis-app: {entry['reason']}", file=sys.stderr)
