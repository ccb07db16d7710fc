"""``kinesis-app view CLIP`` in a real window: the clip plays by itself; files are read, cancelled, told of.

This file is also the program that the test starts; see ``window_driver``.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
from window_driver import Driver, needs_x, run_under, start, xdotool_says

TITLE = "KINESIS app"
LONG = 100_000
"""Frames of a file that takes seconds to read on any machine."""


@needs_x
def test_a_clip_plays_and_files_are_read_beside_it(display: str, tmp_path: Path) -> None:
    from bvh_walk import write_walk

    from kinesis_app.motion.clip import save_clip
    from kinesis_app.motion.library import load_motion

    save_clip(load_motion("walk:1.2:6"), tmp_path / "my_clip.npz")
    write_walk(load_motion("walk:1.1:6"), tmp_path / "my_walk.bvh")
    *head, row = (tmp_path / "my_walk.bvh").read_text().splitlines()
    begin = next(i for i, line in enumerate(head) if line.startswith("Frames:"))
    rows = [*head[:begin], f"Frames: {LONG}", head[begin + 1], *[row] * LONG]
    (tmp_path / "long.bvh").write_text("\n".join(rows) + "\n")
    seen, errors = start(__file__, display, tmp_path)
    assert "Error" not in errors
    assert seen["passed"][-1] == "and plays"


class Viewer(Driver):
    """Looks at a clip, reads another file, cancels, reads a bad one."""

    def drive(self) -> None:
        import dearpygui.dearpygui as dpg

        from kinesis_app.gui.opening import open_motion

        w = self.window
        self.wait("it plays", lambda: w.started and w.session.latest_snapshot().step > 3)
        shot = w.session.latest_snapshot
        assert shot().motion == "my_clip"
        np.testing.assert_allclose(shot().qpos, shot().reference_qpos, atol=1e-9)
        self.wait("the picture is there", lambda: dpg.does_item_exist("picture"))
        self.wait("it is not black", lambda: w.viewport.shown is not None and np.ptp(w.viewport.shown) > 128)
        first = w.viewport.shown.astype(float)
        self.wait("the picture moves", lambda: np.abs(w.viewport.shown.astype(float) - first).max() > 60)

        open_motion(w.desk, "long.bvh")
        self.wait("it says what it reads", lambda: any("long.bvh" in p.what for p in w.desk.jobs.running))
        self.frames()
        self.hover("picture")
        self.key("ctrl+BackSpace")
        self.wait("the key cancels it", lambda: not w.desk.jobs.running)
        self.goes_on("my_clip")

        Path("bad.bvh").write_text("HIERARCHY\nROOT a\n{\n")
        open_motion(w.desk, "bad.bvh")
        self.wait("a bad file is told", lambda: self.told("error", "bad.bvh"))
        self.goes_on("my_clip")

        self.drop("notes.pdf")
        self.wait("what cannot be opened is told", lambda: self.told("error", "'notes.pdf' cannot be opened"))
        self.drop("my_walk.bvh")
        self.wait("the import is told of", lambda: self.told("info", "mm from its source"))
        self.wait("and plays", lambda: shot().motion == "my_walk" and shot().step > 3)

    def drop(self, name: str) -> None:
        """Let a file manager drop a file on the window."""
        source, window = Path(__file__).with_name("drag_source.py"), xdotool_says("search", "--name", TITLE)
        subprocess.run([sys.executable, str(source), window.split()[-1], name], check=True, timeout=120)

    def told(self, level: str, words: str) -> bool:
        return any(kind == level and words in text for kind, text in self.window.log.all)

    def goes_on(self, motion: str) -> None:
        shot = self.window.session.latest_snapshot
        step = shot().step
        self.wait("the run goes on", lambda: shot().step not in (step, step + 1))
        assert shot().motion == motion


if __name__ == "__main__":
    from kinesis_app.session.reference import REFERENCE_ONLY

    sys.exit(run_under(Viewer, Path(sys.argv[1]), "my_clip.npz", REFERENCE_ONLY))
