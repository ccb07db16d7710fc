"""Files for other programs, read back by an independent reader and by this project's own."""

from __future__ import annotations

import csv
import importlib.util
import json
import os
import xml.etree.ElementTree as ET
from pathlib import Path

import mujoco
import numpy as np
import pytest
from clips import standing_clip
from scipy.spatial.transform import Rotation
from waiting import until

from kinesis_app.body.joints import JOINT_NAMES, joint_angles, joint_table
from kinesis_app.body.model import CTRL_DT, body_spec
from kinesis_app.body.muscles import muscle_index
from kinesis_app.cli import main
from kinesis_app.errors import KinesisError
from kinesis_app.experiment import Experiment
from kinesis_app.export import check_free, keyframe, write_run
from kinesis_app.motion.formats.opensim import read_opensim
from kinesis_app.motion.gait import walk
from kinesis_app.motion.retarget.coordinates import from_coordinates
from kinesis_app.session import messages as m
from kinesis_app.session.live import LiveSession
from kinesis_app.session.measure import complete_forces, ground_reaction
from kinesis_app.session.recording import Recorder, Recording
from kinesis_app.session.simulation import Simulation


def uneven(observation: np.ndarray) -> np.ndarray:
    return np.linspace(0.02, 0.3, 80, dtype=np.float32)[None]


@pytest.fixture(scope="module")
def recording() -> Recording:
    """A walk that is fallen out of: all coordinates move, feet load and unload."""
    sim = Simulation(walk(1.1, 8.0), uneven, "uneven")
    sim.bodies.reset(np.zeros(1, dtype=int), sim.course.qpos(40)[None], sim.course.qvel(40)[None])
    sim.step_index = 40
    sim._look()
    recorder = Recorder(sim)
    for i in range(25):
        if i == 12:
            sim.set_experiment(Experiment("weak", strength={"soleus": 0.2}))
        sim.step()
        recorder.record()
    return recorder.recording()


def read_table(path: Path) -> tuple[dict[str, str], dict[str, np.ndarray]]:
    """OpenSim's table by its documentation: key=value lines, endheader, names, tab-separated rows."""
    lines = path.read_text().splitlines()
    end = lines.index("endheader")
    header = dict(line.split("=", 1) for line in lines[1:end])
    names = lines[end + 1].split("\t")
    values = np.array([[float(x) for x in line.split("\t")] for line in lines[end + 2 :]])
    assert values.shape == (int(header["nRows"]), int(header["nColumns"]))
    assert len(set(names)) == len(names) == values.shape[1]
    assert names[0] == "time"
    return header, dict(zip(names, values.T, strict=True))


def test_mot_holds_the_joint_angles_in_degrees(recording: Recording, tmp_path: Path) -> None:
    write_run(recording, tmp_path / "run.mot")
    header, table = read_table(tmp_path / "run.mot")
    assert header["inDegrees"] == "yes"
    np.testing.assert_allclose(table["time"], np.arange(26) * CTRL_DT, atol=1e-6)
    angles = np.rad2deg(joint_angles(recording.series("qpos")))
    for i, name in enumerate(JOINT_NAMES):
        np.testing.assert_allclose(table[name], angles[:, i], atol=1e-5)
    qpos = recording.series("qpos")
    np.testing.assert_allclose(table["pelvis_ty"], qpos[:, 2], atol=1e-6)
    np.testing.assert_allclose(table["pelvis_tz"], -qpos[:, 1], atol=1e-6)


def test_pelvis_angles_have_opensims_meaning(recording: Recording, tmp_path: Path) -> None:
    """Rebuilt by hand: Rz(tilt) Rx(list) Ry(rotation) turns OpenSim's pelvis (x forward, y up, z right)."""
    write_run(recording, tmp_path / "run.mot")
    _, table = read_table(tmp_path / "run.mot")
    for row in (0, 12, 25):
        tilt, lean, turn = (table[f"pelvis_{name}"][row] for name in ("tilt", "list", "rotation"))
        rz, rx, ry = (
            Rotation.from_euler(axis, angle, degrees=True).as_matrix()
            for axis, angle in (("z", tilt), ("x", lean), ("y", turn))
        )
        opensim = rz @ rx @ ry
        root = Rotation.from_quat(recording.snapshots[row].qpos[3:7], scalar_first=True).as_matrix()
        forward_w, left_w, up_w = root @ [0, -1, 0], root @ [1, 0, 0], root @ [0, 0, 1]
        for column, world in ((0, forward_w), (1, up_w), (2, -left_w)):
            x, y, z = opensim[:, column]
            np.testing.assert_allclose((x, -z, y), world, atol=1e-6)


