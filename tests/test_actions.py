"""Every action of the window's table, done to a session that has no window."""

from __future__ import annotations

import math
import re
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from kinesis_app.errors import KinesisError
from kinesis_app.gui.actions import (
    MENUS,
    Action,
    action_by_id,
    action_table,
    matching,
    remapped,
    shortcut_table,
)
from kinesis_app.gui.desk import Desk
from kinesis_app.gui.jobs import Jobs
from kinesis_app.gui.startup import BUILD_LOCK
from kinesis_app.gui.view_thread import ViewThread
from kinesis_app.session import messages as m
from kinesis_app.session.live import LiveSession
from kinesis_app.session.simulation import Simulation
from kinesis_app.session.walking import endless_walk

# Those that reach out of the process or the test: asserted one by one below, or by the window's test.
_APART = {"file.quit", "view.full"}


def still(observation: np.ndarray) -> np.ndarray:
    """No network: all muscles stay nearly silent."""
    return np.full((len(observation), 80), -1.0, dtype=np.float32)


class Bench:
    """A desk with a session under it, and nothing on a screen."""

    def __init__(self, folder: Path) -> None:
        self.told: list[tuple[str, str]] = []
        self.clips: list[str] = []
        self.full = 0
        self.session = LiveSession(Simulation(endless_walk(), still, "still"), playing=False, loop=False)
        self.view = ViewThread(self.session.latest_snapshot, self._tell, BUILD_LOCK)  # never started
        self.desk = Desk(self.session, self.view, Jobs(self._tell), self._tell)
        self.desk.folder, self.desk.clipboard, self.desk.full_screen = folder, self.clips.append, self._fill
        self.actions = action_table(self.desk)
        self.session.start()

    def do(self, name: str) -> None:
        """Do an action as the window does: errors of the user are told."""
        try:
            action_by_id(self.actions, name).run()
        except KinesisError as error:
            self._tell("error", str(error))

    def until(self, happened: Callable[[], bool], what: str = "", seconds: float = 20.0) -> None:
        end = time.monotonic() + seconds
        while not happened():
            assert time.monotonic() < end, f"{what}: {self.told[-3:]}"
            self.desk.jobs.deliver()
            for event in self.session.drain_events():
                self._tell(event.level, event.text)
            self.desk.traces.extend(self.session.drain_samples())
            time.sleep(0.002)

    def settle(self) -> None:
        """Until the session has obeyed everything asked so far."""
        rate = 0.25 if self.session.latest_snapshot().rate != 0.25 else 0.5
        before = self.session.latest_snapshot().rate
        self.session.send(m.SetRate(rate))
        self.until(lambda: self.session.latest_snapshot().rate == rate, "settle")
        self.session.send(m.SetRate(before))
        self.until(lambda: self.session.latest_snapshot().rate == before, "settle")

    def close(self) -> None:
        self.session.close()
        self.desk.jobs.close()

    def _tell(self, level: str, text: str) -> None:
        self.told.append((level, text))

    def _fill(self) -> None:
        self.full += 1


@pytest.fixture
def bench(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Bench]:
    monkeypatch.setenv("KINESIS_CONFIG", str(tmp_path / "config"))
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    made = Bench(tmp_path)
    yield made
    made.close()


def test_the_table_is_sound(bench: Bench) -> None:
    actions = bench.actions
    ids = [action.id for action in actions]
    assert len(set(ids)) == len(ids)
    shortcut_table(actions)  # no key twice
    for action in actions:
        assert action.menu in MENUS, action.id
        assert re.fullmatch(r"[a-z]+\.[a-z0-9_]+", action.id), action.id
        assert action.help, action.id
        assert not action.help.endswith("."), action.id
        assert action.title[0].isupper() or action.title[0].isdigit(), action.id
        found = matching(actions, f"{action.title} {action.menu}")
        assert action in found, f"the palette does not find {action.title}"


