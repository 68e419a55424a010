"""What a TFLite file must give each operator beside tensors: options, constants that steer it, ranks.

A file that gives something else is damaged. Operators that are not listed are left to TVM's converters, which
look for themselves.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from math import isfinite, prod
from types import MappingProxyType
from typing import Any

import tflite
from numpy.typing import NDArray

Shape = tuple[int, ...]
Array = NDArray[Any]
# What is wrong with the integers of a constant operand, for data of that shape; None if nothing is.
Check = Callable[[Array, Shape], str | None]


@dataclass(frozen=True)
class Operand:
    """A constant that steers an operator: which input it is, of which input's shape it speaks, its limits."""

    index: int
    check: Check
    data: int = 0


@dataclass(frozen=True)
class Form:
    """The type of the builtin options that are read, "" for none; how many inputs are needed.

    Of all inputs only the `optional` ones may be absent.
    """

    options: str = ""
    inputs: int = 1
    ranks: Mapping[int, int] = field(default_factory=lambda: MappingProxyType({}))
    operands: tuple[Operand, ...] = ()
    optional: tuple[int, ...] = ()


def axes(values: Array, shape: Shape) -> str | None:
    rank = len(shape)
    wrong = [int(v) for v in values if not -max(rank, 1) <= v < max(rank, 1)]
    return f"axis {wrong[0]} of {rank} dimensions" if wrong else None


def one_axis(values: Array, shape: Shape) -> str | None:
    return axes(values, shape) if values.size == 1 else f"{values.size} axes instead of 1"


def permutation(values: Array, shape: Shape) -> str | None:
    wrong = sorted(values.tolist()) != list(range(len(shape)))
    return f"{values.tolist()} is no permutation of {len(shape)} dimensions" if wrong else None


def widths(values: Array, shape: Shape) -> str | None:
    """Twice as many as dimensions; a negative one would crop."""
    if values.size != 2 * len(shape):
        return f"{values.size} widths of padding for {len(shape)} dimensions"
    return f"a width of padding of {values.min()}" if values.min(initial=0) < 0 else None


def mirrored(values: Array, shape: Shape) -> str | None:
    if found := widths(values, shape):
        return found
    too_wide = [s for s, pair in zip(shape, values.reshape(-1, 2), strict=True) if pair.max() > s]
    return f"it mirrors more than the {too_wide[0]} elements there are" if too_wide else None


def per_dimension(values: Array, shape: Shape) -> str | None:
    found, rank = values.size, len(shape)
    return None if found == rank else f"{found} numbers for {rank} dimensions"


def positive(values: Array, shape: Shape) -> str | None:
    return f"{values.min()}, which must be at least 1" if values.min(initial=1) < 1 else None


def blocks(values: Array, shape: Shape) -> str | None:
    found, rank = values.size, len(shape)
    few = None if found < rank else f"{found} blocks for {rank} dimensions"
    return few or positive(values, shape)


def pairs(values: Array, shape: Shape) -> str | None:
    """Two numbers for each of another operand of `shape`."""
    wrong = values.size != 2 * prod(shape)
    return f"{values.size} numbers instead of {2 * prod(shape)}" if wrong else None


def multiples(values: Array, shape: Shape) -> str | None:
    return per_dimension(values, shape) or positive(values, shape)


def strides(values: Array, shape: Shape) -> str | None:
    return None if values.all() else "a stride of 0"


