"""Small ONNX policies for tests: one linear layer from the observation to 80 activations."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from kinesis_app.body.muscles import N_MUSCLES
from kinesis_app.env.observation import OBSERVATION_SIZE
from kinesis_app.policy import contract_metadata


def write_policy(
    path: Path,
    *,
    gain: float = 0.0,
    bias: float = 0.05,
    hidden: tuple[int, ...] = (),
    card: Mapping[str, Any] | None = None,
    metadata: Mapping[str, str] | None = None,
    n_in: int = OBSERVATION_SIZE,
    n_out: int = N_MUSCLES,
    output: str = "action",
) -> Path:
    """Write an ONNX file: action = bias + gain * random matrices applied to the observation.

    Args:
        path: Where to.
        gain: Size of the weights; 0 gives the same action for every observation.
        bias: Of the last layer; NaN makes a policy that fails.
        hidden: Widths of hidden layers with SiLU, for timing.
        card: For the contract.
        metadata: In place of the current contract.
        n_in, n_out: Sizes of input and output.
        output: Name of the output.
    """
    rng = np.random.default_rng(0)
    widths = (n_in, *hidden, n_out)
    nodes, weights, value = [], [], "observation"
    for i in range(len(widths) - 1):
        last = i == len(widths) - 2
        matrix = gain * rng.normal(size=widths[i : i + 2]).astype(np.float32)
        offset = np.full(widths[i + 1], bias if last else 0.0, np.float32)
        weights += [numpy_helper.from_array(matrix, f"w{i}"), numpy_helper.from_array(offset, f"b{i}")]
        result = output if last else f"h{i}"
        nodes.append(helper.make_node("Gemm", [value, f"w{i}", f"b{i}"], [result]))
        value = result
        if not last:
            nodes.append(helper.make_node("Sigmoid", [value], [f"s{i}"]))
            nodes.append(helper.make_node("Mul", [value, f"s{i}"], [f"a{i}"]))
            value = f"a{i}"
    inputs = [helper.make_tensor_value_info("observation", TensorProto.FLOAT, ["batch", n_in])]
    outputs = [helper.make_tensor_value_info(output, TensorProto.FLOAT, ["batch", n_out])]
    graph = helper.make_graph(nodes, "policy", inputs, outputs, weights)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9)
    entries = contract_metadata(card) if metadata is None else metadata
    helper.set_model_props(model, dict(entries))
    onnx.save(model, str(path))
    return path
