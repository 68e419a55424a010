"""What depends on one value of 8 bits is looked up: all 256 results are computed here."""

import math
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tinycompile.tir.inline import cost
from tinycompile.tir.simplify import cast
from tinycompile.tir.stage import Stage
from tinycompile.tir.tree import (
    LIMITS,
    Buffer,
    Const,
    Expr,
    Load,
    Op,
    Store,
    is_integer,
    subexpressions,
)

Array = NDArray[Any]
BYTES = ("int8", "uint8")
FEWEST = 16  # halves for which widening is worth its code
DEAR = 12  # cycles, from which on a table is worth its 256 bytes

_erf = np.frompyfunc(math.erf, 1, 1)
_FUNCTIONS: dict[str, Callable[..., Any]] = {
    "add": np.add,
    "sub": np.subtract,
    "mul": np.multiply,
    "neg": np.negative,
    "lt": np.less,
    "le": np.less_equal,
    "eq": np.equal,
    "ne": np.not_equal,
    "and": np.logical_and,
    "or": np.logical_or,
    "not": np.logical_not,
    "select": np.where,
    "max": lambda a, b: np.where(a < b, b, a),
    "min": lambda a, b: np.where(a > b, b, a),
    "abs": np.abs,
    "pow": np.power,
    "erf": lambda x: np.asarray(_erf(x), np.float32),
    "round": np.rint,
    "isnan": np.isnan,
    "isinf": np.isinf,
    "isfinite": np.isfinite,
    "asin": np.arcsin,
    "acos": np.arccos,
    "atan": np.arctan,
    "asinh": np.arcsinh,
    "acosh": np.arccosh,
    "atanh": np.arctanh,
    **{
        name: getattr(np, name) for name in ("exp", "exp2", "log", "log2", "log10", "log1p", "sqrt")
    },
    **{name: getattr(np, name) for name in ("sin", "cos", "tan", "sinh", "cosh", "tanh", "fmod")},
    **{name: getattr(np, name) for name in ("floor", "ceil", "trunc")},
}


def look_up(stages: list[Stage], constants: dict[Buffer, Array]) -> None:
    """Replace by tables, which become `constants`, what 8 bits decide in the stores of `stages`."""
    stores = (s for stage in stages for s in stage.body if isinstance(s, Store))
    for store in stores:
        load = _only_byte(store.value) if store.value.dtype in BYTES else None
        values = None if load is None else _all_values(store.value, load)
        if load is not None and values is not None:
            table = Buffer("table", store.value.dtype, (256,), "constant")
            constants[table] = values
            place = cast(cast(load, "uint8"), "int32")  # what is negative comes last
            store.value = Load(table.dtype, table, (place,))


def halve(constants: dict[Buffer, Array]) -> None:
    """Let tables of floats lie in half precision where that is the same numbers."""
    for buffer, values in constants.items():
        if values.dtype == np.float32 and values.size >= FEWEST:
            with np.errstate(over="ignore"):
                narrow = values.astype(np.float16)
            buffer.half = bool(np.isfinite(narrow).all() and (narrow == values).all())


def _only_byte(expr: Expr) -> Load | None:
    """The one value of 8 bits that `expr` is a function of, if it is dear enough."""
    if cost(expr) < DEAR:
        return None
    loads = {part for part in subexpressions(expr) if isinstance(part, Load)}
    if len(loads) != 1 or (load := loads.pop()).dtype not in BYTES:
        return None
    return None if _depends_otherwise(expr, load) else load


def _depends_otherwise(expr: Expr, load: Load) -> bool:
    """Whether a variable is in `expr` but for the place of `load`."""
    if expr == load:
        return False
    if not expr.children:
        return not isinstance(expr, Const)
    return any(_depends_otherwise(child, load) for child in expr.children)


def _all_values(expr: Expr, load: Load) -> Array | None:
    known: dict[Expr, Array] = {load: np.arange(256).astype(np.uint8).view(load.dtype)}
    with np.errstate(all="ignore"):
        value = _value(expr, known)
    return None if value is None else np.broadcast_to(value, 256).astype(expr.dtype)


def _value(expr: Expr, known: dict[Expr, Array]) -> Array | None:
    """In the type of `expr`, for all values of what is `known`; None if numpy lacks a function of it."""
    if expr not in known:
        if isinstance(expr, Const):
            known[expr] = np.asarray(expr.value, expr.dtype)
        else:
            assert isinstance(expr, Op)
            args = [_value(arg, known) for arg in expr.args]
            made = None if any(arg is None for arg in args) else _computed(expr, args)
            if made is None:
                return None
            known[expr] = np.asarray(made, expr.dtype)
    return known[expr]


def _computed(expr: Op, args: list[Any]) -> Any:
    name = expr.name
    if name == "cast":
        return _converted(args[0], expr.dtype)
    if name in ("nearest", "nearest_away"):
        value, low, high = args
        bounded = np.where(value > low, np.where(value < high, value, high), low)
        away = np.trunc(bounded) + np.trunc(2 * (bounded - np.trunc(bounded)))
        return np.rint(bounded) if name == "nearest" else away
    if name == "div" and not is_integer(expr.dtype):
        return args[0] / args[1]
    if name in _FUNCTIONS:
        return _FUNCTIONS[name](*args)
    return None


def _converted(value: Array, dtype: str) -> Array:
    """As C does: floats are cut off and bounded, integers wrap around."""
    if is_integer(dtype) and dtype != "bool" and value.dtype == np.float32:
        low, high = LIMITS[dtype]
        whole = np.nan_to_num(np.trunc(value.astype(np.float64)))
        return np.asarray(np.clip(whole, low, high), dtype)
    return np.asarray(value.astype(dtype))
