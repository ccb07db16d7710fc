"""Muscles do all the work: recorded excitations, replayed open loop, give the same motion."""

from __future__ import annotations

import json
from pathlib import Path

import mujoco
import numpy as np
import pytest
from clips import standing_clip
from small_policy import write_policy

from kinesis_app.body.model import physics_model
from kinesis_app.policy import load_policy
from kinesis_app.session.recording import FORMAT, Recorder
from kinesis_app.session.simulation import Simulation


@pytest.fixture(scope="module")
def recording(tmp_path_factory: pytest.TempPathFactory) -> dict[str, np.ndarray]:
    """Two seconds under a policy that reacts to what it sees, saved and read back."""
    folder = tmp_path_factory.mktemp("recording")
    policy = load_policy(write_policy(folder / "p.onnx", gain=0.02, bias=0.1))
    sim = Simulation(standing_clip(), policy)
    recorder = Recorder(sim)
    for _ in range(60):
        sim.step()
        recorder.record()
    recorder.save(folder / "run.npz")
    with np.load(folder / "run.npz", allow_pickle=False) as data:
        return {name: data[name] for name in data.files}


def test_open_loop_replay_in_plain_mujoco(recording: dict[str, np.ndarray]) -> None:
    model = physics_model()
    data = mujoco.MjData(model)
    data.qpos[:], data.qvel[:] = recording["qpos"][0], recording["qvel"][0]
    data.act[:] = recording["activation"][0]
    mujoco.mj_forward(model, data)
    per_control = round(float(recording["ctrl_dt"] / recording["sim_dt"]))
    for k, excitation in enumerate(recording["excitation_sim"]):
        data.ctrl[:] = excitation
        mujoco.mj_step(model, data)
        assert not data.xfrc_applied.any()
        assert not data.qfrc_applied.any()
        if (k + 1) % per_control == 0:
            i = (k + 1) // per_control
            np.testing.assert_allclose(data.qpos, recording["qpos"][i], atol=1e-9)
            np.testing.assert_allclose(data.act, recording["activation"][i], atol=1e-9)


def test_nothing_but_muscles_gravity_and_floor_moves_the_body() -> None:
    """All actuators are muscles, and no joint has a motor or a spring of ours."""
    model = physics_model()
    assert (model.actuator_dyntype == mujoco.mjtDyn.mjDYN_MUSCLE).all()
    assert (model.actuator_trntype == mujoco.mjtTrn.mjTRN_TENDON).all()
    assert not model.body_gravcomp.any()


def test_excitations_vary_and_stay_in_range(recording: dict[str, np.ndarray]) -> None:
    steps = recording["excitation_sim"]
    assert steps.shape == (300, 80)
    assert steps.min() >= 0.0
    assert steps.max() <= 1.0
    assert steps.std(axis=0).max() > 0.05
    np.testing.assert_array_equal(steps[4::5], recording["excitation"][1:])


def test_recording_explains_itself(recording: dict[str, np.ndarray]) -> None:
    assert str(recording["format"]) == FORMAT
    units = json.loads(str(recording["units"]))
    for name in ("time", "qpos", "qvel", "excitation", "activation", "muscle_force", "grf", "reference_qpos"):
        assert len(recording[name]) == 61
        assert name in units
    assert recording["qpos"].shape[1] == len(recording["qpos_names"])
    assert recording["qvel"].shape[1] == len(recording["qvel_names"])
    assert list(recording["qpos_names"][:3]) == ["pelvis_x", "pelvis_y", "pelvis_z"]
    assert "knee_angle_r" in recording["qpos_names"]
    assert recording["activation"].shape[1] == len(recording["muscle_names"])
    assert len(str(recording["policy_sha256"])) == 64
    assert len(str(recording["model_hash"])) == 12
    np.testing.assert_allclose(np.diff(recording["time"]), 1 / 30)


def test_recording_leaves_no_half_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    sim = Simulation(standing_clip(), lambda o: np.zeros((1, 80), np.float32))
    recorder = Recorder(sim)

    def fail(*_: object) -> None:
        raise OSError("disk full")

    monkeypatch.setattr("os.replace", fail)
    with pytest.raises(OSError, match="disk full"):
        recorder.save(tmp_path / "run.npz")
    assert list(tmp_path.iterdir()) == []
