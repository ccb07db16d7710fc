"""The exported network equals torch's, carries its contract, and can be read back."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import pytest
import torch

from kinesis_app.env.observation import OBSERVATION_SIZE
from kinesis_app.errors import KinesisError
from kinesis_app.policy.contract import METADATA_KEY, contract_metadata, current_contract, parse_contract
from training.export import export_onnx, read_onnx
from training.networks import Actor


@pytest.fixture
def actor() -> Actor:
    seed = torch.Generator().manual_seed(0)
    actor = Actor(OBSERVATION_SIZE, 80, (64, 32), seed)
    actor.normaliser.update(torch.randn(500, OBSERVATION_SIZE, generator=seed) * 2.0 + 1.0)
    torch.nn.init.normal_(actor.layers[-1].weight, std=0.2, generator=seed)
    return actor


def observations(n: int) -> np.ndarray:
    rng = np.random.default_rng(1)
    return (3.0 * rng.standard_normal((n, OBSERVATION_SIZE)) * rng.choice([1, 30], (n, 1))).astype(np.float32)


def test_onnx_equals_torch(actor: Actor, tmp_path: Path) -> None:
    torch.set_float32_matmul_precision("highest")  # training multiplies coarser, and may have run here before
    path = tmp_path / "policy.onnx"
    export_onnx(actor, path, contract_metadata({"seed": 3}))
    session = onnxruntime.InferenceSession(str(path))
    for n in (1, 17):
        x = observations(n)
        expected = actor(torch.from_numpy(x)).detach().numpy()
        assert (expected < 0).any()
        assert (expected > 1).any()
        got = session.run(["action"], {"observation": x})[0]
        assert got.dtype == np.float32
        np.testing.assert_allclose(got, np.clip(expected, 0.0, 1.0), atol=5e-5)
    assert [p.name for p in tmp_path.iterdir()] == ["policy.onnx"]  # one file, no external data


def test_contract_travels_with_the_file(actor: Actor, tmp_path: Path) -> None:
    path = tmp_path / "policy.onnx"
    export_onnx(actor, path, contract_metadata({"seed": 3}))
    metadata = onnxruntime.InferenceSession(str(path)).get_modelmeta().custom_metadata_map
    contract = parse_contract(metadata[METADATA_KEY], "x")
    assert contract == current_contract({"seed": 3})
    onnx.checker.check_model(onnx.load(path))


def test_app_loads_it(actor: Actor, tmp_path: Path) -> None:
    from kinesis_app.policy.onnx_policy import read_policy

    export_onnx(actor, tmp_path / "policy.onnx", contract_metadata())
    policy = read_policy(tmp_path / "policy.onnx")
    x = observations(3)
    expected = actor(torch.from_numpy(x)).clamp(0.0, 1.0).detach().numpy()
    np.testing.assert_allclose(policy(x), expected, atol=5e-5)


def test_read_back_gives_the_same_network(actor: Actor, tmp_path: Path) -> None:
    path = tmp_path / "policy.onnx"
    export_onnx(actor, path, {})
    again = read_onnx(path)
    assert again.sizes == actor.sizes
    x = torch.from_numpy(observations(9))
    torch.testing.assert_close(again(x), actor(x), atol=1e-5, rtol=1e-5)


def test_read_back_refuses_other_files(tmp_path: Path) -> None:
    (tmp_path / "text.onnx").write_text("not an onnx")
    other = onnx.helper.make_model(onnx.helper.make_graph([], "g", [], []))
    onnx.save(other, tmp_path / "other.onnx")
    for name in ("text.onnx", "other.onnx", "missing.onnx"):
        with pytest.raises(KinesisError, match=name):
            read_onnx(tmp_path / name)


def test_training_stands_on_the_environment_only() -> None:
    """Importing all of training must not pull in the window or the live session."""
    import subprocess
    import sys

    code = (
        "import sys, training.command, training.stages, training.benchmark\n"
        "above = ('kinesis_app.gui', 'kinesis_app.session', 'dearpygui')\n"
        "print([name for name in sys.modules if name.startswith(above)])"
    )
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=120)
    assert result.stdout.strip() == "[]", result.stdout + result.stderr
