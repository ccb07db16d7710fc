"""A policy: an ONNX network from observations to actions, checked against its contract."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import onnxruntime
from onnxruntime.capi import onnxruntime_pybind11_state as ort_errors

from kinesis_app.body.muscles import N_MUSCLES
from kinesis_app.errors import KinesisError
from kinesis_app.policy.contract import METADATA_KEY, Contract, check_contract, parse_contract

MAX_BYTES = 500_000_000
_ORT_ERRORS = (
    ort_errors.Fail, ort_errors.InvalidArgument, ort_errors.InvalidGraph, ort_errors.InvalidProtobuf,
    ort_errors.NoModel, ort_errors.NoSuchFile, ort_errors.NotImplemented, ort_errors.RuntimeException,
    RuntimeError,
)  # fmt: skip


@dataclass(frozen=True)
class OnnxPolicy:
    """A loaded network; calling it maps observations (B, n) float32 to actions (B, 80) float32.

    Attributes:
        name: The file's name without ending.
        path: Where it came from.
        sha256: Of the file, for recordings.
        n_bytes: Size of the file.
        contract: What it promises, and its card.
        session: The runtime's network.
    """

    name: str
    path: Path
    sha256: str
    n_bytes: int
    contract: Contract
    session: onnxruntime.InferenceSession

    def __call__(self, observation: np.ndarray) -> np.ndarray:
        return self.session.run(["action"], {"observation": observation})[0]


def read_policy(path: Path) -> OnnxPolicy:
    """Load the ONNX file at ``path``.

    Raises:
        KinesisError: If it is missing, no ONNX, has no contract or one that differs from the
            app's, or its input and output have the wrong names or shapes.
    """
    content = _read_bytes(path)
    session = _session(content, path)
    contract = _contract(session, path)
    check_contract(contract, str(path))
    _check_shapes(session, contract, path)
    return OnnxPolicy(path.stem, path, hashlib.sha256(content).hexdigest(), len(content), contract, session)


def read_contract(path: Path) -> Contract:
    """Only the contract of the ONNX file at ``path``, whether or not it fits this app."""
    return _contract(_session(_read_bytes(path), path), path)


def _read_bytes(path: Path) -> bytes:
    try:
        size = path.stat().st_size
        if size > MAX_BYTES:
            raise KinesisError(f"'{path}' has {size / 1e6:.0f} MB, more than any policy for this body.")
        return path.read_bytes()
    except FileNotFoundError:
        raise KinesisError(f"Policy file '{path}' does not exist.") from None
    except OSError as error:
        raise KinesisError(f"Policy file '{path}' cannot be read: {error.strerror}.") from None


def _session(content: bytes, path: Path) -> onnxruntime.InferenceSession:
    options = onnxruntime.SessionOptions()
    # One thread: the network is small, and more threads only fight with the physics for the cores.
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.log_severity_level = 4
    try:
        return onnxruntime.InferenceSession(content, options, providers=["CPUExecutionProvider"])
    except _ORT_ERRORS as error:
        raise KinesisError(f"'{path}' is no ONNX network that runs here: {_first_line(error)}") from None


def _first_line(error: Exception) -> str:
    lines = str(error).strip().splitlines()
    return lines[0][:200] if lines else type(error).__name__


def _contract(session: onnxruntime.InferenceSession, path: Path) -> Contract:
    metadata = session.get_modelmeta().custom_metadata_map
    if METADATA_KEY not in metadata:
        raise KinesisError(
            f"'{path}' has no '{METADATA_KEY}' in its metadata: it was not exported for this app "
            f"(python -m training.ppo writes it)."
        )
    return parse_contract(metadata[METADATA_KEY], str(path))


def _check_shapes(session: onnxruntime.InferenceSession, contract: Contract, path: Path) -> None:
    """Names first, then a trial with two bodies, because declared shapes may be symbols."""
    inputs, outputs = [i.name for i in session.get_inputs()], [o.name for o in session.get_outputs()]
    if inputs != ["observation"] or "action" not in outputs:
        raise KinesisError(
            f"'{path}': a policy maps 'observation' to 'action'; this one maps {inputs} to {outputs}."
        )
    zeros = np.zeros((2, contract.observation_size), np.float32)
    wanted = (2, N_MUSCLES)
    try:
        action = session.run(["action"], {"observation": zeros})[0]
    except _ORT_ERRORS as error:
        shape = session.get_inputs()[0].shape
        raise KinesisError(
            f"'{path}' does not take observations of shape (any, {contract.observation_size}); "
            f"its input is {shape}: {_first_line(error)}"
        ) from None
    if action.shape != wanted or action.dtype != np.float32:
        raise KinesisError(
            f"'{path}' answers two observations with {action.dtype} {action.shape}, not float32 {wanted}."
        )
    if not np.isfinite(action).all():
        raise KinesisError(f"'{path}' answers a zero observation with numbers that are not finite.")
