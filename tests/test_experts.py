"""Which teacher is asked for what."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from kinesis_app.env.observation import OBSERVATION_SIZE
from kinesis_app.motion.gait import walk
from kinesis_app.motion.gait.running import run
from training.experts import Experts
from training.networks import Actor


def always(value: float) -> Actor:
    """An actor that says the same whatever it sees."""
    actor = Actor(OBSERVATION_SIZE, 14, (8,), torch.Generator().manual_seed(0))
    with torch.no_grad():
        for parameter in actor.layers.parameters():
            parameter.zero_()
        list(actor.layers.parameters())[-1].fill_(value)
    return actor


def test_each_body_asks_the_expert_of_its_motion() -> None:
    experts = Experts(always(0.25), always(-0.5))
    seen = np.zeros((4, OBSERVATION_SIZE), np.float32)
    action = experts.act(seen, np.array([False, True, True, False]))
    assert np.array_equal(action[:, 0], [0.25, -0.5, -0.5, 0.25])


def test_without_a_runner_the_walker_runs_too() -> None:
    seen = np.zeros((2, OBSERVATION_SIZE), np.float32)
    assert np.all(Experts(always(0.25)).act(seen, np.array([True, False])) == 0.25)


@pytest.mark.parametrize(("clip", "is_run"), [(walk(1.1, 6.0), False), (run(2.5, 2.0), True)])
def test_a_run_is_told_by_its_flight(clip, is_run: bool) -> None:
    teacher = pytest.importorskip("training.teacher").TeacherActuator([clip])
    rows = np.arange(30, len(teacher.table.gait) - 30)
    assert np.all(teacher.is_run(rows) == is_run)