def test_mot_comes_back_through_the_importer(recording: Recording, tmp_path: Path) -> None:
    write_run(recording, tmp_path / "run.mot")
    anatomy = from_coordinates(read_opensim(tmp_path / "run.mot"))
    angles = np.clip(joint_angles(recording.series("qpos")), *joint_table().range.T)  # as the importer does
    np.testing.assert_allclose(anatomy.posture, angles, atol=2e-3)


def test_loads_are_the_ground_reaction_in_opensims_world(recording: Recording, tmp_path: Path) -> None:
    write_run(recording, tmp_path / "run.mot")
    _, table = read_table(tmp_path / "run_grf.mot")
    grf, cop = recording.series("grf"), recording.series("cop")
    assert grf[:, :, 2].max() > 100.0
    for i, foot in enumerate("rl"):
        np.testing.assert_allclose(table[f"ground_force_{foot}_vy"], grf[:, i, 2], rtol=1e-6, atol=1e-6)
        np.testing.assert_allclose(table[f"ground_force_{foot}_vz"], -grf[:, i, 1], rtol=1e-6, atol=1e-6)
        np.testing.assert_allclose(table[f"ground_force_{foot}_px"], cop[:, i, 0], atol=1e-6)
        assert not table[f"ground_force_{foot}_py"].any()
    setup = ET.parse(tmp_path / "run_grf.xml")
    assert setup.findtext(".//datafile") == "run_grf.mot"
    for force in setup.iter("ExternalForce"):
        for kind in ("force", "point", "torque"):
            prefix = force.findtext(f"{kind}_identifier")
            assert all(f"{prefix}{axis}" in table for axis in "xyz")


def test_sto_holds_states_and_forces(recording: Recording, tmp_path: Path) -> None:
    write_run(recording, tmp_path / "run.sto")
    header, table = read_table(tmp_path / "run.sto")
    assert header["inDegrees"] == "no"
    row = muscle_index("soleus_l")
    for column, series in (
        ("activation", "activation"),
        ("excitation", "excitation"),
        ("tendon_force", "muscle_force"),
    ):
        np.testing.assert_allclose(
            table[f"/forceset/soleus_l/{column}"], recording.series(series)[:, row], rtol=1e-6, atol=1e-7
        )
    knee = table["/jointset/walker_knee_r/knee_angle_r/value"]
    speed = table["/jointset/walker_knee_r/knee_angle_r/speed"]
    np.testing.assert_allclose(speed[1:-1], np.gradient(knee, CTRL_DT)[1:-1], atol=1.5)


def test_csv_names_channels_and_units(recording: Recording, tmp_path: Path) -> None:
    write_run(recording, tmp_path / "run.csv")
    with (tmp_path / "run.csv").open() as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 26
    tension = [float(row["muscle/soleus_r/force [N]"]) for row in rows]
    expected = recording.series("muscle_force")[:, muscle_index("soleus_r")]
    np.testing.assert_allclose(tension, expected, rtol=1e-6)
    assert all("[" in name for name in rows[0])


def test_npz_logs_the_experiment(recording: Recording, tmp_path: Path) -> None:
    write_run(recording, tmp_path / "run.npz")
    with np.load(tmp_path / "run.npz", allow_pickle=False) as data:
        log = json.loads(str(data["log"]))
        assert data["excitation_sim"].shape == (125, 80)
    assert [entry["experiment"] for entry in log] == [{}, {"name": "weak", "strength": {"soleus": 0.2}}]
    assert log[1]["run_time"] == pytest.approx(13 * CTRL_DT)  # the first instant under it is a step later


def test_keyframe_loads_into_the_model(recording: Recording) -> None:
    shot = recording.snapshots[-1]
    spec = body_spec()
    for key in list(spec.keys):
        spec.delete(key)
    xml = f"<mujoco><keyframe>{keyframe(shot)}</keyframe></mujoco>"
    values = ET.fromstring(xml).find(".//key")
    assert values is not None
    numbers = {
        name: [float(x) for x in values.get(name, "").split()] for name in ("qpos", "qvel", "act", "ctrl")
    }
    spec.add_key(name="copied", **numbers)
    model = spec.compile()
    data = mujoco.MjData(model)
    mujoco.mj_resetDataKeyframe(model, data, 0)
    np.testing.assert_allclose(data.qpos, shot.qpos, atol=1e-6)
    np.testing.assert_allclose(data.act, shot.activation, atol=1e-6)
    np.testing.assert_allclose(data.ctrl, shot.excitation, atol=1e-6)


