"""conv2d on int16 with int8 weights for Helium: what `mve_conv2d_s8` does, of two bytes an element."""

from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tinycompile.call import Call
from tinycompile.families import MVE
from tinycompile.kernel import Kernel, Match
from tinycompile.kernels.mve import dense, dense_s16, mve_conv2d_s8
from tinycompile.kernels.portable.s16 import conv2d_s16
from tinycompile.target import Isa

SIZE = 2  # bytes


def lower(match: Match) -> Call:
    return call(conv2d_s16.lower(match))


def call(portable: Call) -> Call:
    """That of this kernel for one of the portable kernel."""
    weights, p = portable.params["weights"], dense.numbers(portable.params)
    assert isinstance(weights, np.ndarray)
    flat = portable.params | {"weights": weights.reshape(len(weights), -1)}
    del p["groups"], p["narrow"]
    p |= mve_conv2d_s8.way(in_bytes(p))
    scratch = mve_conv2d_s8.scratch(in_bytes(p))
    return replace(portable, params=p | dense_s16.fields(flat), scratch=scratch)


def in_bytes(p: dict[str, Any]) -> dict[str, Any]:
    """Sizes of an image of int8 whose rows are as long."""
    return p | {"input_c": SIZE * p["input_c"], "output_c": SIZE * p["output_c"]}


def overlaps(p: dict[str, Any]) -> tuple[int | None, ...]:
    return tuple(D if D is None else SIZE * D for D in mve_conv2d_s8.overlaps(p))


def reference(p: dict[str, Any], x: NDArray[np.int16]) -> NDArray[np.int16]:
    """x is (H, W, C) of any leading dimensions of 1."""
    seen = mve_conv2d_s8.windows(p | {"input_zero_point": 0}, x)
    outputs = dense_s16.outputs(p, seen, dense.sets(p["output_c"]))
    return outputs.reshape(p["output_h"], p["output_w"], -1)


KERNEL = Kernel(
    "tc_mve_conv2d_s16",
    conv2d_s16.KERNEL.pattern,
    lower,
    reference,
    constraints=(
        *conv2d_s16.KERNEL.constraints,
        mve_conv2d_s8.there_is_one_group,
        mve_conv2d_s8.output_channels_are_four,
    ),
    overlaps=overlaps,
    isa=Isa.MVE,
    takes_scratch=True,
    per_image=True,
    summary="2-D convolution of one group, int16 by int8: any window, stride, dilation and padding.",
    family=MVE,
)
