"""conv2d on int8 for Helium: sums along rows of memory.

A kernel of 1x1 reads pixels where they lie. Else rows of the input are copied, padding around them; where
the taps of a kernel's row fill whole chunks, its rows are read there, else what each window sees is gathered
first.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tinycompile import row_form
from tinycompile.call import Call, Param
from tinycompile.families import MVE
from tinycompile.kernel import Kernel, Match
from tinycompile.kernels.mve import dense
from tinycompile.kernels.mve.dense import CHAIN, CHUNK
from tinycompile.kernels.portable.s8 import conv2d_s8
from tinycompile.kernels.shared import overlap, window
from tinycompile.row_form import RowForm, Shape
from tinycompile.target import Isa

SLACK = 16  # bytes behind what is gathered, as in the C
SCRATCH = 2048  # bytes that more rows at a time may take: about what CMSIS-NN does


def there_is_one_group(match: Match) -> str | None:
    """The convolution has one group."""
    groups = int(match.attrs("conv").groups)
    return None if groups == 1 else f"it has {groups}"


def output_channels_are_four(match: Match) -> str | None:
    """There are at least 4 output channels."""
    channels = match.shape("weights")[0]
    return None if channels >= dense.SET else f"there are {channels}"


def lower(match: Match) -> Call:
    return call(conv2d_s8.lower(match))


def call(portable: Call) -> Call:
    """That of this kernel for one of the portable kernel."""
    weights, p = portable.params["weights"], dense.numbers(portable.params)
    del p["groups"]
    assert isinstance(weights, np.ndarray)
    layer = dense.Layer.of(portable.params, weights.reshape(len(weights), -1))
    p |= way(p)
    return replace(portable, params=p | dense.fields(layer), scratch=scratch(p))


def way(p: dict[str, Any]) -> dict[str, Param]:
    """How the input is read: the fields from `first` to `batch`."""
    run = p["kernel_w"] * p["input_c"]
    products = p["kernel_h"] * run
    found = dense.rows(-(-products // CHUNK))
    if is_pointwise(p):
        return found | {"block": 0, "batch": 0}
    if p["dilation_w"] == 1 and run % CHUNK == 0 and run // CHUNK <= CHAIN:
        size = run // CHUNK
        found = {"first": size, "rest": size, "rows": p["kernel_h"] - 1, "block": 1, "batch": 0}
    else:
        found |= {"block": 1, "batch": batch(p, dense.chunks(found) * CHUNK)}
    for block in range(p["output_h"], 1, -1):
        tried = found | {"block": block}
        if tried["batch"]:
            tried["batch"] = batch(p, dense.chunks(found) * CHUNK, block)
        if scratch(p | tried) <= SCRATCH:
            return tried
    return found


def batch(p: dict[str, Any], patch: int, block: int = 1) -> int:
    """Windows that are gathered at a time: all of a block of rows, or an even number that is small enough."""
    return min(block * int(p["output_w"]), max(SCRATCH // patch // 2 * 2, 2))


def is_pointwise(p: dict[str, Any]) -> bool:
    """Every window is a pixel of the input."""
    last_y, last_x = (p["output_h"] - 1) * p["stride_h"], (p["output_w"] - 1) * p["stride_w"]
    inside = last_y < p["input_h"] and last_x < p["input_w"]
    return bool(
        p["kernel_h"] == p["kernel_w"] == 1 and p["pad_top"] == p["pad_left"] == 0 and inside
    )


def scratch(p: dict[str, Any]) -> int:
    """Bytes."""
    patch = dense.chunks(p) * CHUNK
    if not p["block"]:
        beyond = -(-(patch - p["input_c"]) // (p["stride_w"] * p["input_c"]))
        return dense.copied(beyond, p["output_h"] * p["output_w"]) * patch
    columns = (p["output_w"] - 1) * p["stride_w"] + (p["kernel_w"] - 1) * p["dilation_w"] + 1
    rows = (p["block"] - 1) * p["stride_h"] + (p["kernel_h"] - 1) * p["dilation_h"] + 1
    gathered = p["batch"] * patch + SLACK if p["batch"] else 0
    return int(gathered + rows * columns * p["input_c"] + SLACK)


def overlaps(p: dict[str, Any]) -> tuple[int | None, ...]:
    """Of 1x1 two pixels are made at once; the last one of an odd number with the one before, again."""
    if not is_pointwise(p):
        return overlap.blocks(p)
    if p["output_c"] % dense.SET:  # the last channels of all pixels come last
        return (None,)
    whole = p["stride_h"] == p["stride_w"] == 1
    rows, columns = (1, p["output_h"] * p["output_w"]) if whole else (p["output_h"], p["output_w"])
    down, right = p["stride_h"] * p["input_w"] * p["input_c"], p["stride_w"] * p["input_c"]
    begin = min(columns, 2) * p["output_c"] - dense.SET
    along = (rows, columns * p["output_c"] - down), (max(1, columns - 1), p["output_c"] - right)
    return (overlap.worst(begin, *along),)


def rows(call: Call, inputs: Sequence[Shape], output: Shape) -> RowForm | None:
    """The rows under a window are neighbours in the strip, whatever the dilation."""
    form = row_form.windows(call, inputs, output)
    if form is None:
        return None
    p: dict[str, Any] = call.params | {"input_h": 1, "output_h": 1, "dilation_h": 1}
    if p["block"]:
        p |= {"block": 1, "pad_top": 0}
    if p["batch"]:
        p["batch"] = batch(p, dense.chunks(p) * CHUNK)
    return replace(form, params=p, scratch=scratch(p))


def windows(p: dict[str, Any], x: NDArray[Any]) -> NDArray[Any]:
    """(pixels of the output, products in a sum): what each sees of x, (H, W, C)."""
    image = x.reshape(p["input_h"], p["input_w"], p["input_c"])
    shape = p["output_h"], p["output_w"], p["kernel_h"], p["kernel_w"], p["input_c"]
    seen = np.full(shape, p["input_zero_point"], x.dtype)
    for ky, kx, where, pixels in window.taps(p, image):
        seen[:, :, ky, kx][where] = pixels
    return seen.reshape(p["output_h"] * p["output_w"], -1)


def reference(p: dict[str, Any], x: NDArray[np.int8]) -> NDArray[np.int8]:
    """x is (H, W, C) of any leading dimensions of 1."""
    outputs = dense.outputs(p, windows(p, x), dense.sets(p["output_c"]))
    return outputs.reshape(p["output_h"], p["output_w"], -1)


KERNEL = Kernel(
    "tc_mve_conv2d_s8",
    conv2d_s8.pattern,
    lower,
    reference,
    constraints=(*conv2d_s8.KERNEL.constraints, there_is_one_group, output_channels_are_four),
    overlaps=overlaps,
    rows=rows,
    isa=Isa.MVE,
    takes_scratch=True,
    per_image=True,
    summary="2-D convolution of one group: any window, stride, dilation and padding.",
    family=MVE,
)
