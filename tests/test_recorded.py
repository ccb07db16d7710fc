"""A recorded run is a motion again."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from clips import standing_clip
from puppet import limp

from kinesis_app.body.joints import joint_table
from kinesis_app.errors import KinesisError
from kinesis_app.motion.library import load_motion
from kinesis_app.session.recording import Recorder
from kinesis_app.session.simulation import Simulation


def test_a_recorded_run_is_followed_again(tmp_path: Path) -> None:
    sim = Simulation(standing_clip(), limp)
    recorder = Recorder(sim)
    for step in range(20):
        if step == 8:
            sim.reset()  # the motion begins anew: what came before is another one
        else:
            sim.step()
        recorder.record()
    path = tmp_path / "run.npz"
    recorder.save(path)
    with np.load(path) as data:
        qpos = data["qpos"][9:]
    clip = load_motion(str(path))
    assert (clip.name, clip.fps, clip.n_frames) == ("run", pytest.approx(30.0), 12)
    np.testing.assert_allclose(clip.root_pos, qpos[:, :3], atol=1e-12)
    np.testing.assert_allclose(clip.joints, qpos[:, joint_table().qpos_adr], atol=1e-12)


def test_a_damaged_recording_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "run.npz"
    time = np.arange(3) / 30.0
    np.savez(
        path, time=time, qpos=np.zeros((3, 7)), ctrl_dt=np.array(1 / 30), excitation_sim=np.zeros((10, 80))
    )
    with pytest.raises(KinesisError, match="one row of 35 numbers"):
        load_motion(str(path))