def test_the_bindings_of_simulate_are_there(bench: Bench) -> None:
    table = shortcut_table(bench.actions)
    expected = {
        "Space": "time.play", "Right": "time.step", "Left": "time.back", "=": "time.faster",
        "-": "time.slower", "Backspace": "time.reset", "Ctrl+C": "file.copy", "Ctrl+L": "file.reload",
        "Ctrl+Q": "file.quit", "Ctrl+A": "view.align", "Esc": "view.free", "[": "view.previous_camera",
        "]": "view.next_camera", "Tab": "view.left", "Shift+Tab": "view.right", "F1": "help.help",
        "F5": "view.full", "F6": "view.frames", "F7": "view.labels", "Ctrl+P": "file.picture",
        "H": "view.convexhull", "X": "view.texture", "J": "view.joint", "I": "view.inertia",
        "C": "view.contactpoint", "T": "view.transparent", "M": "view.com", "S": "view.shadow",
        "'": "view.sclinertia", "B": "view.pertforce", "O": "view.pertobj", "A": "view.autoconnect",
        "`": "view.bodybvh", "\\": "view.meshbvh", ";": "view.muscles", "L": "view.additive",
        "W": "view.wireframe", "R": "view.reflection", "K": "view.skybox", "G": "view.fog", "/": "view.haze",
        "0": "view.groups_0", "5": "view.groups_5", "Shift+0": "view.site_groups_0", "Ctrl+K": "help.palette",
    }  # fmt: skip
    assert {key: table[key].id for key in expected} == expected


def test_flags_have_the_keys_and_defaults_of_mujoco(bench: Bench) -> None:
    """MuJoCo's own table of its viewer's flags: title, default and key of each."""
    import mujoco

    from kinesis_app.view.options import EFFECTS, FLAGS, ViewOptions

    told = (
        (FLAGS, "flags", mujoco.mjtVisFlag, "mjVIS_", mujoco.mjVISSTRING),
        (EFFECTS, "effects", mujoco.mjtRndFlag, "mjRND_", mujoco.mjRNDSTRING),
    )
    here = {"PERTFORCE": "1", "TENDON": "0"}  # pushes are always of interest; muscles are drawn instead
    for titles, field, flags, prefix, table in told:
        for name in titles:
            _, default, key = table[int(getattr(flags, f"{prefix}{name}"))]
            action = action_by_id(bench.actions, f"view.{name.lower()}")
            if name not in ("TENDON", "SEGMENT"):  # V shows the muscles; the comma has two meanings there
                assert action.keys == ((key,) if key else ()), name
            assert (name in getattr(ViewOptions(), field)) == (here.get(name, default) == "1"), name


def test_fields_are_chosen_and_forgotten(bench: Bench) -> None:
    desk = bench.desk
    bench.do("time.step10")
    bench.until(lambda: len(desk.traces) >= 10)
    bench.do("plots.fields_clear")
    assert desk.fields == []
    for name in ("pelvis/x", "pelvis/y", "pelvis/z", "push/force_x", "tracking/body_error"):
        desk.watch(name)
    assert desk.fields == ["pelvis/y", "pelvis/z", "push/force_x", "tracking/body_error"]  # the oldest went
    height = desk.traces.watched("pelvis/z")
    assert len(height) == len(desk.traces)
    assert height[-1] == pytest.approx(desk.shot.qpos[2])  # of the past, too
    desk.watch("pelvis/z")
    assert "pelvis/z" not in desk.fields
    with pytest.raises(KinesisError, match="no field"):
        desk.watch("pelvis/w")


def test_cameras_are_kept_and_come_back(bench: Bench) -> None:
    from kinesis_app.gui.settings import load_settings, save_settings

    desk, camera = bench.desk, bench.view.camera
    bench.do("view.recall_2")
    assert bench.told[-1][0] == "error"
    assert "Shift+Alt+2" in bench.told[-1][1]
    camera.follow(desk.shot.qpos, 0.1)
    camera.cam.azimuth, camera.cam.distance = 77.0, 1.9
    bench.do("view.keep_2")
    camera.cam.azimuth, camera.cam.distance, camera.tracking = 10.0, 6.0, False
    camera.cam.lookat[:] = 1.0, 2.0, 0.5
    bench.do("view.keep_1")
    assert [kept.number for kept in desk.settings.cameras] == [1, 2]
    path = desk.folder / "settings.yaml"
    save_settings(desk.settings, path)  # also the next time
    assert load_settings(path) == desk.settings
    bench.do("view.recall_2")
    bench.view._do_jobs()  # what its thread does
    assert (camera.cam.azimuth, camera.cam.distance, camera.tracking) == (77.0, 1.9, True)
    bench.do("view.recall_1")
    bench.view._do_jobs()
    assert not camera.tracking
    np.testing.assert_allclose(camera.cam.lookat, [1.0, 2.0, 0.5])


