"""The window under a virtual X server, driven by real clicks and keys.

This file is also the program that the test starts: it opens the window, and a thread of it drives
mouse and keyboard through ``xdotool`` and writes what it saw.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

SCREEN = "1280x800x24"
needs_x = pytest.mark.skipif(
    not (shutil.which("Xvfb") and shutil.which("xdotool")), reason="needs Xvfb and xdotool"
)


# --- tests that need no window -------------------------------------------------------------------


def test_no_display_is_told_in_one_line() -> None:
    env = {key: value for key, value in os.environ.items() if key not in ("DISPLAY", "WAYLAND_DISPLAY")}
    code = "from kinesis_app.gui import run_window; run_window('walk')"
    for display in ("", ":987"):
        if display:
            env["DISPLAY"] = display
        done = subprocess.run([sys.executable, "-c", code], env=env, capture_output=True, text=True)
        last = done.stderr.strip().splitlines()[-1]
        assert done.returncode == 1, done.stderr  # an exception, not an abort
        assert "KinesisError: No X display" in last
        assert "DISPLAY" in last
        assert "kinesis-app run walk" in last


def test_traces_scroll_rewind_and_survive_restarts() -> None:
    from kinesis_app.gui.traces import LENGTH, Traces
    from kinesis_app.session.messages import Snapshot

    def shot(step: int, level: float = 0.1) -> Snapshot:
        n = np.zeros
        return Snapshot(
            step / 30, step, n(35), n(34), n(80), n(80) + level, n(80), n(80), n((2, 3)), n(35), 0.01, n(3),
            True, 1.0, 1.0, 1.0, "m", 1.0, "p", None, False,
        )  # fmt: skip

    traces = Traces()
    traces.extend([shot(i) for i in range(1, 101)])
    assert np.isfinite(traces.time).sum() == 100
    assert traces.time[-1] == pytest.approx(100 / 30)
    traces.rewind(90 / 30)
    assert traces.time[-1] == pytest.approx(90 / 30)
    assert np.isfinite(traces.time).sum() == 90
    traces.extend([shot(91, 0.9)])
    assert np.isfinite(traces.time).sum() == 91
    assert traces.activation[-1, 0] == pytest.approx(0.9)
    traces.extend([shot(1), shot(2)])  # a restart keeps what was seen
    assert np.isfinite(traces.time).sum() == 93
    traces.extend([shot(i) for i in range(3, 3 + 2 * LENGTH)])
    assert np.isfinite(traces.time).all()


def test_pictures_never_change_while_they_are_shown() -> None:
    from kinesis_app.gui.frames import FrameStore

    store = FrameStore(4, 2)
    assert store.take() is None
    for value in range(2, 8):
        for extra in (0, 100):  # the second one replaces the first before it is seen
            store.begin()[:] = value + extra
            store.commit(4, 2)
        before = store.shown.copy()
        drawn = store.begin()
        drawn[:] = -1.0
        np.testing.assert_array_equal(store.shown, before)
        image = store.take()
        assert image is not None
        assert image.pixels.max() == value + 100


def test_rates_step_through_the_table() -> None:
    from kinesis_app.gui.transport import RATES, next_rate, rate_label

    assert next_rate(1.0, True) == 2.0
    assert next_rate(1.0, False) == 0.5
    assert next_rate(RATES[-1], True) == RATES[-1]
    assert next_rate(0.1, False) == 0.1
    assert rate_label(float("inf")) == "max"


# --- the window ----------------------------------------------------------------------------------


@pytest.fixture
def display(tmp_path: Path) -> Iterator[str]:
    """A virtual X server of its own."""
    reader, writer = os.pipe()
    with (tmp_path / "xvfb.log").open("w") as log:
        command = ["Xvfb", "-displayfd", str(writer), "-screen", "0", SCREEN, "-nolisten", "tcp"]
        server = subprocess.Popen(command, pass_fds=(writer,), stderr=log)
    os.close(writer)
    with os.fdopen(reader) as pipe:  # to the newline: Xvfb ends if it cannot write it
        number = pipe.readline().strip()
    yield f":{number}"
    server.terminate()
    server.wait(10)


@needs_x
def test_the_window_walks_obeys_and_ends(display: str, tmp_path: Path) -> None:
    env = {**os.environ, "DISPLAY": display, "PYTHONPATH": os.pathsep.join(sys.path)}
    env.pop("WAYLAND_DISPLAY", None)
    if not list((Path(__file__).parents[1] / "policies").glob("*.onnx")):
        from small_policy import write_policy

        write_policy(tmp_path / "still.onnx")
        env["KINESIS_POLICIES"] = str(tmp_path)
    result = tmp_path / "result.json"
    command = [sys.executable, __file__, str(result)]
    done = subprocess.run(command, env=env, capture_output=True, text=True, timeout=170, cwd=tmp_path)
    assert result.is_file(), done.stderr
    seen = json.loads(result.read_text())
    assert not seen["failed"], f"{seen}\n{done.stderr}"
    assert done.returncode == 0, done.stderr
    assert "Error" not in done.stderr
    picture = np.array(seen["picture"])
    assert picture.max() - picture.min() > 0.4


@needs_x
def test_a_bad_policy_or_motion_ends_before_the_window(display: str, tmp_path: Path) -> None:
    (tmp_path / "bad.onnx").write_bytes(b"this is no network")
    code = (
        "import sys\nfrom kinesis_app.gui import run_window\nfrom kinesis_app.errors import KinesisError\n"
        "try:\n    run_window(None, sys.argv[1], 5.0)\n"
        "except KinesisError as error:\n    print(error)\n    sys.exit(2)"
    )
    env = {**os.environ, "DISPLAY": display}
    command = [sys.executable, "-c", code, str(tmp_path / "bad.onnx")]
    done = subprocess.run(command, env=env, capture_output=True, text=True, timeout=100)
    assert done.returncode == 2, done.stderr
    assert "bad.onnx" in done.stdout
    assert len(done.stdout.strip().splitlines()) == 1


# --- the driver, in the process of the window ----------------------------------------------------


class Driver:
    """Uses the window as a person would and checks what happens."""

    def __init__(self, window: Any) -> None:
        self.window = window
        self.passed: list[str] = []

    def drive(self) -> None:
        import dearpygui.dearpygui as dpg

        w = self.window
        self.wait("the session runs", lambda: w._started and w.session.latest_snapshot().step > 3, 60)
        self.wait("the picture is there", lambda: dpg.does_item_exist("picture"), 60)
        self.wait("it is not black", lambda: w.viewport._store.shown[..., :3].max() > 0.5, 60)
        shot = w.session.latest_snapshot
        self.hover("picture")
        self.key("space")
        self.wait("space pauses", lambda: not shot().playing)
        time.sleep(0.3)
        step = shot().step
        self.key("Left")
        self.wait("left steps back", lambda: shot().step == step - 1)
        self.click("time_step")
        self.wait("the button steps on", lambda: shot().step == step)
        self.click("time_play")
        self.wait("the button plays", lambda: shot().playing and shot().step > step + 2)
        self.key("equal")
        self.wait("= is faster", lambda: shot().rate == 2.0)
        self.key("minus")
        self.wait("- is slower", lambda: shot().rate == 1.0)
        self.click("push_left")
        self.wait("the button pushes", lambda: np.linalg.norm(shot().push) > 40)
        azimuth = w.view.camera.cam.azimuth
        self.drag("picture", 120, 20)
        self.wait("a drag orbits", lambda: abs(w.view.camera.cam.azimuth - azimuth) > 5)
        ghost, forces = w.view.options.ghost, w.view.options.forces
        self.key("shift+h")
        self.wait("Shift+H hides the ghost", lambda: w.view.options.ghost != ghost)
        self.type_into_search("f v ", forces)
        self.bad_file()
        self.key("Escape")
        self.hover("picture")
        self.key("ctrl+p")
        self.wait("Ctrl+P saves", lambda: Path("kinesis_001.png").is_file(), 40)

    def type_into_search(self, text: str, forces: bool) -> None:
        import dearpygui.dearpygui as dpg

        w = self.window
        for _ in range(4):  # on a busy machine a click can fall between two slow frames
            self.click("motion_search")
            if self.soon(lambda: dpg.is_item_active("motion_search")):
                break
        self.wait("the field is active", lambda: dpg.is_item_active("motion_search"))
        xdotool("type", "--delay", "60", text)
        self.wait("text arrives", lambda: dpg.get_value("motion_search") == text)
        assert w.session.latest_snapshot().playing, "space paused the run while typing"
        assert w.view.options.forces == forces, "a shortcut fired while typing"
        assert w.view.options.muscles, "a shortcut fired while typing"
        self.passed.append("typing fires no shortcut")

    def bad_file(self) -> None:
        w, bad = self.window, Path("broken.amc")
        bad.write_text("not a motion")
        told: list[str] = []
        tell = w.log.tell
        w.controls._loader._tell = lambda level, text: (told.append(f"{level} {text}"), tell(level, text))
        w.controls.open_motion(str(bad))
        self.wait("a bad file is told", lambda: bool(told) and "error" in told[0] and "broken" in told[0])
        step = w.session.latest_snapshot().step
        self.wait("and the run goes on", lambda: w.session.latest_snapshot().step not in (step, step + 1))

    # --- hands and eyes --------------------------------------------------------------------

    def soon(self, happened: Callable[[], Any], seconds: float = 3.0) -> bool:
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            if happened():
                return True
            time.sleep(0.005)
        return False

    def wait(self, what: str, happened: Callable[[], Any], seconds: float = 15.0) -> None:
        assert self.soon(happened, seconds), what
        self.passed.append(what)

    def key(self, name: str) -> None:
        xdotool("key", "--delay", "150", name)

    def hover(self, tag: str) -> None:
        import dearpygui.dearpygui as dpg

        left, top = dpg.get_item_rect_min(tag)
        width, height = dpg.get_item_rect_size(tag)
        xdotool("mousemove", str(int(left + width / 2)), str(int(top + height / 2)))
        time.sleep(0.3)

    def click(self, tag: str) -> None:
        self.hover(tag)
        xdotool("mousedown", "1")
        time.sleep(0.25)
        xdotool("mouseup", "1")

    def drag(self, tag: str, dx: int, dy: int) -> None:
        self.hover(tag)
        xdotool("mousedown", "1")
        time.sleep(0.3)
        for _ in range(5):
            xdotool("mousemove_relative", "--", str(dx // 5), str(dy // 5))
            time.sleep(0.1)
        xdotool("mouseup", "1")


def xdotool(*arguments: str) -> None:
    subprocess.run(["xdotool", *arguments], check=True, timeout=20)


def main(result: Path) -> int:
    from kinesis_app.gui import check_display
    from kinesis_app.gui.window import Window

    window = Window(check_display(), None, None)
    driver, seen = Driver(window), {"failed": "did not finish", "passed": [], "picture": [0.0]}

    def work() -> None:
        try:
            driver.drive()
            seen["failed"] = ""
            seen["picture"] = window.viewport._store.shown[::8, ::8, :3].reshape(-1).tolist()
        except BaseException as error:  # noqa: BLE001  reported by the test
            seen["failed"] = f"{type(error).__name__}: {error}"
        seen["passed"] = driver.passed
        result.write_text(json.dumps(seen))
        if seen["failed"]:
            window.quit()
        else:
            driver.key("ctrl+q")

    threading.Thread(target=work, daemon=True).start()
    return window.run(150.0)


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
