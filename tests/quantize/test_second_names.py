"""Outputs that are other outputs under a second name."""

from pathlib import Path

import numpy as np
import onnx

from tests.frontend.onnx_model import model, value
from tests.generated.networks import node
from tinycompile.pipeline import compile


def test_a_second_name_has_a_reader(tmp_path: Path) -> None:
    nodes = [
        node("Sigmoid", ["x"], ["a"]),
        node("Gather", ["a", "last"], ["b"], axis=1),  # of one column: nothing moves
        node("Tanh", ["b"], ["y"]),
    ]
    made = [value(name, (2, 1)) for name in "aby"]
    built = model(nodes, [value("x", (2, 1))], made, {"last": np.array([-1])}, opset=13)
    onnx.save(built, tmp_path / "net.onnx")
    result = compile(tmp_path / "net.onnx", target="host", quantize="random")
    assert [tensor.dtype for tensor in result.program.outputs] == ["int8"] * 3
