"""Networks whose operators have no kernels are what ONNX Runtime and TFLite Micro say, layer by layer."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from onnx import TensorProto

from tests.frontend.onnx_model import model, value
from tests.generated.networks import (
    attention,
    compiled,
    generated,
    node,
    normal,
    quantized,
    tokens,
    verified,
)
from tests.tflite_model import Model
from tinycompile.pipeline import compile
from tinycompile.simulate.harness import run_on_host
from tinycompile.simulate.random_inputs import random_inputs
from tinycompile.simulate.verify import verify


def test_attention_in_float(tmp_path: Path) -> None:
    result = verified(attention(), tmp_path)
    assert generated(result) == ["layer_norm", "matmul", "matmul_power_add"]
    titles = [layer.title for layer in result.program.layers]
    assert titles[-1] == 'Add "residual" and 2 before it'


@pytest.mark.parametrize(
    ("built", "functions"),
    [
        (quantized("Softmax", (1, 5, 12), axis=1), 1),
        (quantized("LayerNormalization", (1, 4, 40), {"g": normal(40)}), 1),
        (quantized("Resize", (1, 2, 5, 5), {"": None, "k": np.float32([1, 1, 2, 2])}, mode="linear"), 1),
        (quantized("ReduceProd", (1, 4, 6), axes=[1]), 1),
    ],
    ids=["softmax", "layer_norm", "resize", "prod"],
)  # fmt: skip
def test_quantised_operators_are_computed_in_reals_that_are_in_no_tensor(
    built: Any, functions: int, tmp_path: Path
) -> None:
    result = verified(built, tmp_path)
    assert len(generated(result)) == functions
    made = [t for t in result.program.tensors.values() if t not in result.program.inputs]
    assert {t.dtype for t in made} == {"int8"}


def test_an_island_of_reals_in_an_int8_model(tmp_path: Path) -> None:
    q, dq = ["s", "z"], "DequantizeLinear"
    nodes = [
        node("QuantizeLinear", ["x", *q], ["xq"]),
        node(dq, ["xq", *q], ["xr"]),
        node("Relu", ["xr"], ["a"]),
        node("QuantizeLinear", ["a", *q], ["aq"]),
        node(dq, ["aq", *q], ["ar"]),
        node("Sin", ["ar"], ["b"], "sine"),
        node("Add", ["b", "xr"], ["c"], "sum"),
        node("ReduceMin", ["c"], ["d"], "least", axes=[2]),
        node("QuantizeLinear", ["d", *q], ["y"]),
    ]
    constants = {"s": np.float32(0.05), "z": np.int8(-3)}
    out = [value("y", (1, 4, 1), 3)]
    result = verified(model(nodes, [value("x", (1, 4, 6))], out, constants), tmp_path)
    assert generated(result)


def test_an_operator_of_two_outputs_is_one_layer(tmp_path: Path) -> None:
    top = node("TopK", ["x", "k"], ["values", "indices"], "top", axis=2)
    made = [value("values", (1, 4, 3)), value("indices", (1, 4, 3), TensorProto.INT64)]
    built = model([top], [value("x", (1, 4, 9))], made, {"k": np.array([3])})
    (layer,) = verified(built, tmp_path).program.layers
    assert layer.title == 'TopK "top"'
    assert [t.name for t in layer.outputs] == ["values", "indices"]


def test_one_of_two_outputs_may_be_of_no_use(tmp_path: Path) -> None:
    top = node("TopK", ["x", "k"], ["values", "indices"], "top", axis=2)
    made = [value("indices", (1, 4, 3), TensorProto.INT64)]
    built = model([top], [value("x", (1, 4, 9))], made, {"k": np.array([3])})
    (layer,) = verified(built, tmp_path).program.layers
    assert [t.name for t in layer.outputs] == ["indices"]


def test_an_index_from_outside_reads_the_last_row(tmp_path: Path) -> None:
    result = compiled(tokens(), tmp_path)
    inside, outside = (np.array([[0, 1, 2, 3, last, 5]]) for last in (19, 10**9))
    found = run_on_host(result, [{"x": inside}, {"x": outside}], tmp_path, sanitize=True)
    np.testing.assert_array_equal(found[0]["y"], found[1]["y"])


def test_a_norm_in_pieces_is_one_function(tmp_path: Path) -> None:
    nodes = [
        node("ReduceMean", ["x"], ["mean"], axes=[2]),
        node("Sub", ["x", "mean"], ["difference"]),
        node("Mul", ["difference", "difference"], ["square"]),
        node("ReduceMean", ["square"], ["variance"], axes=[2]),
        node("Sqrt", ["variance"], ["deviation"]),
        node("Div", ["difference", "deviation"], ["y"], "last"),
    ]
    shape = (1, 4, 24)
    result = verified(model(nodes, [value("x", shape)], [value("y", shape)]), tmp_path)
    (layer,) = result.program.layers
    assert layer.title == 'Div "last" and 5 before it'
    assert layer.call.scratch == 0


def test_transposed_convolutions_with_groups(tmp_path: Path) -> None:
    up = node("ConvTranspose", ["x", "w"], ["y"], "up", strides=[2, 2], group=2)
    built = model([up], [value("x", (1, 4, 5, 3))], [value("y", None)], {"w": normal(4, 3, 3, 3)})
    assert generated(verified(built, tmp_path)) == ["conv2d_transpose"]


def test_tir_of_the_importer_is_called_by_its_name(tmp_path: Path) -> None:
    sums = node("CumSum", ["x", "axis"], ["y"], "sums", reverse=1)
    shape = (1, 4, 6)
    built = model([sums], [value("x", shape)], [value("y", shape)], {"axis": np.array(1)}, opset=14)
    assert generated(verified(built, tmp_path)) == ["flip", "cumsum", "flip"]


def test_tokens_are_drawn_from_the_table_and_the_header_says_how_many_there_are(
    tmp_path: Path,
) -> None:
    result = verified(tokens(), tmp_path)
    assert "int64_t (1, 6), each from 0 to 19 */" in result.files["net.h"]
    drawn = np.concatenate([a["x"].ravel() for a in random_inputs(result, 20)])
    assert (drawn.min(), drawn.max()) == (0, 19)


@pytest.mark.parametrize(
    ("operator", "options"), [("LOG_SOFTMAX", "LogSoftmaxOptions"), ("SIN", "")]
)
def test_float_operators_of_tflite(operator: str, options: str, tmp_path: Path) -> None:
    built = Model()
    x = built.tensor("x", (1, 4, 6, 3), "float32")
    y = built.tensor("y", (1, 4, 6, 3), "float32")
    built.operator(operator, [x], [y], options)
    path = tmp_path / "net.tflite"
    path.write_bytes(built.build([x], [y]))
    result = compile(path, target="host")
    found = verify(result, random_inputs(result, 6))
    assert found.tensors == found.total == 1


@pytest.mark.parametrize("method", ["linear", "cubic"])
@pytest.mark.parametrize(("size", "new"), [((3, 4), (1, 5)), ((1, 4), (1, 5)), ((5, 5), (1, 1))])
def test_corners_are_aligned_where_one_row_is_left(
    size: tuple[int, int], new: tuple[int, int], method: str, tmp_path: Path
) -> None:
    attributes = {"mode": method, "coordinate_transformation_mode": "align_corners"}
    nodes = [node("Resize", ["x", "", "", "size"], ["y"], **attributes)]
    given, made = [value("x", (1, 2, *size))], [value("y", (1, 2, *new))]
    verified(model(nodes, given, made, {"size": np.array([1, 2, *new])}, opset=13), tmp_path)
