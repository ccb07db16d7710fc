"""A person at the window: clicks, keys and eyes, in a thread of the window's own process.

A test starts its own file as a program under a virtual X server; :func:`run_under` is that program's
main function, :func:`start` its counterpart in the test.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from waiting import until

LIMIT = 1200.0
"""Ends a window that hangs [s]; nothing else depends on the clock."""
needs_x = pytest.mark.skipif(
    not (shutil.which("Xvfb") and shutil.which("xdotool")), reason="needs Xvfb and xdotool"
)


def virtual_display(folder: Path, screen: str = "1280x800x24") -> Iterator[str]:
    """A virtual X server of its own; yields its name."""
    reader, writer = os.pipe()
    with (folder / "xvfb.log").open("w") as log:
        command = ["Xvfb", "-displayfd", str(writer), "-screen", "0", screen, "-nolisten", "tcp"]
        server = subprocess.Popen(command, pass_fds=(writer,), stderr=log)
    os.close(writer)
    with os.fdopen(reader) as pipe:  # to the newline: Xvfb ends if it cannot write it
        number = pipe.readline().strip()
    yield f":{number}"
    server.terminate()
    server.wait(10)


def start(program: str, display: str, folder: Path, settings: str = "") -> tuple[dict[str, Any], str]:
    """Run a test file as a program in ``folder``; what its driver saw, and what the program wrote."""
    env = {**os.environ, "DISPLAY": display, "PYTHONPATH": os.pathsep.join(sys.path)}
    env.pop("WAYLAND_DISPLAY", None)
    env["KINESIS_CONFIG"], env["XDG_STATE_HOME"] = str(folder / "config"), str(folder / "state")
    if settings:
        (folder / "config").mkdir()
        (folder / "config" / "settings.yaml").write_text(settings)
    if not list((Path(__file__).parents[1] / "policies").glob("*.onnx")):
        from small_policy import write_policy

        write_policy(folder / "still.onnx")
        env["KINESIS_POLICIES"] = str(folder)
    result = folder / "result.json"
    command = [sys.executable, program, str(result)]
    done = subprocess.run(command, env=env, capture_output=True, text=True, timeout=LIMIT, cwd=folder)
    assert result.is_file(), done.stderr
    seen = json.loads(result.read_text())
    assert not seen["failed"], f"{seen}\n{done.stderr}"
    assert done.returncode == 0, done.stderr
    return seen, done.stderr


class Driver:
    """Uses the window as a person would and checks what happens.

    What is done waits for frames of the window, never for the clock: a slow machine draws few of them.
    """

    def __init__(self, window: Any) -> None:
        self.window = window
        self.passed: list[str] = []

    def drive(self) -> None:
        """What to do; by each test."""
        raise NotImplementedError

    def wait(self, what: str, happened: Callable[[], Any], seconds: float = 300.0) -> None:
        """Until something happens; the limit only ends tests that would hang."""
        assert until(happened, seconds), what
        self.passed.append(what)

    def on_main_thread(self, ask: Callable[[], Any]) -> Any:
        """The answer of the window's own thread, between two frames: sizes of text are true only there."""
        answers: list[Any] = []
        self.window.desk.jobs.start("", lambda _: None, lambda _: answers.append(ask()))
        assert until(lambda: answers, 300.0), "the window stands still"
        return answers[0]

    def frames(self, n: int = 3) -> None:
        """Until the window has drawn ``n`` more frames: it has then seen everything done before."""
        import dearpygui.dearpygui as dpg

        begun = dpg.get_frame_count()
        assert until(lambda: dpg.get_frame_count() >= begun + n, 300.0), "the window stands still"

    def place(self, tag: str, across: float = 0.5, down: float = 0.5) -> tuple[int, int]:
        """A point of an item on the screen, by shares of its width and height [pixels]."""
        import dearpygui.dearpygui as dpg

        left, top = dpg.get_item_rect_min(tag)
        width, height = dpg.get_item_rect_size(tag)
        return round(left + across * width), round(top + down * height)

    def move(self, x: int, y: int) -> None:
        xdotool("mousemove", str(x), str(y))
        self.frames()

    def button(self, name: str, down: bool) -> None:
        xdotool("mousedown" if down else "mouseup", name)
        self.frames()

    def hover(self, tag: str, across: float = 0.5, down: float = 0.5) -> None:
        self.move(*self.place(tag, across, down))

    def click(self, tag: str, across: float = 0.5, down: float = 0.5) -> None:
        self.hover(tag, across, down)
        self.button("1", True)
        self.button("1", False)

    def drag(self, *places: tuple[int, int], button: str = "1") -> None:
        """Press at the first of these points [pixels], go through the others, let go."""
        self.move(*places[0])
        self.button(button, True)
        for x, y in places[1:]:
            self.move(x, y)
        self.button(button, False)

    def key(self, name: str) -> None:
        xdotool("key", name)
        self.frames(4)  # Dear ImGui tells press and release in two frames, and of callbacks a frame later

    def type(self, tag: str, text: str) -> None:
        """Click into a field and write, in place of what it holds."""
        import dearpygui.dearpygui as dpg

        self.click(tag)
        self.wait(f"{tag} has the keyboard", lambda: dpg.is_item_active(tag))
        self.key("ctrl+a")
        self.key("BackSpace")
        xdotool("type", "--delay", "1", text)
        self.wait(f"{text!r} arrives", lambda: dpg.get_value(tag) == text)


def xdotool(*arguments: str) -> None:
    subprocess.run(["xdotool", *arguments], check=True, timeout=120)


def xdotool_says(*arguments: str) -> str:
    done = subprocess.run(["xdotool", *arguments], capture_output=True, text=True, timeout=120)
    return done.stdout.strip()


def run_under(
    driver_class: type[Driver], result: Path, motion: str | None = None, policy: str | None = None
) -> int:
    """Open the window on a motion and a policy, let a driver use it, write what it saw."""
    from kinesis_app.gui import check_display
    from kinesis_app.gui.window import Window

    window = Window(check_display(motion), motion, policy)
    driver, seen = driver_class(window), {"failed": "did not finish", "passed": []}

    def work() -> None:
        try:
            driver.drive()
            driver.frames(10)
            xdotool("key", "ctrl+q")  # no more frames then: only the desk is asked
            assert until(lambda: window.desk.closing, 60.0), "Ctrl+Q is not heard"
            seen["failed"] = ""
        except BaseException as error:  # noqa: BLE001  reported by the test
            seen["failed"] = f"{type(error).__name__}: {error}; log: {window.log.all[-6:]}"
        seen["passed"] = driver.passed
        result.write_text(json.dumps(seen))
        window.quit()

    threading.Thread(target=work, daemon=True).start()
    return window.run(LIMIT - 20.0)
