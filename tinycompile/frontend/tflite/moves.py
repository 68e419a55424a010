"""TFLite's operators that move data, on whatever type it has, in canonical form.

Their output has the input's quantisation, so they run on the integers. Shapes come from the file,
which states them for every tensor.
"""

from math import prod
from typing import Any

import numpy as np
import tflite
from numpy.typing import NDArray
from tvm import relax

from tinycompile.errors import InvalidModel, UnsupportedOperator
from tinycompile.frontend.tflite.converter import Conversion, Converter
from tinycompile.rewriting.expressions import constant

reshape, permute_dims = relax.op.reshape, relax.op.permute_dims


def operand(c: Converter, op: Any, position: int, what: str) -> NDArray[Any]:
    """The value of an operand that must be a constant, in one dimension."""
    if (value := c.value(op.Inputs(position))) is None:
        name = c.names[op.Outputs(0)]
        raise UnsupportedOperator(
            f"{c.code(op)} {name!r}: {what} computed at run time; only a constant can be compiled"
        )
    return np.asarray(value).ravel()


def unfit(c: Converter, op: Any, found: str) -> InvalidModel:
    return InvalidModel(f"damaged file: {c.code(op)} {c.names[op.Outputs(0)]!r}: {found}")


def data(c: Converter, op: Any, position: int = 0) -> relax.Expr:
    return c.integer(op.Inputs(position))


def renamed(c: Converter, op: Any, position: int = 0) -> relax.Expr:
    """Only the shape differs."""
    shape, before = c.shape(op.Outputs(0)), c.shape(op.Inputs(position))
    if prod(shape) != prod(before):
        name = c.names[op.Outputs(0)]
        raise UnsupportedOperator(
            f"{c.code(op)} {name!r}: {before} becomes {shape}, a shape computed at run time"
        )
    return reshape(data(c, op, position), c.shape(op.Outputs(0)))


def transpose(c: Converter, op: Any) -> relax.Expr:
    return permute_dims(data(c, op), operand(c, op, 1, "its permutation is").tolist())


def pad(c: Converter, op: Any) -> relax.Expr:
    """Pads with what stands for 0, or the constant of PADV2."""
    value = 0.0
    if op.InputsLength() > 2 and op.Inputs(2) >= 0:
        values = operand(c, op, 2, "the value to pad with is")
        if values.size != 1:
            raise unfit(c, op, f"{values.size} values to pad with")
        value = float(values[0])
    elif c.quantized(op.Inputs(0)):
        value = float(c.qparams(op.Outputs(0)).zero_point)
    widths = operand(c, op, 1, "its widths are").tolist()
    return relax.op.nn.pad(data(c, op), widths, pad_value=value)


def mirror_pad(c: Converter, op: Any) -> relax.Expr:
    """One gather along each axis that is padded."""
    x, shape = data(c, op), c.shape(op.Inputs(0))
    widths = operand(c, op, 1, "its widths are").reshape(-1, 2)
    reflect = c.options(op).Mode() == tflite.MirrorPadMode.REFLECT
    for axis, (before, after) in enumerate(widths.tolist()):
        if before or after:
            order = np.arange(shape[axis])
            mirrored = "reflect" if reflect else "symmetric"
            indices = np.pad(order, (before, after), mirrored)  # type: ignore[call-overload]
            x = relax.op.take(x, relax.const(indices.astype(np.int32)), axis)
    return x


def slice_(c: Converter, op: Any) -> relax.Expr:
    begin = operand(c, op, 1, "its begin is").tolist()
    sizes = c.shape(op.Outputs(0))
    if len(sizes) != len(begin):
        raise unfit(c, op, f"{len(begin)} dimensions become {len(sizes)}")
    ends = [first + size for first, size in zip(begin, sizes, strict=True)]
    return sliced(data(c, op), begin, ends, [1] * len(begin))


def sliced(x: relax.Expr, begin: list[int], end: list[int], steps: list[int]) -> relax.Expr:
    """All dimensions; an `end` of -1 is before the first element."""
    size = [int(d) for d in x.ty.shape]
    relative = [last if last >= 0 else -n - 1 for last, n in zip(end, size, strict=True)]
    return relax.op.strided_slice(x, list(range(len(size))), begin, relative, steps)


def strided_slice(c: Converter, op: Any) -> relax.Expr:
    """As numpy: new and dropped dimensions only change the shape, which the file states."""
    shape, options = c.shape(op.Inputs(0)), c.options(op)
    begin = operand(c, op, 1, "its begin is").tolist()
    end = operand(c, op, 2, "its end is").tolist()
    steps = operand(c, op, 3, "its strides are").tolist()
    if not len(begin) == len(end) == len(steps):
        raise unfit(c, op, f"{len(begin)} starts, {len(end)} ends, {len(steps)} strides")
    kept: list[slice] = []
    for i, (first, last, step) in enumerate(zip(begin, end, steps, strict=True)):
        bit = 1 << i
        if options.EllipsisMask() & bit:
            later = [j for j in range(i + 1, len(begin)) if not options.NewAxisMask() >> j & 1]
            kept += [slice(None)] * (len(shape) - len(kept) - len(later))
        elif options.NewAxisMask() & bit:
            continue
        elif options.ShrinkAxisMask() & bit:
            kept.append(slice(first, first + 1 or None, 1))
        else:
            start = None if options.BeginMask() & bit else first
            kept.append(slice(start, None if options.EndMask() & bit else last, step))
    kept += [slice(None)] * (len(shape) - len(kept))
    if len(kept) > len(shape):
        raise unfit(c, op, f"{len(kept)} slices of {len(shape)} dimensions")
    bounds = [s.indices(size) for s, size in zip(kept, shape, strict=True)]
    part = sliced(data(c, op), *([bound[k] for bound in bounds] for k in range(3)))
    return reshape(part, c.shape(op.Outputs(0)))


