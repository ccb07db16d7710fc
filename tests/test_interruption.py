"""Reading and retargeting end when their caller wants that, in the middle."""

from __future__ import annotations

from pathlib import Path

import pytest
from motion_files import SEEDS

from kinesis_app.gui.jobs import CancelledError, Progress
from kinesis_app.motion.interruption import interruptible, may_end
from kinesis_app.motion.library import import_motion


@pytest.mark.parametrize("name", ["walk.mot", "walk.trc", "legs.bvh", "07_01.amc"])
def test_reading_ends_in_the_middle_of_a_file(name: str, tmp_path: Path) -> None:
    path, asked, progress = SEEDS[name](tmp_path / name), [], Progress("reading")

    def ask() -> None:
        asked.append(None)
        if len(asked) == 10:  # of 24 lines
            progress.cancel()
        progress.report(-1.0)

    with interruptible(ask), pytest.raises(CancelledError):
        import_motion(path)
    assert len(asked) == 10


def test_retargeting_ends_between_its_steps(tmp_path: Path) -> None:
    path, progress = SEEDS["joints.npy"](tmp_path / "joints.npy"), Progress("reading")
    progress.cancel()
    with interruptible(lambda: progress.report(-1.0)), pytest.raises(CancelledError):
        import_motion(path)


def test_nobody_is_asked_outside() -> None:
    with interruptible(lambda: (_ for _ in ()).throw(CancelledError())), pytest.raises(CancelledError):
        may_end()
    may_end()
