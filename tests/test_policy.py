"""Policies: the contract in the file, and clear refusals of what does not fit."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from small_policy import write_policy

from kinesis_app.body.muscles import N_MUSCLES, muscle_table
from kinesis_app.env.observation import OBSERVATION_SIZE
from kinesis_app.errors import KinesisError
from kinesis_app.policy import Contract, contract_metadata, current_contract, list_policies, load_policy
from kinesis_app.policy.contract import METADATA_KEY, differences, parse_contract


def metadata_with(**changes: object) -> dict[str, str]:
    raw = json.loads(contract_metadata()[METADATA_KEY])
    return {METADATA_KEY: json.dumps(raw | changes)}


def test_contract_survives_the_file(tmp_path: Path) -> None:
    path = write_policy(tmp_path / "p.onnx", card={"trained_on": "walks", "steps": 12})
    policy = load_policy(path)
    assert policy.contract == current_contract({"trained_on": "walks", "steps": 12})
    assert policy.contract.observation_size == OBSERVATION_SIZE
    assert len(policy.sha256) == 64


def test_policy_maps_batches_and_each_row_alone(tmp_path: Path) -> None:
    policy = load_policy(write_policy(tmp_path / "p.onnx", gain=0.01))
    observation = np.random.default_rng(0).normal(size=(5, OBSERVATION_SIZE)).astype(np.float32)
    action = policy(observation)
    assert action.shape == (5, N_MUSCLES)
    assert action.dtype == np.float32
    np.testing.assert_allclose(action[3:4], policy(observation[3:4]), atol=1e-6)


def test_missing_file_names_it(tmp_path: Path) -> None:
    with pytest.raises(KinesisError, match=r"nowhere\.onnx' does not exist"):
        load_policy(tmp_path / "nowhere.onnx")


@pytest.mark.parametrize("content", [b"", b"not an onnx", bytes(range(256)) * 40])
def test_a_file_that_is_no_onnx_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "bad.onnx"
    path.write_bytes(content)
    with pytest.raises(KinesisError, match="no ONNX network") as caught:
        load_policy(path)
    assert "\n" not in str(caught.value)


def test_truncated_policy_is_refused(tmp_path: Path) -> None:
    path = write_policy(tmp_path / "p.onnx")
    path.write_bytes(path.read_bytes()[:-1000])
    with pytest.raises(KinesisError, match=r"p\.onnx"):
        load_policy(path)


def test_onnx_of_something_else_has_no_contract(tmp_path: Path) -> None:
    path = write_policy(tmp_path / "other.onnx", metadata={})
    with pytest.raises(KinesisError, match="not exported for this app"):
        load_policy(path)


def test_differing_rows_are_named(tmp_path: Path) -> None:
    names = list(muscle_table().names)
    names[4], names[5] = names[5], names[4]
    terms = [[n, s] for n, s in current_contract().observation]
    terms[4][1] = 15
    metadata = metadata_with(ctrl_dt=0.02, model_hash="abc", muscles=names, observation=terms)
    with pytest.raises(KinesisError) as caught:
        load_policy(write_policy(tmp_path / "p.onnx", metadata=metadata))
    text = str(caught.value)
    assert "\n" not in text
    for part in ("observation joint_angles: policy 15, app 14", "muscles: 2 of 80 differ", names[4]):
        assert part in text
    assert "ctrl_dt: policy 0.02, app 0.0333333" in text
    assert "model_hash: policy abc" in text


def test_order_of_terms_matters_and_card_does_not() -> None:
    ours = current_contract()
    swapped = Contract(**{**vars(ours), "observation": ours.observation[::-1]})
    assert differences(swapped, ours) == ["observation: the same terms in another order"]
    assert differences(current_contract({"seed": 3}), ours) == []


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"version": "x"}', '{"version": 1, "observation": [[1]]}'])
def test_damaged_contract_is_one_clear_line(text: str) -> None:
    with pytest.raises(KinesisError, match="contract") as caught:
        parse_contract(text, "p.onnx")
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("shape", "match"),
    [({"n_in": 17}, "does not take observations"), ({"n_out": 70}, "not float32"), ({"output": "u"}, "maps")],
)
def test_wrong_shapes_and_names_are_refused(tmp_path: Path, shape: dict, match: str) -> None:
    with pytest.raises(KinesisError, match=match):
        load_policy(write_policy(tmp_path / "p.onnx", **shape))


def test_library_default_and_near_names(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KINESIS_POLICIES", str(tmp_path))
    with pytest.raises(KinesisError, match="no policy"):
        load_policy()
    write_policy(tmp_path / "walk.onnx", card={"trained_on": "walks"})
    assert load_policy().name == "walk"
    write_policy(tmp_path / "run.onnx", metadata=metadata_with(model_hash="zzz"))
    with pytest.raises(KinesisError, match="2 policies and no default"):
        load_policy()
    (tmp_path / "manifest.yaml").write_text("default: walk\n")
    assert load_policy().name == "walk"
    with pytest.raises(KinesisError, match="Did you mean walk"):
        load_policy("wakl")
    run, walk = list_policies()
    assert (walk.name, walk.is_default, walk.problem) == ("walk", True, "")
    assert not run.is_default
    assert "model_hash" in run.problem


def test_damaged_manifest_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KINESIS_POLICIES", str(tmp_path))
    (tmp_path / "manifest.yaml").write_text("default: [")
    with pytest.raises(KinesisError, match=r"manifest\.yaml' is not readable"):
        load_policy()