def split(c: Converter, op: Any) -> list[relax.Expr]:
    """Parts of equal size."""
    return parts(c, op, data(c, op, 1), int(operand(c, op, 0, "its axis is").item()))


def split_v(c: Converter, op: Any) -> list[relax.Expr]:
    return parts(c, op, data(c, op), int(operand(c, op, 2, "its axis is").item()))


def parts(c: Converter, op: Any, x: relax.Expr, axis: int) -> list[relax.Expr]:
    """Slices along `axis`, as long as the file says that the outputs are."""
    rank = len(x.ty.shape)
    results, begin = [], 0
    for output in op.OutputsAsNumpy():
        if not 0 < rank == len(c.shape(output)):
            raise unfit(c, op, f"{rank} dimensions become {len(c.shape(output))}")
        end = begin + c.shape(output)[axis % rank]
        results.append(relax.op.strided_slice(x, [axis % rank], [begin], [end], [1]))
        begin = end
    return results


def unpack(c: Converter, op: Any) -> list[relax.Expr]:
    axis = c.options(op).Axis() % len(c.shape(op.Inputs(0)))
    results = []
    for i, output in enumerate(op.OutputsAsNumpy()):
        one = relax.op.strided_slice(data(c, op), [axis], [i], [i + 1], [1])
        results.append(reshape(one, c.shape(output)))
    return results


def pack(c: Converter, op: Any) -> relax.Expr:
    shape = list(c.shape(op.Outputs(0)))
    axis = c.options(op).Axis() % len(shape)
    shape[axis] = 1
    layers = [reshape(data(c, op, i), shape) for i in range(op.InputsLength())]
    return relax.op.concat(layers, axis)


def concatenation(c: Converter, op: Any) -> relax.Expr:
    axis = c.options(op).Axis() % len(c.shape(op.Inputs(0)))
    joined = relax.op.concat([data(c, op, i) for i in range(op.InputsLength())], axis)
    quantized = c.quantized(op.Outputs(0))
    return c.fused(joined, op.Outputs(0), c.options(op)) if quantized else joined


def gather(c: Converter, op: Any) -> relax.Expr:
    options, output = c.options(op), op.Outputs(0)
    if options.BatchDims() != 0:
        raise UnsupportedOperator(
            f"GATHER {c.names[output]!r}: batch_dims is {options.BatchDims()}; only 0 can be compiled"
        )
    indices = operand(c, op, 1, "its indices are").astype(np.int32)
    axis = options.Axis() % len(c.shape(op.Inputs(0)))
    return reshape(relax.op.take(data(c, op), relax.const(indices), axis), c.shape(output))


def tile(c: Converter, op: Any) -> relax.Expr:
    return relax.op.tile(data(c, op), operand(c, op, 1, "its multiples are").tolist())


def broadcast_to(c: Converter, op: Any) -> relax.Expr:
    return relax.op.broadcast_to(data(c, op), c.shape(op.Outputs(0)))


def reverse(c: Converter, op: Any) -> relax.Expr:
    x = data(c, op)
    for axis in operand(c, op, 1, "its axis is").tolist():
        x = relax.op.flip(x, axis)
    return x


def space_to_depth(c: Converter, op: Any) -> relax.Expr:
    (n, h, w, depth), block = c.shape(op.Inputs(0)), c.options(op).BlockSize()
    blocks = reshape(data(c, op), (n, h // block, block, w // block, block, depth))
    return reshape(permute_dims(blocks, (0, 1, 3, 2, 4, 5)), c.shape(op.Outputs(0)))


def depth_to_space(c: Converter, op: Any) -> relax.Expr:
    (n, h, w, depth), block = c.shape(op.Inputs(0)), c.options(op).BlockSize()
    blocks = reshape(data(c, op), (n, h, w, block, block, depth // block**2))
    return reshape(permute_dims(blocks, (0, 1, 3, 2, 4, 5)), c.shape(op.Outputs(0)))


def shape_of(c: Converter, op: Any) -> relax.Expr:
    dtype = c.get_tensor_type_str(c.subgraph.Tensors(op.Outputs(0)).Type())
    return constant(np.array(c.shape(op.Inputs(0)), dtype))


CONVERTERS: dict[str, Conversion] = {
    "BROADCAST_TO": broadcast_to,
    "CONCATENATION": concatenation,
    "DEPTH_TO_SPACE": depth_to_space,
    "EXPAND_DIMS": renamed,
    "GATHER": gather,
    "MIRROR_PAD": mirror_pad,
    "PACK": pack,
    "PAD": pad,
    "PADV2": pad,
    "RESHAPE": renamed,
    "REVERSE_V2": reverse,
    "SHAPE": shape_of,
    "SLICE": slice_,
    "SPACE_TO_DEPTH": space_to_depth,
    "SPLIT": split,
    "SPLIT_V": split_v,
    "SQUEEZE": renamed,
    "STRIDED_SLICE": strided_slice,
    "TILE": tile,
    "TRANSPOSE": transpose,
    "UNPACK": unpack,
}
