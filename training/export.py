"""Networks to ONNX and back: normaliser, layers and the limits of the action in one small graph.

The graph is built node by node, so the file depends on no tracer's version, holds its weights under
readable names, and can be read back to go on training from it.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import torch
from google.protobuf.message import DecodeError  # type: ignore[import-untyped]
from onnx import TensorProto, helper, numpy_helper
from torch import nn

from kinesis_app.atomic_file import write_atomically
from kinesis_app.errors import KinesisError
from training.networks import OBSERVATION_LIMIT, Actor

OPSET = 17
_IR_VERSION = 8  # what onnxruntime 1.18 and everything later reads
_READ_BACK_COUNT = 1e6  # observations that a read-back normaliser counts as having seen


def export_onnx(
    actor: Actor, path: Path, metadata: Mapping[str, str], limits: tuple[float, float] = (0.0, 1.0)
) -> None:
    """Write ``observation`` (batch, n) -> ``action`` (batch, m) float32, clipped to ``limits``.

    Args:
        actor: The network.
        path: The file to write, atomically.
        metadata: Entries for ``metadata_props``; the policy's contract.
        limits: Of every action; [0, 1] for muscle commands.
    """
    weights: list[onnx.TensorProto] = []
    nodes: list[onnx.NodeProto] = []

    def constant(name: str, value: np.ndarray | float) -> str:
        weights.append(numpy_helper.from_array(np.asarray(value, dtype=np.float32), name))
        return name

    def node(op: str, inputs: list[str], output: str, **attributes: Any) -> str:
        nodes.append(helper.make_node(op, inputs, [output], name=output, **attributes))
        return output

    scale, offset = actor.normaliser.scale_offset()
    x = node("Mul", ["observation", constant("normaliser.scale", scale.cpu().numpy())], "scaled")
    x = node("Add", [x, constant("normaliser.offset", offset.cpu().numpy())], "shifted")
    limit = OBSERVATION_LIMIT
    x = node("Clip", [x, constant("x_min", -limit), constant("x_max", limit)], "normalised")
    for i, layer in enumerate(m for m in actor.layers if isinstance(m, nn.Linear)):
        if i > 0:  # SiLU: x * sigmoid(x)
            x = node("Mul", [x, node("Sigmoid", [x], f"sigmoid_{i}")], f"silu_{i}")
        weight = constant(f"layers.{i}.weight", layer.weight.detach().cpu().numpy())
        bias = constant(f"layers.{i}.bias", layer.bias.detach().cpu().numpy())
        x = node("Gemm", [x, weight, bias], f"linear_{i}", transB=1)
    low, high = constant("action_min", limits[0]), constant("action_max", limits[1])
    node("Clip", [x, low, high], "action")
    graph = helper.make_graph(
        nodes,
        "policy",
        [helper.make_tensor_value_info("observation", TensorProto.FLOAT, ["batch", actor.sizes[0]])],
        [helper.make_tensor_value_info("action", TensorProto.FLOAT, ["batch", actor.sizes[-1]])],
        weights,
    )
    model = helper.make_model(
        graph, opset_imports=[helper.make_opsetid("", OPSET)], producer_name="kinesis-app"
    )
    model.ir_version = _IR_VERSION
    helper.set_model_props(model, dict(metadata))
    onnx.checker.check_model(model, full_check=True)
    write_atomically(path, model.SerializeToString())


def read_onnx(path: Path) -> Actor:
    """The network in a file of :func:`export_onnx`, to train on from it.

    Raises:
        KinesisError: If the file is missing, no ONNX, or was not written by this module.
    """
    try:
        model = onnx.load_model_from_string(path.read_bytes())
    except OSError as error:
        raise KinesisError(f"Policy file '{path}' cannot be read: {error.strerror}.") from None
    except (DecodeError, ValueError):
        raise KinesisError(f"'{path}' is no ONNX file.") from None
    arrays = {tensor.name: numpy_helper.to_array(tensor) for tensor in model.graph.initializer}
    try:
        return _actor_from(arrays)
    except (KeyError, RuntimeError, ValueError, IndexError):
        raise KinesisError(f"'{path}' holds no network written by this app's export.") from None


def _actor_from(arrays: Mapping[str, np.ndarray]) -> Actor:
    n_layers = sum(name.endswith(".weight") for name in arrays)
    sizes = [arrays[f"layers.{i}.weight"].shape[1] for i in range(n_layers)]
    actor = Actor(sizes[0], len(arrays[f"layers.{n_layers - 1}.bias"]), sizes[1:], torch.Generator())
    linear = [m for m in actor.layers if isinstance(m, nn.Linear)]
    with torch.no_grad():
        for i, layer in enumerate(linear):
            layer.weight.copy_(torch.from_numpy(arrays[f"layers.{i}.weight"].copy()))
            layer.bias.copy_(torch.from_numpy(arrays[f"layers.{i}.bias"].copy()))
        scale, offset = (arrays[f"normaliser.{name}"].astype(np.float64) for name in ("scale", "offset"))
        actor.normaliser.mean.copy_(torch.from_numpy(-offset / scale))
        actor.normaliser.var.copy_(torch.from_numpy(1.0 / scale**2))
        actor.normaliser.count.fill_(_READ_BACK_COUNT)
    return actor
