"""ONNX models with int4 weights: packed, and what ONNX Runtime computes."""

from pathlib import Path

import ml_dtypes
import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper

import tinycompile
from tinycompile.simulate import verify

SHAPE = (1, 6, 9, 9)


def conv(path: Path, dtype: str) -> Path:
    """A convolution of 40 filters between quantise and dequantise."""
    rng = np.random.default_rng(0)
    weights = rng.integers(-8, 8, (40, SHAPE[1], 3, 3)).astype(np.int8)
    narrow = weights.astype(ml_dtypes.int4) if dtype == "int4" else weights
    zeros = np.zeros(40, narrow.dtype)
    constants = {
        "w": narrow, "w.scale": rng.uniform(0.01, 0.1, 40).astype(np.float32), "w.zero": zeros,
        "x.scale": np.float32(0.05), "x.zero": np.int8(3),
        "y.scale": np.float32(0.1), "y.zero": np.int8(-7),
    }  # fmt: skip
    nodes = [
        helper.make_node("DequantizeLinear", ["x", "x.scale", "x.zero"], ["x.real"]),
        helper.make_node("DequantizeLinear", ["w", "w.scale", "w.zero"], ["w.real"], axis=0),
        helper.make_node("Conv", ["x.real", "w.real"], ["y.real"], "conv"),
        helper.make_node("QuantizeLinear", ["y.real", "y.scale", "y.zero"], ["y"]),
    ]
    tensors = [numpy_helper.from_array(np.asarray(v), name) for name, v in constants.items()]
    x = helper.make_tensor_value_info("x", TensorProto.INT8, SHAPE)
    y = helper.make_tensor_value_info("y", TensorProto.INT8, (1, 40, 7, 7))
    graph = helper.make_graph(nodes, "g", [x], [y], tensors)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 21)], ir_version=10)
    onnx.checker.check_model(model, full_check=True)
    onnx.save(model, path)
    return path


@pytest.mark.parametrize("dtype", ["int4", "int8"])
def test_int4_weights_stay_packed(dtype: str, tmp_path: Path) -> None:
    compiled = tinycompile.compile(conv(tmp_path / "net.onnx", dtype), target="host")
    (layer,) = [item for item in compiled.program.layers if item.call.macs]
    assert layer.kernel.packed == (dtype == "int4")
    done = verify.verify(compiled, verify.random_inputs(compiled, runs=5))
    assert done.tensors >= 1 and done.largest_difference <= 1
