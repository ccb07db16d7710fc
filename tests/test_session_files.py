"""Session and experiment files: what is written comes back; garbage is refused with line and reason."""

from __future__ import annotations

import math
import re
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import pytest

from kinesis_app.cli import main
from kinesis_app.cli.parsers import parser_for
from kinesis_app.errors import KinesisError
from kinesis_app.experiment import NORMAL, Experiment, Fatigue, TimedPush
from kinesis_app.experiment.file import from_plain, load_experiment, save_experiment, to_plain
from kinesis_app.experiment.presets import PRESETS
from kinesis_app.session.document import SessionDocument, load_session, save_session
from kinesis_app.session.folders import state_folder
from kinesis_app.session.recent import MOST, recent_files, remember

FULL = Experiment(
    name="all: of 'it' ✓",
    strength={"soleus": 0.2, "hip abductors_l": 1.5},
    paralysed=("dorsiflexors_r",),
    excitation={"tibant_l": 0.5},
    fatigue=Fatigue(20.0, 0.1),
    noise=0.1,
    seed=7,
    pushes=(TimedPush(80.0, 0.2, 90.0, 4.0, 0.3), TimedPush(50.0)),
    gravity=1.62,
    friction=0.3,
    slope=-4.0,
    mass=1.1,
)
WINDOW = {"view": {"ghost": True, "camera": [1.0, -2.5, 3]}, "plots": ["soleus_r", "17"], "note": None}


@pytest.mark.parametrize("experiment", [NORMAL, FULL, *PRESETS.values()], ids=lambda e: e.name or "normal")
def test_experiments_come_back(experiment: Experiment, tmp_path: Path) -> None:
    save_experiment(experiment, tmp_path / "e.yaml")
    assert load_experiment(tmp_path / "e.yaml") == experiment
    assert from_plain(to_plain(experiment), "here") == experiment


@pytest.mark.parametrize(
    "document",
    [
        SessionDocument(),
        SessionDocument("a: b.bvh", "p.onnx", FULL, 1.2, 0.25, False, WINDOW),
        SessionDocument("walk:1.1", rate=math.inf),
    ],
)
def test_sessions_come_back(document: SessionDocument, tmp_path: Path) -> None:
    save_session(document, tmp_path / "s.yaml")
    assert load_session(tmp_path / "s.yaml") == document


def test_the_example_of_the_help_is_an_experiment(tmp_path: Path) -> None:
    text = parser_for("run").format_help().split("An experiment file is YAML")[1].split("\n", 1)[1]
    (tmp_path / "e.yaml").write_text(textwrap.dedent(text))
    assert len(load_experiment(tmp_path / "e.yaml").changes) == 10  # its gravity is the Earth's


# line, what the message must say
GARBAGE = {
    "strenght: {soleus: 0.2}": (1, "unknown key 'strenght'; did you mean 'strength'?"),
    "noise: 0.1\nstrength:\n  soleus: 0.2\n  sole: 3\n": (4, "'sole' names no muscle"),
    "strength:\n  soleus: weak\n": (2, "strength of 'soleus' must be a number"),
    "strength:\n  soleus: 7\n": (2, "7 is not within 0 to 5"),
    "strength:\n  soleus: 0.1\n  soleus: 0.2\n": (3, "'soleus' is given twice"),
    "strength: [soleus]": (1, "'strength' must hold 'key: value' lines"),
    "slope: .nan": (1, "slope must be a number"),
    "paralysed: soleus": (1, "'paralysed' must be a list"),
    "paralysed:\n  - soleus\n  - {a: b}\n": (3, "a list of words"),
    "pushes:\n  - {force: 10, at: 1}\n  - {at: 2}\n": (3, "a push needs its 'force'"),
    "pushes:\n  - force: 10\n    foce: 1\n": (3, "did you mean 'force'?"),
    "fatigue: {pace: 1, star: 1}": (1, "did you mean 'start'?"),
    "seed: 1.5": (1, "1.5 is not a whole number"),
    "a: [1, 2\nb: 3": (2, "expected"),
    "- just\n- a list": (1, "'key: value' lines expected"),
    "noise: !!python/object/apply:os.system ['true']": (1, ""),
    "format: kinesis-session-1": (1, "is not kinesis-experiment-1"),
    "": (1, "'key: value' lines expected"),
    "x: &a [1]\ny: *b": (2, "undefined alias"),
    "{" * 5000: (1, ""),
}


