"""What this program exports it imports as the same motion: within a degree and 5 mm."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from kinesis_app.body.joints import joint_angles
from kinesis_app.export import write_run
from kinesis_app.motion.clip import MotionClip, save_clip
from kinesis_app.motion.library import import_motion, load_motion
from kinesis_app.session.recording import Recorder, Recording
from kinesis_app.session.reference import ReferencePlayer

STEPS = 75  # 2.5 s at 30 Hz: from standing into walking
EVERY = 5  # frames of a clip, 150 Hz, per control step


@pytest.fixture(scope="module")
def recording() -> Recording:
    """A walk of the library, played."""
    player = ReferencePlayer(load_motion("walk:1.2:6"))
    recorder = Recorder(player)
    for _ in range(STEPS):
        player.step()
        recorder.record()
    return recorder.recording()


def assert_same(clip: MotionClip, qpos: np.ndarray) -> None:
    """A clip at 150 Hz against poses (T, 35) at 30 Hz."""
    joints, root, quat = clip.joints[::EVERY], clip.root_pos[::EVERY], clip.root_quat[::EVERY]
    assert len(joints) == len(qpos)
    assert np.rad2deg(np.abs(joints - joint_angles(qpos)).max()) < 1.0
    assert np.linalg.norm(root - qpos[:, :3], axis=1).max() < 0.005
    turn = 2.0 * np.arccos(np.minimum(np.abs(np.sum(quat * qpos[:, 3:7], axis=1)), 1.0))
    assert np.rad2deg(turn.max()) < 1.0


@pytest.mark.parametrize("name", ["run.mot", "run.sto"])
def test_an_exported_run_comes_back(name: str, recording: Recording, tmp_path: Path) -> None:
    write_run(recording, tmp_path / name)
    ((clip, report),) = import_motion(tmp_path / name)
    assert_same(clip, recording.series("qpos"))
    assert any("kept as it is" in note for note in report.notes)


def test_a_saved_clip_comes_back(tmp_path: Path) -> None:
    walk = load_motion("walk:1.2:6")
    save_clip(walk, tmp_path / "walk.npz")
    ((clip, _),) = import_motion(tmp_path / "walk.npz")
    assert_same(clip, walk.qpos()[::EVERY])
