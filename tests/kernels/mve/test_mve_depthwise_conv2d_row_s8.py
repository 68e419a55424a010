"""Depthwise convolutions for Helium of one row or column: random ones; what is refused."""

from pathlib import Path
from typing import Any

import numpy as np
from tvm import relax

from tests.kernels import batch, layers
from tests.kernels.graphs import quantized, real, refusal
from tests.kernels.mve import convolutions
from tinycompile.kernels.mve import mve_depthwise_conv2d_row_s8
from tinycompile.kernels.mve.mve_depthwise_conv2d_row_s8 import KERNEL
from tinycompile.kernels.portable.s8 import depthwise_conv2d_s8


def parameters(rng: np.random.Generator) -> dict[str, Any]:
    """Of the portable kernel."""
    taps = int(rng.choice([2, 3, 5, 9, 12, 13]))
    p = convolutions.depthwise(rng, [taps, 1] if rng.random() < 0.5 else [1, taps], False)
    axis = "h" if p["kernel_h"] > 1 else "w"
    long = p[f"output_{axis}"] >= mve_depthwise_conv2d_row_s8.LONG
    fits = p[f"stride_{axis}"] == p[f"dilation_{axis}"] == 1 and long
    return p if fits else parameters(rng)


def cases(seed: int, count: int = 40) -> list[batch.Case]:
    return layers.cases(
        mve_depthwise_conv2d_row_s8,
        depthwise_conv2d_s8,
        parameters,
        convolutions.image,
        seed,
        count,
    )


def test_the_reference_is_that_of_the_portable_kernel() -> None:
    layers.check_references(cases(0, 60))


def test_images_are_turned_and_both_requantisations_are_there() -> None:
    params = [case.call.params for case in cases(1)]
    assert {p["scale"] > 0 for p in params} == {False, True}
    assert {p["input_row"] < p["input_column"] for p in params} == {False, True}


def test_random_layers_here(tmp_path: Path) -> None:
    batch.run(cases(1), tmp_path)


def test_random_layers_on_a_core(tmp_path: Path, arm_gcc: str, qemu: str) -> None:
    batch.run(cases(1), tmp_path, batch.Build("cortex-m55", optimize="-O2"))


def refused(*weights: int, channels: int, **attributes: Any) -> str:
    layouts = {"data_layout": "NHWC", "kernel_layout": "OHWI"}
    filters = real(np.ones((*weights, 1), np.int8), 0.1, 0)

    def build(x: relax.Expr) -> relax.Expr:
        conv = relax.op.nn.conv2d(real(x), filters, groups=channels, **layouts, **attributes)
        return quantized(conv)

    return refusal(KERNEL, build, x=(1, 9, 9, channels))


def test_several_filters_of_a_channel_and_several_rows_are_refused() -> None:
    assert refused(6, 5, 1, channels=6) == refused(6, 1, 5, channels=6, strides=(2, 1)) == "None"
    assert refused(6, 7, 1, channels=6).endswith("at least 4 outputs (there are 3)")
    assert refused(6, 3, 1, channels=3).endswith("(there are 6 filters for 3)")
    assert refused(6, 3, 2, channels=6).endswith("(it is 3x2, by 1, 1 apart)")
    assert refused(6, 3, 1, channels=6, strides=(2, 1)).endswith("(it is 3x1, by 2, 1 apart)")
    assert refused(6, 1, 3, channels=6, dilation=(1, 2)).endswith("(it is 1x3, by 1, 2 apart)")
