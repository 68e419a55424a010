"""The plug-in, as those who write one test it: the C against the reference, the pass, the board."""

from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper

import tinycompile
from tinycompile.errors import UnsupportedOperator
from tinycompile.simulate import harness, random_inputs, verify

PLUGIN = Path(__file__).parents[1] / "tinycompile_delta"
ROWS, COLUMNS = 9, 5


def quantized(nodes: list[str], domain: str = "com.example") -> onnx.ModelProto:
    """int8 x -> real -> `nodes`, one behind the other -> int8 y."""
    made = [helper.make_node("DequantizeLinear", ["x", "scale", "zero"], ["real0"])]
    for i, kind in enumerate(nodes):
        custom = {"domain": domain} if kind == "Delta" else {}
        made.append(helper.make_node(kind, [f"real{i}"], [f"real{i + 1}"], f"node{i}", **custom))
    last = f"real{len(nodes)}"
    made.append(helper.make_node("QuantizeLinear", [last, "half", "seven"], ["y"]))
    shape = (1, ROWS, COLUMNS)
    graph = helper.make_graph(
        made,
        "graph",
        [helper.make_tensor_value_info("x", TensorProto.INT8, shape)],
        [helper.make_tensor_value_info("y", TensorProto.INT8, shape)],
        [
            helper.make_tensor("scale", TensorProto.FLOAT, (), [0.1]),
            helper.make_tensor("zero", TensorProto.INT8, (), [-3]),
            helper.make_tensor("half", TensorProto.FLOAT, (), [0.05]),
            helper.make_tensor("seven", TensorProto.INT8, (), [7]),
        ],
    )
    opsets = [helper.make_opsetid("", 17), helper.make_opsetid(domain, 1)]
    return helper.make_model(graph, opset_imports=opsets, ir_version=8)


def compiled(model: onnx.ModelProto, folder: Path, **options: Any) -> Any:
    onnx.save(model, folder / "net.onnx")
    return tinycompile.compile(folder / "net.onnx", plugins=[PLUGIN], **options)


def test_the_c_computes_what_the_reference_says(tmp_path: Path) -> None:
    made = compiled(quantized(["Delta"]), tmp_path, target="host")
    (layer,) = made.program.layers
    assert layer.kernel.symbol == "tc_delta_s8"
    inputs = random_inputs.random_inputs(made, 20, seed=1)
    outputs = harness.run_on_host(made, inputs, tmp_path, sanitize=True)
    for given, found in zip(inputs, outputs, strict=True):
        expected = layer.kernel.reference(layer.call.params, given["x"])
        np.testing.assert_array_equal(found["y"], expected)
        real = (given["x"].astype(float) + 3) * 0.1
        exact = np.diff(real, axis=1, prepend=real[:, :1]) / 0.05 + 7
        assert np.abs(found["y"] - np.clip(exact, -128, 127)).max() <= 0.5


def test_double_negation_costs_nothing(tmp_path: Path) -> None:
    made = compiled(quantized(["Neg", "Neg", "Delta"]), tmp_path, target="host")
    assert [layer.kernel.symbol for layer in made.program.layers] == ["tc_delta_s8"]


def test_the_board(tmp_path: Path) -> None:
    made = compiled(quantized(["Delta"]), tmp_path, target="example-board")
    assert made.report["ram"]["budget_bytes"] == 64 * 1024
    assert "tc_delta_s8.h" in made.files


def in_float() -> onnx.ModelProto:
    model = quantized(["Delta"])
    del model.graph.node[0], model.graph.node[-1]
    for value, name in ((model.graph.input[0], "real0"), (model.graph.output[0], "real1")):
        value.name, value.type.tensor_type.elem_type = name, TensorProto.FLOAT
    return model


def test_floats_are_quantised(tmp_path: Path) -> None:
    samples = np.random.default_rng(0).normal(size=(40, 1, ROWS, COLUMNS)).astype(np.float32)
    made = compiled(in_float(), tmp_path, target="host", quantize=samples)
    assert [layer.kernel.symbol for layer in made.program.layers] == ["tc_delta_s8"]
    assert made.report["quantization"]["outputs"]["real1"] > 35  # dB
    assert verify.verify(made, random_inputs.random_inputs(made, 3)).largest_difference == 0


def test_floats_are_refused_by_name(tmp_path: Path) -> None:
    with pytest.raises(UnsupportedOperator, match='Delta "node0"'):
        compiled(in_float(), tmp_path, target="host")
