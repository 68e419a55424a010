"""TFLite operators that compute element by element, or along axes. Each function grows a graph by one."""

from typing import Any

import numpy as np

from tests.fuzz.choices import Rejected
from tests.fuzz.tflite_graph import LARGEST, LEVELS, Growth
from tests.tflite_model import Tensor

ACTIVATED = ("ADD", "SUB", "MUL", "DIV")
SAME_SCALE = ("MAXIMUM", "MINIMUM")
INT8_ONLY = ("DIV", "SQUARED_DIFFERENCE", *SAME_SCALE)


def binary(growth: Growth) -> None:
    code = growth.one_of(["ADD", "ADD", "SUB", "MUL", "MUL", *INT8_ONLY])
    if growth.dtype == "int16" and code in INT8_ONLY and growth.chance(0.7):
        raise Rejected
    x = growth.activation()
    y = operand(growth, code, x)
    together = np.broadcast_shapes(growth.shape(x), growth.shape(y))
    left, right = growth.reach(x), growth.reach(y)
    reach = {
        "MUL": left * right * 0.7,
        "DIV": left / max(right / 3, 1e-6),
        "SQUARED_DIFFERENCE": max(left, right) ** 2,
    }.get(code, max(left, right) * 1.4)
    if code in SAME_SCALE:
        z = growth.like(x, code.lower(), together)
    else:
        z = growth.new(code.lower(), together, growth.scale(reach))
    inputs = [y, x] if code != "DIV" and growth.chance(0.25) else [x, y]
    values: dict[str, Any] = {}
    if code in ACTIVATED:
        values["fused_activation_function"] = growth.activation_function()
    if code in ("ADD", "SUB") and growth.dtype == "int16":
        values["pot_scale_int16"] = False
    options = {"MAXIMUM": "MaximumMinimumOptions", "MINIMUM": "MaximumMinimumOptions"}
    named = options.get(code, "".join(word.title() for word in code.split("_")) + "Options")
    growth.add(code, inputs, [z], named, 2, **values)


def operand(growth: Growth, code: str, x: str) -> str:
    """What `x` is computed with: a constant or another activation."""
    shape = growth.shape(x)
    if growth.chance(0.5):
        some = tuple(size if growth.chance(0.5) else 1 for size in shape)
        like = growth.one_of([(), (1,), shape[-1:], shape, some])
        if code == "DIV":
            values = growth.random.integers(1, growth.levels, like)
            scale = growth.scale(growth.reach(x))
            return growth.constant(values, growth.dtype, scale=scale)
        reach = 1.0 if code == "MUL" else growth.reach(x)
        return growth.random_constant(like, x if code in SAME_SCALE else None, reach)
    if code == "DIV":
        raise Rejected

    def fits(tensor: Tensor) -> bool:
        try:
            together = np.broadcast_shapes(tensor.shape, shape)
        except ValueError:
            return False
        same = code not in SAME_SCALE or growth.same_scale(x)(tensor)
        return same and int(np.prod(together)) <= LARGEST and len(tensor.shape) <= 4

    return growth.activation(fits=fits)


BOTH_TYPES = ["LOGISTIC", "TANH", "LEAKY_RELU", "RELU", "RELU6", "ABS"]
OF_INT8 = [*BOTH_TYPES, "HARD_SWISH", "ELU", "PRELU", "RSQRT", "LOG_SOFTMAX", "L2_NORMALIZATION"]
# What TFLite Micro does not compute: only to see that nothing breaks.
RARE = ["NEG", "SQRT", "EXP", "LOG", "SQUARE", "GELU", "RELU_N1_TO_1", "RELU_0_TO_1", "FLOOR"]
RARE += ["CEIL", "ROUND", "SIN", "COS"]
OPTIONS = {
    "NEG": "NegOptions",
    "LOG_SOFTMAX": "LogSoftmaxOptions",
    "L2_NORMALIZATION": "L2NormOptions",
    "LEAKY_RELU": "LeakyReluOptions",
    "GELU": "GeluOptions",
    "HARD_SWISH": "HardSwishOptions",
    "ABS": "AbsOptions",
    "EXP": "ExpOptions",
    "SQUARE": "SquareOptions",
}


def unary(growth: Growth) -> None:
    code = growth.one_of(BOTH_TYPES if growth.dtype == "int16" else OF_INT8)
    if growth.chance(0.04):
        code = growth.one_of(RARE)
    x = growth.activation()
    shape, inputs, values = growth.shape(x), [x], {}
    if code == "RSQRT" and growth[x].zero_points[0] != -128:
        raise Rejected  # of negative numbers
    if code == "LEAKY_RELU":
        values["alpha"] = float(growth.random.uniform(0.01, 0.9))
    if code == "GELU":
        values["approximate"] = growth.chance(0.5)
    if code == "PRELU":
        if not shape:
            raise Rejected
        slopes = growth.one_of([(1,) * (len(shape) - 1) + shape[-1:], shape, shape[-1:]])
        inputs.append(growth.random_constant(slopes, reach=0.7))
    y = result(growth, code, x)
    growth.add(code, inputs, [y], OPTIONS.get(code, ""), **values)


