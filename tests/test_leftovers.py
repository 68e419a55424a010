"""What cannot be compiled is said of the model's operators, in a line or two; advice only where it helps."""

from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest
from onnx import helper

import tinycompile
from tests.frontend.onnx_model import f32, integers, model, one_node, value
from tinycompile.errors import UnsupportedOperator, listed


def refusal(built: onnx.ModelProto, folder: Path) -> str:
    path = folder / "model.onnx"
    onnx.save(built, path)
    with pytest.raises(UnsupportedOperator) as caught:
        tinycompile.compile(path, target="host")
    return str(caught.value)


def quantized(operator: str, weights: Any = None, **attributes: Any) -> onnx.ModelProto:
    """`operator` on x and the weights, if there are any, between dequantizes and a quantize."""
    q, dq = "QuantizeLinear", "DequantizeLinear"
    constants = {"s": np.float32(0.1), "z": np.int8(0)}
    nodes = [
        helper.make_node(q, ["x", "s", "z"], ["xq"]),
        helper.make_node(dq, ["xq", "s", "z"], ["xr"]),
    ]
    inputs = ["xr"]
    if weights is not None:
        constants["w"] = weights
        nodes.append(helper.make_node(dq, ["w", "s", "z"], ["wr"], "weights"))
        inputs.append("wr")
    nodes += [
        helper.make_node(operator, inputs, ["f"], "culprit", **attributes),
        helper.make_node(q, ["f", "s", "z"], ["y"]),
    ]
    shape = (1, 4, 6, 6)
    return model(nodes, [value("x", shape)], [onnx.ValueInfoProto(name="y")], constants, opset=17)


@pytest.mark.parametrize(
    ("built", "message"),
    [
        (
            quantized("ConvTranspose", integers("int8", 4, 2, 3, 3), group=2),
            'cannot compile ConvTranspose "culprit": tc_transpose_conv2d_s8 does not apply: The kernel '
            "has one group and no dilation (2 groups, dilation (1, 1))",
        ),
        (quantized("Shrink"), 'cannot compile Shrink "culprit": there is no kernel for it in float32'),
        (
            one_node("MatMul", [(1, 3, 4), (1, 4, 3)]),
            'cannot compile MatMul "node": there is no kernel for it in float32: quantise the model '
            "(--quantize CALIB)",
        ),
        (
            one_node("LayerNormalization", [(1, 3, 4)], {"w": f32(4)}, opset=17),
            'cannot compile LayerNormalization "node": there is no kernel for it in float32',
        ),
    ],
)  # fmt: skip
def test_the_operator_of_the_model_is_named_once(
    built: onnx.ModelProto, message: str, tmp_path: Path
) -> None:
    assert refusal(built, tmp_path) == message


def test_no_advice_to_quantise_where_that_does_not_help(tmp_path: Path) -> None:
    scales = {"": None, "s": np.array([1, 1, 2, 2], np.float32)}
    words = refusal(one_node("Resize", [(1, 4, 6, 6)], scales, mode="linear"), tmp_path)
    assert words.startswith('cannot compile Resize "node": ')
    assert "quantise" not in words


def test_operators_refused_for_one_reason_share_it(tmp_path: Path) -> None:
    names = [f"y{i}" for i in range(8)]
    nodes = [
        helper.make_node("ReduceMin", [x], [y], f"n{y}", axes=[1], keepdims=1)
        for x, y in zip(["x", *names], names, strict=False)
    ]
    words = refusal(model(nodes, [value("x", (1, 4, 5))], [value("y7", (1, 1, 5))]), tmp_path)
    assert words == (
        'cannot compile ReduceMin (8): "ny0", "ny1", "ny2" and 5 more: there is no kernel for it in float32'
    )


def test_a_list_of_operators_is_short() -> None:
    many = [f'{kind} "{kind}{i}"' for kind in ("A", "B", "C", "D", "E", "F") for i in range(50)]
    assert listed(many).endswith('D (50): "D0", "D1", "D2" and 47 more, and 2 other kinds')
    assert listed(['A "a"', 'B "b"']) == 'A "a", B "b"'
    assert len(listed([f'A "{"x" * 5000}"'])) < 100
