"""Depthwise convolutions of int16 by int8: random ones equal the portable kernel; what is refused."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from tvm import relax

from tests.kernels import batch, layers
from tests.kernels.dsp import convolutions, products_s16
from tests.kernels.graphs import quantized, real, refusal
from tinycompile.kernels.dsp import dsp_depthwise_conv2d_s16
from tinycompile.kernels.dsp.dsp_depthwise_conv2d_s16 import KERNEL
from tinycompile.kernels.portable.s16 import depthwise_conv2d_s16


def parameters(rng: np.random.Generator) -> dict[str, Any]:
    p = convolutions.windows(rng)
    p["input_c"] = int(rng.choice([1, 2, 3, 4, 7, 16]))
    p["output_c"] = p["input_c"] * int(rng.choice([1, 1, 1, 2, 3]))
    if p["output_c"] == 1:
        p["output_c"] = 2
    p["output_w"] += p["output_h"] * p["output_w"] == 1
    if rng.random() < 0.4:  # no window reaches beyond the input
        p |= {"pad_top": 0, "pad_left": 0}
        for d in "hw":
            reach = (p[f"kernel_{d}"] - 1) * p[f"dilation_{d}"] + 1
            p[f"input_{d}"] = (p[f"output_{d}"] - 1) * p[f"stride_{d}"] + reach
    shape = p["kernel_h"], p["kernel_w"], p["output_c"]
    return p | products_s16.tables(rng, shape, axis=2)


def cases(seed: int, count: int = 60) -> list[batch.Case]:
    return layers.cases(
        dsp_depthwise_conv2d_s16, depthwise_conv2d_s16, parameters, products_s16.pixels, seed, count
    )


def test_the_reference_is_that_of_the_portable_kernel() -> None:
    layers.check_references(cases(0, 100))


def test_lines_are_rows_and_columns_of_everything() -> None:
    params = [case.call.params for case in cases(2)]
    assert len({(p["direct"], p["turned"]) for p in params}) == 4


def test_random_layers_here(tmp_path: Path) -> None:
    batch.run(cases(1, 30), tmp_path)


@pytest.mark.parametrize("core", ["cortex-m4", "cortex-m7", "cortex-m33"])
def test_random_layers_on_cores(core: str, tmp_path: Path, arm_gcc: str, qemu: str) -> None:
    batch.run(cases(2), tmp_path, batch.Build(core, optimize="-O2"))


def refused(shape: tuple[int, ...], channels: int) -> str:
    def build(x: relax.Expr) -> relax.Expr:
        layouts = {"data_layout": "NHWC", "kernel_layout": "OHWI"}
        weights = real(np.ones((channels, 3, 3, 1), np.int8), 0.1, 0)
        made = relax.op.nn.conv2d(real(x, 0.05, 0), weights, **layouts, groups=channels)
        return quantized(made, 0.1, 0, "int16")

    return refusal(KERNEL, build, dtype="int16", x=(1, *shape, channels))


def test_single_pixels_are_refused() -> None:
    assert refused((4, 3), 2) == "None"
    assert refused((3, 3), 2).endswith("2 channels and 2 pixels or more (it has 2 and 1)")
