"""SPACE_TO_BATCH_ND, BATCH_TO_SPACE_ND, and the dilated convolutions that converters write with them."""

from typing import Any

import numpy as np
import tflite
from numpy.typing import NDArray
from tvm import relax

from tinycompile.frontend.tflite.converter import Converter
from tinycompile.frontend.tflite.moves import data, operand
from tinycompile.frontend.tflite.products import conv2d, depthwise_conv2d
from tinycompile.frontend.tflite.structure import as_tuple

reshape, permute_dims = relax.op.reshape, relax.op.permute_dims

# TFLite Micro never sets the value that it pads with; in memory that was zero before it is 0, whatever the
# zero point is.
FILLING = 0.0
CONVOLUTIONS = {"CONV_2D": conv2d, "DEPTHWISE_CONV_2D": depthwise_conv2d}
RENAMES = ("EXPAND_DIMS", "RESHAPE", "SQUEEZE")


def space_to_batch(c: Converter, op: Any) -> relax.Expr:
    """Pads, then moves the place within a block in front of the batch."""
    block = operand(c, op, 1, "its block shape is").tolist()
    around = operand(c, op, 2, "its padding is").reshape(-1, 2)
    n, *size = c.shape(op.Inputs(0))
    m, depth = len(block), size[len(block) :]
    widths = [0, 0, *around.ravel().tolist(), *[0, 0] * len(depth)]
    padded = _padded(c, op, data(c, op), widths)
    extents = [s + int(w.sum()) for s, w in zip(size[:m], around, strict=True)]
    pairs = [d for extent, b in zip(extents, block, strict=True) for d in (extent // b, b)]
    within, outer = [2 + 2 * i for i in range(m)], [1 + 2 * i for i in range(m)]
    order = [*within, 0, *outer, *range(1 + 2 * m, 1 + 2 * m + len(depth))]
    moved = permute_dims(reshape(padded, (n, *pairs, *depth)), order)
    return reshape(moved, c.shape(op.Outputs(0)))


def _padded(c: Converter, op: Any, x: relax.Expr, widths: list[int]) -> relax.Expr:
    name, zero_point = c.names[op.Outputs(0)], 0
    if c.quantized(op.Inputs(0)):
        zero_point = c.qparams(op.Inputs(0)).zero_point
    if any(widths) and zero_point != FILLING:
        c.notes[name] = (
            f"{c.code(op)} {name!r} pads with the integer 0, as TFLite Micro does in memory that was zero, "
            f"not with its zero point, {zero_point}"
        )
    return relax.op.nn.pad(x, widths, pad_value=FILLING)


def batch_to_space(c: Converter, op: Any) -> relax.Expr:
    """Moves the place within a block from the batch to where it belongs, then crops."""
    if (whole_image := _dilated(c, op)) is not None:
        return whole_image
    block = operand(c, op, 1, "its block shape is").tolist()
    n, *size = c.shape(op.Inputs(0))
    crops = operand(c, op, 2, "its crops are").reshape(-1, 2)[:, 0].tolist()
    m, depth = len(block), size[len(block) :]
    batch = n // int(np.prod(block))
    blocks = reshape(data(c, op), (*block, batch, *size))
    pairs = [axis for i in range(m) for axis in (m + 1 + i, i)]
    moved = permute_dims(blocks, [m, *pairs, *range(2 * m + 1, 2 * m + 1 + len(depth))])
    whole = [batch, *(s * b for s, b in zip(size[:m], block, strict=True)), *depth]
    shape = c.shape(op.Outputs(0))
    begin = [0, *crops, *[0] * len(depth)]
    ends = [first + extent for first, extent in zip(begin, shape, strict=True)]
    axes = list(range(len(shape)))
    return relax.op.strided_slice(reshape(moved, whole), axes, begin, ends, [1] * len(shape))


def _dilated(c: Converter, op: Any) -> relax.Expr | None:
    """The convolution, dilated by the block, that SPACE_TO_BATCH_ND, a convolution and `op` are together."""
    makers = {int(made): o for o in c.needed() for made in as_tuple(o.OutputsAsNumpy())}
    convolution = _source(c, makers, op.Inputs(0))
    before = _source(c, makers, convolution.Inputs(0)) if convolution else None
    if convolution is None or before is None or c.code(before) != "SPACE_TO_BATCH_ND":
        return None
    if (place := _blocks(c, before, convolution, op)) is None:
        return None
    block, pads, crops = place
    n, *_, channels = c.shape(before.Inputs(0))
    small = c.shape(convolution.Inputs(0))[1:3]
    image = np.multiply(small, block) - pads.sum(axis=1)
    rest = pads - crops  # what is cropped at an end need not be padded there
    if rest.min() < 0:
        return None
    x = reshape(data(c, before), (n, *map(int, image), channels))
    x = _padded(c, before, x, [0, 0, *map(int, rest.ravel()), 0, 0])
    result = CONVOLUTIONS[c.code(convolution)](c, convolution, x, block)
    return reshape(result, c.shape(op.Outputs(0)))


def _source(c: Converter, makers: dict[int, Any], tensor: int) -> Any | None:
    """The operator that makes `tensor`, past those that only rename its shape."""
    maker = makers.get(int(tensor))
    while maker is not None and c.code(maker) in RENAMES:
        maker = makers.get(int(maker.Inputs(0)))
    return maker


def _blocks(
    c: Converter, before: Any, convolution: Any, after: Any
) -> tuple[tuple[int, int], NDArray[Any], NDArray[Any]] | None:
    """Block, padding and crops of height and width, if the three fit together."""
    if c.code(convolution) not in CONVOLUTIONS or not c.quantized(convolution.Inputs(0)):
        return None
    options = c.options(convolution)
    if (options.StrideH(), options.StrideW()) != (1, 1):
        return None
    sizes = [operand(c, o, 1, "its block shape is").tolist() for o in (before, after)]
    ends = [(before.Outputs(0), convolution.Inputs(0)), (after.Inputs(0), convolution.Outputs(0))]
    axes = [0, 1] if len(sizes[0]) == 2 else [1 if c.shape(ends[0][1])[1] == 1 else 0]
    for outer, inner in ((c.shape(a), c.shape(b)) for a, b in ends):
        same = [d for d in outer if d != 1] == [d for d in inner if d != 1]
        if not same or [inner[1 + axis] for axis in axes] != list(outer[1 : 1 + len(axes)]):
            return None
    if sizes[0] != sizes[1] or len(sizes[0]) != len(axes):
        return None
    block, pads, crops = (
        np.ones(2, np.int64),
        np.zeros((2, 2), np.int64),
        np.zeros((2, 2), np.int64),
    )
    block[axes] = sizes[0]
    pads[axes] = operand(c, before, 2, "its padding is").reshape(-1, 2)
    crops[axes] = operand(c, after, 2, "its crops are").reshape(-1, 2)
    if options.Padding() != tflite.Padding.VALID and (pads.any() or crops.any()):
        return None
    return (int(block[0]), int(block[1])), pads, crops


CONVERTERS = {"BATCH_TO_SPACE_ND": batch_to_space, "SPACE_TO_BATCH_ND": space_to_batch}
