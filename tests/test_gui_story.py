"""A new user's first quarter of an hour, with real clicks and keys, from launch and without documentation.

Load a .bvh, watch it imitated, set soleus strength to 20 %, scrub back, continue from there, save a film
and a .sto. This file is also the program that the test starts; see ``window_driver``.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from window_driver import Driver, needs_x, run_under, start, virtual_display, xdotool


@pytest.fixture
def display(tmp_path: Path) -> Iterator[str]:
    """A virtual X server of its own."""
    yield from virtual_display(tmp_path)


@needs_x
def test_a_new_user_gets_there(display: str, tmp_path: Path) -> None:
    import imageio.v2 as imageio
    from bvh_walk import write_walk

    from kinesis_app.motion.library import load_motion

    write_walk(load_motion("walk_1.1"), tmp_path / "my_walk.bvh")
    _, errors = start(__file__, display, tmp_path)
    assert "Error" not in errors
    frames = imageio.mimread(tmp_path / "kinesis_001.mp4")
    assert len(frames) in (11, 21, 31)  # ten control steps, or more where a key had to be pressed again
    assert np.std(frames[0]) > 10
    assert np.abs(frames[0].astype(float) - frames[-1]).max() > 30  # it moves
    names, table = read_storage(tmp_path / "kinesis_001.sto")
    assert len(table) == len(frames)
    np.testing.assert_allclose(np.diff(table[:, 0]), 1 / 30, atol=1e-6)
    soleus = table[:, names.index("/forceset/soleus_r/activation")]
    assert ((soleus > -1e-6) & (soleus < 1.1)).all()
    forward = table[:, next(i for i, name in enumerate(names) if name.endswith("pelvis_tx/value"))]
    assert np.ptp(forward) > 0.1  # m: a third of a second of walking, whatever the phase of the gait


def read_storage(path: Path) -> tuple[list[str], np.ndarray]:
    """Column names and rows of an OpenSim storage file, read as its specification says."""
    lines = path.read_text().splitlines()
    begin = lines.index("endheader") + 1
    head = dict(line.split("=") for line in lines[:begin] if "=" in line)
    names = lines[begin].split("\t")
    table = np.array([[float(x) for x in line.split("\t")] for line in lines[begin + 1 :]])
    assert table.shape == (int(head["nRows"]), int(head["nColumns"]))
    assert len(names) == table.shape[1]
    return names, table


class NewUser(Driver):
    """The story."""

    def drive(self) -> None:
        import dearpygui.dearpygui as dpg

        w = self.window
        self.wait("the session runs", lambda: w.started and w.session.latest_snapshot().step > 3, 90)
        self.wait("the picture is there", lambda: dpg.does_item_exist("picture"), 60)
        self.wait("five gestures are shown", lambda: dpg.is_item_shown("welcome"))
        self.until(
            "the overlay goes", lambda: not dpg.is_item_shown("welcome"), lambda: self.click("welcome_done")
        )
        self.load_bvh()
        self.weaken_soleus()
        self.go_back_and_on()
        self.save()

    def load_bvh(self) -> None:
        import dearpygui.dearpygui as dpg

        w, shot = self.window, self.window.session.latest_snapshot
        self.until(
            "the file window opens", lambda: dpg.is_item_shown("files"), lambda: self.click("open_motion")
        )
        self.focus("files_path")
        xdotool("key", "ctrl+a")
        xdotool("type", "--delay", "60", "my_walk.bvh")
        self.wait("the name is typed", lambda: dpg.get_value("files_path") == "my_walk.bvh")
        xdotool("key", "Return")
        self.wait("the file is imitated", lambda: shot().motion == "my_walk" and shot().step > 15, 120)
        followed = [s.body_error for s in w.session.recorded(*shot().history) if s.motion == "my_walk"][:15]
        assert max(followed) < 0.25, f"it does not follow: {max(followed)} m"

    def weaken_soleus(self) -> None:
        import dearpygui.dearpygui as dpg

        w = self.window
        strength = lambda: dict(w.session.latest_snapshot().experiment.strength)  # noqa: E731
        self.until(
            "experiments are in front",
            lambda: dpg.is_item_shown("left_experiment_body"),
            lambda: self.click("left_experiment"),
        )
        self.focus("x_search")
        xdotool("type", "--delay", "60", "soleus")
        self.wait(
            "soleus is offered", lambda: dpg.get_item_configuration("x_offer")["items"][:1] == ["soleus"]
        )
        self.until("soleus is taken", lambda: "soleus" in strength(), lambda: self.click_first("x_offer"))
        self.wait("it has a slider", lambda: dpg.does_item_exist("x_value0"))
        self.to_twenty(lambda: 100.0 * strength().get("soleus", 1.0))
        self.wait("and the window says so", lambda: dpg.is_item_shown("experiment_chip"))

    def to_twenty(self, percent: Callable[[], float]) -> None:
        """Press the slider's middle and drag, then a little further or less, until it says 20 %."""
        import dearpygui.dearpygui as dpg

        x = 0.11
        for _ in range(8):
            left, top = dpg.get_item_rect_min("x_value0")
            width, height = dpg.get_item_rect_size("x_value0")
            y = str(int(top + height / 2))
            before = self.window.session.latest_snapshot().experiment
            xdotool("mousemove", str(round(left + 0.7 * width)), y)
            time.sleep(0.4)
            xdotool("mousedown", "1")
            for place in (0.7, 0.4, x):
                xdotool("mousemove", str(round(left + place * width)), y)
                time.sleep(0.4)
            xdotool("mouseup", "1")
            self.soon(lambda b=before: self.window.session.latest_snapshot().experiment is not b, 4.0)  # type: ignore[misc]
            if abs(percent() - 20.0) < 0.5:
                self.passed.append("soleus has 20 %")
                return
            x += (20.0 - percent()) / 200.0 if abs(percent() - 20.0) < 30.0 else 0.0
        raise AssertionError(f"soleus has {percent():.0f} %")

    def go_back_and_on(self) -> None:
        shot = self.window.session.latest_snapshot
        began = shot().run_time
        self.wait("it walks on", lambda: shot().run_time > began + 2.5, 90)
        self.scrub_to(began + 0.8)
        self.wait("the past is shown", lambda: shot().reviewing and not shot().playing)
        here = shot().run_time
        assert abs(here - began - 0.8) < 0.5
        self.until("it goes on from there", lambda: not shot().reviewing, lambda: self.click("time_continue"))
        self.wait("live", lambda: shot().playing and shot().run_time > here)
        self.wait(
            "what came after is forgotten",
            lambda: any("forgotten" in text for _, text in self.window.log.all),
        )
        assert dict(shot().experiment.strength) == {"soleus": 0.2}

    def scrub_to(self, run_time: float) -> None:
        """Press the timeline at its end, drag to a time, release."""
        import dearpygui.dearpygui as dpg

        left, top = dpg.get_item_rect_min("timeline")
        width, height = dpg.get_item_rect_size("timeline")
        y = str(int(top + height / 2))
        xdotool("mousemove", str(int(left + width - 4)), y)
        time.sleep(0.4)
        xdotool("mousedown", "1")
        time.sleep(0.4)
        oldest, newest = self.window.session.latest_snapshot().history
        x = left + width * (run_time - oldest) / max(newest - oldest, 10.0)
        for share in (0.5, 1.0):
            xdotool("mousemove", str(round(left + width - 4 + share * (x - left - width + 4))), y)
            time.sleep(0.4)
        xdotool("mouseup", "1")

    def save(self) -> None:
        w, shot = self.window, self.window.session.latest_snapshot
        self.wait("there is something to film", lambda: shot().step > 45 and shot().motion == "my_walk", 120)
        self.hover("picture")
        self.until("space pauses", lambda: not shot().playing, lambda: self.key("space"))
        self.until("A is set", lambda: w.desk.loop_from is not None, lambda: self.key("shift+a"))
        a = shot().run_time
        self.until("ten steps back", lambda: shot().run_time < a - 0.3, lambda: self.key("shift+Left"))
        self.until("B is set", lambda: shot().loop_range is not None, lambda: self.key("shift+b"))
        self.until("a .sto", lambda: Path("kinesis_001.sto").is_file(), lambda: self.key("ctrl+e"))
        self.until("a film", lambda: bool(w.jobs.running), lambda: self.click("tool_file.film_mp4"))
        self.wait("is saved", lambda: Path("kinesis_001.mp4").is_file(), 150)


if __name__ == "__main__":
    sys.exit(run_under(NewUser, Path(sys.argv[1])))
