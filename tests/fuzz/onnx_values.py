"""Operators that compute element by element, or along axes. Each function grows a graph by one of them."""

from typing import Any

import numpy as np
from onnx import TensorProto

from tests.fuzz.choices import Rejected
from tests.fuzz.onnx_graph import F32, Growth
from tests.fuzz.onnx_moves import any_axis

SCALARS: list[tuple[int, ...]] = [(), (1,)]


def binary(growth: Growth) -> None:
    operator = growth.one_of(["Add", "Add", "Sub", "Mul", "Mul", "Div"])
    x = growth.tensor()
    if growth.chance(0.55):
        shape = constant_shape(growth, growth.shape(x))
        value = growth.random.normal(0, 1, shape)
        if operator == "Div":
            value = np.abs(value) + 0.3
        constant = growth.constant(np.asarray(value, F32))
        first = operator != "Div" and growth.chance(0.25)
        operands = [constant, x] if first else [x, constant]
        growth.add(operator, operands, roles={0 if first else 1: "operand"})
        return
    y = growth.one_of(growth.broadcastable(growth.shape(x)))
    if operator == "Div" and np.abs(growth.graph.values[y]).min() < 0.05:
        y = growth.add("Sigmoid", [y])
        if growth.graph.values[y].min() < 0.05:
            raise Rejected
    growth.add(operator, [x, y])


def constant_shape(growth: Growth, shape: tuple[int, ...]) -> tuple[int, ...]:
    """A shape that broadcasts to `shape`, or a little beyond it."""
    forms = [
        growth.one_of(SCALARS),
        shape,
        shape[-1:],
        tuple(size if growth.chance(0.5) else 1 for size in shape),
        (1, *shape) if len(shape) < 5 else shape,
    ]
    if len(shape) > 2:
        forms.append((shape[1], *[1] * (len(shape) - 2)))
    return growth.one_of(forms)


def min_max(growth: Growth) -> None:
    x = growth.tensor()
    fitting = growth.broadcastable(growth.shape(x))
    inputs, roles = [x, *(growth.one_of(fitting) for _ in range(growth.between(0, 2)))], {}
    if growth.chance(0.3):
        roles[len(inputs)] = "operand"
        inputs.append(growth.normal(1, growth.one_of(SCALARS)))
    growth.add(growth.one_of(["Max", "Min"]), inputs, roles=roles)


def relu(growth: Growth) -> None:
    growth.add("Relu", [growth.tensor()])


def clip(growth: Growth) -> None:
    bounds = growth.one_of(
        [(0, 6), (-1, 1), (0, 1), (None, 2), (-0.5, None), (0, None), (-3, 3)],
    )
    named = ["" if b is None else growth.constant(np.array(b, F32), "p") for b in bounds]
    growth.add("Clip", [growth.tensor(), *(named if named[1] else named[:1])])


ALPHA = ("LeakyRelu", "Elu", "Celu", "ThresholdedRelu")
PLAIN = [*ALPHA, "HardSwish", "Sigmoid", "Tanh", "HardSigmoid", "Selu", "Softplus"]
PLAIN += ["Neg", "Abs", "Erf", "Softsign", "Mish"]


def unary(growth: Growth) -> None:
    operator, x = growth.one_of([*PLAIN, "Gelu", "PRelu", "Silu"]), growth.tensor()
    attributes: dict[str, Any] = {}
    if operator == "Silu":
        growth.add("Mul", [x, growth.add("Sigmoid", [x])])
        return
    if operator == "PRelu":
        shape = growth.shape(x)
        channels = len(shape) > 2 and growth.chance(0.7)
        slopes = (shape[1], *[1] * (len(shape) - 2)) if channels else (1,)
        growth.add("PRelu", [x, growth.reals(0, 0.6, slopes)], roles={1: "operand"})
        return
    if operator == "Gelu":
        if growth.graph.opset < 20:
            raise Rejected
        attributes["approximate"] = growth.one_of(["none", "tanh"])
    if operator in ALPHA and growth.chance(0.6):
        attributes["alpha"] = float(F32(growth.random.uniform(0.05, 1.5)))
    if operator == "HardSigmoid" and growth.chance(0.5):
        attributes = {"alpha": float(F32(1 / 6)), "beta": 0.5}
    growth.add(operator, [x], attributes)


def softmax(growth: Growth) -> None:
    x = growth.tensor((1, 2, 3, 4))
    rank = len(growth.shape(x))
    axis = growth.one_of([-1, -1, -1, *range(-rank, rank)])
    growth.add("Softmax", [x], {} if axis == -1 and growth.chance(0.5) else {"axis": axis})


def reduce(growth: Growth) -> None:
    reduce_by(growth, ["ReduceMean", "ReduceMean", "ReduceMax", "ReduceSum", "ReduceMin"])


def reduce_more(growth: Growth) -> None:
    more = ["ReduceProd", "ReduceL1", "ReduceL2", "ReduceSumSquare", "ReduceLogSumExp"]
    reduce_by(growth, more)


def reduce_by(growth: Growth, operators: list[str]) -> None:
    operator, x = growth.one_of(operators), growth.tensor((1, 2, 3, 4, 5))
    rank = len(growth.shape(x))
    axes = [any_axis(growth, axis, rank) for axis in growth.some(rank, growth.between(1, rank))]
    attributes: dict[str, Any] = {}
    if growth.chance(0.8):
        attributes["keepdims"] = growth.between(0, 1)
    inputs = [x]
    if growth.chance(0.9):
        if operator == "ReduceSum" or growth.graph.opset >= 18:
            inputs.append(growth.integers(axes))
        else:
            attributes["axes"] = axes
    growth.add(operator, inputs, attributes)


