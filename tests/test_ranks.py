"""Two processes that train together: as one, and the same again after a stop."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import torch
import two_ranks

from kinesis_app.errors import KinesisError
from training.checkpoint import load_checkpoint
from training.command import main
from training.ranks import ALONE, Ranks


def _free_ports(n: int) -> list[int]:
    sockets = [socket.socket() for _ in range(n)]
    for s in sockets:
        s.bind(("127.0.0.1", 0))
    ports = [s.getsockname()[1] for s in sockets]
    for s in sockets:
        s.close()
    return ports


@pytest.fixture(scope="module")
def out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder that two ranks, started as torchrun would, have written into."""
    folder = tmp_path_factory.mktemp("ranks")
    (folder / "task.yaml").write_text(two_ranks.TASK)
    command = [sys.executable, two_ranks.__file__, str(folder), *map(str, _free_ports(6))]
    ranks = [
        subprocess.Popen(
            command,
            env=os.environ | {
                "RANK": str(rank), "WORLD_SIZE": "2", "LOCAL_RANK": str(rank), "LOCAL_WORLD_SIZE": "2",
                "MASTER_ADDR": "127.0.0.1", "OMP_NUM_THREADS": "1",
            },
            stderr=subprocess.PIPE,
        )
        for rank in range(2)
    ]  # fmt: skip
    errors = [rank.communicate(timeout=300)[1].decode() for rank in ranks]
    assert [rank.returncode for rank in ranks] == [0, 0], "\n".join(errors)
    return folder


@pytest.fixture(scope="module")
def states(out: Path) -> list[dict[str, Any]]:
    return [torch.load(out / f"rank{rank}.pt") for rank in range(2)]


def _weights(state: dict[str, Any]) -> torch.Tensor:
    return torch.cat([tensor.double().flatten() for tensor in state["learner"]["policy"].values()])


def test_ranks_hear_one_another(states: list[dict[str, Any]]) -> None:
    for state in states:
        assert [part.tolist() for part in state["rows"]] == [[[0, 1]], [[0, 1], [2, 3]]]
        # 1, 2, 11, 12: mean 6.5, sample variance (5.5^2 + 4.5^2 + 4.5^2 + 5.5^2) / 3
        assert state["moments"] == pytest.approx([6.5, (101.0 / 3.0) ** 0.5])
        assert state["any"] == [True, False]
        assert state["numbers"] == {"a": 1.5, "b": -2.0}
        assert state["episodes"] == [[1.0, 0.5, 7.0], [1.0, 1.0, 9.0], [0.0, 2.0, 8.0], [0.0, 3.0, 9.0]]


def test_ranks_hold_the_same_learner_and_it_is_that_of_one_process(states: list[dict[str, Any]]) -> None:
    """Three updates of four bodies each on two ranks are three updates of eight bodies."""
    assert torch.equal(_weights(states[0]), _weights(states[1]))
    alone = two_ranks.learnt(ALONE)
    torch.testing.assert_close(_weights(states[0]), _weights(alone), rtol=1e-4, atol=1e-6)
    assert states[0]["learner"]["learning_rate"] == alone["learner"]["learning_rate"] != 3e-3
    for name in ("kl", "clip_fraction", "policy_loss", "value_loss", "grad_norm", "action_std"):
        assert states[0]["metrics"][name] == pytest.approx(alone["metrics"][name], rel=1e-3), name
        assert states[0]["metrics"][name] == states[1]["metrics"][name], name


def _same_networks(a: Path, b: Path) -> None:
    for file in ("teacher.pt", "student.pt"):
        first, second = load_checkpoint(a / file)["actor"], load_checkpoint(b / file)["actor"]
        for name, tensor in first.items():
            assert torch.equal(tensor, second[name]), (file, name)


def _curve(run: Path) -> list[dict]:
    lines = [json.loads(line) for line in (run / "progress.jsonl").read_text().splitlines()]
    timed = {"seconds", "steps_per_second", "collect_share"}
    return [{k: v for k, v in line.items() if k not in timed} for line in lines]


def test_stopped_run_of_two_ranks_resumes_to_the_same_numbers(out: Path) -> None:
    _same_networks(out / "whole", out / "distill")
    assert _curve(out / "whole") == _curve(out / "distill")
    steps = [line["step"] for line in _curve(out / "whole") if line["stage"] == "teacher"]
    assert steps == [72, 144, 216, 288]  # 12 steps of 6 bodies, three on each rank
    assert not list((out / "whole").glob("labels*"))
    own = load_checkpoint(out / "teacher" / "checkpoint.pt")["state"]["ranks"]
    assert len(own) == 2
    assert own[0]["observation"].shape == (3, 313)
    assert not torch.equal(own[0]["observation"], own[1]["observation"])


def test_one_process_goes_on_where_two_stopped(out: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from training import actions, card, distill_stage

    for module, name in ((actions, "_teacher"), (distill_stage, "make_labeller")):
        monkeypatch.setattr(module, name, lambda clips, bank, leashed: two_ranks.PretendTeacher())
    monkeypatch.setattr(card, "export_with_card", lambda run, actor: None)
    two = load_checkpoint(out / "teacher" / "checkpoint.pt")["state"]
    assert two["steps"] == 144
    main(["--resume", str(out / "teacher"), "--quiet", "--threads", "1"])
    curve = [line for line in _curve(out / "teacher") if line["stage"] == "teacher"]
    assert [line["step"] for line in curve] == [72, 144, 216, 288]
    assert [line["push"] for line in curve] == [30.5, 31.0, 31.5, 32.0]  # the curriculum went on, too


def test_what_cannot_be_shared_is_refused() -> None:
    with pytest.raises(KinesisError, match=r"'env.n_envs: 7' cannot be shared by 2 processes"):
        Ranks(1, 2).share(7, "env.n_envs")
    assert Ranks(1, 2).share(8, "env.n_envs") == 4
    assert len({Ranks(rank, 4).seed(0) for rank in range(4)}) == 4
    assert ALONE.seed(5) == 5
