"""Which teacher is asked for what."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch

from kinesis_app.env.observation import OBSERVATION_SIZE
from kinesis_app.motion.clip import save_clip
from kinesis_app.motion.gait import stand, walk
from kinesis_app.motion.gait.running import run
from training.config import load_config
from training.experts import Experts
from training.logbook import Logbook
from training.networks import Actor
from training.run import Run


def always(value: float) -> Actor:
    """An actor that says the same whatever it sees."""
    actor = Actor(OBSERVATION_SIZE, 14, (8,), torch.Generator().manual_seed(0))
    with torch.no_grad():
        for parameter in actor.layers.parameters():
            parameter.zero_()
        list(actor.layers.parameters())[-1].fill_(value)
    return actor


WALKING, STANDING, RUNNING, BETWEEN = [0.0, 1.0, 0.0], [1.0, 0.0, 0.0], [0.0, 0.0, 1.0], [0.4, 0.3, 0.3]


def test_each_body_asks_the_expert_of_its_motion() -> None:
    experts = Experts(always(0.25), stander=always(0.75), runner=always(-0.5))
    seen = np.zeros((4, OBSERVATION_SIZE), np.float32)
    action = experts.act(seen, np.array([WALKING, RUNNING, STANDING, BETWEEN]))
    assert np.array_equal(action[:, 0], [0.25, -0.5, 0.75, 0.25])


def test_what_is_recorded_asks_the_imitator_unless_it_runs() -> None:
    experts = Experts(always(0.25), always(0.75), always(-0.5), always(1.0))
    seen = np.zeros((4, OBSERVATION_SIZE), np.float32)
    gait = np.array([WALKING, RUNNING, STANDING, STANDING])
    action = experts.act(seen, gait, np.array([True, True, True, False]))
    assert np.array_equal(action[:, 0], [1.0, -0.5, 1.0, 0.75])


def test_motions_from_files_are_told_from_generated_ones(tmp_path: Path) -> None:
    for name in ("a", "b"):
        save_clip(stand(1.0), tmp_path / f"{name}.npz")
    config = load_config("walk", ["clips=[{generator: stand, seconds: 1.0}]"])
    run = Run(config, tmp_path, Logbook(None, 0.0, quiet=True), ("distill",), motions=(str(tmp_path),))
    assert run.all_motions.is_recorded.tolist() == [False, True, True]


def test_without_other_experts_the_walker_does_all() -> None:
    seen = np.zeros((3, OBSERVATION_SIZE), np.float32)
    assert np.all(Experts(always(0.25)).act(seen, np.array([WALKING, RUNNING, STANDING])) == 0.25)


@pytest.mark.parametrize(
    ("clip", "gait"),
    [(stand(4.0), STANDING), (walk(1.1, 6.0, stand_before=0.0), WALKING), (run(2.5, 2.0), RUNNING)],
)
def test_a_motion_is_told_by_its_contacts(clip, gait: list[float]) -> None:
    teacher = pytest.importorskip("training.teacher").TeacherActuator([clip])
    n = len(teacher.table.gait)
    rows = np.arange(n // 3, n // 2)
    assert np.all(np.argmax(teacher.gait(rows), axis=1) == np.argmax(gait))