def batch_norm(growth: Growth) -> None:
    x = growth.tensor((2, 3, 4))
    channels = growth.shape(x)[1]
    scale, variance = growth.reals(0.3, 2, channels), growth.reals(0.2, 3, channels)
    mean, bias = growth.normal(1, channels), growth.normal(1, channels)
    growth.add("BatchNormalization", [x, scale, bias, mean, variance])


# In float only.


def layer_norm(growth: Growth) -> None:
    x = growth.tensor((2, 3, 4))
    shape = growth.shape(x)
    axis = growth.one_of([-1, -1, *range(1, len(shape))])
    normed = shape[axis:]
    if growth.graph.opset < 17 or int(np.prod(normed)) < 2:
        raise Rejected
    inputs = [x, growth.reals(0.5, 1.5, normed)]
    if growth.chance(0.8):
        inputs.append(growth.normal(1, normed))
    growth.add("LayerNormalization", inputs, {"axis": axis})


def where(growth: Growth) -> None:
    x = growth.tensor()
    y = growth.one_of(growth.broadcastable(growth.shape(x)))
    operator = growth.one_of(["Greater", "Less", "GreaterOrEqual", "LessOrEqual"])
    condition = growth.add(operator, [x, growth.one_of([y, growth.normal(1, ())])])
    if growth.chance(0.15):
        condition = growth.add("Not", [condition])
    other = growth.one_of([y, growth.constant(np.array(0.25, F32))])
    growth.add("Where", [condition, x, other])


def cast(growth: Growth) -> None:
    x = growth.tensor()
    to = growth.one_of(["BOOL", "INT32", "INT64", "INT8", "UINT8", "comparison"])
    if to == "comparison":
        operator = growth.one_of(["Greater", "Less", "Equal"])
        y = growth.add(operator, [x, growth.constant(np.array(0.1, F32))])
    else:
        if to == "UINT8":
            x = growth.add("Abs", [x])
        y = growth.add("Cast", [x], {"to": getattr(TensorProto, to)})
    if growth.chance(0.8):
        growth.add("Cast", [y], {"to": TensorProto.FLOAT})


def arg_max(growth: Growth) -> None:
    x = growth.tensor((1, 2, 3, 4))
    rank = len(growth.shape(x))
    attributes = {"axis": growth.between(-rank, rank - 1), "keepdims": growth.between(0, 1)}
    if growth.chance(0.15):
        attributes["select_last_index"] = 1
    y = growth.add(growth.one_of(["ArgMax", "ArgMin"]), [x], attributes)
    if growth.chance(0.5):
        growth.add("Cast", [y], {"to": TensorProto.FLOAT})


POSITIVE = ("Log", "Sqrt", "Reciprocal", "Pow")
WITHIN_ONE = ("Atanh", "Acos")
MATH = [
    *POSITIVE,
    *WITHIN_ONE,
    "Exp",
    "Floor",
    "Ceil",
    "Round",
    "Sin",
    "Cos",
    "Sign",
    "Tan",
    "Atan",
]
MATH += ["Sinh", "Asinh", "Mod", "Square"]


def math(growth: Growth) -> None:
    operator, x = growth.one_of(MATH), growth.tensor()
    if operator in POSITIVE and growth.graph.values[x].min() < 0.1:
        x = growth.add("Add", [growth.add("Abs", [x]), growth.constant(np.array(0.2, F32))])
    if operator in WITHIN_ONE:
        x = growth.add("Mul", [growth.add("Tanh", [x]), growth.constant(np.array(0.9, F32))])
    if operator == "Square":
        growth.add("Mul", [x, x])
    elif operator == "Pow":
        power = growth.one_of([2, 0.5, 3, -1, 1.7])
        growth.add("Pow", [x, growth.constant(np.array(power, F32))])
    elif operator == "Mod":
        growth.add("Mod", [x, growth.constant(np.array(1.5, F32))], {"fmod": 1})
    else:
        growth.add(operator, [x])


def norm(growth: Growth) -> None:
    plain = ["LpNormalization", "LogSoftmax", "Hardmax"]
    images = ["InstanceNormalization", "GroupNormalization", "LRN"]
    operator = growth.one_of(plain + images)
    x = growth.tensor((2, 3, 4) if operator in plain else (4,))
    channels = growth.shape(x)[1]
    scaled = [x, growth.reals(0.5, 1.5, channels), growth.normal(1, channels)]
    if operator == "InstanceNormalization":
        growth.add(operator, scaled)
    elif operator == "GroupNormalization":
        if growth.graph.opset < 21 or channels % 2:
            raise Rejected
        growth.add(operator, scaled, {"num_groups": 2})
    else:
        growth.add(operator, [x], {"size": 3} if operator == "LRN" else {})


QUANTISED = {
    binary: 9,
    min_max: 1,
    relu: 4,
    clip: 2,
    unary: 8,
    softmax: 3,
    reduce: 4,
    batch_norm: 1,
}
FLOAT = QUANTISED | {
    batch_norm: 2,
    layer_norm: 3,
    where: 3,
    cast: 3,
    reduce_more: 3,
    arg_max: 2,
    math: 7,
    norm: 3,
}
