"""Shapes are fixed, computations on them folded, old opsets raised."""

from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import helper

from tests.frontend.onnx_model import (
    assert_same_numbers,
    imported,
    model,
    one_node,
    operators,
    reals,
    value,
    variables,
)
from tinycompile.errors import InvalidModel, UnsupportedOperator
from tinycompile.frontend.onnx.shapes import DynamicShape

IMAGE = (1, 4, 8, 8)


def relu(shape: tuple[int | str | None, ...] | None) -> onnx.ModelProto:
    return model(
        [helper.make_node("Relu", ["x"], ["y"], "r")], [value("x", shape)], [value("y", None)]
    )


@pytest.mark.parametrize("batch", ["N", None, 0, -1])
def test_an_open_batch_becomes_1_with_a_note(batch: int | str | None, tmp_path: Path) -> None:
    source = imported(relu((batch, 3, 8)), tmp_path)
    assert source.shapes == {"x": (1, 3, 8), "y": (1, 3, 8)}
    name = batch if isinstance(batch, str) else "unknown"
    assert source.notes == [f"input 'x': the batch size, {name!r}, is set to 1"]


def test_any_other_open_dimension_is_refused_with_the_option_that_fixes_it(tmp_path: Path) -> None:
    with pytest.raises(DynamicShape) as error:
        imported(relu(("N", 3, "height", 32)), tmp_path)
    assert str(error.value).endswith(
        "input 'x': dimension 2 ('height') of (N, 3, height, 32) is not fixed; "
        "fix it with an option like --shape x:1,3,32,32"
    )


def test_the_option_fixes_it(tmp_path: Path) -> None:
    source = imported(relu(("N", 3, "height", 32)), tmp_path, shapes={"x": (1, 3, 16, 32)})
    assert source.shapes["y"] == (1, 3, 16, 32)
    assert source.notes == []


@pytest.mark.parametrize("asked", [(1, 3), (1, 4, 16, 32), (1, 3, 0, 32)])
def test_an_option_that_does_not_fit_is_refused(asked: tuple[int, ...], tmp_path: Path) -> None:
    with pytest.raises(DynamicShape, match=r"the model's input 'x' is \(N, 3, height, 32\)"):
        imported(relu(("N", 3, "height", 32)), tmp_path, shapes={"x": asked})


def test_an_option_for_an_unknown_input_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DynamicShape, match="--shape z: no such input; the model has x"):
        imported(relu(IMAGE), tmp_path, shapes={"z": (1, 2)})


def test_an_input_without_a_shape_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DynamicShape, match="input 'x' has no shape; .* --shape x:1,3,32,32"):
        imported(relu(None), tmp_path)


def shape_program(size: str | int) -> onnx.ModelProto:
    """PyTorch's x.view(x.size(0), -1): Shape, Gather, Unsqueeze, Concat, Reshape."""
    nodes = [
        helper.make_node("Shape", ["x"], ["shape"]),
        helper.make_node("Gather", ["shape", "zero"], ["batch"]),
        helper.make_node("Unsqueeze", ["batch", "axes"], ["batches"]),
        helper.make_node("Concat", ["batches", "minus"], ["target"], axis=0),
        helper.make_node("Reshape", ["x", "target"], ["y"]),
    ]
    constants = {"zero": np.array(0), "axes": np.array([0]), "minus": np.array([-1])}
    return model(nodes, [value("x", (size, 4, 8))], [value("y", ("N", "M"))], constants)


def test_computations_on_shapes_are_folded(tmp_path: Path) -> None:
    source = imported(shape_program("N"), tmp_path)
    assert operators(source) == ["reshape"]
    assert source.shapes["y"] == (1, 32)
    assert source.nodes == {"y": 'Reshape "y"'}


