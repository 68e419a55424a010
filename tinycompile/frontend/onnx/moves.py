"""Our converters of the ONNX operators that move values: reshape, slice, pad and the like.

With static shapes each is one plain Relax operator, or a slice and a reshape.
"""

import math

import numpy as np
from tvm import relax

from tinycompile.errors import UnsupportedOperator
from tinycompile.frontend.onnx.operation import Converter, Operation, Shape

PAD_MODES = {"constant": "constant", "reflect": "reflect", "edge": "replicate", "wrap": "circular"}


def _reshape(o: Operation) -> relax.Expr:
    target = [int(size) for size in o.listed(1, "the shape")]
    if not o.attributes.get("allowzero", 0):
        shape = o.shape()
        target = [shape[o.axis(i, len(shape))] if s == 0 else s for i, s in enumerate(target)]
    return _to_shape(o, tuple(target))


def _to_shape(o: Operation, target: Shape) -> relax.Expr:
    """Reshape to `target`, in which one size may be -1."""
    if -1 in target:
        known = math.prod(size for size in target if size != -1)
        rest = math.prod(o.shape()) // max(known, 1)
        target = tuple(rest if size == -1 else size for size in target)
    if target == o.shape():
        return o.input(0)
    return relax.op.reshape(o.input(0), target)


def _flatten(o: Operation) -> relax.Expr:
    shape = o.shape()
    axis = o.attributes.get("axis", 1)
    axis = axis + len(shape) if axis < 0 else axis
    return _to_shape(o, (math.prod(shape[:axis]), math.prod(shape[axis:])))


def _squeeze(o: Operation) -> relax.Expr:
    shape = o.shape()
    if o.input(1) is None:
        axes = {axis for axis, size in enumerate(shape) if size == 1}
    else:
        axes = {o.axis(a, len(shape)) for a in o.listed(1, "the list of axes")}
    return _to_shape(o, tuple(size for axis, size in enumerate(shape) if axis not in axes))


def _unsqueeze(o: Operation) -> relax.Expr:
    axes = o.listed(1, "the list of axes")
    rank = len(o.shape()) + len(axes)
    new = {o.axis(axis, rank) for axis in axes}
    if len(new) < len(axes):
        raise UnsupportedOperator(f"an axis is there twice in {axes}")
    sizes = iter(o.shape())
    return _to_shape(o, tuple(1 if axis in new else next(sizes) for axis in range(rank)))


def _slice(o: Operation) -> relax.Expr:
    """A strided slice with bounds inside the tensor; steps may be negative."""
    starts = o.listed(1, "the list of starts")
    count = len(starts)
    ends = o.listed(2, "the list of ends", count)
    axes = o.listed(3, "the list of axes", count) if o.input(3) is not None else range(count)
    steps = o.listed(4, "the list of steps", count) if o.input(4) is not None else [1] * count
    if 0 in steps:
        raise UnsupportedOperator("a step is 0")
    axes = [o.axis(axis, len(o.shape())) for axis in axes]
    begin, end = [], []
    for start, stop, step, axis in zip(starts, ends, steps, axes, strict=True):
        first, last, _ = slice(start, stop, step).indices(o.shape()[axis])
        begin.append(first)
        # Below the first element there is no index: Relax counts negative ones from the back.
        end.append(last if last >= 0 else -o.shape()[axis] - 1)
    return relax.op.strided_slice(o.input(0), axes, begin, end, steps)


