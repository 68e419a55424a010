"""Relax expressions: what they are, and one made of another."""

from typing import Any

import numpy as np
import tvm
from numpy.typing import NDArray
from tvm import relax


def constant(value: NDArray[Any]) -> relax.Expr:
    """`value` in its own type and shape: by itself Relax makes int32 of int64."""
    return relax.const(np.asarray(value, order="C"), str(value.dtype))


def is_call(expr: Any, op: str) -> bool:
    return isinstance(expr, relax.Call) and getattr(expr.op, "name", None) == f"relax.{op}"


def on(call: relax.Call, *data: relax.Expr, **changes: Any) -> relax.Call:
    """`call` with other leading operands, and with `changes` of its attributes."""
    attrs = call.attrs
    if changes:
        info = type(attrs).__tvm_ffi_type_info__
        values = {field.name: getattr(attrs, field.name) for field in info.fields}
        attrs = tvm.ir.make_node(info.type_key, **values | changes)
    return relax.Call(call.op, [*data, *call.args[len(data) :]], attrs, call.ty_args)


def shape_of(expr: relax.Expr) -> tuple[int, ...]:
    return tuple(int(size) for size in expr.ty.shape.values)  # `values`: iterated 5 times as fast


def typed(call: relax.Call, type_: Any) -> relax.Call:
    """`call`, of which it is known that it makes a `type_`."""
    return relax.Call(call.op, call.args, call.attrs, call.ty_args, ret_ty=type_)


def substitute(expr: relax.Expr, by: dict[relax.Var, relax.Expr]) -> relax.Expr:
    """`expr`, a value without nested calls, with variables replaced."""
    if isinstance(expr, relax.Var):
        return by.get(expr, expr)
    if isinstance(expr, relax.Tuple):
        return relax.Tuple([substitute(field, by) for field in expr.fields])
    if isinstance(expr, relax.TupleGetItem):
        return relax.TupleGetItem(substitute(expr.tuple_value, by), expr.index)
    if not isinstance(expr, relax.Call):
        return expr
    args = [substitute(arg, by) for arg in expr.args]
    return relax.Call(expr.op, args, expr.attrs, expr.ty_args)


def variables(expr: relax.Expr) -> list[relax.Var]:
    """The variables that `expr`, a value without nested calls, reads."""
    if isinstance(expr, relax.Var):
        return [expr]
    if isinstance(expr, relax.Tuple):
        return [var for field in expr.fields for var in variables(field)]
    if isinstance(expr, relax.TupleGetItem):
        return variables(expr.tuple_value)
    return [var for arg in getattr(expr, "args", []) for var in variables(arg)]