def result(growth: Growth, code: str, x: str) -> str:
    """The output of a unary operator; some operators fix its scale."""
    shape, reach, stem = growth.shape(x), growth.reach(x), code.lower()
    int8 = growth.dtype == "int8"
    fixed = {
        "LOGISTIC": (1 / 256, -128) if int8 else (1 / 32768, 0),
        "TANH": (1 / 128 if int8 else 1 / 32768, 0),
        "LOG_SOFTMAX": (16 / 256, 127),
        "L2_NORMALIZATION": (1 / 128, 0),
    }
    if code in fixed:
        return growth.new(stem, shape, *fixed[code])
    if code == "NEG" or (code == "RELU6" and growth.chance(0.5)):
        return growth.like(x, stem, shape)
    reaches = {"EXP": np.exp(min(reach, 6)), "RSQRT": 4 / np.sqrt(reach), "SQUARE": reach**2}
    return growth.new(stem, shape, growth.scale(float(reaches.get(code, reach))))


def softmax(growth: Growth) -> None:
    x = growth.activation((1, 2, 3, 4))
    shape = growth.shape(x)
    if growth.dtype == "int16":
        y = growth.new("softmax", shape, 1 / 32768, 0)
    elif growth.chance(0.1):
        y = growth.new("softmax", shape, 1 / 65536, -32768, "int16")
    else:
        y = growth.new("softmax", shape, 1 / 256, -128)
    beta = 1.0 if growth.chance(0.8) else float(growth.random.uniform(0.3, 3))
    growth.add("SOFTMAX", [x], [y], "SoftmaxOptions", beta=beta)


def requantise(growth: Growth) -> None:
    x = growth.activation()
    other = "int16" if growth.dtype == "int8" else "int8"
    to = growth.one_of([growth.dtype, growth.dtype, other, "int32"])
    scale = growth.reach(x) * growth.random.uniform(0.4, 1.6) / LEVELS[to]
    point = growth.between(-128, 127) if to == "int8" else 0
    y = growth.new("quantised", growth.shape(x), float(np.float32(scale)), point, to)
    growth.add("QUANTIZE", [x], [y], "QuantizeOptions", 2)
    if to != "int32" and growth.chance(0.5):
        growth.dtype = to


def dequantise(growth: Growth) -> None:
    x = growth.activation()
    y = growth.new("real", growth.shape(x), None, 0, "float32")
    growth.add("DEQUANTIZE", [x], [y], "DequantizeOptions", 2)


def reduce(growth: Growth) -> None:
    x = growth.activation((1, 2, 3, 4))
    shape = growth.shape(x)
    code = growth.one_of(["MEAN", "MEAN", "SUM", "REDUCE_MAX", "REDUCE_MIN"])
    if code.startswith("REDUCE") and growth.dtype == "int16" and growth.chance(0.9):
        raise Rejected
    axes, keep = growth.some(len(shape), growth.between(1, len(shape))), growth.chance(0.5)
    left = [1 if i in axes else n for i, n in enumerate(shape) if keep or i not in axes]
    if code.startswith("REDUCE") or (code == "MEAN" and growth.chance(0.4)):
        y = growth.like(x, "reduced", left)
    else:
        count = np.prod([shape[axis] for axis in axes])
        reach = growth.reach(x) * (np.sqrt(count) if code == "SUM" else 1)
        y = growth.new("reduced", left, growth.scale(reach))
    axes = [growth.any_axis(axis, len(shape)) for axis in axes]
    inputs = [x, growth.constant(axes)]
    growth.add(code, inputs, [y], "ReducerOptions", 2, keep_dims=keep)


def arg_max(growth: Growth) -> None:
    if growth.dtype == "int16" and growth.chance(0.9):
        raise Rejected
    x = growth.activation((1, 2, 3, 4))
    shape = growth.shape(x)
    axis = growth.between(0, len(shape) - 1)
    y = growth.new("index", shape[:axis] + shape[axis + 1 :], None, 0, "int32")
    code, options = growth.one_of([("ARG_MAX", "ArgMaxOptions"), ("ARG_MIN", "ArgMinOptions")])
    inputs = [x, growth.constant([growth.any_axis(axis, len(shape))])]
    growth.add(code, inputs, [y], options, 2, output_type=2)


def compare(growth: Growth) -> None:
    """Comparisons with a constant, and what selects by them."""
    x = growth.activation((1, 2, 3, 4))
    condition = growth.new("condition", growth.shape(x), None, 0, "bool")
    code = growth.one_of(["GREATER", "LESS", "EQUAL", "NOT_EQUAL", "GREATER_EQUAL", "LESS_EQUAL"])
    options = "".join(word.title() for word in code.split("_")) + "Options"
    value = growth.random_constant((), x)
    growth.add(code, [x, value], [condition], options, 2)
    if growth.chance(0.5):
        y = growth.like(x, "selected", growth.shape(x))
        growth.add("SELECT_V2", [condition, x, value], [y], "SelectV2Options")


def cast(growth: Growth) -> None:
    x = growth.activation()
    y = growth.new("cast", growth.shape(x), None, 0, "float32")
    growth.add("CAST", [x], [y], "CastOptions")


OPERATORS = {
    binary: 10,
    unary: 10,
    softmax: 3,
    requantise: 3,
    dequantise: 1,
    reduce: 5,
    arg_max: 1,
    compare: 0.5,
    cast: 0.3,
}
