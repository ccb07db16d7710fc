"""The physics engines by name."""

from __future__ import annotations

from collections.abc import Sequence

import mujoco

from kinesis_app.env.bodies import Bodies
from kinesis_app.env.warp_bodies import WarpBodies
from kinesis_app.errors import KinesisError

ENGINES: dict[str, type[Bodies]] = {"mujoco": Bodies, "warp": WarpBodies}


def make_bodies(
    physics: str, n_bodies: int, n_threads: int | None, models: Sequence[mujoco.MjModel]
) -> Bodies:
    """Bodies of the engine ``physics``; arguments as of :class:`~kinesis_app.env.bodies.Bodies`.

    Raises:
        KinesisError: If there is no such engine, or it is not installed.
    """
    if physics not in ENGINES:
        raise KinesisError(f"'physics: {physics}' does not exist. Valid: {', '.join(ENGINES)}.")
    return ENGINES[physics](n_bodies, n_threads, models)
