"""Depthwise convolutions for Helium: random ones equal the portable kernel; what is refused."""

from pathlib import Path
from typing import Any

import numpy as np
from tvm import relax

from tests.kernels import batch, layers
from tests.kernels.graphs import quantized, real, refusal
from tests.kernels.mve import convolutions
from tinycompile.kernels.mve import mve_depthwise_conv2d_4x4_s8
from tinycompile.kernels.mve.mve_depthwise_conv2d_4x4_s8 import KERNEL
from tinycompile.kernels.portable.s8 import depthwise_conv2d_s8


def parameters(rng: np.random.Generator) -> dict[str, Any]:
    """Of the portable kernel."""
    usual = rng.random() < 0.5
    kernel = [3 if usual else int(rng.integers(1, 5)) for _ in range(2)]
    p = convolutions.depthwise(rng, kernel, usual)
    short = max(p["output_h"], p["output_w"]) < mve_depthwise_conv2d_4x4_s8.PATCH
    if short:
        return parameters(rng)
    return convolutions.s4(rng, p) if rng.random() < 0.3 else p


def cases(seed: int, count: int = 60) -> list[batch.Case]:
    return layers.cases(
        mve_depthwise_conv2d_4x4_s8,
        depthwise_conv2d_s8,
        parameters,
        convolutions.image,
        seed,
        count,
    )


def test_the_reference_is_that_of_the_portable_kernel() -> None:
    layers.check_references(cases(0, 60))


def test_squares_and_lines_of_both_requantisations_are_there() -> None:
    params = [case.call.params for case in cases(1)]
    assert (
        len({(p["scale"] > 0, p["square"], p["input_row"] < p["input_column"]) for p in params})
        == 8
    )


def test_some_have_weights_of_4_bits() -> None:
    params = [case.call.params for case in cases(1)]
    assert {p["square"] for p in params if p["widen"]} == {0, 1}


def test_random_layers_here(tmp_path: Path) -> None:
    batch.run(cases(1), tmp_path)


def test_random_layers_on_a_core(tmp_path: Path, arm_gcc: str, qemu: str) -> None:
    batch.run(cases(1), tmp_path, batch.Build("cortex-m55", optimize="-O2"))


def refused(*weights: int, channels: int, size: int = 9, stride: int = 1) -> str:
    layouts = {"data_layout": "NHWC", "kernel_layout": "OHWI"}
    filters = real(np.ones((*weights, 1), np.int8), 0.1, 0)

    def build(x: relax.Expr) -> relax.Expr:
        strides = (stride, stride)
        conv = relax.op.nn.conv2d(real(x), filters, groups=channels, strides=strides, **layouts)
        return quantized(conv)

    return refusal(KERNEL, build, x=(1, size, size, channels))


def test_several_filters_of_a_channel_and_large_kernels_are_refused() -> None:
    assert refused(6, 3, 3, channels=6) == refused(6, 4, 4, channels=6, size=15) == "None"
    assert refused(6, 3, 3, channels=3).endswith("(there are 6 filters for 3)")
    assert refused(1, 3, 3, channels=1).endswith("(there are 1 filters for 1)")
    assert refused(6, 5, 3, channels=6).endswith("The kernel is at most 4x4 (it is 5x3)")


def test_short_rows_of_lines_are_refused() -> None:
    assert refused(6, 3, 3, channels=6, size=25, stride=2) == "None"
    assert refused(6, 3, 3, channels=6, size=23, stride=2).endswith("makes 2x2 of them (it has 11)")
    assert refused(6, 3, 3, channels=6, size=5).endswith("(it has 3)")
    assert refused(6, 4, 4, channels=6).endswith("(it has 6)")