def test_a_policy_is_read_again_when_its_file_changes(bench: Bench, tmp_path: Path) -> None:
    from small_policy import write_policy

    from kinesis_app.gui.policy_watch import PolicyWatch

    desk, sent = bench.desk, []
    desk.session.send = sent.append  # type: ignore[method-assign]
    path, watch = tmp_path / "learns.onnx", PolicyWatch(desk)
    write_policy(path)
    desk.policy_name = str(path)
    for _ in range(3):
        watch.look()
    assert sent == []
    path.write_bytes(path.read_bytes()[:100])  # in the middle of being written
    watch.look()
    write_policy(path)
    path.write_bytes(path.read_bytes() + b"\0")
    watch.look()
    assert sent == []
    watch.look()  # the same twice: complete
    watch.look()
    assert sent == [m.LoadPolicy(str(path))]
    path.unlink()
    watch.look()
    watch.look()
    bench.do("file.watch_policy")
    write_policy(path)
    for _ in range(3):
        watch.look()
    assert len(sent) == 1  # nobody wants it


def test_a_game_pad_steers_and_does_actions(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    from kinesis_app.gui import game_pad
    from kinesis_app.gui.game_pad import BUTTONS, GamePad, PadState

    desk, sent, called = bench.desk, [], []
    desk.session.send = sent.append  # type: ignore[method-assign]
    by_id = {action.id: action for action in bench.actions}
    assert set(BUTTONS.values()) <= set(by_id)
    state: list[PadState | None] = [None]
    clock = [100.0]
    monkeypatch.setattr(game_pad, "time", SimpleNamespace(monotonic=lambda: clock[0]))
    pad = GamePad(desk, by_id, lambda action: called.append(action.id), lambda: state[0])

    def frame(now: PadState | None) -> None:
        state[0] = now
        clock[0] += 3.0
        pad.update()

    frame(None)
    frame(None)
    assert (sent, called) == ([], [])  # no pad: nothing
    frame(PadState(buttons=frozenset({"A"})))
    frame(PadState(buttons=frozenset({"A", "DPAD_UP"})))
    assert called == ["time.play", "human.faster"]  # once, as long as it is held
    desk.view.camera.cam.azimuth = 90.0  # looks along +y: up is +y, left is -x
    frame(PadState(left=(0.0, 0.9)))
    frame(PadState(left=(0.02, 0.9)))
    frame(PadState(left=(-0.9, 0.0)))
    frame(PadState(left=(-0.4, 0.0)))
    frame(PadState(left=(-0.1, 0.0)))
    frame(PadState())
    headings = [command.heading for command in sent[:-1]]
    np.testing.assert_allclose(headings, [math.pi / 2, math.pi], atol=1e-9)
    assert sent[-1] == m.Steer(stop=True)


def test_every_shortcut_can_be_typed(bench: Bench) -> None:
    from kinesis_app.gui.keys import Keys

    table = shortcut_table(bench.actions)
    Keys(table, lambda action: None, lambda chord: False)
    with pytest.raises(ValueError, match="no key is called 'Hyper'"):
        Keys({**table, "Ctrl+Shift+Hyper": bench.actions[0]}, lambda action: None, lambda chord: False)
    without = {action.id for action in bench.actions if not action.keys}
    assert not any(name.startswith("time.") for name in without)  # the rest: menu, palette, --do


def test_the_last_command_is_taken_back(bench: Bench) -> None:
    bench.do("human.undo")
    bench.until(lambda: "Nothing was asked before" in bench.told[-1][1] if bench.told else False)
    bench.desk.send(m.TypedCommand("walk forward"))
    bench.desk.send(m.TypedCommand("stop"))
    bench.do("human.undo")
    bench.until(lambda: (task := bench.desk.shot.task) is not None and task.text == "walk forward")


def test_every_action_runs(bench: Bench) -> None:
    """None raises anything but an error of the user, and after all of them the session still obeys."""
    bench.do("time.step10")
    bench.until(lambda: bench.desk.shot.step == 10)
    for action in bench.actions:
        if action.id in _APART:
            continue
        bench.do(action.id)
        if action.checked is not None:
            assert isinstance(action.checked(), bool), action.id
    bench.desk.jobs.cancel()
    bench.until(lambda: not bench.desk.jobs.running, "jobs end", 60.0)
    bench.session.send(m.Pause())
    bench.settle()
    assert bench.session.alive
    bugs = [
        text for level, text in bench.told if level == "error" and re.match(r"\w+(Error|Exception):", text)
    ]
    assert not bugs


def test_switches_switch_and_switch_back(bench: Bench) -> None:
    radio = ("view.color_", "view.map_", "view.quality_", "experiment.")
    for action in bench.actions:
        if action.checked is None or action.id.startswith(radio) or action.id in _APART:
            continue
        if action.id in ("view.follow", "time.play", "time.loop", "human.surprises", "human.foresight"):
            continue  # the threads that own these are asked below
        before = action.checked()
        bench.do(action.id)
        assert action.checked() != before, action.id
        bench.do(action.id)
        assert action.checked() == before, action.id
    for action in bench.actions:
        if action.id.startswith(radio[:3]):
            bench.do(action.id)
            assert action.checked is not None
            assert action.checked(), action.id


def test_foresight_is_switched_by_the_session(bench: Bench) -> None:
    shot = bench.session.latest_snapshot
    assert shot().foresight
    bench.do("human.foresight")
    bench.until(lambda: not shot().foresight)
    bench.do("human.foresight")
    bench.until(lambda: shot().foresight)


def test_time_goes_where_it_is_sent(bench: Bench) -> None:
    shot = bench.session.latest_snapshot
    bench.do("time.step10")
    bench.do("time.step")
    bench.until(lambda: shot().step == 11)
    bench.do("time.back10")
    bench.until(lambda: shot().step == 1 and shot().reviewing)
    bench.do("time.end")
    bench.until(lambda: shot().step == 11)
    bench.do("time.start")
    bench.until(lambda: shot().run_time == pytest.approx(shot().history[0]))
    bench.do("time.loop_a")
    bench.do("time.step10")
    bench.until(lambda: shot().step == 10)
    bench.do("time.loop_b")
    bench.until(lambda: shot().loop_range is not None)
    low, high = shot().loop_range or (0.0, 0.0)
    assert high - low == pytest.approx(10 / 30, abs=0.04)
    bench.do("time.loop_off")
    bench.until(lambda: shot().loop_range is None)
    bench.do("time.back")
    bench.until(lambda: shot().step == 9)
    bench.do("time.continue")
    bench.until(lambda: not shot().reviewing and shot().step > 9)
    bench.do("time.play")
    bench.until(lambda: not shot().playing)
    for name, rate in (("time.faster", 2.0), ("time.slower", 1.0), ("time.slower", 0.5), ("time.real", 1.0)):
        bench.do(name)
        bench.until(lambda rate=rate: shot().rate == rate, name)  # type: ignore[misc]
    for rate in (2.0, 4.0, 8.0, math.inf):
        bench.do("time.faster")
        bench.until(lambda rate=rate: shot().rate == rate, "faster")  # type: ignore[misc]
    bench.do("time.reset")
    bench.until(lambda: shot().step == 0)


def test_two_films_at_once_have_two_names(bench: Bench) -> None:
    """The second one is asked for while the first one's file is not there yet."""
    (bench.desk.folder / "kinesis_002.gif").touch()
    names = [bench.desk.free_name(".gif").name for _ in range(3)]
    assert names == ["kinesis_001.gif", "kinesis_003.gif", "kinesis_004.gif"]
    assert bench.desk.free_name(".mp4").name == "kinesis_001.mp4"


def test_experiments_start_and_end(bench: Bench) -> None:
    bench.do("experiment.weak_soleus")
    bench.until(lambda: dict(bench.desk.shot.experiment.strength) == {"soleus": 0.2})
    bench.do("experiment.save")
    saved = list(bench.desk.folder.glob("*.experiment.yaml"))
    assert len(saved) == 1
    bench.do("experiment.normal")
    bench.until(lambda: not bench.desk.shot.experiment.changes)
    from kinesis_app.gui.opening import open_file

    open_file(bench.desk, "experiment", saved[0])
    bench.until(lambda: dict(bench.desk.shot.experiment.strength) == {"soleus": 0.2})


def test_changes_of_the_experiment_are_undone_and_redone(bench: Bench) -> None:
    shot = bench.session.latest_snapshot
    bench.do("experiment.weak_soleus")
    bench.until(lambda: shot().experiment.name == "weak soleus")
    bench.do("experiment.moon")
    bench.until(lambda: shot().experiment.name == "Moon")
    for action, name in (("undo", "weak soleus"), ("undo", ""), ("redo", "weak soleus"), ("redo", "Moon")):
        bench.do(f"experiment.{action}")
        bench.until(lambda name=name: shot().experiment.name == name, action)  # type: ignore[misc]
    bench.do("experiment.redo")
    assert bench.told[-1] == ("error", "Nothing was undone.")
    bench.do("experiment.undo")
    bench.until(lambda: shot().experiment.name == "weak soleus")
    bench.do("experiment.normal")  # a new change: nothing to redo any more
    bench.do("experiment.redo")
    assert bench.told[-1] == ("error", "Nothing was undone.")


def test_numbers_pictures_and_state_leave(bench: Bench) -> None:
    bench.do("time.step10")
    bench.until(lambda: bench.desk.shot.step == 10)
    for suffix in ("sto", "mot", "csv", "npz"):
        bench.do(f"file.export_{suffix}")
        bench.until(lambda s=suffix: (bench.desk.folder / f"kinesis_001.{s}").is_file(), suffix)  # type: ignore[misc]
    head = (bench.desk.folder / "kinesis_001.sto").read_text().splitlines()
    assert "endheader" in head[:12]
    bench.do("file.copy")
    assert bench.clips[0].startswith("<key ")
    bench.do("view.full")
    assert bench.full == 1
    bench.do("file.quit")
    assert bench.desk.closing


def test_a_session_comes_back(bench: Bench) -> None:
    from kinesis_app.gui.opening import open_file

    desk = bench.desk
    bench.do("experiment.moon")
    bench.do("view.color_force")
    bench.do("plots.gait")
    bench.do("human.goal")
    desk.muscles.choose([3, 4])
    bench.do("plots.fields_clear")
    desk.watch("pelvis/x")
    bench.until(lambda: desk.shot.experiment.name == "Moon")
    bench.do("file.save_session")
    path = desk.folder / "kinesis_001.session.yaml"
    assert path.is_file()
    bench.do("experiment.normal")
    bench.do("view.color_length")
    bench.do("plots.body")
    desk.muscles.clear()
    desk.watch("pelvis/y")
    bench.until(lambda: not desk.shot.experiment.changes)
    open_file(desk, "session", path)
    bench.until(lambda: desk.shot.experiment.name == "Moon", seconds=60.0)
    assert desk.view.options.color_by == "force"
    assert desk.settings.right_tab == "gait"
    assert desk.muscles.chosen == {3, 4}
    assert desk.fields == ["pelvis/x"]
    path.write_text("format: kinesis-session-1\nmotoin: walk\n")
    with pytest.raises(KinesisError, match=r"line 2.*motoin"):
        open_file(desk, "session", path)
    assert desk.shot.experiment.name == "Moon"


def test_a_bad_motion_is_told_and_the_run_goes_on(bench: Bench) -> None:
    from kinesis_app.gui.opening import open_file

    bad = bench.desk.folder / "broken.bvh"
    bad.write_text("HIERARCHY nonsense")
    before = bench.desk.shot.motion
    open_file(bench.desk, "motion", bad)
    bench.until(lambda: any(level == "error" and "broken.bvh" in text for level, text in bench.told))
    assert bench.desk.shot.motion == before


def test_keys_are_the_users(bench: Bench) -> None:
    actions: list[Action] = remapped(bench.actions, {"view.ghost": ("Space",), "time.play": ("P",)})
    table = shortcut_table(actions)
    assert table["Space"].id == "view.ghost"
    assert table["P"].id == "time.play"
    assert "Shift+H" not in table
    with pytest.raises(KinesisError, match=r"time\.paly"):
        remapped(bench.actions, {"time.paly": ("P",)})
    clash = remapped(bench.actions, {"view.ghost": ("P",), "time.play": ("P",)})
    with pytest.raises(KinesisError, match="both"):
        shortcut_table(clash)


def test_the_palette_knows_what_is_meant(bench: Bench) -> None:
    assert matching(bench.actions, "ghost")[0].id == "view.ghost"
    assert matching(bench.actions, "save film")[0].id == "file.film_mp4"
    assert matching(bench.actions, "weak sol")[0].id == "experiment.weak_soleus"
    assert matching(bench.actions, "no such thing") == []
    with pytest.raises(KinesisError, match=r"view\.ghost"):
        action_by_id(bench.actions, "ghost")
