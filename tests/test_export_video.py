"""Films keep time: what their frames say they last adds up to the run."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import imageio.v3 as iio
import numpy as np
import pytest
from PIL import Image

from kinesis_app.view.video import _write


@pytest.mark.parametrize("fps", [10.0, 24.0, 30.0, 50.0])
def test_a_gif_plays_at_the_speed_of_life(fps: float, tmp_path: Path) -> None:
    """GIF counts in hundredths of a second; at 30 fps rounding each frame would play 11 % too fast."""
    n = 37
    images = (np.full((32, 48, 3), 5 * i, dtype=np.uint8) for i in range(n))
    assert _write(tmp_path / "run.gif", images, fps) == n
    with Image.open(tmp_path / "run.gif") as film:
        assert film.n_frames == n
        total = 0
        for frame in range(n):
            film.seek(frame)
            total += film.info["duration"]
    assert total == pytest.approx(1000.0 * n / fps, abs=10.0)


def test_an_mp4_has_its_frames_and_rate(tmp_path: Path) -> None:
    images = (np.full((64, 96, 3), 5 * i, dtype=np.uint8) for i in range(20))
    assert _write(tmp_path / "run.mp4", images, 30.0) == 20
    facts = iio.immeta(tmp_path / "run.mp4", plugin="FFMPEG")
    assert facts["fps"] == pytest.approx(30.0)
    assert facts["duration"] == pytest.approx(20 / 30.0, abs=0.02)


def test_no_frames_no_film(tmp_path: Path) -> None:
    assert _write(tmp_path / "run.gif", iter(()), 30.0) == 0


def test_a_gif_shows_what_was_drawn(tmp_path: Path) -> None:
    """Frames hold only what changed: decoded, each is the whole picture again."""
    images = [np.full((40, 60, 3), 30, dtype=np.uint8) for _ in range(4)]
    images[1][5:9, 7:20] = (200, 40, 40)
    images[3][30:, 50:] = (10, 220, 90)  # and image 2 is the first one again
    assert _write(tmp_path / "run.gif", iter(images), 30.0) == 4
    with Image.open(tmp_path / "run.gif") as film:
        assert film.info["loop"] == 0
        for i, image in enumerate(images):
            film.seek(i)
            np.testing.assert_array_equal(np.asarray(film.convert("RGB")), image)
            assert film.disposal_method == 1


def test_a_gif_keeps_no_frames(tmp_path: Path) -> None:
    """While a film is written at most two of its images are alive, however long it is."""
    import gc
    import weakref

    alive: list[weakref.ref[np.ndarray]] = []
    most = 0

    def images() -> Iterator[np.ndarray]:
        nonlocal most
        for i in range(30):
            image = np.full((20, 30, 3), 8 * i, dtype=np.uint8)
            alive.append(weakref.ref(image))
            yield image
            del image
            gc.collect()
            most = max(most, sum(ref() is not None for ref in alive))

    assert _write(tmp_path / "run.gif", images(), 30.0) == 30
    assert most <= 2