IMAGE = {0: 4}
WINDOW = {0: 4, 1: 4}
AXES = (Operand(1, axes),)
ARITHMETIC = {code: Form(f"{code.capitalize()}Options", 2) for code in ("ADD", "SUB", "MUL", "DIV")}
REDUCTIONS = ("MEAN", "SUM", "REDUCE_MAX", "REDUCE_MIN", "REDUCE_PROD", "REDUCE_ANY", "REDUCE_ALL")
UNARY = (
    "ABS", "CAST", "CEIL", "COS", "DEQUANTIZE", "ELU", "EXP", "FLOOR", "HARD_SWISH", "L2_NORMALIZATION",
    "LOG", "LOGISTIC", "LOG_SOFTMAX", "NEG", "QUANTIZE", "RELU", "RELU6", "RELU_0_TO_1", "RELU_N1_TO_1",
    "ROUND", "RSQRT", "SIN", "SQRT", "SQUARE", "TANH",
)  # fmt: skip
# An LSTM's rows, columns and biases in one direction, and in the other.
LSTM_RANKS = {0: 3, **dict.fromkeys((2, 3, 4, 6, 7, 8), 2), **dict.fromkeys((13, 14, 15), 1)}
BOTH_RANKS = LSTM_RANKS | {17 + k: rank for k, rank in LSTM_RANKS.items() if k}
LSTM_OPTIONAL = (1, 5, 9, 10, 11, 12, 16, 17)
BOTH_OPTIONAL = (*LSTM_OPTIONAL, 18, 22, 26, 27, 28, 29, 33, 34, *range(39, 48))
BLOCKS = (Operand(1, blocks), Operand(2, pairs, data=1))
FORMS = {
    **ARITHMETIC,
    **{code: Form() for code in UNARY},
    **{code: Form("ReducerOptions", 2, operands=AXES) for code in REDUCTIONS},
    **{code: Form("Pool2DOptions", 1, IMAGE) for code in ("AVERAGE_POOL_2D", "MAX_POOL_2D")},
    **{code: Form("", 2, operands=(Operand(1, one_axis),)) for code in ("ARG_MAX", "ARG_MIN")},
    **{code: Form("", 2) for code in ("MAXIMUM", "MINIMUM", "SQUARED_DIFFERENCE", "PRELU")},
    "ASSIGN_VARIABLE": Form("", 2),
    "BATCH_MATMUL": Form("BatchMatMulOptions", 2),
    "BATCH_TO_SPACE_ND": Form("", 3, operands=BLOCKS),
    "BIDIRECTIONAL_SEQUENCE_LSTM": Form(
        "BidirectionalSequenceLSTMOptions", 39, BOTH_RANKS, optional=BOTH_OPTIONAL
    ),
    "CALL_ONCE": Form("CallOnceOptions", 0),
    "CONCATENATION": Form("ConcatenationOptions", 1),
    "CONV_2D": Form("Conv2DOptions", 2, WINDOW, optional=(2,)),
    "DEPTHWISE_CONV_2D": Form("DepthwiseConv2DOptions", 2, WINDOW, optional=(2,)),
    "DEPTH_TO_SPACE": Form("DepthToSpaceOptions", 1, IMAGE),
    "FULLY_CONNECTED": Form("FullyConnectedOptions", 2, {1: 2}, optional=(2,)),
    "GATHER": Form("GatherOptions", 2),
    "GELU": Form("GeluOptions"),
    "LEAKY_RELU": Form("LeakyReluOptions"),
    "MIRROR_PAD": Form("MirrorPadOptions", 2, operands=(Operand(1, mirrored),)),
    "PACK": Form("PackOptions", 1),
    "PAD": Form("", 2, operands=(Operand(1, widths),)),
    "PADV2": Form("", 3, operands=(Operand(1, widths),)),
    "RESIZE_BILINEAR": Form("ResizeBilinearOptions", 1, IMAGE),
    "RESIZE_NEAREST_NEIGHBOR": Form("ResizeNearestNeighborOptions", 1, IMAGE),
    "REVERSE_V2": Form("", 2, operands=AXES),
    "SLICE": Form("", 3, operands=(Operand(1, per_dimension), Operand(2, per_dimension))),
    "SOFTMAX": Form("SoftmaxOptions"),
    "SPACE_TO_BATCH_ND": Form("", 3, operands=BLOCKS),
    "SPACE_TO_DEPTH": Form("SpaceToDepthOptions", 1, IMAGE),
    "SPLIT": Form("", 2, operands=(Operand(0, one_axis, data=1),)),
    "SPLIT_V": Form("", 3, operands=(Operand(2, one_axis),)),
    "STRIDED_SLICE": Form("StridedSliceOptions", 4, operands=(Operand(3, strides),)),
    "SVDF": Form("SVDFOptions", 5, {0: 2, 1: 2, 2: 2}, optional=(3,)),
    "TILE": Form("", 2, operands=(Operand(1, multiples),)),
    "TRANSPOSE": Form("", 2, operands=(Operand(1, permutation),)),
    "TRANSPOSE_CONV": Form("TransposeConvOptions", 3, {1: 4, 2: 4}, optional=(3,)),
    "UNIDIRECTIONAL_SEQUENCE_LSTM": Form(
        "UnidirectionalSequenceLSTMOptions", 20, LSTM_RANKS, optional=(*LSTM_OPTIONAL, *range(20, 24))
    ),
    "UNIDIRECTIONAL_SEQUENCE_RNN": Form("SequenceRNNOptions", 5, {0: 3, 1: 2, 2: 2, 3: 1}),
    "UNPACK": Form("UnpackOptions"),
    "WHILE": Form("WhileOptions"),
    "VAR_HANDLE": Form("VarHandleOptions", 0),
}  # fmt: skip

# Operands that only state the shape of the result, which the file states too.
SHAPE_OPERANDS = {
    "BROADCAST_TO": {1},
    "RESHAPE": {1},
    "RESIZE_BILINEAR": {1},
    "RESIZE_NEAREST_NEIGHBOR": {1},
    "TRANSPOSE_CONV": {0},
    # Handles of variables: what they are called is read where they are used.
    "ASSIGN_VARIABLE": {0},
    "READ_VARIABLE": {0},
}

MOST = 2**15 - 1  # strides, windows and blocks: what the C code's structures hold
# Lowest and highest value of the options' fields; fields of one name mean the same everywhere.
LIMITS = {
    "BlockSize": (1, MOST),
    "DilationHFactor": (1, MOST),
    "DilationWFactor": (1, MOST),
    "FilterHeight": (1, MOST),
    "FilterWidth": (1, MOST),
    "FusedActivationFunction": (0, tflite.ActivationFunctionType.SIGN_BIT),
    "Padding": (tflite.Padding.SAME, tflite.Padding.VALID),
    "StrideH": (1, MOST),
    "StrideW": (1, MOST),
}
FLOATS = ("Alpha", "Beta")


def wrong_option(options: Any, rank: int) -> str | None:
    """What is out of bounds among the options of an operator on data of `rank` dimensions."""
    for name, (low, high) in (LIMITS | {"Axis": (-rank, rank - 1)}).items():
        value = getattr(options, name)() if hasattr(options, name) else None
        if value is not None and not low <= value <= high:
            return f"its option {name} is {value}; it must be from {low} to {high}"
    for name in FLOATS:
        value = getattr(options, name)() if hasattr(options, name) else 0.0
        if not isfinite(value):
            return f"its option {name} is {value}"
    return None
