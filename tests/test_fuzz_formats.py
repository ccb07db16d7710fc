"""Damaged files: one clear line or a valid clip, never another error, a hang or a flood of memory.

``KINESIS_FUZZ=2000 pytest tests/test_fuzz_formats.py`` tries as many files instead of the quick few.
Every file is read; some of those that can still be read are retargeted too, which takes longer.
"""

from __future__ import annotations

import io
import os
import signal
import tracemalloc
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest
from motion_files import SEEDS

from kinesis_app.errors import KinesisError
from kinesis_app.motion.clip import is_clip_file, load_clip
from kinesis_app.motion.formats import read_motions
from kinesis_app.motion.library import import_motion

MANY = int(os.environ.get("KINESIS_FUZZ", "0"))
COUNT = MANY // len(SEEDS) + 1 if MANY else 25
RETARGETED = 25
"""Every so many files the whole import is tried."""
HANG, MEMORY = 10, 1e9
"""A file that takes more processor time [s] or memory [bytes] has failed."""
NASTY = ("nan", "-1", "1e308", "99999999999999999999", "", "inf", "0", "x", "\t", "\x00")


@contextmanager
def bounded() -> Iterator[None]:
    """Ends a hang, and measures what is allocated."""

    def stop(*_: object) -> None:
        raise AssertionError(f"still busy after {HANG} s")

    before = signal.signal(signal.SIGPROF, stop)
    signal.setitimer(signal.ITIMER_PROF, HANG)
    tracemalloc.start()
    try:
        yield
        assert tracemalloc.get_traced_memory()[1] < MEMORY
    finally:
        tracemalloc.stop()
        signal.setitimer(signal.ITIMER_PROF, 0.0)
        signal.signal(signal.SIGPROF, before)


def mutated(content: bytes, rng: np.random.Generator) -> bytes:
    """Flipped bytes, a cut end, a repeated piece, or a number that should not be."""
    data = bytearray(content)
    kind = rng.integers(5)
    if kind == 0:
        return bytes(data[: rng.integers(len(data))])
    if kind == 1:
        a, b = sorted(rng.integers(len(data), size=2))
        return bytes(data[:b] + data[a:])
    if kind == 2:
        words = content.split(b" ") if b" " in content else content.split(b"\t")
        words[rng.integers(len(words))] = rng.choice(NASTY).encode()
        return (b" " if b" " in content else b"\t").join(words)
    reach = len(data) if kind == 3 else min(len(data), 700)  # headers are small and matter most
    for _ in range(rng.integers(1, 9)):
        data[rng.integers(reach)] = rng.choice([0, 255, int(rng.integers(256))])
    return bytes(data)


def mutated_archive(content: bytes, rng: np.random.Generator) -> bytes:
    """One array of an archive damaged and the checksums made right again, or the archive itself damaged."""
    if rng.random() < 0.3:
        return mutated(content, rng)
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        arrays = {name: archive.read(name) for name in archive.namelist()}
    name = rng.choice(list(arrays))
    arrays[str(name)] = nasty_array(arrays[str(name)], rng)
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for key, array in arrays.items():
            archive.writestr(key, array)
    return buffer.getvalue()


def nasty_array(content: bytes, rng: np.random.Generator) -> bytes:
    """A damaged array file, or another array in its place."""
    if rng.random() < 0.5:
        return mutated(content, rng)
    others = (
        np.full((24, 156), np.nan), np.full((24, 3), 1e300), np.array("text"), np.zeros(0), np.array(np.inf),
        np.zeros((24, 3), complex), np.zeros((2, 2, 2), np.int8), np.array([True]), np.array(-3),
    )  # fmt: skip
    buffer = io.BytesIO()
    np.save(buffer, others[rng.integers(len(others))])
    return buffer.getvalue()


def check(path: Path, whole: bool) -> None:
    """Import a file: finite clips or one line of error."""
    try:
        with bounded():
            if whole:
                for clip, report in import_motion(path):
                    assert np.isfinite(clip.qpos()).all()
                    assert report.limit_violations <= 1.0
            elif path.suffix == ".npz" and is_clip_file(path):
                assert np.isfinite(load_clip(path).joints).all()
            else:
                for raw in read_motions(path):
                    assert raw.n_frames >= 4
    except KinesisError as error:
        line = str(error)
    else:
        line = "read"
    assert "\n" not in line
    assert len(line) < 2000


@pytest.mark.parametrize("name", SEEDS)
def test_damaged_files_give_one_clear_line_or_a_clip(name: str, tmp_path: Path) -> None:
    path = SEEDS[name](tmp_path / name)
    targets = [path, path.with_suffix(".asf")] if path.suffix == ".amc" else [path]
    whole = {target: target.read_bytes() for target in targets}
    rng = np.random.default_rng(7)
    for number in range(COUNT):
        target = targets[number % len(targets)]
        change = mutated_archive if target.suffix == ".npz" else mutated
        target.write_bytes(change(whole[target], rng))
        check(path, whole=number < 2 or number % RETARGETED == 0)
        target.write_bytes(whole[target])


def test_archives_that_unpack_to_more_than_a_motion_are_not_unpacked(tmp_path: Path) -> None:
    path = tmp_path / "bomb.npz"
    with (
        zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive,
        archive.open("poses.npy", "w") as file,
    ):
        for _ in range(300):
            file.write(bytes(1_000_000))
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("trans.npy", b"")
    with bounded(), pytest.raises(KinesisError, match="unpacks to 300 MB"):
        import_motion(path)
    assert path.stat().st_size < 3_000_000


def test_counts_that_the_file_cannot_hold_are_not_believed(tmp_path: Path) -> None:
    path = tmp_path / "huge.npy"
    np.save(path, np.zeros((4, 22, 3)))
    path.write_bytes(path.read_bytes().replace(b"(4, 22, 3), }  ", b"(4000000000, 22, 3), }  ")[:-9])
    with bounded(), pytest.raises(KinesisError):
        import_motion(path)
