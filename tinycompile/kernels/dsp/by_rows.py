"""Row forms of kernels that take whole images: the rows under a window are gathered in scratch."""

from collections.abc import Sequence
from dataclasses import replace
from math import prod
from typing import Any

from tinycompile.call import Call
from tinycompile.row_form import Reads, RowForm, Shape, windows

ZERO = {"output_h": 1, "pad_top": 0}


def under(p: dict[str, Any]) -> int:
    """Rows of the input from a window's first to its last."""
    return int((p["kernel_h"] - 1) * p["dilation_h"] + 1)


def convolution(call: Call, inputs: Sequence[Shape], output: Shape) -> RowForm | None:
    """Of a kernel with the usual names and an `image` in scratch, made for `rows` of the output at a time."""
    p: dict[str, Any] = call.params
    upright = inputs[0][1:3] == (p["input_h"], p["input_w"])
    form = windows(call, inputs, output) if upright else None
    if form is None:
        return None
    extent = under(p)
    row, whole, left, _, of_input, *rest = p["image"]
    image = (row, extent * row, left, extent, of_input, *rest)
    fields = p | ZERO | {"input_h": extent, "rows": 1, "image": image}
    scratch = call.scratch - whole + extent * row + up(extent * of_input)
    return replace(form, params=fields, scratch=scratch)


def pixels(call: Call, inputs: Sequence[Shape], output: Shape) -> RowForm | None:
    """Of a 1x1 convolution, whose row is `count` pixels."""
    p: dict[str, Any] = call.params
    height, width = output[1:3]
    if output[0] != 1 or width < 2:
        return None
    across = inputs[0][2] * inputs[0][3]
    down = p["skip"] + width * p["apart"] if p["count"] != p["columns"] else across
    of_row = min(p["pixels"], width)
    of_row -= of_row > 2 and width % of_row == 1  # none is left alone
    if width % of_row == 1:
        return None
    fields = p | {"count": width, "columns": width, "pixels": of_row, "skip": 0}
    fields["dense"] = int(p["apart"] == p["values"] == p["input_c"])
    reads = Reads(tuple(range(inputs[0][1])), stride=down // across)
    return RowForm(height, (reads,), fields, scratch=call.scratch)


def depthwise(call: Call, inputs: Sequence[Shape], output: Shape) -> RowForm | None:
    """Of a 3x3 convolution in strips of `band` rows, unless it has columns for rows."""
    p: dict[str, Any] = call.params
    row = prod(inputs[0][2:])
    if output[0] != 1 or output[2] < 2 or p["input_line"] != row or p["input_h"] != inputs[0][1]:
        return None
    reads = Reads(tuple(range(p["input_h"])), 3, p["stride"], pad=p["pad_top"])
    fields = p | ZERO | {"input_h": 3, "band": 1}
    return RowForm(output[1], (reads,), fields, scratch=up(3 * row) + call.scratch)


def up(nbytes: int) -> int:
    return nbytes + -nbytes % 4
