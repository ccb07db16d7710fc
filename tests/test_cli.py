"""The command line: what it prints, what it writes, and how it refuses."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from clips import standing_clip
from small_policy import write_policy

from kinesis_app.cli import main
from kinesis_app.cli.motion_request import requested_motion
from kinesis_app.cli.parsers import COMMANDS
from kinesis_app.cli.policies_command import fact
from kinesis_app.errors import KinesisError
from kinesis_app.motion.clip import save_clip

HEAVY = ("mujoco", "numpy", "dearpygui", "torch", "onnxruntime", "scipy")


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A working directory with a clip ``still.npz`` and one shipped policy."""
    (tmp_path / "policies").mkdir()
    write_policy(tmp_path / "policies" / "small.onnx", card={"trained_on": "nothing", "steps": 12345})
    monkeypatch.setenv("KINESIS_POLICIES", str(tmp_path / "policies"))
    save_clip(standing_clip(1.0), tmp_path / "still.npz")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def refused(capsys: pytest.CaptureFixture, *arguments: str) -> str:
    """The one line on stderr with which ``arguments`` are refused."""
    before = sorted(Path.cwd().rglob("*"))
    try:
        code = main(list(arguments))
    except SystemExit as exit_:
        code = int(str(exit_.code))
    captured = capsys.readouterr()
    assert code == 2
    assert captured.out == ""
    assert captured.err.count("\n") == 1, captured.err
    assert sorted(Path.cwd().rglob("*")) == before
    return captured.err


# --- help and start-up ---------------------------------------------------------------------


@pytest.mark.parametrize("command", [[], *([name] for name in COMMANDS)])
def test_help_teaches(command: list[str], capsys: pytest.CaptureFixture) -> None:
    with pytest.raises(SystemExit) as exit_:
        main([*command, "--help"])
    assert exit_.value.code == 0
    assert " ".join(["usage: kinesis-app", *command]) in capsys.readouterr().out


def test_help_loads_nothing_heavy() -> None:
    code = (
        "import sys, contextlib, io, kinesis_app.cli\n"
        "with contextlib.suppress(SystemExit), contextlib.redirect_stdout(io.StringIO()):\n"
        "    kinesis_app.cli.main(['run', '--help'])\n"
        f"print([m for m in {HEAVY} if m in sys.modules])"
    )
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert result.stdout.strip() == "[]"


def test_no_display_names_the_headless_form(folder: Path) -> None:
    environment = {k: v for k, v in os.environ.items() if k not in ("DISPLAY", "WAYLAND_DISPLAY")}
    command = [sys.executable, "-m", "kinesis_app", "still.npz"]
    result = subprocess.run(command, capture_output=True, text=True, env=environment, check=False)
    assert result.returncode == 2
    assert result.stderr.count("\n") == 1
    assert "DISPLAY variable is not set" in result.stderr
    assert "kinesis-app run still.npz" in result.stderr


def test_a_display_that_cannot_be_opened(folder: Path) -> None:
    environment = os.environ | {"DISPLAY": ":987"}
    command = [sys.executable, "-m", "kinesis_app"]
    result = subprocess.run(command, capture_output=True, text=True, env=environment, check=False)
    assert result.returncode == 2
    assert "DISPLAY is ':987'" in result.stderr
    assert result.stderr.count("\n") == 1


# --- run -----------------------------------------------------------------------------------


def test_run_prints_a_summary(folder: Path, capsys: pytest.CaptureFixture) -> None:
    assert main(["run", "still.npz"]) == 0
    out = capsys.readouterr().out
    for part in ("still, 1.00 s, policy small", "MPJPE", "mean activation", "times real time"):
        assert part in out
    assert sorted(p.name for p in folder.iterdir()) == ["policies", "still.npz"]


def test_a_fresh_process_leaves_nothing_behind(folder: Path) -> None:
    command = [sys.executable, "-m", "kinesis_app", "run", "still.npz", "--seconds", "0.2"]
    result = subprocess.run(command, capture_output=True, text=True, check=True)
    assert result.stderr == ""
    assert sorted(p.name for p in folder.iterdir()) == ["policies", "still.npz"]


def test_run_json_and_seconds(folder: Path, capsys: pytest.CaptureFixture) -> None:
    assert main(["run", "still.npz", "--seconds", "0.4", "--json"]) == 0
    summary = json.loads(capsys.readouterr().out)
    assert summary["format"] == "kinesis-run-1"
    assert summary["seconds"] == pytest.approx(0.4)
    assert not summary["fell"]
    assert summary["times_real_time"] > 1.0


def test_run_records_and_does_not_overwrite(folder: Path, capsys: pytest.CaptureFixture) -> None:
    command = ["run", "still.npz", "--record", "out.npz"]
    assert main(command) == 0
    first = (folder / "out.npz").read_bytes()
    with np.load(folder / "out.npz", allow_pickle=False) as recording:
        assert recording["excitation_sim"].shape == (150, 80)
        assert str(recording["policy"]) == "small"
    capsys.readouterr()
    assert "--force" in refused(capsys, *command)
    assert (folder / "out.npz").read_bytes() == first
    assert main([*command, "--force", "--seconds", "0.5"]) == 0
    assert (folder / "out.npz").read_bytes() != first


def test_run_draws_a_video(folder: Path, capsys: pytest.CaptureFixture) -> None:
    pytest.importorskip("OpenGL")
    assert main(["run", "still.npz", "--seconds", "0.2", "--video", "out.mp4"]) == 0
    assert (folder / "out.mp4").read_bytes()[4:8] == b"ftyp"
    assert sorted(p.name for p in folder.iterdir()) == ["out.mp4", "policies", "still.npz"]


