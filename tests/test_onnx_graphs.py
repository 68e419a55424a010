"""ONNX graphs that are awkward for layouts and sizes: compiled, they equal ONNX Runtime."""

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import helper

from tests.frontend.onnx_model import Array, assert_compiled_equals, f32, i64, model, value

Step = tuple[str, list[str], str]  # operator, inputs, output


def graph(
    shape: list[int], steps: list[Step], outputs: list[str], constants: Mapping[str, Array]
) -> onnx.ModelProto:
    nodes = [helper.make_node(op, inputs, [output]) for op, inputs, output in steps]
    return model(nodes, [value("x", shape)], [value(name, None) for name in outputs], constants)


CONV: Step = ("Conv", ["x", "w"], "c")
CONSTANTS = {"w": f32(4, 3, 1, 1), "m": f32(4, 4), "flat": i64(1, 80), "columns": i64(1, 80, 1)}


@pytest.mark.parametrize(
    "step",
    [
        ("MatMul", ["c", "m"], "y"),
        ("Softmax", ["c"], "y"),
        ("Reshape", ["c", "flat"], "y"),
        ("Reshape", ["c", "columns"], "y"),
        ("Flatten", ["c"], "y"),
    ],
)
@pytest.mark.parametrize("outputs", [["y"], ["y", "c"]])
def test_a_convolution_is_read_in_the_order_of_the_file(
    step: Step, outputs: list[str], tmp_path: Path
) -> None:
    """It is computed as NHWC, where W and C are as large."""
    assert_compiled_equals(graph([1, 3, 5, 4], [CONV, step], outputs, CONSTANTS), tmp_path)


SCALARS = {"a": np.float32(0.2), "b": np.float32(0.9), "one": i64(1)}


@pytest.mark.parametrize(
    "steps",
    [
        [("Add", ["m", "a"], "s"), ("Mul", ["s", "b"], "y")],
        [("Mul", ["m", "b"], "y")],
        [("Sigmoid", ["m"], "y")],
        [("Mul", ["x", "m"], "y")],
        [("Identity", ["a"], "y")],
    ],
)
def test_tensors_without_dimensions(steps: list[Step], tmp_path: Path) -> None:
    mean = helper.make_node("ReduceMean", ["x"], ["m"], keepdims=0)
    built = graph([1, 8], steps, ["y", "m"], SCALARS)
    built.graph.node.insert(0, mean)
    found = assert_compiled_equals(built, tmp_path)
    assert found.program.outputs[1].shape == ()
