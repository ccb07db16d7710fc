"""Damaged files: one clear line or a valid clip, never another error, a hang or a flood of memory.

``KINESIS_FUZZ=2000 pytest tests/test_fuzz_formats.py`` tries as many files instead of the quick few.
Half of the damage is to bytes, most of which stops in the readers: every such file is read, some are
retargeted. The other half is to what is recorded, in whole files: all of those are retargeted.
"""

from __future__ import annotations

import io
import json
import os
import signal
import tracemalloc
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from motion_files import SEEDS

from kinesis_app.errors import KinesisError
from kinesis_app.motion.clip import MotionClip, is_clip_file, load_clip
from kinesis_app.motion.formats import RawMotion, read_motions
from kinesis_app.motion.library import import_motion
from kinesis_app.motion.retarget import RetargetReport, retarget

MANY = int(os.environ.get("KINESIS_FUZZ", "0"))
COUNT = MANY // (2 * len(SEEDS)) + 1 if MANY else 25
DAMAGED = MANY // (2 * len(SEEDS)) + 1 if MANY else 1
"""Files per format with damage to bytes, and per kind of recording with damage to what is recorded."""
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
                    check_clip(clip, report)
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


def check_clip(clip: MotionClip, report: RetargetReport) -> None:
    """A clip that the app may follow, and a report that JSON takes."""
    assert np.isfinite(clip.qpos()).all()
    assert report.limit_violations <= 1.0
    json.dumps(report.figures(), allow_nan=False)


