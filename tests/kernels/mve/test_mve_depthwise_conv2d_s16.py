"""Depthwise convolutions of int16 for Helium: random ones equal the portable kernel; what is refused."""

from pathlib import Path
from typing import Any

import numpy as np
from tvm import relax

from tests.kernels import batch, layers
from tests.kernels.graphs import quantized, real, refusal
from tests.kernels.mve import convolutions
from tinycompile.kernels.mve import dense_s16, mve_depthwise_conv2d_s16
from tinycompile.kernels.mve.mve_depthwise_conv2d_s16 import KERNEL
from tinycompile.kernels.portable.s16 import depthwise_conv2d_s16


def parameters(rng: np.random.Generator) -> dict[str, Any]:
    """Of the portable kernel; sums do not leave 32 bits."""
    kernel = [int(rng.choice([1, 2, 3, 5])) for _ in range(2)]
    sizes = convolutions.depthwise(rng, kernel, usual=bool(rng.random() < 0.5))
    for name in ("input_zero_point", "output_zero_point"):
        del sizes[name]
    of_channels = convolutions.s16(rng, (sizes["output_c"], *kernel))
    of_channels["weights"] = np.ascontiguousarray(np.moveaxis(of_channels["weights"], 0, 2))
    p = sizes | of_channels
    found = dense_s16.way(mve_depthwise_conv2d_s16.by_channel(p))
    return parameters(rng) if found == dense_s16.LONG else p


def cases(seed: int, count: int = 40) -> list[batch.Case]:
    return layers.cases(
        mve_depthwise_conv2d_s16,
        depthwise_conv2d_s16,
        parameters,
        convolutions.image_s16,
        seed,
        count,
    )


def test_the_reference_is_that_of_the_portable_kernel() -> None:
    layers.check_references(cases(0, 60))


def test_sums_leave_in_both_ways() -> None:
    assert {case.call.params["narrow"] for case in cases(1)} == {0, 1}


def test_random_layers_here(tmp_path: Path) -> None:
    batch.run(cases(1), tmp_path)


def test_random_layers_on_a_core(tmp_path: Path, arm_gcc: str, qemu: str) -> None:
    batch.run(cases(1), tmp_path, batch.Build("cortex-m55", optimize="-O2"))


def refused(filters: int, scale: float) -> str:
    layouts = {"data_layout": "NHWC", "kernel_layout": "OHWI"}
    weights = real(np.ones((filters, 3, 3, 1), np.int8), 0.1, 0)

    def build(x: relax.Expr) -> relax.Expr:
        conv = relax.op.nn.conv2d(real(x, 0.05, 0), weights, groups=4, **layouts)
        return quantized(conv, scale, 0, "int16")

    return refusal(KERNEL, build, dtype="int16", x=(1, 5, 5, 4))


def test_several_filters_and_large_factors_are_refused() -> None:
    assert refused(4, 0.1) == "None"
    assert refused(8, 0.1).endswith("(there are 8 filters for 4)")
    assert refused(4, 0.001).endswith("or the bias is int32 (some do not)")
