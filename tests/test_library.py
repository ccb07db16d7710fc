"""The library: what it lists, what it loads, and what it says when it cannot."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from kinesis_app.body.model import STANDING_DROP, physics_model
from kinesis_app.errors import KinesisError
from kinesis_app.motion import library
from kinesis_app.motion.clip import MotionClip, save_clip


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Three small clips and a damaged one."""
    for name, speed, tags in (
        ("walk_1.0", 1.0, ["walk"]),
        ("Walk_1.4", 1.4, ["walk", "fast"]),
        ("stand", 0.0, ["stand"]),
    ):
        key = physics_model().key_qpos[0]
        pos = np.tile(key[:3], (51, 1))
        pos[:, 0] += speed * np.arange(51) / 50.0
        info = {"tags": tags, "description": f"At {speed} m/s."}
        clip = MotionClip(name, 50.0, pos, np.tile(key[3:7], (51, 1)), np.zeros((51, 14)), info)
        save_clip(clip, tmp_path / f"{name}.npz")
    (tmp_path / "broken.npz").write_bytes(b"PK\3\4 no archive")
    assert STANDING_DROP > 0
    return tmp_path


def test_list_reads_names_speeds_and_tags_and_leaves_damage_out(folder: Path) -> None:
    entries = {e.name: e for e in library.list_motions(folder=folder)}
    assert set(entries) == {"walk_1.0", "Walk_1.4", "stand"}
    assert entries["Walk_1.4"].speed == pytest.approx(1.4, abs=1e-3)
    assert entries["walk_1.0"].duration == pytest.approx(1.0)
    assert entries["Walk_1.4"].tags == ("walk", "fast")


def test_search_needs_every_word(folder: Path) -> None:
    assert [e.name for e in library.list_motions("WALK fast", folder)] == ["Walk_1.4"]
    assert library.list_motions("walk swim", folder) == []


def test_names_are_found_whatever_their_case(folder: Path) -> None:
    assert library.load_motion("walk_1.4", folder).name == "Walk_1.4"
    assert library.load_motion("STAND", folder).n_frames == 51
    assert library.load_motion(folder / "stand.npz").n_frames == 51


def test_unknown_names_list_near_ones(folder: Path) -> None:
    with pytest.raises(KinesisError, match=r"No motion 'wakl_1.0'\. Did you mean 'walk_1.0'"):
        library.load_motion("wakl_1.0", folder)
    with pytest.raises(KinesisError, match="does not exist"):
        library.load_motion("missing.npz", folder)
    with pytest.raises(KinesisError, match="does not exist"):
        library.load_motion("missing.amc", folder)


@pytest.mark.parametrize("request_text", ["walk:fast", "walk:1.0:2:3", "walk:nan", "stand:x"])
def test_requests_that_make_no_sense_say_how_they_are_written(request_text: str) -> None:
    with pytest.raises(KinesisError, match="it is written"):
        library.load_motion(request_text)


def test_requests_are_bounded() -> None:
    with pytest.raises(KinesisError, match="outside"):
        library.load_motion("stand:1e9")
    with pytest.raises(KinesisError, match="outside"):
        library.load_motion("walk:9")


def test_walks_and_standing_are_made_on_request() -> None:
    walk = library.load_motion("walk:1.2:8")
    assert walk.duration == pytest.approx(8.0, abs=0.02)
    middle = walk.root_pos[int(3 * walk.fps) : int(4 * walk.fps) + 1, 0]
    assert middle[-1] - middle[0] == pytest.approx(1.2, abs=0.15)
    stand = library.load_motion("stand:2")
    assert stand.duration == pytest.approx(2.0, abs=0.02)
    assert np.ptp(stand.root_pos[:, :2], axis=0).max() < 0.05


def test_the_shipped_library_is_whole() -> None:
    entries = library.list_motions()
    if not library.motions_dir().is_dir():
        pytest.skip("no motions/ beside the package (an installed wheel has none)")
    names = {e.name for e in entries}
    assert {"stand", "walk_0.6", "walk_1.1", "walk_1.8", "stop_and_go", "turn_left"} <= names
    assert all(e.description and e.tags for e in entries)
    assert len(library.load_motion("walk_1.1").joints) > 900
    manifest = (library.motions_dir() / "manifest.yaml").read_text()
    assert all(f"{name}:" in manifest for name in names)
