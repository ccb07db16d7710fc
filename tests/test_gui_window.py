"""The window under a virtual X server, driven by real clicks and keys.

This file is also the program that the test starts; see ``window_driver``.
"""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from window_driver import Driver, needs_x, run_under, start, xdotool, xdotool_says


@needs_x
def test_the_window_walks_obeys_and_ends(display: str, tmp_path: Path) -> None:
    _, errors = start(__file__, display, tmp_path, settings="welcomed: true\n")
    assert "Error" not in errors


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


class Tour(Driver):
    """Keys, buttons, drags, typing, a bad file."""

    def drive(self) -> None:
        import dearpygui.dearpygui as dpg

        w = self.window
        self.wait("the session runs", lambda: w.started and w.session.latest_snapshot().step > 3)
        self.wait("the picture is there", lambda: dpg.does_item_exist("picture"))
        self.wait("it is not black", lambda: w.viewport.shown is not None and np.ptp(w.viewport.shown) > 128)
        self.time_stands_and_goes()
        self.speed_slider_is_heard()
        azimuth = w.view.camera.cam.azimuth
        self.drag(self.place("picture"), self.place("picture", 0.6), self.place("picture", 0.75, 0.55))
        self.wait("a drag orbits", lambda: abs(w.view.camera.cam.azimuth - azimuth) > 5)
        self.paused_body_is_moved_and_turned()
        self.shortcut_works()
        self.tab_toggles_panels()
        self.keys_let_go_elsewhere()
        self.escape_leaves_the_file_window()
        self.typing_fires_nothing()
        self.plot_click_scrubs()
        self.bars_and_fields()
        self.cameras_are_kept()
        self.menu_pushes()
        self.goal_by_click()
        self.bad_file()
        self.key("Escape")
        self.hover("picture")
        self.key("ctrl+p")
        self.wait("Ctrl+P saves", lambda: Path("kinesis_001.png").is_file())
        self.nothing_piles_up()

    def nothing_piles_up(self) -> None:
        """Rows, themes, windows, sizes and messages come and go; the items of Dear PyGui stay as many."""
        import dearpygui.dearpygui as dpg

        from kinesis_app.experiment import Experiment, TimedPush
        from kinesis_app.gui.actions import action_by_id
        from kinesis_app.session.messages import SetExperiment

        w, window = self.window, xdotool_says("search", "--name", "KINESIS app").split()[-1]
        pushes = (TimedPush(80.0, 0.2, 90.0, 900.0, None),) * 2
        weak = Experiment(strength={"soleus": 0.2, "hamstrings": 0.5}, paralysed=("tibant_r",), pushes=pushes)
        floating = ("help.help", "help.log", "help.info", "plots.choose")
        other = ("plots.keep", "plots.forget", "view.theme")

        def items() -> int:
            return int(self.on_main_thread(lambda: len(dpg.get_all_items())))

        def come_and_go(size: str) -> None:
            xdotool("windowsize", window, *size.split())
            for experiment in (weak, Experiment()):
                w.session.send(SetExperiment(experiment))
                for name in (*floating, *other, *floating, "view.theme"):
                    self.on_main_thread(lambda name=name: w.call(action_by_id(w.actions, name)))
                self.wait("it is done", lambda e=experiment: w.session.latest_snapshot().experiment == e)
                self.frames()

        for i in range(600):  # more than are kept
            w.log.tell("info", f"line {i}")
        come_and_go("1280 800")
        begun = items()
        for size in ("1100 720", "1210 777", "1024 700", "1280 800"):
            come_and_go(size)
            w.log.tell("info", size)
        self.wait("as many items as before", lambda: items() == begun)

    def time_stands_and_goes(self) -> None:
        shot = self.window.session.latest_snapshot
        self.hover("picture")
        self.key("space")
        self.wait("space pauses", lambda: not shot().playing)
        self.frames()
        step = shot().step
        self.key("Left")
        self.wait("left steps back", lambda: shot().step == step - 1)
        self.key("Right")
        self.wait("right steps on", lambda: shot().step == step)
        self.click("time_play")
        self.wait("the button plays", lambda: shot().playing and shot().step > step + 2)
        self.key("equal")
        self.wait("= is faster", lambda: shot().rate == 2.0)
        self.key("minus")
        self.wait("- is slower", lambda: shot().rate == 1.0)
        with self.asked("Push") as pushes:
            self.click("push_left")
            self.wait("the button pushes", lambda: pushes and np.linalg.norm(pushes[0].force) > 40)

    def speed_slider_is_heard(self) -> None:
        """It asks once, when it is let go, and shows then what is walked."""
        import dearpygui.dearpygui as dpg

        before = self.window.session.latest_snapshot().walking_speed
        with self.asked("SetWalkingSpeed") as asked:
            self.drag(*(self.place("speed", across) for across in (0.5, 0.6, 0.7)))
            self.wait("the slider asks for a speed", lambda: asked)
        wanted = asked[0].speed
        assert len(asked) == 1
        assert wanted > before + 0.2
        speed = lambda: self.window.session.latest_snapshot().walking_speed  # noqa: E731
        self.wait("it is walked", lambda: abs(speed() - wanted) < 1e-6)
        self.frames()
        assert abs(dpg.get_value("speed") - wanted) < 1e-6

    @contextlib.contextmanager
    def asked(self, kind: str) -> Iterator[list[Any]]:
        """Commands of a kind that the window sends meanwhile."""
        session, sent = self.window.desk.session, []
        send = session.send

        def note(command: Any) -> None:
            if type(command).__name__ == kind:
                sent.append(command)
            send(command)

        session.send = note
        yield sent
        session.send = send

    def paused_body_is_moved_and_turned(self) -> None:
        """Ctrl and the right button lift it, Ctrl and the left one turn it; then it goes on from there."""
        shot = self.window.session.latest_snapshot
        self.click("time_play")
        self.wait("it is paused", lambda: not shot().playing)
        before = shot()
        xdotool("keydown", "ctrl")
        self.drag(self.place("picture", 0.5, 0.6), self.place("picture", 0.5, 0.55), button="3")
        self.wait("it is lifted", lambda: shot().qpos[2] > before.qpos[2] + 0.02)
        lifted = shot()
        np.testing.assert_allclose(lifted.qpos[3:], before.qpos[3:], atol=1e-9)
        self.drag(self.place("picture", 0.5, 0.6), self.place("picture", 0.55, 0.6))
        xdotool("keyup", "ctrl")
        self.wait("it is turned", lambda: np.abs(shot().qpos[3:7] - lifted.qpos[3:7]).max() > 0.02)
        np.testing.assert_allclose(shot().qpos[:3], lifted.qpos[:3], atol=1e-9)
        self.hover("picture")
        self.key("Left")
        self.wait("a step back is to before", lambda: shot().reviewing)
        self.key("Return")
        self.wait("it goes on", lambda: shot().playing and not shot().reviewing)

    def shortcut_works(self) -> None:
        ghost = self.window.view.options.ghost
        self.key("shift+h")
        self.wait("Shift+H toggles the ghost", lambda: self.window.view.options.ghost != ghost)

    def typing_fires_nothing(self) -> None:
        """Every letter, digit and sign there is a shortcut for, into a text field."""
        w = self.window
        called: list[str] = []
        run, w.keys._call = w.keys._call, lambda action: called.append(action.id)
        text = "f v abcdeghijklmnopqrstuwxyz 0123456789 ,./[]-= ABFHLX"
        self.type("motion_search", text)
        self.frames()
        assert not called, f"shortcuts fired while typing: {called}"
        w.keys._call = run
        assert w.session.latest_snapshot().playing, "space paused the run while typing"
        self.key("ctrl+a")
        self.key("BackSpace")
        self.passed.append("typing fires no shortcut")

    def plot_click_scrubs(self) -> None:
        """A click in the raster looks at that time and lets that muscle stand out, also in the picture."""
        w, shot = self.window, self.window.session.latest_snapshot
        self.wait("there is a past", lambda: shot().run_time > 7.0)
        self.click("raster_r")
        self.wait("a click scrubs", lambda: shot().reviewing)
        low, high = w.parts.plots._limits
        assert low < shot().run_time < high
        self.wait("a muscle stands out", lambda: w.desk.muscles.selected is not None)
        assert w.view.options.selected_muscle == w.desk.muscles.selected
        span = w.desk.axis.span
        xdotool("click", "4")  # wheel up
        self.wait("the wheel zooms all plots", lambda: w.desk.axis.span < span)
        self.hover("picture")
        self.key("Return")
        self.wait("on it goes, live", lambda: not shot().reviewing and shot().playing)

    def bars_and_fields(self) -> None:
        """A click on a bar selects its muscle; a click on a field's name plots it."""
        import dearpygui.dearpygui as dpg

        from kinesis_app.body.muscles import muscle_table

        w = self.window
        self.key("Escape")  # nothing is selected
        self.wait("nothing stands out", lambda: w.desk.muscles.selected is None)
        self.key("ctrl+5")
        self.wait("bars are in front", lambda: dpg.is_item_visible("bars"))
        self.click("bars", 0.75, 0.3)
        self.wait("a bar is selected", lambda: w.desk.muscles.selected is not None)
        assert muscle_table().side[w.desk.muscles.selected] == "r"
        assert w.view.options.selected_muscle == w.desk.muscles.selected
        self.hover("picture")
        self.key("F4")
        self.wait("fields are in front", lambda: dpg.is_item_visible("field_list"))
        self.type("field_search", "soleus_l force")
        listed = lambda: dpg.get_item_configuration("field_list")["items"]  # noqa: E731
        self.wait("one is listed", lambda: len(listed()) == 1)
        self.click("field_list", 0.2, 0.1)
        self.wait("it is watched", lambda: "muscle/soleus_l/force" in w.desk.fields)
        assert np.isfinite(w.desk.traces.watched("muscle/soleus_l/force")[-1])
        self.hover("picture")
        self.key("F2")
        self.wait("F2 shows numbers", lambda: dpg.is_item_shown("info") and "s, " in dpg.get_value("info2"))
        self.key("Escape")
        self.wait("Esc closes them", lambda: not dpg.is_item_shown("info"))
        self.key("ctrl+4")

    def menu_pushes(self) -> None:
        """A right click opens a menu; a push from there goes where the camera looks."""
        import dearpygui.dearpygui as dpg

        w = self.window
        for closes in (True, False):
            self.hover("picture", 0.5, 0.9)
            self.button("3", True)
            self.button("3", False)
            self.wait("a menu opens", lambda: dpg.is_item_visible("context_push"))
            self.frames()
            if closes:
                following = w.view.camera.tracking
                self.key("Escape")
                self.wait("Esc closes it", lambda: not dpg.is_item_visible("context_push"))
                self.frames()
                assert w.view.camera.tracking == following  # and does nothing else
        with self.asked("Push") as pushes:
            self.click("context_push")
            self.wait("it pushes", lambda: pushes)
        away, force = np.radians(w.view.camera.cam.azimuth), w.desk.push_force
        np.testing.assert_allclose(pushes[0].force, force * np.array([np.cos(away), np.sin(away), 0.0]))

    def cameras_are_kept(self) -> None:
        w = self.window
        self.key("shift+alt+3")
        self.wait("it is kept", lambda: [kept.number for kept in w.desk.settings.cameras] == [3])
        azimuth = w.desk.settings.cameras[0].azimuth
        self.drag(self.place("picture"), self.place("picture", 0.6), self.place("picture", 0.75, 0.55))
        self.wait("elsewhere", lambda: abs(w.view.camera.cam.azimuth - azimuth) > 5)
        self.key("alt+3")
        self.wait("and back", lambda: abs(w.view.camera.cam.azimuth - azimuth) < 1e-6)

    def tab_toggles_panels(self) -> None:
        """Dear ImGui's own use of Tab, to go to the next text field, must not take the keyboard away."""
        import dearpygui.dearpygui as dpg

        w = self.window
        for shown in (False, True):
            self.key("Tab")
            self.wait("Tab toggles the left panel", lambda s=shown: w.desk.settings.left_panel == s)  # type: ignore[misc]
            self.frames(10)
            assert not w.keys.typing(), "Tab took the keyboard away"
            assert dpg.is_item_shown("command_text")
        self.shortcut_works()

    def keys_let_go_elsewhere(self) -> None:
        """Alt+Tab: Alt is pressed here and let go while another window has the keyboard."""
        window, other = xdotool_says("getwindowfocus"), xdotool_says("search", "--maxdepth", "0", ".*")
        xdotool("keydown", "alt")
        self.frames()
        xdotool("windowfocus", "--sync", other.split()[0])
        xdotool("keyup", "alt")
        self.frames()
        xdotool("windowfocus", "--sync", window)
        self.frames()
        self.shortcut_works()

    def escape_leaves_the_file_window(self) -> None:
        """The field that had the keyboard when its window closed does not keep it."""
        import dearpygui.dearpygui as dpg

        self.key("ctrl+o")
        self.wait("the field is ready for a path", lambda: dpg.is_item_active("files_path"))
        self.key("Escape")
        self.wait("the window closes", lambda: not dpg.is_item_shown("files"))
        self.frames(10)
        self.shortcut_works()

    def goal_by_click(self) -> None:
        """A click with the goal tool asks for the place under it; the eye is still while time is."""
        from kinesis_app.view.eye import ground_point

        w, shot = self.window, self.window.session.latest_snapshot
        w.view.set_tracking(False)
        self.click("tool_human.goal")
        self.wait("goal tool", lambda: w.desk.goal_tool)
        for _ in range(2):  # pictures
            eye = w.view.eye
            self.wait("the camera stays", lambda e=eye: w.view.eye is not e and not w.view.camera.tracking)  # type: ignore[misc]
        with self.asked("SetGoal") as goals:
            x, y = self.place("picture", 0.15, 0.8)
            self.move(x, y)
            (left, top), (right, bottom) = (self.place("picture", share, share) for share in (0.0, 1.0))
            wanted = ground_point(w.view.eye, (x - left) / (right - left), (bottom - y) / (bottom - top))
            self.button("1", True)
            self.button("1", False)
            self.wait("a goal is asked for", lambda: goals)
        assert wanted is not None
        assert np.hypot(goals[0].x - wanted[0], goals[0].y - wanted[1]) < 1e-3, (goals, wanted)
        self.wait("it goes there", lambda: shot().task is not None and len(shot().task.goals) > 0)
        self.click("tool_human.goal")
        self.wait("goal tool off", lambda: not w.desk.goal_tool)

    def bad_file(self) -> None:
        from kinesis_app.gui.opening import open_motion

        w, bad = self.window, Path("broken.amc")
        bad.write_text("not a motion")
        open_motion(w.desk, str(bad))
        self.wait(
            "a bad file is told",
            lambda: any(level == "error" and "broken" in text for level, text in w.log.all),
        )
        step = w.session.latest_snapshot().step
        self.wait("and the run goes on", lambda: w.session.latest_snapshot().step not in (step, step + 1))


if __name__ == "__main__":
    sys.exit(run_under(Tour, Path(sys.argv[1])))
