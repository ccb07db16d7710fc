"""The library: what it lists, what it loads, and what it says when it cannot."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import yaml

from kinesis_app.body.model import physics_model
from kinesis_app.body.rotations import heading
from kinesis_app.errors import KinesisError
from kinesis_app.motion import library
from kinesis_app.motion.clip import MotionClip, save_clip
from kinesis_app.motion.library_build import build_clip
from kinesis_app.motion.library_recipes import recipes


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


@pytest.fixture
def shipped() -> list[library.MotionEntry]:
    if not library.motions_dir().is_dir():
        pytest.skip("no motions/ beside the package (an installed wheel has none)")
    return library.list_motions()


def test_the_shipped_library_is_whole(shipped: list[library.MotionEntry]) -> None:
    names = {e.name for e in shipped}
    assert {"stand", "walk_0.5", "walk_1.1", "walk_1.9", "stop_and_go", "turn_left", "walk_run_walk"} <= names
    assert all(e.description and e.tags for e in shipped)
    assert len(library.load_motion("walk_1.1").joints) > 900
    assert sum(e.path.stat().st_size for e in shipped) < 5e6


def test_the_shipped_library_is_what_the_recipes_make(shipped: list[library.MotionEntry]) -> None:
    made = {recipe.name: recipe for recipe in recipes()}
    assert {e.name for e in shipped} == set(made)
    clip = build_clip(made["turn_in_place_left_90"])
    stored = library.load_motion("turn_in_place_left_90")
    np.testing.assert_allclose(stored.joints, clip.joints, atol=2e-3)
    assert stored.info["quality"]["feasible"]


@pytest.mark.parametrize(
    "skill", ["stand", "walk", "turn", "in place", "backward", "sidestep", "run", "bridge"]
)
def test_every_skill_is_there_in_variants(shipped: list[library.MotionEntry], skill: str) -> None:
    assert len(library.list_motions(skill)) >= 2


def test_the_manifest_says_what_is_feasible(shipped: list[library.MotionEntry]) -> None:
    manifest = yaml.safe_load((library.motions_dir() / "manifest.yaml").read_text())
    assert set(manifest) == {e.name for e in shipped}
    for name, entry in manifest.items():
        assert entry["made"], name
        assert entry["feasible"], (name, entry["reasons"])
        assert entry["skate_mm"] <= 20.0, name
        assert entry["root_residual_n"] < 73.6, name  # a tenth of the body weight


def test_courses_turn_by_the_angle_they_say() -> None:
    (recipe,) = [r for r in recipes() if r.name == "turn_in_place_right_180"]
    clip = recipe.make()
    turned = np.unwrap(heading(clip.root_quat))
    assert turned[-1] - turned[0] == pytest.approx(-np.pi, abs=0.03)
