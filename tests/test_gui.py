"""The parts of the window that can be tested without one."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from waiting import until


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


def shot(step: int, level: float = 0.1) -> Any:
    from kinesis_app.session.messages import Snapshot

    n = np.zeros
    return Snapshot(
        step / 30, step, n(35), n(34), n(80), n(80) + level, n(80), n(80), n((2, 3)), n(35), 0.01, n(3),
        True, 1.0, 1.0, 1.0, "m", 1.0, "p", None, False, run_time=step / 30,
        reward={"pose": 0.5, "alive": 0.1},
    )  # fmt: skip


def test_traces_grow_branch_and_keep_two_minutes() -> None:
    from kinesis_app.gui.traces import LENGTH, Traces

    traces = Traces()
    traces.extend([shot(i) for i in range(1, 101)])
    assert len(traces) == 100
    assert traces.newest == pytest.approx(100 / 30)
    assert traces["error"][-1] == pytest.approx(10.0)  # 0.01 m in mm
    assert traces["reward"][-1] == pytest.approx(0.6)
    assert traces.reward_terms["alive"][-1] == pytest.approx(0.1)
    kept = traces.copy()
    traces.truncate(90 / 30)  # a branch forgets what came later
    assert len(traces) == 90
    assert len(kept) == 100
    traces.extend([shot(91, 0.9)])
    assert traces["activation"][-1, 0] == pytest.approx(0.9)
    assert traces.row_at(45.2 / 30) == 44
    rows = traces.rows((10 / 30, 20 / 30))
    assert traces["time"][rows][0] <= 10 / 30 < 20 / 30 <= traces["time"][rows][-1]
    traces.extend([shot(i) for i in range(92, 92 + 3 * LENGTH)])  # through the end of the buffers
    assert len(traces) == LENGTH
    np.testing.assert_allclose(np.diff(traces["time"]), 1 / 30, atol=1e-9)


def test_any_field_is_watched_from_the_past_on() -> None:
    from kinesis_app.gui.field_list import field_table, matching_fields
    from kinesis_app.gui.traces import Traces

    table, traces = field_table(), Traces()
    past = [shot(i, 0.5) for i in range(1, 31)]
    traces.extend(past)
    field = table["muscle/soleus_r/activation"]
    traces.watch(field.name, field.read, past[10:])
    assert np.isnan(traces.watched(field.name)[:10]).all()  # before the history begins
    np.testing.assert_allclose(traces.watched(field.name)[10:], 0.5)
    traces.extend([shot(31, 0.9)])
    assert traces.watched(field.name)[-1] == pytest.approx(0.9)
    traces.truncate(20 / 30)  # a branch
    assert len(traces.watched(field.name)) == len(traces) == 20
    traces.unwatch(field.name)
    assert len(traces.watched(field.name)) == 0
    assert matching_fields("soleus_r FORCE") == ["muscle/soleus_r/force"]
    assert table["joint/knee_angle_r/angle"].unit == "deg"


def test_every_field_reads_its_own_number() -> None:
    from dataclasses import replace

    import mujoco

    from kinesis_app.body.model import physics_model
    from kinesis_app.gui.field_list import field_table

    model = physics_model()
    knee = mujoco.mj_name2id(model, mujoco.mjtObj.mjOBJ_JOINT, "knee_angle_l")
    qpos, qvel, grf = np.zeros(35), np.zeros(34), np.arange(6.0).reshape(2, 3)
    qpos[model.jnt_qposadr[knee]], qvel[model.jnt_dofadr[knee]] = np.pi / 2, np.pi
    at = replace(shot(7), qpos=qpos, qvel=qvel, grf=grf, walking_speed=None)
    read = {name: field.read(at) for name, field in field_table().items()}
    assert read["joint/knee_angle_l/angle"] == pytest.approx(90.0)
    assert read["joint/knee_angle_l/velocity"] == pytest.approx(180.0)
    assert read["joint/knee_angle_r/angle"] == 0.0
    assert (read["ground/right/force_z"], read["ground/left/force_x"]) == (2.0, 3.0)
    assert read["reward/sum"] == pytest.approx(0.6)
    assert read["tracking/body_error"] == pytest.approx(0.01)
    assert np.isnan(read["run/walking_speed"])  # this motion has its own


def test_bars_are_where_the_mouse_finds_them() -> None:
    from kinesis_app.body.muscles import muscle_table
    from kinesis_app.gui.bars import ROWS, muscle_at
    from kinesis_app.gui.raster import rows_of

    names = muscle_table().names
    found = {muscle_at(x, ROWS - row - 0.5) for x in (-0.3, 0.3) for row in range(ROWS)}
    assert found == set(range(80))
    assert [names[i][:-2] for i in rows_of("l")] == [names[i][:-2] for i in rows_of("r")]  # pairs
    top_left = muscle_at(-0.01, ROWS - 0.1)
    assert top_left is not None
    assert names[top_left].endswith("_l")
    assert muscle_at(0.5, -0.1) is None


def test_zoom_keeps_the_time_under_the_mouse() -> None:
    from kinesis_app.gui.time_axis import TimeAxis

    axis = TimeAxis()
    assert axis.limits(30.0, 30.0) == (20.0, 30.0)
    axis.zoom(0.5, 26.0, (20.0, 30.0), 30.0)
    low, high = axis.limits(30.0, 27.0)
    assert (26.0 - low) / (high - low) == pytest.approx(0.6)  # where it was: 6 s of 10
    assert high - low == pytest.approx(5.0)
    assert axis.limits(30.0, 3.0)[0] <= 3.0 <= axis.limits(30.0, 3.0)[1]  # the cursor stays in sight
    axis.pan(100.0, (low, high), 30.0)
    assert axis.limits(40.0, 40.0)[1] == 40.0  # follows again
    axis.reset()
    assert axis.limits(40.0, 40.0) == (30.0, 40.0)


def test_text_is_cut_where_it_would_be_clipped() -> None:
    from kinesis_app.gui.elide import elided

    assert elided("walk 3 m", 8, len) == "walk 3 m"
    assert elided("walk 3 m, turn left", 11, len) == "walk 3 m .."
    assert elided("walk 3 m", 0, len) == " .."
    for width in range(3, 20):
        assert len(elided("walk 3 m, turn left", width, len)) <= width


def test_no_number_is_cut_in_two() -> None:
    from kinesis_app.gui.toolbar import shortened

    assert shortened("soleus 100 %, slope 3", 21) == "soleus 100 %, slope 3"
    assert shortened("soleus 100 %, slope 3", 20) == "soleus 100 % .."
    assert shortened("soleus 100 %", 9) == "soleus .."
    assert shortened("quadriceps 20 %", 9) == "quadri .."


def test_the_preview_says_what_will_be_done() -> None:
    from kinesis_app.gui.command_bar import _preview_note

    assert "at 1.1 m/s" in _preview_note("walk 2 m", 1.1)[0]
    assert "at 1.2 m/s" in _preview_note("walk 2 m", 0.0)[0]  # from standing, and of clips that are no walks
    assert _preview_note("walk 2 m", None) == _preview_note("walk 2 m", 0.0)
    assert _preview_note("again", None, "turn left")[0] == "again: turn left"
    assert _preview_note("repeat that", None)[1] == "warning_text"  # nothing was said before
    assert _preview_note("undo", 1.1)[0].startswith("goes on with what was done before")


def test_a_wrong_path_is_answered_with_what_is_there(tmp_path: Path) -> None:
    from kinesis_app.gui.files_window import missing

    (tmp_path / "walk_old.bvh").write_text("")
    assert missing(tmp_path / "walk_odl.bvh") == (
        f"There is no 'walk_odl.bvh' in {tmp_path}. Did you mean walk_old.bvh?"
    )
    assert missing(tmp_path / "florp" / "x.bvh") == f"There is no 'florp' in {tmp_path}."
    assert missing(tmp_path / "walk_old.bvh" / "x").endswith("is a file, no folder.")


def test_what_does_not_fit_is_left_out_whole() -> None:
    from kinesis_app.gui.transport import fitting

    row = {"play": 60, "back": 50, "rate": 70}
    assert fitting(row, 59) == set()
    assert fitting(row, 60) == {"play"}
    assert fitting(row, 60 + 7 + 50) == {"play", "back"}
    assert fitting(row, 60 + 7 + 50 + 7 + 70) == {"play", "back", "rate"}


def test_time_ticks_are_round_and_few() -> None:
    from kinesis_app.gui.time_axis import MOST_TICKS, ticks

    assert ticks((93.3, 103.3)) == [("94", 94.0), ("96", 96.0), ("98", 98.0), ("100", 100.0), ("102", 102.0)]
    assert ticks((0.0, 0.5)) == [*((f"{0.1 * i:.6g}", 0.1 * i) for i in range(5)), ("", 0.5)]
    assert ticks((2.2, 12.2))[-1] == ("", 12.0)  # half of its label would be cut off
    for span in (0.5, 1.0, 3.0, 9.9, 10.0, 47.0, 120.0):
        assert 2 <= len(ticks((100.0, 100.0 + span))) <= MOST_TICKS


def test_low_plots_have_few_round_labels() -> None:
    from kinesis_app.gui.plot_parts import few_ticks

    assert few_ticks(-0.005, 0.068) == [("0", 0.0), ("0.05", 0.05)]
    assert few_ticks(-24.0, 31.0) == [("-20", -20.0), ("0", 0.0), ("20", 20.0)]
    for low, high in ((0.0, 1.0), (-3.0, 67.0), (0.0, 1e-6), (-1234.0, 987.0), (5.0, 5.0)):
        assert len(few_ticks(low, high)) <= 3
        assert all(low <= at <= high for _, at in few_ticks(low, high))


def test_work_reports_progress_and_can_be_cancelled() -> None:
    from kinesis_app.errors import KinesisError
    from kinesis_app.gui.jobs import Jobs, Progress

    told: list[tuple[str, str]] = []
    got: list[int] = []
    jobs = Jobs(lambda level, text: told.append((level, text)))

    def deliver_until(ready: Callable[[], bool]) -> None:
        def delivered() -> bool:
            jobs.deliver()
            return ready()

        assert until(delivered)

    started = threading.Event()

    def count(progress: Progress) -> int:
        total = 0
        for i in progress.over(range(1_000_000_000), 1_000_000_000):
            total += i
            started.set()
        return total

    jobs.start("counting", count, got.append)
    assert started.wait(30.0)
    assert [work.what for work in jobs.running] == ["counting"]
    assert jobs.cancel()
    deliver_until(lambda: bool(told))
    assert told == [("info", "Cancelled: counting.")]

    def fail(_: Progress) -> int:
        raise KinesisError("no good")

    jobs.start("seven", lambda _: 7, got.append)
    jobs.start("failing", fail, got.append)
    deliver_until(lambda: bool(got) and len(told) == 2)
    assert got == [7]
    assert told[1] == ("error", "no good")
    jobs.close()


def test_goals_are_placed_turned_moved_and_queued() -> None:
    import math
    from dataclasses import replace

    from kinesis_app.gui.goal_marks import press, shown
    from kinesis_app.session import messages as m
    from kinesis_app.view.options import Goal

    there = (Goal(3.0, 0.0, 0.5), Goal(0.0, 4.0))
    click = press((1.0, 1.0), there, queue=False)
    assert click.command() == m.SetGoal(1.0, 1.0, None, False)
    assert shown(there, click) == (Goal(1.0, 1.0),)  # replaces what was asked
    turned = replace(click, now=(1.0, 2.0))
    assert turned.command() == m.SetGoal(1.0, 1.0, math.pi / 2, False)
    queued = press((1.0, 1.0), there, queue=True)
    assert queued.command() == m.SetGoal(1.0, 1.0, None, True)
    assert shown(there, queued) == (*there, Goal(1.0, 1.0))
    moved = replace(press((3.1, 0.1), there, queue=False), now=(5.0, 1.0))
    assert moved.command() == m.MoveGoal(0, 5.0, 1.0, 0.5)
    assert shown(there, moved) == (Goal(5.0, 1.0, 0.5), there[1])


def test_muscles_are_filtered_by_name_side_group_and_joint() -> None:
    from kinesis_app.body.muscles import muscle_table
    from kinesis_app.gui.muscle_filter import MuscleFilter

    names = muscle_table().names
    assert len(MuscleFilter().muscles) == 80
    assert [names[i] for i in MuscleFilter("soleus").muscles] == ["soleus_r", "soleus_l"]
    assert [names[i] for i in MuscleFilter("soleus", "left").muscles] == ["soleus_l"]
    hamstrings = {names[i] for i in MuscleFilter(side="right", group="hamstrings").muscles}
    assert hamstrings == {"bflh_r", "bfsh_r", "semimem_r", "semiten_r"}
    ankle = {names[i] for i in MuscleFilter(side="right", joint="ankle_angle").muscles}
    assert {"soleus_r", "tibant_r", "gasmed_r"} <= ankle
    assert "vaslat_r" not in ankle  # crosses the knee only


def test_rows_of_the_experiment_panel() -> None:
    from kinesis_app.experiment import NORMAL
    from kinesis_app.gui.experiment_rows import MuscleRow, muscle_rows, with_row, without_row

    weak = with_row(NORMAL, MuscleRow("soleus", "strength", 0.2))
    assert dict(weak.strength) == {"soleus": 0.2}
    held = with_row(weak, MuscleRow("soleus", "held at", 0.7))  # instead, not besides
    assert not held.strength
    assert muscle_rows(held) == [MuscleRow("soleus", "held at", 0.7)]
    off = with_row(held, MuscleRow("tibant_r", "paralysed"))
    assert off.paralysed == ("tibant_r",)
    assert without_row(without_row(off, "soleus"), "tibant_r").changes == ()


def test_dragging_moves_a_point_as_far_as_the_mouse() -> None:
    from kinesis_app.gui.pointer import dragged
    from kinesis_app.view.eye import Eye

    ahead, up = np.array([1.0, 0.0, 0.0]), np.array([0.0, 0.0, 1.0])
    eye = Eye(np.array([-2.0, 0.0, 1.0]), ahead, up, half_height=0.25, aspect=2.0)
    at = np.array([2.0, 0.5, 1.0])  # 4 m ahead: the picture is 2 m high there and 4 m wide
    np.testing.assert_allclose(dragged(eye, at, (0.25, 0.5), level=False), [0.0, -1.0, 1.0], atol=1e-12)
    np.testing.assert_allclose(dragged(eye, at, (0.0, 0.5), level=True), [1.0, 0.0, 0.0], atol=1e-12)


def test_settings_and_shortcuts_survive_and_refuse_garbage(tmp_path: Path) -> None:
    from kinesis_app.errors import KinesisError
    from kinesis_app.gui.settings import Settings, load_keys, load_settings, save_settings

    path = tmp_path / "deep" / "settings.yaml"
    wanted = Settings(theme="light", font_scale=1.3, color_map="cividis", left_tab="view", width=1500)
    save_settings(wanted, path)
    assert load_settings(path) == wanted
    assert load_settings(tmp_path / "none.yaml") == Settings()
    path.write_text("theme: dark\ncolour: red\n")
    with pytest.raises(KinesisError, match=r"line 2.*colour"):
        load_settings(path)
    path.write_text("theme: pink\n")
    with pytest.raises(KinesisError, match=r"line 1.*pink.*dark, light"):
        load_settings(path)
    keys = tmp_path / "keys.yaml"
    keys.write_text("time.play: [P, Space]\nview.ghost: []\n")
    assert load_keys(keys) == {"time.play": ("P", "Space"), "view.ghost": ()}


def test_pictures_never_change_while_they_are_shown() -> None:
    from kinesis_app.gui.frames import FrameStore

    store = FrameStore(4, 2)
    assert store.take() is None
    for value in range(2, 8):
        height = 2 if value % 2 else 1
        wanted = np.arange(height * 4 * 3, dtype=np.uint8).reshape(height, 4, 3) + np.uint8(value)
        for extra in (100, 0):  # the second one replaces the first before it is seen
            store.begin(4, height)[:] = wanted + extra
            store.commit()
        before = store.shown.copy()
        drawn = store.begin(3, 2)
        drawn[:] = 255
        np.testing.assert_array_equal(store.shown, before)
        picture = store.take()
        assert picture is not None
        assert picture.flags["C_CONTIGUOUS"]
        np.testing.assert_array_equal(picture[..., :3], wanted)
        np.testing.assert_array_equal(store.shown, wanted)
        assert picture.shape == (height, 4, 4)
        assert (picture[..., 3] == 255).all()  # what lies behind must not shine through


def test_the_benchmark_counts_frames_once() -> None:
    from kinesis_app.gui.benchmark import Watch

    watch = Watch()
    for own in (0.001, 0.003):
        watch.note(own, 0.002)
    summary = watch.summary(0.5)
    assert summary["own_ms"] == pytest.approx(2.0)
    assert summary["drawing_ms"] == pytest.approx(2.0)
    assert summary["frame_p95_ms"] == pytest.approx(4.9)  # of 3 and 5
    assert summary["gui_fps"] == pytest.approx(4.0)
    watch.note(0.005, 0.0)
    assert watch.summary(1.0)["own_ms"] == pytest.approx(5.0)


def test_frames_are_due_at_even_times() -> None:
    from kinesis_app.gui.pace import LEAST, Pace

    pace = Pace()
    assert pace.rest(10.0, 50.0) == LEAST  # the first one
    assert pace.rest(10.004, 50.0) == pytest.approx(0.016)
    assert pace.rest(10.027, 50.0) == pytest.approx(0.013)  # slept 3 ms too long and worked 4 ms
    assert pace.rest(10.200, 50.0) == LEAST  # far too late: nothing is made up for
    assert pace.rest(10.201, 50.0) == pytest.approx(0.019)


def test_the_raster_shows_samples_and_leaves_the_rest_empty() -> None:
    from kinesis_app.gui.raster import COLUMNS, levels_of, table_of
    from kinesis_app.gui.traces import Traces
    from kinesis_app.view.colors import LUT_SIZE, lut

    traces = Traces()
    traces.extend([shot(i, 0.5) for i in range(1, 31)])  # a second of half activation
    levels = levels_of(traces, (0.0, 2.0))
    assert levels.shape == (80, COLUMNS)
    np.testing.assert_allclose(levels[:, COLUMNS // 4] / (LUT_SIZE - 1), 0.5, atol=1.0 / LUT_SIZE)
    assert (levels[:, -1] == LUT_SIZE).all()  # nothing happened yet
    np.testing.assert_allclose(
        table_of("ember")[:LUT_SIZE, :3] / 255.0, lut("ember"), atol=0.5 / 255.0 + 1e-7
    )
    assert (table_of("ember")[:, 3] == 255).all()
    assert (levels_of(Traces(), (0.0, 2.0)) == LUT_SIZE).all()


def test_a_file_tells_what_it_is_to_be_opened_as(tmp_path: Path) -> None:
    from kinesis_app.errors import KinesisError
    from kinesis_app.experiment import Experiment
    from kinesis_app.experiment.file import save_experiment
    from kinesis_app.gui.opening import kind_of
    from kinesis_app.session.document import SessionDocument, save_session

    save_session(SessionDocument(), tmp_path / "a.yaml")
    save_experiment(Experiment(noise=0.1), tmp_path / "b.yml")
    named = {
        "a.yaml": "session",
        "b.yml": "experiment",
        "c.ONNX": "policy",
        "d.bvh": "motion",
        "e.npz": "motion",
    }
    assert {name: kind_of(tmp_path / name) for name in named} == named
    with pytest.raises(KinesisError, match=r"'f\.pdf' cannot be opened.*\.bvh.*\.onnx.*\.yaml"):
        kind_of(tmp_path / "f.pdf")


def test_rates_step_through_the_table() -> None:
    from kinesis_app.gui.actions.time import RATES, next_rate
    from kinesis_app.gui.transport import rate_label

    assert next_rate(1.0, True) == 2.0
    assert next_rate(1.0, False) == 0.5
    assert next_rate(RATES[-1], True) == RATES[-1]
    assert next_rate(0.1, False) == 0.1
    assert rate_label(float("inf")) == "max"
