"""Small networks whose operators have no kernels."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import onnx
from onnx import TensorProto, helper

from tests.frontend.onnx_model import model, value
from tinycompile.pipeline import Compiled, compile
from tinycompile.simulate.random_inputs import random_inputs
from tinycompile.simulate.verify import verify

Q, DQ = "QuantizeLinear", "DequantizeLinear"
node = helper.make_node


def normal(*shape: int, seed: int = 3) -> Any:
    return np.random.default_rng(seed).normal(size=shape).astype(np.float32)


def attention(tokens: int = 6, width: int = 8) -> onnx.ModelProto:
    """Self-attention of one head, with the norm before it and a gate after it."""
    nodes = [
        node("LayerNormalization", ["x", "scale", "bias"], ["normed"], "norm"),
        node("MatMul", ["normed", "wq"], ["q"], "query"),
        node("Transpose", ["normed"], ["k"], "keys", perm=[0, 2, 1]),
        node("MatMul", ["q", "k"], ["scores"], "scores"),
        node("Softmax", ["scores"], ["weights"], "softmax", axis=-1),
        node("MatMul", ["weights", "normed"], ["mixed"], "mix"),
        node("Pow", ["mixed", "two"], ["squared"], "square"),
        node("Add", ["squared", "x"], ["y"], "residual"),
    ]
    constants = {
        "scale": normal(width), "bias": normal(width, seed=4), "wq": normal(width, width),
        "two": np.float32(2),
    }  # fmt: skip
    shape = (1, tokens, width)
    return model(nodes, [value("x", shape)], [value("y", shape)], constants, opset=17)


def quantized(operator: str, shape: Sequence[int], constants: Any = None, **attributes: Any) -> Any:
    """`operator` on x between dequantize and quantize, and a quantised output."""
    known = dict(constants or {})
    nodes = [
        node(Q, ["x", "s", "z"], ["xq"]),
        node(DQ, ["xq", "s", "z"], ["xr"]),
        node(operator, ["xr", *known], ["f"], "node", **attributes),
        node(Q, ["f", "s2", "z2"], ["y"], "last"),
    ]
    known |= {"s": np.float32(0.05), "z": np.int8(3), "s2": np.float32(0.04), "z2": np.int8(-7)}
    known = {name: v for name, v in known.items() if v is not None}
    made = [helper.make_empty_tensor_value_info("y")]
    return model(nodes, [value("x", shape)], made, known, opset=17)


def tokens() -> onnx.ModelProto:
    """Tokens to vectors of a table, whose mean is taken."""
    nodes = [
        node("Gather", ["table", "x"], ["vectors"], "embedding"),
        node("ReduceMax", ["vectors"], ["y"], "strongest", axes=[1], keepdims=0),
    ]
    constants = {"table": normal(20, 8)}
    return model(
        nodes, [value("x", (1, 6), TensorProto.INT64)], [value("y", (1, 8))], constants, opset=17
    )


def compiled(built: onnx.ModelProto, folder: Path, **options: Any) -> Compiled:
    name = options.get("name", "net")
    path = folder / f"{name}.onnx"
    onnx.save(built, path)
    return compile(path, **{"target": "host"} | options)


def verified(built: onnx.ModelProto, folder: Path, runs: int = 6, **options: Any) -> Compiled:
    """Compiled, and equal to ONNX Runtime layer by layer."""
    result = compiled(built, folder, **options)
    verify(result, random_inputs(result, runs))
    return result


def generated(result: Compiled) -> list[str]:
    """The functions that the layers of `result` call, without those of kernels."""
    name = result.program.name
    kernels = [layer.kernel for layer in result.program.layers]
    return [k.symbol.removeprefix(f"{name}_") for k in kernels if k.family == "generated"]
