"""From the words of the command line to clips."""

from __future__ import annotations

from collections.abc import Sequence

from kinesis_app.errors import KinesisError
from kinesis_app.motion.clip import MotionClip
from kinesis_app.motion.library import GENERATED, list_motions, load_motion

DEFAULT_SPEED = 1.1
"""Of ``walk`` without a number [m/s]."""
STANDARD_WALKS = ("walk:0.8:20", "walk:1.1:20", "walk:1.4:20")


def requested_motion(text: str, speed: float | None = None, seconds: float | None = None) -> MotionClip:
    """The clip that ``text`` names; speed [m/s] and length [s] shape those that are generated.

    Raises:
        KinesisError: If there is no such motion, or a recorded one is given a speed.
    """
    kind, *numbers = text.strip().lower().split(":")
    if kind not in GENERATED:
        if speed is not None:
            raise KinesisError(
                f"'{text}' has its own speed; --speed is for generated walks: walk --speed {speed:g}."
            )
        return load_motion(text)
    if kind != "walk":
        if speed is not None:
            raise KinesisError(f"'{text}' does not walk; --speed is for walk.")
        return load_motion(f"{kind}:{seconds:g}" if seconds is not None else text)
    parts = [*numbers, "", ""]
    wanted_speed = f"{speed:g}" if speed is not None else parts[0] or f"{DEFAULT_SPEED:g}"
    wanted_seconds = f"{seconds:g}" if seconds is not None else parts[1]
    rest = [wanted_seconds, *numbers[2:]] if wanted_seconds else []
    return load_motion(":".join(["walk", wanted_speed, *rest]))


def motions_to_evaluate(names: Sequence[str]) -> list[MotionClip]:
    """The clips named; without names those of the library, or three walks if it is empty."""
    chosen = list(names) or [entry.name for entry in list_motions()] or list(STANDARD_WALKS)
    return [requested_motion(name) for name in chosen]
