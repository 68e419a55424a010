"""Where the frames of a sequence are, operator by operator, and which operators may not see them."""

from collections.abc import Callable, Mapping
from math import prod

import numpy as np
from tvm import relax
from tvm.ir import GenericConst

from tinycompile.errors import UnsupportedOperator
from tinycompile.kernels.shared.unary import FUNCTIONS
from tinycompile.rewriting import permutation
from tinycompile.rewriting.expressions import constant, is_call, on, shape_of
from tinycompile.rewriting.slices import slices

Axes = Mapping[relax.Var, int]
AT_ONCE = "it looks at all frames at once"


def operands(value: relax.Expr) -> list[relax.Expr]:
    """What a call reads, or the fields of a tuple, those of tuples in turn."""
    inside = getattr(value, "args", getattr(value, "fields", ()))
    return [field for e in inside for field in (operands(e) if isinstance(e, relax.Tuple) else [e])]


def of(value: relax.Expr, known: Axes) -> int | None:
    """The axis of frames of `value`, a variable, or of the first operand that has frames."""
    if isinstance(value, relax.Var):
        return known.get(value)
    return next((known[e] for e in operands(value) if e in known), None)


def result(call: relax.Call, known: Axes) -> int:
    """The axis of frames of what `call` makes, which has as many frames more as it sees."""
    name = str(call.op.name)
    if name not in RULES:
        raise UnsupportedOperator(f"{name.removeprefix('relax.')} is not supported on frames")
    if name not in OF_SEVERAL and call.args[0] not in known:
        raise UnsupportedOperator(AT_ONCE)
    return RULES[name](call, known)


def _pointwise(call: relax.Call, known: Axes) -> int:
    """Frames of all operands meet; what has none is the same for every frame."""
    rank, found = len(shape_of(call)), set()
    read = [e for e in operands(call) if hasattr(e.ty, "shape") and e.ty.shape is not None]
    for operand in read:
        if operand in known:
            found.add(known[operand] + rank - len(shape_of(operand)))
    if len(found) != 1:
        raise UnsupportedOperator("it combines frames with each other")
    (axis,) = found
    for operand in read:
        at = axis - rank + len(shape_of(operand))
        if operand not in known and at >= 0 and shape_of(operand)[at] > 1:
            raise UnsupportedOperator("it treats every frame in another way")
    return axis


def _quantized(call: relax.Call, known: Axes) -> int:
    axis = known[call.args[0]]
    per_channel = prod(shape_of(call.args[1])) > 1
    if per_channel and int(call.attrs.axis) % len(shape_of(call)) == axis:
        raise UnsupportedOperator("it treats every frame in another way")
    return axis


def _apart_from(attribute: str) -> Callable[[relax.Call, Axes], int]:
    """Of an operator that sees whole axes, which must not be that of frames."""

    def rule(call: relax.Call, known: Axes) -> int:
        axis, rank = known[call.args[0]], len(shape_of(call.args[0]))
        if axis in _listed(getattr(call.attrs, attribute), rank):
            raise UnsupportedOperator(AT_ONCE)
        return axis

    return rule


def _listed(axes: object, rank: int) -> list[int]:
    if axes is None:
        return list(range(rank))
    return [int(a) % rank for a in (axes if hasattr(axes, "__iter__") else [axes])]


def _reduced(call: relax.Call, known: Axes) -> int:
    axis, rank = known[call.args[0]], len(shape_of(call.args[0]))
    reduced = _listed(call.attrs.axis, rank)
    if axis in reduced:
        raise UnsupportedOperator(AT_ONCE)
    return axis if call.attrs.keepdims else axis - sum(other < axis for other in reduced)


def _concat(call: relax.Call, known: Axes) -> int:
    axis = of(call, known)
    assert axis is not None
    if any(known.get(field) != axis for field in call.args[0].fields):
        raise UnsupportedOperator("it joins frames to what has none")
    if int(call.attrs.axis) % len(shape_of(call)) == axis:
        raise UnsupportedOperator("it joins sequences one behind the other")
    return axis


def _permuted(call: relax.Call, known: Axes) -> int:
    return permutation.of(call).index(known[call.args[0]])


def _reshaped(call: relax.Call, known: Axes) -> int:
    """Frames stay apart: as many elements lie before and behind their axis."""
    old, axis, new = shape_of(call.args[0]), known[call.args[0]], shape_of(call)
    for candidate, size in enumerate(new):
        if size == old[axis] and prod(new[:candidate]) == prod(old[:axis]):
            return candidate
    raise UnsupportedOperator(f"it reshapes {old} to {new}, which mixes frames")