def _split(o: Operation) -> relax.Expr:
    axis = o.axis(o.attributes.get("axis", 0), len(o.shape()))
    size, parts = o.shape()[axis], len(o.node.output)
    if o.input(1) is not None:
        sizes = o.listed(1, "the list of sizes")
    else:
        part = -(-size // parts)  # the last one may be smaller
        sizes = [part] * (parts - 1) + [size - part * (parts - 1)]
    if len(sizes) == 1:
        return o.input(0)
    return relax.op.split(o.input(0), np.cumsum(sizes)[:-1].tolist(), axis)


def _concat(o: Operation) -> relax.Expr:
    axis = o.axis(o.attributes["axis"], len(o.shape()))
    some = [data for i, data in enumerate(o.inputs) if o.shape(i)[axis]] or o.inputs[:1]
    return relax.op.concat(some, axis) if len(some) > 1 else some[0]


def _pad(o: Operation) -> relax.Expr:
    rank = len(o.shape())
    value = np.zeros(()) if o.input(2) is None else o.value(o.input(2))
    axes = o.listed(3, "the list of axes") if o.input(3) is not None else range(rank)
    axes = [o.axis(axis, rank) for axis in axes]
    pads = o.listed(1, "the padding", 2 * len(axes))
    mode = o.attributes.get("mode", "constant")
    if mode not in PAD_MODES:
        raise UnsupportedOperator(f"mode is {mode!r}; known are {', '.join(PAD_MODES)}")
    widths = [0] * (2 * rank)
    for i, axis in enumerate(axes):
        widths[2 * axis], widths[2 * axis + 1] = pads[i], pads[len(axes) + i]
    data = o.input(0)
    if min(widths, default=0) < 0:
        data, widths = _cut(data, o.shape(), widths)
    if not any(widths):
        return data
    if value is None:
        return _padded_with(o, data, widths)
    number = 0.0 if o.input(2) is None else o.number(2, "the value to pad with")
    return relax.op.nn.pad(data, widths, PAD_MODES[mode], number)


def _cut(data: relax.Expr, shape: Shape, widths: list[int]) -> tuple[relax.Expr, list[int]]:
    """Without what negative widths cut off, and those that are left."""
    axes = [axis for axis in range(len(shape)) if min(widths[2 * axis : 2 * axis + 2]) < 0]
    begin = [max(-widths[2 * axis], 0) for axis in axes]
    end = [shape[axis] - max(-widths[2 * axis + 1], 0) for axis in axes]
    return relax.op.strided_slice(data, axes, begin, end), [max(width, 0) for width in widths]


def _padded_with(o: Operation, data: relax.Expr, widths: list[int]) -> relax.Expr:
    """Padded with a value that is computed."""
    padded = o.builder.normalize(relax.op.nn.pad(data, widths, "constant", 0))
    shape = tuple(int(size) for size in padded.ty.shape)
    inside = np.pad(np.ones(o.shape(), np.bool_), np.reshape(widths, (-1, 2)))
    return relax.op.where(relax.const(inside.reshape(shape)), padded, o.input(2))


def _expand(o: Operation) -> relax.Expr:
    target = np.broadcast_shapes(o.shape(), tuple(o.listed(1, "the shape")))
    return o.input(0) if target == o.shape() else relax.op.broadcast_to(o.input(0), target)


def _tile(o: Operation) -> relax.Expr:
    return relax.op.tile(o.input(0), o.listed(1, "the list of repeats"))


def _dropout(o: Operation) -> relax.Expr:
    """Nothing at inference; the mask, if it is asked for, is of ones."""
    training = o.input(2) is not None and bool(o.number(2, "training_mode"))
    ratio = o.number(1, "the ratio") if training and o.input(1) is not None else 0.5
    if training and ratio:
        raise UnsupportedOperator("it is in training mode; export the model for inference")
    if o.output_count() == 1:
        return o.input(0)
    return relax.Tuple([o.input(0), relax.const(np.ones(o.shape(), np.bool_))])


def _same(o: Operation) -> relax.Expr:
    if o.output_count() > 1:
        raise UnsupportedOperator(
            "more than its first output is asked for; export the model for inference"
        )
    return o.input(0)


CONVERTERS: dict[str, Converter] = {
    "Reshape": _reshape,
    "Flatten": _flatten,
    "Squeeze": _squeeze,
    "Unsqueeze": _unsqueeze,
    "Slice": _slice,
    "Split": _split,
    "Concat": _concat,
    "Pad": _pad,
    "Expand": _expand,
    "Tile": _tile,
    "Identity": _same,
    "Dropout": _dropout,
}
