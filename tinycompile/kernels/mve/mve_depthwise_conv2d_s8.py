"""Depthwise conv2d on int8 for Helium, of any window: the products of 16 channels at a time."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tinycompile import row_form
from tinycompile.call import Call
from tinycompile.families import MVE
from tinycompile.kernel import Kernel, Match
from tinycompile.kernels.mve import dense, depthwise
from tinycompile.kernels.portable.s8 import depthwise_conv2d_s8 as portable_kernel
from tinycompile.kernels.shared import nibbles, overlap
from tinycompile.row_form import RowForm, Shape
from tinycompile.target import Isa

BLOCK = 16  # channels
SLACK = 16  # bytes behind the strip that vectors read


def weights_have_a_negative(match: Match) -> str | None:
    """No weight is -128: two products fit 16 bits."""
    return "one is" if (match.array("weights") == -128).any() else None


def lower(match: Match) -> Call:
    return call(portable_kernel.lower(match))


def call(portable: Call) -> Call:
    """That of this kernel for one of the portable kernel."""
    weights, p = portable.params["weights"], dense.numbers(portable.params)
    assert isinstance(weights, np.ndarray)
    height, width, channels = weights.shape
    taps, blocks = height * width, dense.sets(channels, BLOCK)
    beyond = blocks[-1].stop - channels  # of a single block
    padded = np.pad(weights.reshape(taps, channels), ((0, taps % 2), (0, beyond)))
    vectors = np.stack([padded[:, block.start : block.stop] for block in blocks])
    small = nibbles.fit(weights)
    saved = vectors.nbytes // 2 if small else 0
    if small:
        vectors = nibbles.joined(vectors[:, 0::2], vectors[:, 1::2])
    fields = depthwise.tables(portable, vectors.ravel())
    words = fields["words"]  # (channels, kinds)
    assert isinstance(words, np.ndarray)
    padded = np.pad(words, ((0, beyond), (0, 0)))
    of_blocks = np.stack([padded[block.start : block.stop] for block in blocks])
    fours = of_blocks.reshape(-1, 4, 4, words.shape[1])
    fields["words"] = np.ascontiguousarray(fours.transpose(0, 2, 3, 1)).ravel()
    sizes = {("channels" if name == "input_c" else name): value for name, value in p.items()}
    del sizes["output_c"]
    sizes |= {"inside": is_inside(sizes), "widen": int(small)}
    return replace(portable, params=sizes | fields, scratch=scratch(sizes), saved=saved)


def is_inside(p: dict[str, Any]) -> int:
    """Whether no window has padding, and vectors do not end behind a pixel."""
    ends = [
        (p[f"output_{a}"] - 1) * p[f"stride_{a}"] + (p[f"kernel_{a}"] - 1) * p[f"dilation_{a}"]
        for a in "hw"
    ]
    fits = ends[0] < p["input_h"] and ends[1] < p["input_w"] and p["channels"] >= BLOCK
    return int(fits and p["pad_top"] == p["pad_left"] == 0)


def scratch(p: dict[str, Any]) -> int:
    """Bytes: offsets of the taps, weights of int4 as int8, and the rows that a row of outputs sees."""
    taps = p["kernel_h"] * p["kernel_w"]
    begin = 4 * (taps + 1) + (BLOCK * (taps + taps % 2) if p["widen"] else 0)
    if p["inside"]:
        return int(begin)
    columns = (p["output_w"] - 1) * p["stride_w"] + (p["kernel_w"] - 1) * p["dilation_w"] + 1
    rows = (p["kernel_h"] - 1) * p["dilation_h"] + 1
    return int(begin + rows * columns * p["channels"] + SLACK)


def overlaps(p: dict[str, Any]) -> tuple[int | None, ...]:
    """A row's windows are copied before it is written, or read for each block of its channels."""
    channels = {"input_c": p["channels"], "output_c": p["channels"]}
    if not p["inside"]:
        return overlap.blocks(p | channels | {"block": 1})
    row, made = p["stride_h"] * p["input_w"] * p["channels"], p["output_w"] * p["channels"]
    return (overlap.worst(made, (p["output_h"], made - row)),)


def rows(call: Call, inputs: Sequence[Shape], output: Shape) -> RowForm | None:
    """The rows under a window are neighbours in scratch, whatever the dilation."""
    form = row_form.windows(call, inputs, output)
    if form is None:
        return None
    one = {"input_h": 1, "output_h": 1, "dilation_h": 1, "pad_top": 0, "inside": 0}
    p: dict[str, Any] = call.params | one
    return replace(form, params=p, scratch=scratch(p))


def reference(p: dict[str, Any], x: NDArray[np.int8]) -> NDArray[np.int8]:
    """x is (H, W, C) of any leading dimensions of 1."""
    height, width, channels = p["kernel_h"], p["kernel_w"], p["channels"]
    taps = height * width
    blocks = dense.sets(channels, BLOCK)
    kinds = 2 if p["scale"] else 3
    vectors = p["weights"].reshape(len(blocks), -1, BLOCK)
    if p["widen"]:
        halves = nibbles.parted(vectors)
        vectors = np.stack(halves, axis=2).reshape(len(blocks), -1, BLOCK)
    of_weights = vectors[:, :taps]
    of_words = p["words"].reshape(-1, 4, kinds, 4).transpose(0, 3, 1, 2).reshape(-1, BLOCK, kinds)
    weights = np.zeros((taps, blocks[-1].stop), np.int8)
    words = np.zeros((blocks[-1].stop, kinds), np.int32)
    for block, some, its in zip(blocks, of_weights, of_words, strict=True):
        weights[:, block.start : block.stop] = some
        words[block.start : block.stop] = its
    weights = weights[:, :channels].reshape(height, width, channels)
    alike = {"input_row": 1, "input_column": 0, "output_row": 1, "output_column": 0}
    of_channels = {"words": words[:channels]}
    return depthwise.reference(p | alike | of_channels, weights, x)


KERNEL = Kernel(
    "tc_mve_depthwise_conv2d_s8",
    portable_kernel.KERNEL.pattern,
    lower,
    reference,
    constraints=(
        *portable_kernel.KERNEL.constraints,
        depthwise.channels_have_one_filter,
        weights_have_a_negative,
    ),
    overlaps=overlaps,
    rows=rows,
    isa=Isa.MVE,
    packs=nibbles.are_int4,
    takes_scratch=True,
    per_image=True,
    summary="2-D convolution of each input channel by itself, with one filter.",
    family=MVE,
)
