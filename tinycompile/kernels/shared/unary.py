"""Expressions of one int8 tensor, composed of operators and constants, and their float32 values.

Such an expression has 256 possible inputs, so it is evaluated for all of them while compiling.
Every operator is computed in float64 and its result rounded to float32.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from tvm import relax, tirx
from tvm.ir import GenericConst

from tinycompile.kernel import Bindings

Array = NDArray[np.float64]

_erf = np.vectorize(math.erf, otypes=[np.float64])


def _sigmoid(x: Array) -> Array:
    return 1 / (1 + np.exp(-x))


def _gelu(x: Array) -> Array:
    return np.asarray(x * 0.5 * (1 + _erf(x / math.sqrt(2))))


def _gelu_tanh(x: Array) -> Array:
    return np.asarray(x * 0.5 * (1 + np.tanh(math.sqrt(2 / math.pi) * (x + 0.044715 * x**3))))


# By Relax operator: its value from those of its operands, attributes given by name.
FUNCTIONS: dict[str, Callable[..., Array]] = {
    "relax.add": np.add,
    "relax.subtract": np.subtract,
    "relax.multiply": np.multiply,
    "relax.divide": np.divide,
    "relax.power": np.power,
    "relax.maximum": np.maximum,
    "relax.minimum": np.minimum,
    "relax.negative": np.negative,
    "relax.abs": np.abs,
    "relax.sign": np.sign,
    "relax.floor": np.floor,
    "relax.ceil": np.ceil,
    "relax.round": np.rint,
    "relax.trunc": np.trunc,
    "relax.square": np.square,
    "relax.sqrt": np.sqrt,
    "relax.rsqrt": lambda x: 1 / np.sqrt(x),
    "relax.exp": np.exp,
    "relax.log": np.log,
    "relax.sin": np.sin,
    "relax.cos": np.cos,
    "relax.tan": np.tan,
    "relax.asin": np.arcsin,
    "relax.acos": np.arccos,
    "relax.atan": np.arctan,
    "relax.sinh": np.sinh,
    "relax.cosh": np.cosh,
    "relax.tanh": np.tanh,
    "relax.asinh": np.arcsinh,
    "relax.acosh": np.arccosh,
    "relax.atanh": np.arctanh,
    "relax.erf": _erf,
    "relax.sigmoid": _sigmoid,
    "relax.clip": np.clip,
    "relax.astype": np.asarray,  # to float32: see Reader
    "relax.nn.relu": lambda x: np.maximum(x, 0),
    "relax.nn.leakyrelu": lambda x, alpha: np.where(x < 0, x * alpha, x),
    "relax.nn.selu": lambda x: (
        1.0507009873554805 * np.where(x > 0, x, 1.6732632423543772 * np.expm1(x))
    ),
    "relax.nn.silu": lambda x: x * _sigmoid(x),
    "relax.nn.gelu": _gelu,
    "relax.nn.gelu_tanh": _gelu_tanh,
    "relax.nn.softplus": lambda x, beta, _: np.logaddexp(0, x * beta) / beta,
    "relax.equal": np.equal,
    "relax.not_equal": np.not_equal,
    "relax.less": np.less,
    "relax.less_equal": np.less_equal,
    "relax.greater": np.greater,
    "relax.greater_equal": np.greater_equal,
    "relax.logical_and": np.logical_and,
    "relax.logical_or": np.logical_or,
    "relax.logical_not": np.logical_not,
    "relax.where": np.where,
    "relax.zeros_like": np.zeros_like,
    "relax.ones_like": np.ones_like,
}
ATTRIBUTES = {
    "relax.nn.leakyrelu": ("alpha",),
    "relax.nn.softplus": ("beta", "threshold"),
}


@dataclass(frozen=True)
class Expression:
    """`operator` applied to `operands`: expressions, constants, or "x", the dequantised input."""

    operator: str
    operands: tuple["Expression | float | str", ...]
    attributes: tuple[float, ...] = ()

    def evaluate(self, x: NDArray[np.float32]) -> NDArray[np.float32]:
        """The value at every x; operands that are the same object are computed once."""
        return _evaluate(self, x, {})


Operand = Expression | float | str


def _evaluate(
    operand: Operand, x: NDArray[np.float32], known: dict[int, NDArray[np.float32]]
) -> NDArray[np.float32]:
    if isinstance(operand, str):
        return x
    if isinstance(operand, float):
        return np.asarray(operand, np.float32)
    if id(operand) not in known:
        operands = [_evaluate(o, x, known).astype(np.float64) for o in operand.operands]
        if operand.operator == "relax.where":
            operands[0] = operands[0].astype(bool)
        with np.errstate(all="ignore"):  # log(-1) and the like: a float32 kernel would not care
            value = FUNCTIONS[operand.operator](*operands, *operand.attributes)
            known[id(operand)] = np.asarray(value).astype(np.float32)
    return known[id(operand)]


class Reader:
    """Reads the expression behind a Relax expression, as far as one tensor of integers.

    The tensor is given, or else whatever is dequantised first; `quantization` are then its scale and
    zero point. With `through_clips`, a clip of the tensor is read as one of the reals. `calls` are all
    operators that were read.
    """

    def __init__(
        self, bindings: Bindings, tensor: relax.Var | None = None, through_clips: bool = False
    ) -> None:
        self.bindings, self.through_clips = bindings, through_clips
        self.given, self.tensor = tensor, tensor
        self.quantization: tuple[relax.Expr, ...] = ()
        self.calls: list[relax.Call] = []
        self.known: dict[relax.Call, Operand | None] = {}

    def read(self, expr: relax.Expr) -> Operand | None:
        """None if it is more than unary operators on one tensor."""
        if self.given is not None and expr.same_as(self.given):
            return "x"
        expr = self.bindings.value(expr)
        if isinstance(expr, GenericConst):
            return scalar(expr)
        if isinstance(expr, tirx.IntImm | tirx.FloatImm):
            return float(expr.value)
        if not isinstance(expr, relax.Call):
            return None
        if expr not in self.known:
            self.known[expr] = self._read_call(expr)
            self.calls.append(expr)
        return self.known[expr]

    def _read_call(self, call: relax.Call) -> Operand | None:
        name = operator(call)
        if name == "relax.dequantize":
            return self._read_dequantize(call)
        if name not in FUNCTIONS or (name == "relax.astype" and str(call.ty.dtype) != "float32"):
            return None
        operands = tuple(self.read(operand) for operand in call.args)
        if any(operand is None for operand in operands):
            return None
        attributes = (float(call.attrs[a]) for a in ATTRIBUTES.get(name, ()))
        return Expression(name, tuple(o for o in operands if o is not None), tuple(attributes))

    def _read_dequantize(self, call: relax.Call) -> Operand | None:
        scale, zero_point = (scalar(operand) for operand in call.args[1:])
        if scale is None or zero_point is None:
            return None

        def real(integer: float) -> float:
            return float(np.float32(scale) * np.float32(integer - zero_point))

        tensor = call.args[0]
        if isinstance(tensor, GenericConst):
            value = scalar(tensor)
            return None if value is None else real(value)
        clip = self.bindings.value(tensor)
        if not self.through_clips or operator(clip) != "relax.clip":
            return "x" if self._is_the_tensor(tensor, call) else None
        if not self._is_the_tensor(clip.args[0], call):
            return None
        self.calls.append(clip)
        low, high = (real(float(bound.value)) for bound in clip.args[1:])
        return Expression("relax.clip", ("x", low, high))

    def _is_the_tensor(self, tensor: relax.Expr, dequantize: relax.Call) -> bool:
        """Whether it is the one that all others dequantise, in the same quantisation."""
        if self.tensor is None:
            self.tensor, self.quantization = tensor, tuple(dequantize.args[1:])
        found = [scalar(operand) for operand in dequantize.args[1:]]
        return self.tensor.same_as(tensor) and found == [scalar(o) for o in self.quantization]


def operator(expr: relax.Expr) -> str:
    """The name of the operator that `expr` calls, or ""."""
    return getattr(expr.op, "name", "") if isinstance(expr, relax.Call) else ""


def scalar(expr: relax.Expr) -> float | None:
    """The value of a constant of one element."""
    if not isinstance(expr, GenericConst):
        return None
    value = expr.value.numpy()
    return float(value.reshape(())) if value.size == 1 else None
