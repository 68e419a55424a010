"""An output runs into an input as far as a kernel states, as its own tests try, and no byte further."""

import itertools
from typing import Any

import numpy as np
import pytest

from tests.kernels.mve import test_mve_conv2d_s8 as conv2d
from tests.kernels.mve import test_mve_depthwise_conv2d_4x4_s8 as depthwise_conv2d_4x4
from tests.kernels.mve import test_mve_depthwise_conv2d_row_s8 as depthwise_conv2d_row
from tests.kernels.runtime import Run
from tinycompile.kernels.shared import overlap

MODULES = (depthwise_conv2d_4x4, depthwise_conv2d_row)
INPUTS = 6  # random ones, which must not all hide the lost byte


@pytest.mark.parametrize("module", MODULES, ids=lambda module: module.KERNEL.symbol)
def test_a_byte_further_is_lost(module: Any, run: Run) -> None:
    kernel, stated, tight, rng = module.KERNEL, 0, 0, np.random.default_rng(0)
    for case in module.cases(4, 24):
        p, scratch = case.call.params, max(case.call.scratch, 4)
        (distance,) = kernel.overlaps(p)
        if distance is None or distance <= 0:
            continue
        lost = False
        for _ in range(INPUTS):
            x = rng.integers(-128, 128, case.inputs[0].shape).astype(np.int8)
            expected = kernel.reference(p, x).reshape(-1)
            closer = run.over(kernel, p, [x], expected, 0, distance - 1, scratch)
            lost |= bool((closer != expected).any())
        stated += 1
        tight += lost
    assert tight > 6
    assert tight >= 0.8 * stated  # some channels hardly depend on their inputs


def test_pairs_of_pixels_are_read_for_each_four_channels_before_these_are_written() -> None:
    """Step by step as assembly does it: the last pixel of an odd number goes with the one before, again."""
    for n, width, height, ci, stride in itertools.product(
        (8, 20), (1, 2, 3, 8), (1, 2, 3), (16, 48), (1, 2)
    ):
        columns, rows = -(-width // stride), -(-height // stride)
        p = {
            "input_h": height, "input_w": width, "input_c": ci, "output_h": rows, "output_w": columns,
            "output_c": n, "kernel_h": 1, "kernel_w": 1, "stride_h": stride, "stride_w": stride,
            "pad_top": 0, "pad_left": 0, "block": 0,
        }  # fmt: skip
        pixels = [(y * width + x) * ci * stride for y in range(rows) for x in range(columns)]
        line = len(pixels) if stride == 1 else columns
        steps = []
        for start in range(0, len(pixels), line):
            for i in range(0, line, 2):
                first = start + max(min(i, line - 2), 0)
                last = start + min(i + 1, line - 1)
                steps += [(pixels[first], last * n + c + 4) for c in range(0, n, 4)]
        assert conv2d.KERNEL.overlaps(p) == (overlap.steps(steps),), p
