"""What cannot be compiled is said of the model's operators, in a line or two; advice only where it helps."""

from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest
from onnx import helper

import tinycompile
from tests.frontend.onnx_model import integers, model, value
from tinycompile import tir
from tinycompile.errors import UnsupportedOperator, listed


def refusal(built: onnx.ModelProto, folder: Path) -> str:
    path = folder / "model.onnx"
    onnx.save(built, path)
    with pytest.raises(UnsupportedOperator) as caught:
        tinycompile.compile(path, target="host")
    return str(caught.value)


def chain(*operators: str) -> onnx.ModelProto:
    """`operators` one after the other."""
    tensors = ["x", *(f"t{i}" for i in range(len(operators)))]
    nodes = [
        helper.make_node(operator, [x], [y], f"n{y}")
        for operator, x, y in zip(operators, tensors, tensors[1:], strict=False)
    ]
    return model(nodes, [value("x", (1, 4, 5))], [value(tensors[-1], (1, 4, 5))])


@pytest.fixture
def no_loops(monkeypatch: pytest.MonkeyPatch) -> None:
    """TVM has no loops for sines and transposed convolutions."""

    def kind(call: Any, module: Any) -> str:
        if call.op.name in ("relax.sin", "relax.nn.conv2d_transpose"):
            raise tir.Refused(f"{call.op.name.split('.')[-1]}: TVM has no loops for it")
        return str(known(call, module))

    known = tir.kind
    monkeypatch.setattr(tir, "kind", kind)


WHY = "generated C does not apply: TVM lowers the operator to loops (sin: TVM has no loops for it)"
pytestmark = pytest.mark.usefixtures("no_loops")


def test_the_operator_of_the_model_is_named_once(tmp_path: Path) -> None:
    assert refusal(chain("Cos", "Sin"), tmp_path) == f'cannot compile Sin "nt1": {WHY}'


def test_operators_refused_for_one_reason_share_it(tmp_path: Path) -> None:
    words = refusal(chain(*["Sin"] * 8), tmp_path)
    assert words == f'cannot compile Sin (8): "nt0", "nt1", "nt2" and 5 more: {WHY}'


def test_a_kernel_that_nearly_applies_is_named_before_that(tmp_path: Path) -> None:
    q, dq = "QuantizeLinear", "DequantizeLinear"
    constants = {"s": np.float32(0.1), "z": np.int8(0), "w": integers("int8", 4, 2, 3, 3)}
    nodes = [
        helper.make_node(q, ["x", "s", "z"], ["xq"]),
        helper.make_node(dq, ["xq", "s", "z"], ["xr"]),
        helper.make_node(dq, ["w", "s", "z"], ["wr"], "weights"),
        helper.make_node("ConvTranspose", ["xr", "wr"], ["f"], "culprit", group=2),
        helper.make_node(q, ["f", "s", "z"], ["y"]),
    ]
    made = [onnx.ValueInfoProto(name="y")]
    words = refusal(model(nodes, [value("x", (1, 4, 6, 6))], made, constants, opset=17), tmp_path)
    assert words == (
        'cannot compile ConvTranspose "culprit": tc_transpose_conv2d_s8 does not apply: The kernel '
        "has one group and no dilation (2 groups, dilation (1, 1)); generated C does not apply: "
        "TVM lowers the operator to loops (conv2d_transpose: TVM has no loops for it)"
    )


def test_a_list_of_operators_is_short() -> None:
    many = [f'{kind} "{kind}{i}"' for kind in ("A", "B", "C", "D", "E", "F") for i in range(50)]
    assert listed(many).endswith('D (50): "D0", "D1", "D2" and 47 more, and 2 other kinds')
    assert listed(['A "a"', 'B "b"']) == 'A "a", B "b"'
    assert len(listed([f'A "{"x" * 5000}"'])) < 100
