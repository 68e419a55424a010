"""Outputs that are other outputs under a second name."""

from pathlib import Path

import numpy as np
import onnx
import pytest

from tests.frontend.onnx_model import model, value
from tests.generated.networks import node
from tinycompile.errors import Mismatch
from tinycompile.pipeline import compile
from tinycompile.simulate.verify import random_inputs, verify


def test_a_second_name_is_compared_with_the_first(tmp_path: Path) -> None:
    nodes = [node("Relu", ["x"], ["y"]), node("Identity", ["y"], ["z"])]
    built = model(nodes, [value("x", (1, 4))], [value(name, (1, 4)) for name in "yz"])
    onnx.save(built, tmp_path / "net.onnx")
    result = compile(tmp_path / "net.onnx", target="host", quantize="random")
    assert verify(result, random_inputs(result, 3, seed=0)).tensors == 2
    weights = result.files["net_weights.c"]
    result.files["net_weights.c"] = weights.replace(".rows = 1", ".rows = 0")  # nothing is copied
    assert weights != result.files["net_weights.c"]
    with pytest.raises(Mismatch, match='"z" differs'):
        verify(result, random_inputs(result, 3, seed=0))


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