def test_the_same_run_twice_is_the_same(folder: Path) -> None:
    runs = []
    for name in ("a.npz", "b.npz"):
        main(["run", "still.npz", "--record", name])
        with np.load(name, allow_pickle=False) as recording:
            runs.append(recording["qpos"])
    np.testing.assert_array_equal(*runs)


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["run"], "a MOTION to follow"),
        (["run", "nonsense"], "nonsense"),
        (["run", "still.npz", "--speed", "1.2"], "walk --speed 1.2"),
        (["run", "still.npz", "--seconds", "-1"], "'-1' is not a number above 0"),
        (["run", "still.npz", "--seconds", "nan"], "'nan' is not a number above 0"),
        (["run", "still.npz", "--policy", "smal"], "Did you mean small"),
        (["run", "still.npz", "--policy", "still.npz"], "still.npz"),
        (["run", "still.npz", "--policy", "none.onnx"], "does not exist"),
        (["run", "still.npz", "--record", "out.txt"], "should end in '.npz'"),
        (["run", "still.npz", "--record", "nowhere/out.npz"], "nowhere"),
        (["run", "still.npz", "--export", "out.xml"], "should end in '.sto or .mot or .csv or .npz'"),
        (["run", "still.npz", "--video", "out.avi"], "should end in '.mp4 or .gif'"),
        (["run", "walk", "--speed", "9"], "outside 0.5 to 1.9"),
        (["run", "walk:1.1:2"], "2 s are too few to walk at 1.1 m/s and stop; 5.6 s are enough"),
        (["run", "still.npz", "--colour"], "unrecognized arguments"),
        (["evaluate", "still.npz", "--json", "out.yaml"], "should end in '.json'"),
        (["evaluate", "still.npz", "--pushes", "0"], "whole number from 1"),
        (["evaluate", "gone.npz"], "gone.npz"),
    ],
)
def test_bad_input_is_one_line_code_2_and_nothing_written(
    folder: Path, capsys: pytest.CaptureFixture, arguments: list[str], says: str
) -> None:
    assert says in refused(capsys, *arguments)


def test_a_policy_that_answers_nan_ends_the_run_clearly(folder: Path, capsys: pytest.CaptureFixture) -> None:
    write_policy(folder / "nan.onnx", gain=1e30, hidden=(8,))
    assert "not finite" in refused(capsys, "run", "still.npz", "--policy", "nan.onnx", "--record", "x.npz")


# --- evaluate and lists --------------------------------------------------------------------


def test_evaluate_prints_a_table_and_writes_json(folder: Path, capsys: pytest.CaptureFixture) -> None:
    assert main(["evaluate", "still.npz", "--json", "result.json"]) == 0
    assert capsys.readouterr().out.splitlines()[2].split()[:2] == ["still", "1.00"]
    result = json.loads((folder / "result.json").read_text())
    assert list(result) == ["format", "clips", "total", "delay_steps", "foresight", "leashed"]
    assert result["format"] == "kinesis-evaluation-1"


def test_evaluate_json_to_standard_output_is_pure(folder: Path, capsys: pytest.CaptureFixture) -> None:
    assert main(["evaluate", "still.npz", "--json", "-", "--pushes", "2"]) == 0
    result = json.loads(capsys.readouterr().out)
    assert result["pushes"]["count"] == 2
    assert len(result["pushes"]["trials"]) == 2


def test_policies_are_listed(folder: Path, capsys: pytest.CaptureFixture) -> None:
    (folder / "policies" / "broken.onnx").write_bytes(b"no")
    (folder / "policies" / "manifest.yaml").write_text("default: small\n")
    assert main(["policies"]) == 0
    out = capsys.readouterr().out
    assert "12,345" in out
    assert "broken does not work here" in out
    assert main(["policies", "--json"]) == 0
    listed = {p["name"]: p for p in json.loads(capsys.readouterr().out)["policies"]}
    assert listed["small"]["default"]
    assert listed["broken"]["problem"]


@pytest.mark.parametrize(
    ("value", "text"),
    [(None, "-"), (1234567, "1,234,567"), ({"teacher": 1000, "polish": 500}, "1,500"), (["a", "b"], "a, b"),
     (list("abcd"), "4 motions"), ("walks", "walks")],
)  # fmt: skip
def test_card_facts_in_a_few_words(value: object, text: str) -> None:
    assert fact(value) == text


def test_motions_are_listed_or_it_says_there_are_none(capsys: pytest.CaptureFixture) -> None:
    assert main(["motions", "no", "such", "motion"]) == 0
    assert "No motion matches 'no such motion'" in capsys.readouterr().out
    assert main(["motions", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["format"] == "kinesis-motions-1"


def test_speed_and_seconds_shape_a_generated_walk() -> None:
    clip = requested_motion("walk:0.9", speed=1.3, seconds=10.0)
    assert clip.duration == pytest.approx(10.0)
    steady = clip.root_pos[round(3 * clip.fps) : round(6 * clip.fps) + 1, 0]
    assert steady[-1] - steady[0] == pytest.approx(3 * 1.3, rel=0.05)
    assert requested_motion("stand", seconds=2.0).duration == pytest.approx(2.0)
    with pytest.raises(KinesisError, match="does not walk"):
        requested_motion("stand", speed=1.0)
