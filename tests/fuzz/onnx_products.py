"""Products of matrices, and layers made of them. Each function grows a graph by one of them."""

from typing import Any

import numpy as np

from tests.fuzz.choices import Rejected
from tests.fuzz.onnx_graph import Growth
from tests.fuzz.onnx_windows import add_bias


def gemm(growth: Growth) -> None:
    x = growth.tensor((2,))
    depth, made = growth.shape(x)[1], growth.between(1, 24)
    attributes: dict[str, Any] = {}
    weights, roles = growth.weights((made, depth)), {1: "weights"}
    if growth.chance(0.6):
        attributes["transB"] = 1
    else:
        weights, roles = np.ascontiguousarray(weights.T), {1: "columns"}
    for factor in ("alpha", "beta"):
        if growth.chance(0.05):
            attributes[factor] = growth.one_of([0.5, 2.0])
    inputs = [x, growth.constant(weights, "w")]
    add_bias(growth, 0.8, inputs, roles, made)
    growth.add("Gemm", inputs, attributes, roles)


def matmul(growth: Growth) -> None:
    x = growth.tensor((2, 3, 4))
    depth, made = growth.shape(x)[-1], growth.between(1, 24)
    weights = np.ascontiguousarray(growth.weights((made, depth)).T)
    y = growth.add("MatMul", [x, growth.constant(weights, "w")], roles={1: "columns"})
    if growth.chance(0.5):
        operands = [y, growth.normal(0.5, made)]
        growth.add("Add", operands if growth.chance(0.7) else operands[::-1])


def matmul_of_activations(growth: Growth) -> None:
    x = growth.tensor((2, 3, 4), lambda value: value.size < 800)
    rank = len(growth.shape(x))
    y = growth.tensor((rank,), lambda value: value.size < 800)
    if growth.shape(y)[-2] != growth.shape(x)[-1]:
        if growth.shape(y)[-1] != growth.shape(x)[-1]:
            y = x
        order = [*range(rank - 2), rank - 1, rank - 2]
        y = growth.add("Transpose", [y], {"perm": order})
    growth.add("MatMul", [x, y])


def recurrent(growth: Growth) -> None:
    operator = growth.one_of(["LSTM", "GRU", "RNN"])
    x = growth.tensor((3,))
    length, batch, features = growth.shape(x)
    if batch != 1:
        if length != 1:
            raise Rejected
        x = growth.add("Transpose", [x], {"perm": [1, 0, 2]})
    hidden, gates = growth.between(1, 6), {"LSTM": 4, "GRU": 3, "RNN": 1}[operator]
    direction = growth.one_of(["forward", "forward", "reverse", "bidirectional"])
    ways = 2 if direction == "bidirectional" else 1
    shapes = [(ways, gates * hidden, features), (ways, gates * hidden, hidden)]
    if growth.chance(0.7):
        shapes.append((ways, 2 * gates * hidden))
    attributes: dict[str, Any] = {"hidden_size": hidden, "direction": direction}
    if operator == "GRU" and growth.chance(0.5):
        attributes["linear_before_reset"] = 1
    outputs = [(True, False), (True, True), (False, True)]
    if operator == "LSTM":
        outputs = [(True, False, False), (True, True, True)]  # type: ignore[list-item]
    inputs = [x, *(growth.normal(0.5, shape) for shape in shapes)]
    growth.add(operator, inputs, attributes, outputs=growth.one_of(outputs))


QUANTISED = {gemm: 5, matmul: 4, matmul_of_activations: 2}
FLOAT = QUANTISED | {matmul_of_activations: 4, recurrent: 3}
