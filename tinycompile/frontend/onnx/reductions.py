"""Our converters of ONNX's pools and reductions."""

import math
from typing import Any

from tvm import relax

from tinycompile.errors import UnsupportedOperator
from tinycompile.frontend.onnx.operation import Converter, Operation
from tinycompile.frontend.onnx.windows import pool_attributes

nn = relax.op.nn
# Number of spatial dimensions -> Relax operator, layout
MAX_POOLS = {1: (nn.max_pool1d, "NCW"), 2: (nn.max_pool2d, "NCHW"), 3: (nn.max_pool3d, "NCDHW")}
AVERAGE_POOLS = {1: (nn.avg_pool1d, "NCW"), 2: (nn.avg_pool2d, "NCHW"), 3: (nn.avg_pool3d, "NCDHW")}


def _max_pool(o: Operation) -> relax.Expr:
    return _pool(o, MAX_POOLS)


def _average_pool(o: Operation) -> relax.Expr:
    return _pool(o, AVERAGE_POOLS, count_include_pad=bool(o.attributes.get("count_include_pad", 0)))


def _pool(o: Operation, operators: dict[int, tuple[Any, str]], **more: bool) -> relax.Expr:
    if o.output_count() > 1:
        raise UnsupportedOperator(
            "the indices of the maxima are asked for; only the maxima are computed"
        )
    operator, layout = o.by_dimensions(operators)
    return operator(o.input(0), layout=layout, **pool_attributes(o.attributes), **more)


def _global_pool(operator: Any) -> Converter:
    return lambda o: operator(o.input(0), list(range(2, len(o.shape()))), True)


def _reduce(operator: Any) -> Converter:
    def convert(o: Operation) -> relax.Expr:
        axes = o.attributes.get("axes")
        if o.input(1) is not None:
            axes = o.listed(1, "the list of axes")
        if not axes and o.attributes.get("noop_with_empty_axes", 0):
            return o.input(0)
        rank = len(o.shape())
        axes = sorted(o.axis(axis, rank) for axis in axes) if axes else list(range(rank))
        keeps = bool(o.attributes.get("keepdims", 1))
        if o.input(0).ty.dtype.dtype != "bool":
            return operator(o.input(0), axes, keeps)
        return relax.op.astype(operator(relax.op.astype(o.input(0), "uint8"), axes, keeps), "bool")

    return convert


def _mean(data: relax.Expr, axes: list[int], keeps: bool) -> relax.Expr:
    """TVM's mean of integers becomes int64 when its loops are made."""
    if data.ty.dtype.dtype.startswith("float"):
        return relax.op.mean(data, axes, keeps)
    count = math.prod(int(data.ty.shape[axis]) for axis in axes)
    total = relax.op.sum(data, axes, keeps)
    return relax.op.divide(total, relax.const(count, data.ty.dtype.dtype))


def _running_product(o: Operation) -> relax.Expr:
    axis, exclusive = o.number(1, "the axis"), bool(o.attributes.get("exclusive", 0))
    if not o.attributes.get("reverse", 0):
        return relax.op.cumprod(o.input(0), axis, exclusive=exclusive)
    turned = relax.op.cumprod(relax.op.flip(o.input(0), axis), axis, exclusive=exclusive)
    return relax.op.flip(turned, axis)


def _position(operator: Any) -> Converter:
    def convert(o: Operation) -> relax.Expr:
        axis = o.axis(o.attributes.get("axis", 0), len(o.shape()))
        keeps = bool(o.attributes.get("keepdims", 1))
        if not o.attributes.get("select_last_index", 0):
            return operator(o.input(0), axis, keeps)
        from_behind = operator(relax.op.flip(o.input(0), axis), axis, keeps)
        return relax.op.subtract(relax.const(o.shape()[axis] - 1, "int64"), from_behind)

    return convert


CONVERTERS: dict[str, Converter] = {
    "MaxPool": _max_pool,
    "AveragePool": _average_pool,
    "GlobalAveragePool": _global_pool(relax.op.mean),
    "GlobalMaxPool": _global_pool(relax.op.max),
    "ReduceMean": _reduce(_mean),
    "ReduceSum": _reduce(relax.op.sum),
    "ReduceMax": _reduce(relax.op.max),
    "ReduceMin": _reduce(relax.op.min),
    "CumProd": _running_product,
    "ArgMax": _position(relax.op.argmax),
    "ArgMin": _position(relax.op.argmin),
}