def damaged(raw: RawMotion, rng: np.random.Generator) -> RawMotion:
    """A whole recording whose content is wrong: what no reader can tell from a strange motion."""
    if raw.coordinates:
        return damaged_coordinates(raw, rng)
    positions, names = raw.positions.copy(), list(raw.joint_names)
    n, k = positions.shape[:2]
    some = rng.choice(k, size=int(rng.integers(1, max(k // 2, 2))), replace=False)
    start = int(rng.integers(n))
    kind = int(rng.integers(13))
    if kind == 0:
        positions[start:, some] = np.nan
    elif kind == 1:
        positions[:, some] = np.nan
    elif kind == 2:
        positions[start:] = positions[start:, rng.permutation(k)]
    elif kind == 3:
        positions *= rng.choice([1e-3, 1e3, -1.0])
    elif kind == 4:
        positions[:] = positions[0]
    elif kind == 5:
        positions[start] += rng.normal(0.0, 1.0, positions[start].shape)
    elif kind == 6:
        positions += rng.normal(0.0, rng.choice([0.01, 0.3]), positions.shape)
    elif kind == 7:
        positions = positions[:, :, rng.permutation(3)]
    elif kind == 8:
        positions[:, some] = positions[:, some[:1]]
    elif kind == 9:
        positions = positions[: int(rng.choice([1, 2, 4, 5, 9]))]
    elif kind == 10:
        names = [names[i] for i in rng.permutation(k)]
    elif kind == 11:
        names[int(some[0])] = names[int(rng.integers(k))]
    rotations = None if raw.rotations is None else raw.rotations[: len(positions)]
    fps = float(rng.choice([5.0, 30.0, 1000.0, 20_000.0])) if kind == 12 else raw.fps
    return replace(raw, positions=positions, rotations=rotations, joint_names=tuple(names), fps=fps)


def damaged_coordinates(raw: RawMotion, rng: np.random.Generator) -> RawMotion:
    """The same for angles: a column too large, frozen, reversed, at random, or a motion far too short."""
    columns = {name: values.copy() for name, values in raw.coordinates.items()}
    kind = int(rng.integers(6))
    for name in rng.choice(list(columns), size=int(rng.integers(1, len(columns))), replace=False).tolist():
        values = columns[name]
        noise = rng.normal(0.0, 3.0, len(values))
        values[:] = (values * 100.0, values * 0.0 + 3.0, values[::-1], noise, values, -values)[kind]
    if kind == 4:
        columns = {name: values[: int(rng.choice([1, 4, 6]))] for name, values in columns.items()}
        shortest = min(len(values) for values in columns.values())
        columns = {name: values[:shortest] for name, values in columns.items()}
    return replace(raw, coordinates=columns)


@pytest.mark.parametrize("name", [name for name in SEEDS if name != "clip.npz"])
def test_damaged_recordings_give_one_clear_line_or_a_clip(name: str, tmp_path: Path) -> None:
    whole = read_motions(SEEDS[name](tmp_path / name))[0]
    rng = np.random.default_rng(11)
    for _ in range(DAMAGED):
        raw, line = damaged(whole, rng), "a clip"
        try:
            with bounded():
                check_clip(*retarget(raw))
        except KinesisError as error:
            line = str(error)
        assert "\n" not in line


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


@pytest.mark.parametrize("name", ["walk.mot", "walk.trc", "legs.bvh"])
def test_recordings_of_an_instant_are_refused(name: str, tmp_path: Path) -> None:
    raw = read_motions(SEEDS[name](tmp_path / name))[0]
    with pytest.raises(KinesisError, match="are needed"):
        retarget(replace(raw, fps=20_000.0))


@pytest.mark.parametrize(
    ("name", "moved", "place"),
    [
        ("legs.bvh", ("RightToeBase",), "RightFoot"),
        ("joints.npy", ("right_foot",), "right_ankle"),
        ("walk.trc", ("R.MT1", "R.MT5"), "R.Heel"),
    ],
)
def test_feet_whose_points_lie_in_one_spot_are_refused_with_the_frame(
    name: str, moved: tuple[str, ...], place: str, tmp_path: Path
) -> None:
    raw = read_motions(SEEDS[name](tmp_path / name))[0]
    positions, column = raw.positions.copy(), raw.joint_names.index
    for point in moved:
        positions[5:, column(point)] = positions[5:, column(place)]
    with pytest.raises(KinesisError, match=r"19 frame\(s\), the first is 6, the points of the feet"):
        retarget(replace(raw, positions=positions, rotations=None))


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


def test_hierarchies_that_bite_their_tail_are_refused(tmp_path: Path) -> None:
    path = SEEDS["07_01.amc"](tmp_path / "07_01.amc")
    asf = path.with_suffix(".asf")
    text = asf.read_text()
    for cycle in ("rtibia rfemur\n", "rtibia root\n", "rtibia rtibia\n", "lost rfoot\n"):
        asf.write_text(text.replace("rtibia rfoot\n", cycle))
        with bounded(), pytest.raises(KinesisError):
            import_motion(path)
    deep = tmp_path / "deep.bvh"
    deep.write_text("HIERARCHY\n" + "JOINT a\n{\n" * 200_000 + "MOTION\n")
    with bounded(), pytest.raises(KinesisError, match="line 2003"):
        import_motion(deep)


@pytest.mark.parametrize("times", ["0.5\t", "0.02\t", "nan\t", "-1e300\t"])
def test_times_that_stand_still_or_run_back_are_refused(times: str, tmp_path: Path) -> None:
    path = SEEDS["walk.mot"](tmp_path / "walk.mot")
    path.write_text(path.read_text().replace("\n0.20000\t", f"\n{times}"))
    with bounded(), pytest.raises(KinesisError):
        import_motion(path)


@pytest.mark.parametrize(
    "shape", ["(4000000000, 156)", "(24, 4000000000, 156)", "(0, 22, 3)", "(0, 156)", "()"]
)
def test_headers_in_archives_are_not_believed(shape: str, tmp_path: Path) -> None:
    """One array of an AMASS file announces another shape than its bytes have, or none worth reading."""
    path = SEEDS["amass.npz"](tmp_path / "a.npz")
    with zipfile.ZipFile(path) as archive:
        arrays = {name: archive.read(name) for name in archive.namelist()}
    poses = arrays["poses.npy"]
    end = 10 + int.from_bytes(poses[8:10], "little")
    header = poses[10:end].replace(b"(24, 156)", shape.encode()).rstrip() + b"\n"
    body = poses[end:] if "4000000000" in shape else bytes(8 * (shape == "()"))
    arrays["poses.npy"] = poses[:8] + len(header).to_bytes(2, "little") + header + body
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in arrays.items():
            archive.writestr(name, content)
    with bounded(), pytest.raises(KinesisError):
        import_motion(path)
