"""Films of a run, rendered frame by frame: their speed never depends on the machine."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import numpy as np

from kinesis_app.errors import KinesisError
from kinesis_app.view.camera import Camera
from kinesis_app.view.gif import write_gif
from kinesis_app.view.offscreen import Renderer, ViewOptions
from kinesis_app.view.pose import Pose, SnapshotLike
from kinesis_app.view.quality import LEVELS

SUFFIXES = (".mp4", ".gif")


def record_video(
    states: Iterable[Pose | SnapshotLike],
    path: Path | str,
    fps: float = 30.0,
    size: tuple[int, int] = (960, 720),
    options: ViewOptions | None = None,
) -> int:
    """Render states, one per frame, to an MP4 or GIF file; returns the number of frames.

    Args:
        states: Equally spaced in time at ``fps``: snapshots of control steps are at 30.
        path: Written whole or not at all.
        fps: Frames per second of the film.
        size: Width and height [pixels], even numbers.
        options: What is shown.

    Raises:
        KinesisError: If there is nothing to film, or the file cannot be written.
    """
    path = Path(path)
    if path.suffix.lower() not in SUFFIXES:
        raise KinesisError(f"'{path}': videos end in {' or '.join(SUFFIXES)}.")
    if size[0] % 2 or size[1] % 2 or not (64 <= size[0] <= 3840 and 64 <= size[1] <= 2160):
        raise KinesisError(f"Video size {size[0]}x{size[1]}: even numbers from 64 to 3840x2160, please.")
    part = path.with_name(f".{path.stem}.part{path.suffix}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        n = _write(part, rendered(states, fps, size, options), fps)
        if n == 0:
            raise KinesisError(f"Nothing to film for '{path}': the run has no frames.")
        os.replace(part, path)
    except OSError as error:
        raise KinesisError(f"'{path}' could not be written: {error}.") from None
    finally:
        part.unlink(missing_ok=True)
    return n


def rendered(
    states: Iterable[Pose | SnapshotLike],
    fps: float,
    size: tuple[int, int],
    options: ViewOptions | None = None,
) -> Iterator[np.ndarray]:
    """Images uint8 (height, width, 3) of states, the camera following."""
    renderer, camera = Renderer(*size, quick=False), Camera()
    image = np.zeros((size[1], size[0], 3), dtype=np.uint8)
    try:
        for state in states:
            pose = state if isinstance(state, Pose) else Pose.of(state)
            camera.follow(pose.qpos, 1.0 / fps)
            renderer.render(pose, camera, image, options, LEVELS[-1])
            yield image[::-1].copy()
    finally:
        renderer.close()


def _write(path: Path, images: Iterator[np.ndarray], fps: float) -> int:
    if path.suffix.lower() == ".gif":
        return write_gif(path, images, fps)
    return _write_mp4(path, images, fps)


def _write_mp4(path: Path, images: Iterator[np.ndarray], fps: float) -> int:
    import imageio.v2 as imageio

    n = 0
    # macro_block_size 2: the default of 16 would stretch the picture
    writer: Any = imageio.get_writer(path, fps=fps, macro_block_size=2, quality=7)
    with writer:
        for image in images:
            writer.append_data(image)
            n += 1
    return n
