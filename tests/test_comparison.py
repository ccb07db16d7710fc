"""The card's comparison of teacher and student, on two whose difference is beyond doubt."""

from __future__ import annotations

import pytest
import torch

pytest.importorskip("numba")

from kinesis_app.motion.gait import stand
from training import comparison
from training.actions import network_sizes
from training.comparison import compare
from training.experts import Experts
from training.networks import Actor


def _idle(action: str) -> Actor:
    """A network whose output is zero whatever it sees."""
    actor = Actor(*network_sizes(action), (8,), torch.Generator().manual_seed(0))
    for parameter in actor.layers[-1].parameters():
        torch.nn.init.zeros_(parameter)
    return actor


def test_a_teacher_that_stands_against_a_student_that_lets_go(monkeypatch: pytest.MonkeyPatch) -> None:
    """Zero offsets keep the teacher's body up; a student of zero activation falls within a second."""
    monkeypatch.setattr(comparison, "WALKERS", 2)
    found = compare([stand(3.0)], Experts(_idle("teacher")), _idle("muscles"), leashed=False)
    assert list(found) == ["teacher", "teacher_held", "student"]
    for name in ("teacher", "teacher_held"):
        assert found[name]["success_015"] == 1.0
        assert float(found[name]["mpjpe_mm"]) < 20.0
        assert 0.005 < float(found[name]["mean_activation"]) < 0.1
        assert float(found[name]["command_ms"]) > 0.0
    assert found["student"]["success_015"] == 0.0
    assert found["student"]["mean_activation"] == pytest.approx(0.0, abs=1e-3)
    assert found["student"]["pushes_100_newton_survived"] == "0 of 2"
