"""Branches and loops that are decided before running become plain operators."""

from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper

from tests.frontend.onnx_model import assert_same_numbers, f32, imported, model, operators, value
from tinycompile.errors import UnsupportedOperator

BOOL, INT64 = TensorProto.BOOL, TensorProto.INT64


def branch(operator: str) -> onnx.GraphProto:
    """`operator` of the outer x, times a constant of its own."""
    nodes = [
        helper.make_node(operator, ["x"], ["inner"]),
        helper.make_node("Mul", ["inner", "factor"], ["out"]),
    ]
    factor = numpy_helper.from_array(np.array(3, np.float32), "factor")
    return helper.make_graph(nodes, operator, [], [value("out", (2, 3))], [factor])


def two_branches(condition: str) -> onnx.NodeProto:
    return helper.make_node(
        "If",
        [condition],
        ["y"],
        "choice",
        then_branch=branch("Relu"),
        else_branch=branch("Sigmoid"),
    )


@pytest.mark.parametrize(
    ("rank", "expected"), [(2, ["nn.relu", "multiply"]), (4, ["sigmoid", "multiply"])]
)
def test_a_branch_that_shapes_decide_is_taken(
    rank: int, expected: list[str], tmp_path: Path
) -> None:
    nodes = [
        helper.make_node("Shape", ["x"], ["shape"]),
        helper.make_node("Size", ["shape"], ["rank"]),
        helper.make_node("Equal", ["rank", "wanted"], ["is"]),
        two_branches("is"),
    ]
    constants = {"wanted": np.array(rank)}
    built = model(nodes, [value("x", (2, 3))], [value("y", (2, 3))], constants)
    source = imported(built, tmp_path)
    assert operators(source) == expected
    assert source.nodes["y_inner"] == 'If "choice"'
    assert_same_numbers(built, source)


def test_a_branch_within_a_branch_reads_what_is_outside(tmp_path: Path) -> None:
    inner = helper.make_graph(
        [helper.make_node("Neg", ["x"], ["negated"]), two_branches("yes")], "outer", [],
        [value("y", (2, 3))],
    )  # fmt: skip
    other = helper.make_graph(
        [helper.make_node("Neg", ["x"], ["z"])], "no", [], [value("z", (2, 3))]
    )
    node = helper.make_node(
        "If", ["yes"], ["result"], "outer", then_branch=inner, else_branch=other
    )
    built = model([node], [value("x", (2, 3))], [value("result", (2, 3))], {"yes": np.array(True)})
    assert_same_numbers(built, imported(built, tmp_path))


def test_a_condition_of_values_is_refused(tmp_path: Path) -> None:
    nodes = [
        helper.make_node("ReduceMax", ["x"], ["m"], keepdims=0),
        helper.make_node("Cast", ["m"], ["is"], to=BOOL),
        two_branches("is"),
    ]
    built = model(nodes, [value("x", (2, 3))], [value("y", (2, 3))])
    with pytest.raises(UnsupportedOperator, match='If "choice": its condition is computed at run'):
        imported(built, tmp_path)


def body(**more: object) -> list[onnx.NodeProto]:
    return [
        helper.make_node("Tanh", ["row"], ["squashed"]),
        helper.make_node("Add", ["state", "squashed"], ["next"]),
        helper.make_node("Mul", ["next", "row"], ["scanned"]),
    ]


@pytest.mark.parametrize("backwards", [0, 1])
def test_a_scan_is_unrolled(backwards: int, tmp_path: Path) -> None:
    inner = helper.make_graph(
        body(), "body", [value("state", (4,)), value("row", (4,))],
        [value("next", (4,)), value("scanned", (4,))],
    )  # fmt: skip
    node = helper.make_node(
        "Scan", ["h", "x"], ["last", "all"], "scan", body=inner, num_scan_inputs=1,
        scan_input_axes=[1], scan_output_axes=[1], scan_input_directions=[backwards],
        scan_output_directions=[backwards],
    )  # fmt: skip
    outputs = [value("last", (4,)), value("all", (4, 3))]
    built = model([node], [value("h", (4,)), value("x", (4, 3))], outputs)
    assert_same_numbers(built, imported(built, tmp_path))


def loop(turns: int, condition: str) -> onnx.ModelProto:
    nodes = [
        helper.make_node("Identity", ["going"], ["go_on"]),
        helper.make_node("Cast", ["turn"], ["number"], to=TensorProto.FLOAT),
        helper.make_node("Mul", ["state", "w"], ["product"]),
        helper.make_node("Add", ["product", "number"], ["next"]),
        helper.make_node("Relu", ["next"], ["row"]),
    ]
    inputs = [value("turn", (), INT64), value("going", (), BOOL), value("state", (4,))]
    outputs = [value("go_on", (), BOOL), value("next", (4,)), value("row", (4,))]
    inner = helper.make_graph(nodes, "body", inputs, outputs)
    node = helper.make_node("Loop", ["n", condition, "x"], ["last", "rows"], "loop", body=inner)
    constants = {"n": np.array(turns), "w": f32(4)} | (
        {condition: np.array(True)} if condition else {}
    )
    return model([node], [value("x", (4,))], [value("last", (4,)), value("rows", None)], constants)


@pytest.mark.parametrize("condition", ["", "yes"])
def test_a_loop_of_known_length_is_unrolled(condition: str, tmp_path: Path) -> None:
    built = loop(3, condition)
    assert_same_numbers(built, imported(built, tmp_path))


def test_a_long_loop_is_refused(tmp_path: Path) -> None:
    with pytest.raises(
        UnsupportedOperator, match='Loop "loop": 5000 times 5 operators are more than'
    ):
        imported(loop(5000, ""), tmp_path)
