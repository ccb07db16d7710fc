"""``kinesis-app import``: what it writes, reports and refuses."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from motion_files import write_bvh, write_clip, write_mdm, write_mot

from kinesis_app.cli import main
from kinesis_app.cli.import_command import sources
from kinesis_app.errors import KinesisError
from kinesis_app.motion.clip import load_clip
from kinesis_app.motion.library import load_motion
from kinesis_app.session.look import snapshot_of
from kinesis_app.session.reference import ReferencePlayer

KEYS = {
    "name", "source", "format", "duration_s", "residual_mm", "limit_violations", "skate_mm", "penetration_mm",
    "tendon_jump_mm", "speed", "turn_rate", "contacts", "notes",
}  # fmt: skip


def test_clips_are_written_numbered_and_reported(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder, out, report = tmp_path / "in", tmp_path / "out", tmp_path / "report.json"
    folder.mkdir()
    write_mot(folder / "walk.mot")
    (folder / "sub").mkdir()
    write_bvh(folder / "sub" / "walk.bvh")
    (folder / "README.txt").write_text("no motion")
    (folder / "broken.trc").write_text("PathFileType\n")
    code = main(["import", str(folder), "--out", str(out), "--json", str(report)])
    result = json.loads(report.read_text())
    assert code == 2
    assert "broken.trc" in capsys.readouterr().err
    assert [entry["source"] for entry in result["failed"]] == [str(folder / "broken.trc")]
    assert {row["name"] for row in result["clips"]} == {"walk", "walk_2"}
    for row in result["clips"]:
        assert set(row) >= KEYS
        clip = load_clip(out / f"{row['name']}.npz")
        assert clip.duration == pytest.approx(row["duration_s"], abs=1e-3)
    before = (out / "walk.npz").read_bytes()
    assert main(["import", str(folder / "walk.mot"), "--out", str(out)]) == 0
    assert (out / "walk.npz").read_bytes() == before
    assert (out / "walk_3.npz").is_file()


def test_several_motions_in_a_file_and_overrides(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = write_mdm(tmp_path / "results.npy")
    assert main(["import", str(path), "--fps", "40", "--out", str(tmp_path), "--json", "-"]) == 0
    (row,) = json.loads(capsys.readouterr().out)["clips"]
    assert row["format"] == "mdm"
    assert row["duration_s"] == pytest.approx(23 / 40, abs=0.01)
    assert any("given as 40" in note for note in row["notes"])


def test_what_is_named_must_be_there(tmp_path: Path) -> None:
    with pytest.raises(KinesisError, match="Nothing matches"):
        sources([str(tmp_path / "*.bvh")])
    with pytest.raises(KinesisError, match="No motion file"):
        sources([str(tmp_path)])
    clip = write_clip(tmp_path / "clip.npz")
    assert sources([str(tmp_path), str(clip), str(tmp_path / "*.npz")]) == [clip]
    assert main(["import", str(tmp_path / "none.mot"), "--out", str(tmp_path / "new" / "clips")]) == 2
    assert not (tmp_path / "new").exists()


def test_a_file_is_no_folder_for_clips(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = write_clip(tmp_path / "clip.npz")
    assert main(["import", str(path), "--out", str(path / "clips")]) == 2
    assert f"'{path}' is a file" in capsys.readouterr().err


def test_the_report_is_not_overwritten(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    report = tmp_path / "report.json"
    report.write_text("mine")
    path = write_clip(tmp_path / "clip.npz")
    assert main(["import", str(path), "--json", str(report)]) == 2
    assert "--force" in capsys.readouterr().err
    assert report.read_text() == "mine"


def test_view_plays_the_motion_itself() -> None:
    player = ReferencePlayer(load_motion("stand:2"))
    for _ in range(10):
        player.step()
    shot = snapshot_of(player)
    np.testing.assert_allclose(shot.qpos, shot.reference_qpos, atol=1e-12)
    assert shot.step == 10
    assert not shot.excitation.any()
