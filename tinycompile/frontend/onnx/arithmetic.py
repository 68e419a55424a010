"""Our converters of ONNX's arithmetic that TVM leaves out, or has for floats only."""

from typing import Any

import numpy as np
from onnx import helper
from tvm import relax

from tinycompile.errors import UnsupportedOperator
from tinycompile.frontend.onnx.operation import Converter, Operation

LONGEST_POWER = 64  # from which on integers have overflowed, unless they are 0, 1 or -1


def _is_float(expression: Any) -> bool:
    return str(expression.ty.dtype.dtype).startswith("float")


def _number(value: float, like: Any) -> relax.Expr:
    return relax.const(value, like.ty.dtype.dtype)


def _power(o: Operation) -> relax.Expr:
    """In the type of the base, whatever that of the exponent is."""
    base, exponent = o.input(0), o.input(1)
    dtype = base.ty.dtype.dtype
    if _is_float(base):
        return relax.op.power(base, _as(exponent, dtype))
    if _is_float(exponent):
        real = relax.op.power(relax.op.astype(base, "float32"), exponent)
        return relax.op.astype(real, dtype)
    return _integer_power(o, base, _as(exponent, dtype))


def _as(expression: Any, dtype: str) -> relax.Expr:
    same = expression.ty.dtype.dtype == dtype
    return expression if same else relax.op.astype(expression, dtype)


def _integer_power(o: Operation, base: relax.Expr, exponent: relax.Expr) -> relax.Expr:
    """By squaring: a factor for each bit of the exponent."""
    emit, one = o.builder.normalize, _number(1, base)
    known = o.value(exponent)
    if known is not None and known.min(initial=0) < 0:
        raise UnsupportedOperator("its exponent is negative, its base an integer")
    bits = (LONGEST_POWER if known is None else int(known.max(initial=1))).bit_length()
    result = None
    for bit in range(bits):
        shifted = relax.op.right_shift(exponent, _number(bit, exponent))
        odd = relax.op.equal(relax.op.bitwise_and(shifted, one), one)
        factor = emit(relax.op.where(odd, base, one))
        result = factor if result is None else emit(relax.op.multiply(result, factor))
        base = emit(relax.op.multiply(base, base))
    return result


def _remainder(o: Operation) -> relax.Expr:
    """With the sign of the divisor, or of the dividend if `fmod` is set."""
    a, b = o.inputs
    if o.attributes.get("fmod", 0):
        return relax.op.mod(a, b)
    if not _is_float(a):
        return relax.op.floor_mod(a, b)
    zero, rest = _number(0, a), o.builder.normalize(relax.op.mod(a, b))
    differs = relax.op.logical_xor(relax.op.less(rest, zero), relax.op.less(b, zero))
    turned = relax.op.logical_and(relax.op.not_equal(rest, zero), differs)
    return relax.op.where(turned, relax.op.add(rest, b), rest)


def _is_infinite(o: Operation) -> relax.Expr:
    x = o.input(0)
    found = [
        relax.op.equal(x, _number(sign * np.inf, x))
        for sign, name in ((1, "detect_positive"), (-1, "detect_negative"))
        if o.attributes.get(name, 1)
    ]
    if not found:
        return relax.const(np.zeros(o.shape(), np.bool_))
    return found[0] if len(found) == 1 else relax.op.logical_or(*found)


def _eye(o: Operation) -> relax.Expr:
    """A constant: only the shape of the input counts."""
    rows, columns = o.shape()
    dtype = np.dtype(str(o.input(0).ty.dtype.dtype))
    if "dtype" in o.attributes:
        dtype = helper.tensor_dtype_to_np_dtype(o.attributes["dtype"])
    return relax.const(np.eye(rows, columns, o.attributes.get("k", 0), dtype))


def _one_hot(o: Operation) -> relax.Expr:
    """One of two values, by whether the index is that of the place."""
    depth, rank = int(o.number(1, "the depth")), len(o.shape()) + 1
    axis = o.axis(o.attributes.get("axis", -1), rank)
    indices = o.builder.normalize(relax.op.expand_dims(o.input(0), axis))
    size = _number(depth, indices)
    negative = relax.op.less(indices, _number(0, indices))
    indices = relax.op.where(negative, relax.op.add(indices, size), indices)
    shape = [depth if i == axis else 1 for i in range(rank)]
    places = np.arange(depth).reshape(shape).astype(str(size.ty.dtype.dtype))
    off, on = (_element(o, i) for i in (0, 1))
    return relax.op.where(relax.op.equal(indices, relax.const(places)), on, off)


def _element(o: Operation, index: int) -> relax.Expr:
    """One of the two values of a OneHot."""
    values = o.value(o.input(2))
    if values is not None:
        return relax.const(values.reshape(-1)[index])
    part = relax.op.strided_slice(o.input(2), [0], [index], [index + 1])
    return relax.op.reshape(part, ())


def _space_to_depth(o: Operation) -> relax.Expr:
    """Columns of a block before its rows before channels (DCR), or channels first (CRD)."""
    n, c, h, w = o.shape()
    size = int(o.attributes["blocksize"])
    blocks = relax.op.reshape(o.input(0), (n, c, h // size, size, w // size, size))
    first = o.attributes.get("mode", "DCR") == "CRD"
    order = [0, 1, 3, 5, 2, 4] if first else [0, 3, 5, 1, 2, 4]
    moved = relax.op.permute_dims(blocks, order)
    return relax.op.reshape(moved, (n, c * size * size, h // size, w // size))


CONVERTERS: dict[str, Converter] = {
    "Pow": _power,
    "Mod": _remainder,
    "IsInf": _is_infinite,
    "EyeLike": _eye,
    "OneHot": _one_hot,
    "SpaceToDepth": _space_to_depth,
}