def _product(call: relax.Call, known: Axes) -> int:
    left, right = call.args
    rank = len(shape_of(left))
    if right in known:
        raise UnsupportedOperator(AT_ONCE)
    if known[left] == rank - 1:
        raise UnsupportedOperator(AT_ONCE)
    at = known[left] - rank + len(shape_of(right))
    if known[left] < rank - 2 and at >= 0 and shape_of(right)[at] > 1:
        raise UnsupportedOperator("it treats every frame in another way")
    return known[left] + len(shape_of(call)) - rank


def _window(call: relax.Call, known: Axes) -> int:
    axis = known[call.args[0]]
    layout = call.attrs.data_layout if is_call(call, "nn.conv2d") else call.attrs.layout
    if layout != "NHWC" or axis == 3 or any(e in known for e in call.args[1:]):
        raise UnsupportedOperator(AT_ONCE)
    return axis


def _padded(call: relax.Call, known: Axes) -> int:
    return known[call.args[0]]


def _sliced(call: relax.Call, known: Axes) -> int:
    axis, rank = known[call.args[0]], len(shape_of(call.args[0]))
    if axis in [int(a) % rank for a in call.args[1].fields]:
        raise UnsupportedOperator("it takes some of the frames")
    return axis


def newest(call: relax.Call, axis: int, count: int) -> relax.Call | None:
    """`call` of `count` frames, if it takes the last alone: what follows is as if the sequence ended."""
    size = shape_of(call.args[0])[axis]
    if is_call(call, "take") and isinstance(call.args[1], GenericConst):
        index = call.args[1].value.numpy()
        last = (
            call.attrs.axis is not None
            and int(call.attrs.axis) % len(shape_of(call.args[0])) == axis
        )
        if not last or index.ravel().tolist() not in ([-1], [size - 1]):
            return None
        return on(call, call.args[0], constant(np.full_like(index, count - 1)))
    if not is_call(call, "strided_slice"):
        return None
    taken, *rest = ([int(n) for n in arg.fields] for arg in call.args[1:])
    at = [i for i, a in enumerate(taken) if a % len(shape_of(call.args[0])) == axis]
    if len(at) != 1 or list(range(size)[slices(call)[axis]]) != [size - 1]:
        return None
    for numbers, value in zip(rest, (count - 1, count, 1), strict=False):
        numbers[at[0]] = value
    return relax.op.strided_slice(call.args[0], taken, *rest)


def past(call: relax.Call, axis: int) -> int:
    """How many frames are padded in front."""
    if is_call(call, "nn.pad"):
        before, behind = (int(call.attrs.pad_width[2 * axis + side]) for side in (0, 1))
        if min(before, behind) < 0 or ((before or behind) and call.attrs.pad_mode != "constant"):
            raise UnsupportedOperator("it pads with other frames, or takes some away")
    elif str(call.op.name) in WINDOWS and axis > 0:
        if int(call.attrs.strides[axis - 1]) != 1:
            raise UnsupportedOperator("it skips frames")
        before, behind = (int(call.attrs.padding[axis - 1 + side]) for side in (0, 2))
    else:
        return 0
    if behind:
        raise UnsupportedOperator(f"it looks ahead by {behind} frames; pad in front alone")
    return before


WINDOWS = ("relax.nn.conv2d", "relax.nn.max_pool2d", "relax.nn.avg_pool2d")
POINTWISE = (*FUNCTIONS, "relax.nn.prelu")
REDUCTIONS = ("relax.mean", "relax.sum", "relax.max", "relax.min", "relax.prod")
OF_SEVERAL = (*POINTWISE, "relax.concat", "relax.matmul")  # operands that may have frames
RULES: dict[str, Callable[[relax.Call, Axes], int]] = {
    **dict.fromkeys(POINTWISE, _pointwise),
    **dict.fromkeys(("relax.quantize", "relax.dequantize"), _quantized),
    **dict.fromkeys(("relax.nn.softmax", "relax.nn.log_softmax"), _apart_from("axis")),
    **dict.fromkeys(("relax.nn.layer_norm", "relax.nn.rms_norm"), _apart_from("axes")),
    **dict.fromkeys(REDUCTIONS, _reduced),
    **dict.fromkeys(("relax.reshape", "relax.expand_dims", "relax.squeeze"), _reshaped),
    **dict.fromkeys(WINDOWS, _window),
    "relax.concat": _concat,
    "relax.permute_dims": _permuted,
    "relax.matmul": _product,
    "relax.nn.pad": _padded,
    "relax.strided_slice": _sliced,
}
