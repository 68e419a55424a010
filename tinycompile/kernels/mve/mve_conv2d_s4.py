"""conv2d on int8 with int4 weights for Helium: what `mve_conv2d_s8` does, with half of its weights' bytes."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from tinycompile.call import Call
from tinycompile.families import MVE
from tinycompile.kernel import Kernel, Match
from tinycompile.kernels.mve import dense_s4, mve_conv2d_s8
from tinycompile.kernels.portable.s8 import conv2d_s8
from tinycompile.kernels.shared import nibbles
from tinycompile.target import Isa


def lower(match: Match) -> Call:
    return call(conv2d_s8.lower(match))


def call(portable: Call) -> Call:
    """That of this kernel for one of the portable kernel."""
    return dense_s4.call(mve_conv2d_s8.call(portable))


def reference(p: dict[str, Any], x: NDArray[np.int8]) -> NDArray[np.int8]:
    """x is (H, W, C) of any leading dimensions of 1."""
    return mve_conv2d_s8.reference(dense_s4.in_int8(p), x)


KERNEL = Kernel(
    "tc_mve_conv2d_s4",
    conv2d_s8.pattern,
    lower,
    reference,
    constraints=(
        *mve_conv2d_s8.KERNEL.constraints,
        *nibbles.CONSTRAINTS,
        dense_s4.products_are_few,
    ),
    overlaps=mve_conv2d_s8.overlaps,
    isa=Isa.MVE,
    takes_scratch=True,
    packed=True,
    per_image=True,
    summary="2-D convolution of one group with weights of int4: any window, stride, dilation and padding.",
    family=MVE,
)