def test_the_centre_of_pressure_carries_the_force() -> None:
    """Static: the moment of all floor forces about any point is that of each force at its cop."""
    sim = Simulation(standing_clip(), uneven, "uneven")
    for _ in range(6):
        sim.step()
    model, data = sim.bodies.model, sim.bodies.data[0]
    complete_forces(model, data)
    ground = ground_reaction(model, data)
    # Second method: generalised forces of all contacts on the free root joint.
    moment = np.zeros(3)
    for i in range(2):
        moment += np.cross(ground.cop[i], ground.force[i])
        moment[2] += ground.free_moment[i]
    root = sim.frame.qpos[0]
    rotation = Rotation.from_quat(root[3:7], scalar_first=True).as_matrix()
    about_root = moment - np.cross(root[:3], ground.force.sum(axis=0))
    np.testing.assert_allclose(rotation.T @ about_root, data.qfrc_constraint[3:6], atol=1e-4)
    assert (ground.cop[:, 2] == 0.0).all()
    assert np.abs(ground.cop[0, :2] - data.body("calcn_r").xpos[:2]).max() < 0.25


@pytest.mark.skipif(
    importlib.util.find_spec("opensim") is None, reason="the opensim package is not installed"
)
def test_opensim_itself_opens_them(recording: Recording, tmp_path: Path) -> None:
    opensim = importlib.import_module("opensim")
    for name in ("run.mot", "run.sto"):
        write_run(recording, tmp_path / name)
    for name, columns in (("run.mot", 20), ("run_grf.mot", 18), ("run.sto", 40 + 3 * 80)):
        table = opensim.TimeSeriesTable(str(tmp_path / name))
        assert (table.getNumRows(), table.getNumColumns()) == (26, columns)
    assert opensim.ExternalLoads(str(tmp_path / "run_grf.xml"), True).getSize() == 2


# --- through the session and the command line --------------------------------------------------


@pytest.mark.parametrize("suffix", [".sto", ".mot", ".csv", ".npz"])
def test_a_session_writes_its_history(suffix: str, tmp_path: Path) -> None:
    path = tmp_path / f"run{suffix}"
    with LiveSession(Simulation(standing_clip(30.0), uneven, "uneven"), rate=8.0) as live:
        assert until(lambda: live.latest_snapshot().step > 20)
        live.send(m.ExportRun(path))
        events: list[m.Event] = []
        assert until(lambda: events.extend(live.drain_events()) or is_told(events, m.Exported))
        assert [e.path for e in events if isinstance(e, m.Exported)] == [path]
        assert path.stat().st_size > 1000
        live.send(m.ExportRun(path))
        assert until(lambda: events.extend(live.drain_events()) or any("exists" in e.text for e in events))


def is_told(events: list[m.Event], kind: type) -> bool:
    return any(isinstance(event, kind) for event in events)


def test_files_in_the_way_are_refused(tmp_path: Path) -> None:
    (tmp_path / "run_grf.mot").write_text("mine")
    for path in (tmp_path / "run.mot", tmp_path / "run.txt", tmp_path / "none" / "run.csv", tmp_path):
        with pytest.raises(KinesisError):
            check_free(path, overwrite=False)
    check_free(tmp_path / "run.mot", overwrite=True)


def test_the_command_line_exports(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    run = ["run", "stand:1"]
    assert main([*run, "--export", "a.sto", "--weaken", "soleus=0.2", "--weaken", "tibant_r=0"]) == 0
    assert "strength" in capsys.readouterr().out
    _, table = read_table(tmp_path / "a.sto")
    assert len(table["time"]) == 31
    assert main([*run, "--export", "a.sto"]) == 2
    assert main([*run, "--export", "a.txt"]) == 2
    assert main([*run, "--weaken", "soleus"]) == 2
    assert main([*run, "--weaken", "solus=0.2"]) == 2
    assert main([*run, "--experiment", "no such thing"]) == 2
    assert capsys.readouterr().err.count("\n") == 5
    assert sorted(os.listdir(tmp_path)) == ["a.sto"]