@pytest.mark.parametrize("text", GARBAGE, ids=range(len(GARBAGE)))
def test_garbage_is_refused_with_line_and_reason(
    text: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    line, reason = GARBAGE[text]
    path = tmp_path / "e.yaml"
    path.write_text(text)
    with pytest.raises(KinesisError, match=f"line {line}: .*{re.escape(reason)}"):
        load_experiment(path)
    assert main(["run", "stand:1", "--experiment", str(path)]) == 2
    assert capsys.readouterr().err.count("\n") == 1
    assert [p.name for p in tmp_path.iterdir()] == ["e.yaml"]


@pytest.mark.parametrize(
    ("text", "line", "reason"),
    [
        ("motion: walk", 1, "no session file"),
        ("format: kinesis-session-1\nrate: 9", 2, "9 is not within 0.1 to 8"),
        ("format: kinesis-session-1\nexperiment:\n  slope: 99", 3, "99 is not within -20 to 20 degrees"),
        ("format: kinesis-session-1\nloop: maybe", 2, "loop must be true or false"),
        ("format: kinesis-session-1\nmotoin: x", 2, "did you mean 'motion'?"),
        ("format: kinesis-session-1\nwindow: [1]", 2, "'window' must hold"),
        (
            "format: kinesis-session-1\nwindow:\n  a: " + "[" * 30 + "]" * 30,
            3,
            "more content than any window",
        ),
    ],
)
def test_garbage_is_no_session(text: str, line: int, reason: str, tmp_path: Path) -> None:
    (tmp_path / "s.yaml").write_text(text)
    with pytest.raises(KinesisError, match=f"line {line}: .*{re.escape(reason)}"):
        load_session(tmp_path / "s.yaml")


def test_aliases_cannot_multiply_a_small_file(tmp_path: Path) -> None:
    levels = "\n".join(f"  l{i + 1}: &l{i + 1} [{', '.join([f'*l{i}'] * 9)}]" for i in range(12))
    (tmp_path / "s.yaml").write_text(f"format: kinesis-session-1\nwindow:\n  l0: &l0 [1]\n{levels}\n")
    with pytest.raises(KinesisError, match="more content than any window"):
        load_session(tmp_path / "s.yaml")


@pytest.mark.parametrize("content", [b"\xff\xfe\x00 binary", b"a: 1\nb: \x00\n"])
def test_binary_is_no_session(content: bytes, tmp_path: Path) -> None:
    (tmp_path / "s.yaml").write_bytes(content)
    with pytest.raises(KinesisError, match=r"line [12]: "):
        load_session(tmp_path / "s.yaml")


def test_a_save_that_fails_keeps_the_old_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "s.yaml"
    save_session(SessionDocument("walk:1.0"), path)
    with pytest.raises(KinesisError, match="cannot be written as YAML"):
        save_session(SessionDocument(window={"x": object()}), path)

    def fail(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.replace", fail)
    with pytest.raises(KinesisError, match="No space left"):
        save_session(SessionDocument("walk:1.7"), path)
    assert load_session(path).motion == "walk:1.0"
    assert list(tmp_path.iterdir()) == [path]


_SAVES_FOR_EVER = """
import sys
from pathlib import Path
from kinesis_app.session.document import SessionDocument, save_session
path, i = Path(sys.argv[1]), 0
while True:
    save_session(SessionDocument(f"walk:{i}", window={"rows": [i] * 4000}), path)
    i += 1
    print(i, flush=True)
"""


@pytest.mark.parametrize("delay", [0.0, 0.004, 0.011])
def test_killed_while_saving_leaves_a_whole_file(delay: float, tmp_path: Path) -> None:
    path = tmp_path / "s.yaml"
    saver = subprocess.Popen(
        [sys.executable, "-c", _SAVES_FOR_EVER, str(path)], stdout=subprocess.PIPE, text=True
    )
    assert saver.stdout is not None
    assert saver.stdout.readline() == "1\n"
    time.sleep(delay)
    saver.kill()
    saver.communicate()
    document = load_session(path)
    assert set(document.window["rows"]) == {int(document.motion.removeprefix("walk:"))}
    assert len(document.window["rows"]) == 4000


def test_recent_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("XDG_STATE_HOME", "LOCALAPPDATA", "HOME"):
        monkeypatch.setenv(name, str(tmp_path / "state"))
    assert recent_files() == []
    files = [tmp_path / f"{i}.yaml" for i in range(MOST + 3)]
    for file in files:
        file.write_text("x")
        remember(file)
    remember(files[5])
    assert recent_files()[:2] == [files[5], files[-1]]
    assert len(recent_files()) == MOST
    files[5].unlink()
    assert recent_files()[0] == files[-1]
    (state_folder() / "recent.json").write_text("{half")
    assert recent_files() == []
    remember(files[1])
    assert recent_files() == [files[1]]
