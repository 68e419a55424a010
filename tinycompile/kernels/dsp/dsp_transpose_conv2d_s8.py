"""Transposed conv2d on int8: four output channels at a time, products two at a time."""

from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tinycompile.call import Call
from tinycompile.families import DSP
from tinycompile.kernel import Match
from tinycompile.kernels.dsp import lanes
from tinycompile.kernels.dsp.factors import factors_are_small, usual
from tinycompile.kernels.dsp.sums import sums_fit_24_bits, without_large
from tinycompile.kernels.portable.s8 import transpose_conv2d_s8
from tinycompile.target import Isa


def output_has_four_channels(match: Match) -> str | None:
    """The output has 4 channels or more."""
    channels = match.shape("conv")[3]
    return None if channels >= lanes.LANES else f"it has {channels}"


def lower(match: Match) -> Call:
    call = transpose_conv2d_s8.lower(match)
    p = without_large(call.params)
    return replace(call, params=p | usual(p["multipliers"], p["shifts"]))


def reference(p: dict[str, Any], x: NDArray[np.int8]) -> NDArray[np.int8]:
    return transpose_conv2d_s8.reference(p | {"shifts": -p["shifts"]}, x)


KERNEL = replace(
    transpose_conv2d_s8.KERNEL,
    symbol="tc_dsp_transpose_conv2d_s8",
    lower=lower,
    reference=reference,
    constraints=(
        *transpose_conv2d_s8.KERNEL.constraints,
        output_has_four_channels,
        sums_fit_24_bits,
        factors_are_small,
    ),
    rows=None,
    overlaps=lanes.one_word_later(transpose_conv2d_s8.KERNEL.overlaps),
    isa=Isa.DSP,
    family=DSP,
)