def test_constant_arithmetic_is_folded(tmp_path: Path) -> None:
    nodes = [helper.make_node("Mul", ["a", "a"], ["b"]), helper.make_node("Add", ["x", "b"], ["y"])]
    constants = {"a": np.full((4, 1, 1), 3, np.float32)}
    built = model(nodes, [value("x", IMAGE)], [value("y", IMAGE)], constants)
    source = imported(built, tmp_path)
    assert operators(source) == ["add"]
    assert_same_numbers(built, source)


def test_a_shape_that_depends_on_values_is_refused(tmp_path: Path) -> None:
    nodes = [
        helper.make_node("Cast", ["x"], ["target"], to=onnx.TensorProto.INT64),
        helper.make_node("Reshape", ["x", "target"], ["y"], "reshape"),
    ]
    built = model(nodes, [value("x", (2,))], [value("y", None)])
    with pytest.raises(
        DynamicShape, match="Reshape \"reshape\": the shape of its output 'y' is not"
    ):
        imported(built, tmp_path)


def test_a_batch_of_1_that_does_not_fit_is_named(tmp_path: Path) -> None:
    built = one_node("Conv", [(8, 4, 8)], {"w": np.ones((2, 4, 3), np.float32)})
    transpose = helper.make_node("Transpose", ["t"], ["x0"], perm=[1, 2, 0])
    built.graph.node.insert(0, transpose)
    del built.graph.input[:]
    built.graph.input.append(value("t", ("time", 1, 4)))
    words = r"its window, 3, is larger than its padded input, 1: .*batch size, 'time', is set to 1"
    with pytest.raises(UnsupportedOperator, match=words):
        imported(built, tmp_path)


def test_softmax_of_old_opsets_needs_no_reshapes_along_one_axis(tmp_path: Path) -> None:
    built = one_node("Softmax", [(1, 10, 1, 1)], opset=11)
    source = imported(built, tmp_path)
    assert operators(source) == ["nn.softmax"]
    assert int(variables(source)["y0"].attrs.axis) == 1
    assert_same_numbers(built, source)


def test_softmax_of_old_opsets_spans_the_axes_behind_its_own(tmp_path: Path) -> None:
    built = one_node("Softmax", [(1, 5, 2, 3)], opset=11)
    source = imported(built, tmp_path)
    assert operators(source) == ["reshape", "nn.softmax", "reshape"]
    assert_same_numbers(built, source)


def test_layer_normalization_before_its_opset_is_admitted(tmp_path: Path) -> None:
    constants = {"scale": np.ones(8, np.float32), "bias": np.ones(8, np.float32)}
    built = one_node("LayerNormalization", [(1, 4, 8)], constants, opset=13)
    assert operators(imported(built, tmp_path)) == ["nn.layer_norm"]


def test_an_opset_that_cannot_be_converted_is_refused(tmp_path: Path) -> None:
    parameters = {"scale": reals(0.5), "zero_point": np.array(0, np.uint8)}
    built = one_node("QuantizeLinear", [IMAGE], parameters, opset=7)  # which has no such operator
    with pytest.raises(UnsupportedOperator, match="opset 7 cannot be converted to 13: .*export"):
        imported(built, tmp_path)


def test_an_operator_that_came_later_is_refused_with_its_opset(tmp_path: Path) -> None:
    built = one_node("Gelu", [IMAGE], opset=13)
    with pytest.raises(UnsupportedOperator, match=r'Gelu "node" \(later than opset 13\)'):
        imported(built, tmp_path)


def test_constants_that_do_not_fit_are_refused(tmp_path: Path) -> None:
    nodes = [
        helper.make_node("Reshape", ["c", "s"], ["d"], "reshape"),
        helper.make_node("Add", ["x", "d"], ["y"]),
    ]
    constants = {"c": np.ones(5, np.float32), "s": np.array([2, 2])}
    built = model(nodes, [value("x", (2, 2))], [value("y", (2, 2))], constants)
    with pytest.raises(InvalidModel, match='Reshape "reshape" fails on its constants: '):
        imported(built, tmp_path)
