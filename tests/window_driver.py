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
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

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
    done = subprocess.run(command, env=env, capture_output=True, text=True, timeout=400, cwd=folder)
    assert result.is_file(), done.stderr
    seen = json.loads(result.read_text())
    assert not seen["failed"], f"{seen}\n{done.stderr}"
    assert done.returncode == 0, done.stderr
    return seen, done.stderr


class Driver:
    """Uses the window as a person would and checks what happens."""

    def __init__(self, window: Any) -> None:
        self.window = window
        self.passed: list[str] = []

    def drive(self) -> None:
        """What to do; by each test."""
        raise NotImplementedError

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

    def until(self, what: str, happened: Callable[[], Any], act: Callable[[], None]) -> None:
        """Act again where a busy machine lost the click or the key between two frames."""
        for _ in range(6):
            act()
            if self.soon(happened, 5.0):
                self.passed.append(what)
                return
        raise AssertionError(what)

    def click_first(self, tag: str) -> None:
        """Click on the first entry of a list."""
        import dearpygui.dearpygui as dpg

        left, top = dpg.get_item_rect_min(tag)
        xdotool("mousemove", str(int(left + 40)), str(int(top + 14)))
        time.sleep(0.4)
        xdotool("mousedown", "1")
        time.sleep(0.3)
        xdotool("mouseup", "1")

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

    def focus(self, tag: str) -> None:
        """Click until the field has the keyboard: a busy machine may lose a click between two frames."""
        import dearpygui.dearpygui as dpg

        for _ in range(6):
            self.click(tag)
            if self.soon(lambda: dpg.is_item_active(tag)):
                self.passed.append(f"{tag} has the keyboard")
                return
        raise AssertionError(f"{tag} did not get the keyboard")

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


def run_under(driver_class: type[Driver], result: Path) -> int:
    """Open the window, let a driver use it, write what it saw."""
    from kinesis_app.gui import check_display
    from kinesis_app.gui.window import Window

    window = Window(check_display(), None, None)
    driver, seen = driver_class(window), {"failed": "did not finish", "passed": [], "picture": [0.0]}

    def work() -> None:
        try:
            driver.drive()
            seen["failed"] = ""
            seen["picture"] = window.viewport._store.shown[::8, ::8, :3].reshape(-1).tolist()
        except BaseException as error:  # noqa: BLE001  reported by the test
            seen["failed"] = f"{type(error).__name__}: {error}; log: {window.log.all[-6:]}"
        seen["passed"] = driver.passed
        result.write_text(json.dumps(seen))
        if seen["failed"]:
            window.quit()
        else:
            driver.key("ctrl+q")

    threading.Thread(target=work, daemon=True).start()
    return window.run(380.0)
