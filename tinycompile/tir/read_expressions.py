"""Expressions of TIR into ours. Indices, which TVM computes in int64, become int32."""

import math
from typing import Any

from tvm import tirx

from tinycompile.tir.refused import Refused
from tinycompile.tir.simplify import cast, const, op, remainder
from tinycompile.tir.sums import exact, index
from tinycompile.tir.tree import LIMITS, Buffer, Const, Expr, Load, Op, fits, is_integer

_BINARY = {
    "Add": "add",
    "Sub": "sub",
    "Mul": "mul",
    "Div": "div",
    "Mod": "mod",
    "FloorDiv": "floordiv",
    "FloorMod": "floormod",
    "Min": "min",
    "Max": "max",
}
_BITS = {
    "BitwiseAnd": "band",
    "BitwiseOr": "bor",
    "BitwiseXor": "bxor",
    "LShift": "shl",
    "RShift": "shr",
}
_COMPARISONS = {
    "LT": ("lt", False),
    "LE": ("le", False),
    "GT": ("lt", True),
    "GE": ("le", True),
    "EQ": ("eq", False),
    "NE": ("ne", False),
}
_BIT_CALLS = {
    "bitwise_and": "band",
    "bitwise_or": "bor",
    "bitwise_xor": "bxor",
    "shift_left": "shl",
    "shift_right": "shr",
}
# Functions of floats that C has by these names, with an f.
FUNCTIONS = frozenset(
    "exp exp2 log log2 log10 log1p sqrt sin cos tan asin acos atan sinh cosh tanh asinh acosh "  # noqa: SIM905
    "atanh erf pow fmod atan2 hypot copysign floor ceil trunc round abs".split()
)
_INDEX = ("add", "sub", "mul", "min", "max", "floordiv", "floormod", "div", "mod")
_OF_FLOATS = {"mod": "fmod", "floordiv": "floordiv", "floormod": "floormod"}
_SYNONYMS = {"fabs": "abs", "nearbyint": "round", "rint": "round"}


def dtype_of(value: Any) -> str:
    dtype = getattr(value, "dtype", None) or value.ty.dtype
    return str(getattr(dtype, "dtype", dtype))


class ExpressionReader:
    """Reads expressions over `buffers` and variables with `values`."""

    def __init__(self) -> None:
        self.values: dict[Any, Expr] = {}
        self.buffers: dict[Any, Buffer] = {}

    def buffer(self, buffer: Any) -> Buffer:
        if buffer not in self.buffers:
            raise Refused(f"its TIR has memory of its own, {buffer.name}")
        return self.buffers[buffer]

    def indices(self, values: Any) -> tuple[Expr, ...]:
        return tuple(self.index(value) for value in values)

    def index(self, value: Any) -> Expr:
        """An index: whatever its type, int32 is enough."""
        return narrowed(self.expr(value))

    def expr(self, value: Any) -> Expr:
        name = type(value).__name__
        if name in _BINARY:
            return self.arithmetic(value, _BINARY[name])
        if name in _BITS:
            wanted = element(dtype_of(value))
            args = (cast(self.expr(arg), wanted) for arg in (value.a, value.b))
            return op(wanted, _BITS[name], *args)
        if name in _COMPARISONS:
            word, swapped = _COMPARISONS[name]
            a, b = self.pair(value.a, value.b)
            return op("bool", word, *((b, a) if swapped else (a, b)))
        read = getattr(self, f"_{name}", None)
        if read is None:
            raise Refused(f"its TIR has an expression {name}")
        result: Expr = read(value)
        return result

    def pair(self, a: Any, b: Any) -> tuple[Expr, Expr]:
        return same_type(self.expr(a), self.expr(b))

    def arithmetic(self, value: Any, name: str) -> Expr:
        a, b = self.pair(value.a, value.b)
        if a.dtype == "float32" and name in _OF_FLOATS:
            return derived(_OF_FLOATS[name], a, b)
        wanted = element(dtype_of(value))
        if a.dtype != wanted and not exact(name, a, b):  # int32 is not enough
            a, b = cast(a, wanted), cast(b, wanted)
        return op(a.dtype, name, a, b)

    def _IntImm(self, value: Any) -> Expr:
        dtype, number = element(dtype_of(value)), int(value.value)
        if dtype == "int64" and fits((number, number), "int32"):
            dtype = "int32"
        return const(dtype, number)

    def _FloatImm(self, value: Any) -> Expr:
        return const(element(dtype_of(value)), float(value.value))

    def _Var(self, value: Any) -> Expr:
        if value in self.values:
            return self.values[value]
        if "elem_offset" in value.name:
            return index(0)
        raise Refused(f"a dimension is unknown: {value.name}")

    def _TensorLoad(self, value: Any) -> Expr:
        buffer = self.buffer(value.source)
        return Load(buffer.dtype, buffer, self.indices(value.indices))

    def _And(self, value: Any) -> Expr:
        return op("bool", "and", self.expr(value.a), self.expr(value.b))

    def _Or(self, value: Any) -> Expr:
        return op("bool", "or", self.expr(value.a), self.expr(value.b))

    def _Not(self, value: Any) -> Expr:
        return op("bool", "not", self.expr(value.a))

    def _BitwiseNot(self, value: Any) -> Expr:
        dtype = element(dtype_of(value))
        return op(dtype, "bnot", cast(self.expr(value.a), dtype))

    def _Cast(self, value: Any) -> Expr:
        dtype, inner = element(dtype_of(value)), self.expr(value.value)
        if is_integer(inner.dtype) and dtype == "int64" and fits(inner.bounds, "int32"):
            return cast(inner, "int32")  # where int64 is needed it is cast again
        if not is_integer(inner.dtype) and dtype == "int64" and _far_inside(inner):
            return cast(inner, "int32")
        return cast(inner, dtype)

    def _Select(self, value: Any) -> Expr:
        return self.choice(value.condition, value.true_value, value.false_value)

    def choice(self, condition: Any, true: Any, false: Any) -> Expr:
        a, b = self.pair(true, false)
        return op(a.dtype, "select", self.expr(condition), a, b)

    def _Call(self, value: Any) -> Expr:
        name = str(getattr(value.op, "name", value.op)).split(".")[-1]
        name = _SYNONYMS.get(name, name)
        if name == "if_then_else":
            return self.choice(*value.args)
        if name == "likely":
            return self.expr(value.args[0])
        args = [self.expr(arg) for arg in value.args]
        dtype = element(dtype_of(value))
        if name in _BIT_CALLS:
            return op(dtype, _BIT_CALLS[name], *(cast(arg, dtype) for arg in args))
        if name == "bitwise_not":
            return op(dtype, "bnot", cast(args[0], dtype))
        if name == "abs" or (dtype == "float32" and name in FUNCTIONS):
            return op(dtype, name, *(cast(arg, dtype) for arg in args))
        if dtype == "float32" and name in ("sigmoid", "rsqrt", "exp10"):
            return derived(name, args[0])
        if name in ("isnan", "isinf", "isfinite") and args[0].dtype == "float32":
            return op("bool", name, args[0])
        raise Refused(f"C has no function {name} of {dtype}")


