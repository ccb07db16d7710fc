"""A new user's first quarter of an hour, with real clicks and keys, from launch and without documentation.

Load a .bvh, watch it imitated, set soleus strength to 20 %, see the gait change, scrub back, continue from
there, save a film and a .sto. This file is also the program that the test starts; see ``window_driver``.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
from waiting import until
from window_driver import Driver, needs_x, run_under, start


@needs_x
def test_a_new_user_gets_there(display: str, tmp_path: Path) -> None:
    import imageio.v2 as imageio
    from bvh_walk import write_walk

    from kinesis_app.motion.library import load_motion

    write_walk(load_motion("walk_1.1"), tmp_path / "my_walk.bvh")
    _, errors = start(__file__, display, tmp_path)
    assert "Error" not in errors
    frames = imageio.mimread(tmp_path / "kinesis_001.mp4")
    assert len(frames) == 11  # ten control steps
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
        self.wait("the session runs", lambda: w.started and w.session.latest_snapshot().step > 3)
        self.wait("the picture is there", lambda: dpg.does_item_exist("picture"))
        self.wait("five gestures are shown", lambda: dpg.is_item_visible("welcome_done"))
        self.click("welcome_done")
        self.wait("the overlay goes", lambda: not dpg.is_item_shown("welcome"))
        self.load_bvh()
        self.weaken_soleus()
        self.see_the_change()
        self.go_back_and_on()
        self.save()

    def load_bvh(self) -> None:
        import dearpygui.dearpygui as dpg

        w, shot = self.window, self.window.session.latest_snapshot
        self.click("open_motion")
        self.wait("the file window opens", lambda: dpg.is_item_visible("files_path"))
        self.type("files_path", "my_walk.bvh")
        self.key("Return")
        self.wait("the file is imitated", lambda: shot().motion == "my_walk" and shot().step > 15)
        followed = [s.body_error for s in w.session.recorded(*shot().history) if s.motion == "my_walk"][:15]
        assert max(followed) < 0.25, f"it does not follow: {max(followed)} m"

    def weaken_soleus(self) -> None:
        import dearpygui.dearpygui as dpg

        w = self.window
        strength = lambda: dict(w.session.latest_snapshot().experiment.strength)  # noqa: E731
        self.click("left_experiment")
        self.wait("experiments are in front", lambda: dpg.is_item_visible("x_search"))
        self.type("x_search", "soleus")
        offer = lambda: dpg.get_item_configuration("x_offer")["items"]  # noqa: E731
        self.wait("soleus is offered", lambda: offer()[:1] == ["soleus"])
        self.frames()
        self.click("x_offer", 0.2, 0.1)  # its first line
        self.wait("soleus is taken", lambda: "soleus" in strength())
        self.wait("it has a slider", lambda: dpg.does_item_exist("x_value0"))
        self.frames()
        self.to_twenty(lambda: 100.0 * strength().get("soleus", 1.0))
        self.wait("and the window says so", lambda: dpg.is_item_shown("experiment_chip"))

    def to_twenty(self, percent: Callable[[], float]) -> None:
        """Press the slider's middle and drag, then a little further or less, until it says 20 %."""
        x = 0.11
        for _ in range(8):
            before = self.window.session.latest_snapshot().experiment
            self.drag(*(self.place("x_value0", across) for across in (0.7, 0.4, x)))
            assert until(lambda b=before: self.window.session.latest_snapshot().experiment is not b)  # type: ignore[misc]
            if abs(percent() - 20.0) < 0.5:
                self.passed.append("soleus has 20 %")
                return
            x += (20.0 - percent()) / 200.0 if abs(percent() - 20.0) < 30.0 else 0.0
        raise AssertionError(f"soleus has {percent():.0f} %")

    def see_the_change(self) -> None:
        """In the joint angles and in numbers: as active as before, it pulls less than half as much."""
        import dearpygui.dearpygui as dpg

        from kinesis_app.body.muscles import muscle_table

        w, shot = self.window, self.window.session.latest_snapshot
        self.began = began = shot().run_time
        self.click("right_body")
        self.wait("joint angles are in front", lambda: dpg.is_item_visible("angles"))
        self.wait("it walks on", lambda: shot().run_time > began + 2.5)
        drawn = lambda: np.array(dpg.get_value("angle_right")[1])  # noqa: E731
        self.wait("and they are drawn", lambda: np.nanmax(drawn()) > np.nanmin(drawn()) + 20.0)
        soleus = [i for i, name in enumerate(muscle_table().names) if name.startswith("soleus")]
        past = [s for s in w.session.recorded(*shot().history) if s.motion == "my_walk" and not s.fallen]
        force, activation = (
            np.array([getattr(s, name)[soleus] for s in past]) for name in ("muscle_force", "activation")
        )
        pull = force / np.where(activation > 0.2, activation, np.nan)
        weak = np.array([dict(s.experiment.strength) == {"soleus": 0.2} for s in past])
        strong = np.array([not s.experiment.changes for s in past])
        pulls = np.nanmedian(pull[weak]), np.nanmedian(pull[strong])
        assert weak.sum() > 30
        assert pulls[0] < 0.5 * pulls[1], pulls
        self.click("right_muscles")

    def go_back_and_on(self) -> None:
        shot, began = self.window.session.latest_snapshot, self.began
        self.scrub_to(began + 0.8)
        self.wait("the past is shown", lambda: shot().reviewing and not shot().playing)
        here = shot().run_time
        assert abs(here - began - 0.8) < 0.5
        self.click("time_continue")
        self.wait("live", lambda: not shot().reviewing and shot().playing and shot().run_time > here)
        self.wait(
            "what came after is forgotten",
            lambda: any("forgotten" in text for _, text in self.window.log.all),
        )
        assert dict(shot().experiment.strength) == {"soleus": 0.2}

    def scrub_to(self, run_time: float) -> None:
        """Press the timeline at its end, drag to a time, release."""
        end = self.place("timeline", 1.0)
        self.move(end[0] - 4, end[1])
        self.button("1", True)  # looks at the newest instant, and time stands still
        shot = self.window.session.latest_snapshot
        self.wait("time stands still", lambda: not shot().playing)
        oldest, newest = shot().history
        share = (run_time - oldest) / max(newest - oldest, 10.0)
        for across in (0.5 * (1.0 + share), share):
            self.move(*self.place("timeline", across))
        self.button("1", False)

    def save(self) -> None:
        w, shot = self.window, self.window.session.latest_snapshot
        self.wait("there is something to film", lambda: shot().step > 45 and shot().motion == "my_walk")
        self.hover("picture")
        self.key("space")
        self.wait("space pauses", lambda: not shot().playing)
        self.to_a_walking_stretch()
        self.key("shift+a")
        self.wait("A is set", lambda: w.desk.loop_from is not None)
        a = shot().run_time
        self.key("shift+Left")
        self.wait("ten steps back", lambda: shot().run_time < a - 0.3)
        self.key("shift+b")
        self.wait("B is set", lambda: shot().loop_range is not None)
        self.key("ctrl+e")
        self.wait("a .sto", lambda: Path("kinesis_001.sto").is_file())
        self.click("tool_file.film_mp4")
        self.wait("a film is saved", lambda: Path("kinesis_001.mp4").is_file())

    def to_a_walking_stretch(self) -> None:
        """Step back to where the last ten steps are one piece of walking: so weak, it soon falls."""
        shot = self.window.session.latest_snapshot
        for _ in range(60):
            now = shot().run_time
            last = self.window.session.recorded(now - 10 / 30, now)
            steps, way = np.diff([s.step for s in last]), last[-1].qpos[0] - last[0].qpos[0]
            if len(last) == 11 and (steps == 1).all() and way > 0.15 and not any(s.fallen for s in last):
                return
            self.key("shift+Left")
            self.wait("ten steps back", lambda t=now: shot().run_time < t)  # type: ignore[misc]
        raise AssertionError("no third of a second of walking")


if __name__ == "__main__":
    sys.exit(run_under(NewUser, Path(sys.argv[1])))
