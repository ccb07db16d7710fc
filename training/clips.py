"""The motions of a training run: calls of generators from the configuration, and files."""

from __future__ import annotations

import inspect
import itertools
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from kinesis_app.body.model import physics_model
from kinesis_app.errors import KinesisError
from kinesis_app.motion.clip import MotionClip
from kinesis_app.motion.formats import SUFFIXES


def stand(seconds: float = 5.0, fps: float = 30.0) -> MotionClip:
    """The standing keyframe, held; the simplest motion there is, for tests and benchmarks."""
    from kinesis_app.body.joints import joint_angles

    qpos = np.tile(physics_model().key_qpos[0], (round(seconds * fps) + 1, 1))
    return MotionClip("stand", fps, qpos[:, :3], qpos[:, 3:7], joint_angles(qpos))


def generators() -> dict[str, Callable[..., MotionClip]]:
    """Generators by the name used in configurations."""
    from kinesis_app.evaluation.goals import goal_clip
    from kinesis_app.motion import gait
    from kinesis_app.motion.gait import running
    from training.requested import requested

    return {
        "stand": stand,
        "walk": gait.walk,
        "varied_walk": gait.varied_walk,
        "varied": gait.varied,
        "recovery": gait.recovery,
        "run": running.run,
        "varied_run": running.varied_run,
        "goal": lambda x, y, seconds: goal_clip(x, y, seconds)[0],
        "requested": requested,
    }


def build_clips(calls: Sequence[Mapping[str, Any]]) -> list[MotionClip]:
    """Motions of a configuration's list of generator calls.

    An argument that is a list stands for one motion per entry (all combinations).

    Raises:
        KinesisError: On an unknown generator or argument.
    """
    clips: list[MotionClip] = []
    for call in calls:
        arguments = dict(call)
        name = str(arguments.pop("generator", "walk"))
        function = _generator(name)
        for values in _combinations(arguments):
            _check_arguments(name, function, values)
            clips.append(function(**values))
    return _with_unique_names(clips)


def _with_unique_names(clips: Sequence[MotionClip]) -> list[MotionClip]:
    """The clips, ``_2``, ``_3`` ... appended to names that come again."""
    seen: Counter[str] = Counter()
    out: list[MotionClip] = []
    for clip in clips:
        seen[clip.name] += 1
        again = seen[clip.name] > 1
        out.append(replace(clip, name=f"{clip.name}_{seen[clip.name]}") if again else clip)
    return out


def _generator(name: str) -> Callable[..., MotionClip]:
    if name == "stand":
        return stand
    known = generators()
    if name not in known:
        raise KinesisError(f"Motion generator '{name}' does not exist. Valid: {', '.join(known)}.")
    return known[name]


def _combinations(arguments: Mapping[str, Any]) -> Iterable[dict[str, Any]]:
    axes = [value if isinstance(value, list) else [value] for value in arguments.values()]
    return (dict(zip(arguments, values, strict=True)) for values in itertools.product(*axes))


def _check_arguments(name: str, function: Callable[..., MotionClip], values: Mapping[str, Any]) -> None:
    try:
        inspect.signature(function).bind(**values)
    except TypeError as error:
        valid = ", ".join(inspect.signature(function).parameters)
        raise KinesisError(f"Motion generator '{name}': {error}. Its arguments: {valid}.") from None


@dataclass(frozen=True)
class Motions:
    """The motions of a run.

    Attributes:
        made: By generators.
        recorded: From files.
    """

    made: tuple[MotionClip, ...]
    recorded: tuple[MotionClip, ...] = ()

    @property
    def clips(self) -> list[MotionClip]:
        """All of them, the recorded ones last."""
        return [*self.made, *self.recorded]

    @property
    def is_recorded(self) -> np.ndarray:
        """Which of the clips come from files, shape (number of clips,)."""
        return np.repeat([False, True], [len(self.made), len(self.recorded)])


def load_clips(paths: Sequence[str]) -> list[MotionClip]:
    """Motions from files, and from all motion files in folders, in the order of their names.

    Raises:
        KinesisError: If there is none, or one cannot be read.
    """
    from kinesis_app.motion.library import load_motion

    return [load_motion(str(file)) for file in _motion_files(paths)]


def _motion_files(paths: Sequence[str]) -> list[Path]:
    """Motion files among ``paths``, and those in folders there.

    Raises:
        KinesisError: If a folder holds none.
    """
    files: list[Path] = []
    for path in map(Path, paths):
        found = sorted(p for p in path.iterdir() if p.suffix in MOTION_SUFFIXES) if path.is_dir() else [path]
        if not found:
            raise KinesisError(f"No motion file ({', '.join(MOTION_SUFFIXES)}) in '{path}'.")
        files += found
    return files


MOTION_SUFFIXES = (".npz", *SUFFIXES)