def derived(name: str, x: Expr, *more: Expr) -> Expr:
    """What C has no function of its own for."""
    if name == "fmod":
        return op("float32", "fmod", x, *more)
    if name in ("floordiv", "floormod"):
        if name == "floordiv":
            return op("float32", "floor", op("float32", "div", x, *more))
        return remainder(x, *more)
    one = const("float32", 1.0)
    if name == "sigmoid":
        power = op("float32", "exp", op("float32", "neg", x))
        return op("float32", "div", one, op("float32", "add", one, power))
    if name == "exp10":
        return op("float32", "pow", const("float32", 10.0), x)
    return op("float32", "div", one, op("float32", "sqrt", x))


def static(extent: Any) -> int:
    if not isinstance(extent, tirx.IntImm):
        raise Refused(f"a dimension is unknown: {extent}")
    return int(extent.value)


def element(dtype: str) -> str:
    """The type of elements, if it is one that we print."""
    if dtype not in LIMITS and dtype != "float32":
        raise Refused(f"it computes in {dtype}; C code is of float, bool and integers")
    return dtype


def same_type(a: Expr, b: Expr) -> tuple[Expr, Expr]:
    """Both of the wider type: what was int64 may have become int32."""
    if a.dtype == b.dtype:
        return a, b
    if {a.dtype, b.dtype} == {"int32", "int64"}:
        return cast(a, "int64"), cast(b, "int64")
    if isinstance(a, Const):
        return cast(a, b.dtype), b
    if isinstance(b, Const):
        return a, cast(b, a.dtype)
    wider = max((a.dtype, b.dtype), key=lambda d: LIMITS.get(d, (0, math.inf))[1])
    return cast(a, wider), cast(b, wider)


def _far_inside(expr: Expr) -> bool:
    """Whether a float, truncated, is an int32."""
    return fits((expr.bounds[0] - 1, expr.bounds[1] + 1), "int32")


def narrowed(expr: Expr) -> Expr:
    """An index in int32: what it is computed from is valid, so nothing overflows."""
    if isinstance(expr, Load):
        return op("int32", "index", expr)
    if isinstance(expr, Op) and expr.name == "cast" and not is_integer(expr.args[0].dtype):
        return (
            op("int32", "index", cast(expr.args[0], "int32"))
            if expr.buffers
            else cast(expr, "int32")
        )
    if isinstance(expr, Op) and expr.dtype == "int32" and expr.buffers and expr.name in _INDEX:
        return op("int32", expr.name, *map(narrowed, expr.args))
    if expr.dtype == "int32":
        return expr
    if isinstance(expr, Op) and expr.dtype == "int64":
        if expr.name == "cast" and expr.args[0].dtype != "bool":
            return cast(expr.args[0], "int32")
        if expr.name == "select":
            condition, a, b = expr.args
            return op("int32", "select", _compared(condition), narrowed(a), narrowed(b))
        if expr.name in _INDEX:
            return op("int32", expr.name, *map(narrowed, expr.args))
    return cast(expr, "int32")


def _compared(condition: Expr) -> Expr:
    comparison = isinstance(condition, Op) and condition.name in ("lt", "le", "eq", "ne")
    if comparison and condition.children[0].dtype == "int64":
        return op("bool", condition.name, *map(narrowed, condition.children))  # type: ignore[attr-defined]
    return condition
