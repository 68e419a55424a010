"""Depthwise convolutions for Helium of any window: random ones equal the portable kernel; what is refused."""

from pathlib import Path
from typing import Any

import numpy as np
from tvm import relax

from tests.kernels import batch, layers
from tests.kernels.graphs import quantized, real, refusal
from tests.kernels.mve import convolutions
from tinycompile.kernels.mve import mve_depthwise_conv2d_s8
from tinycompile.kernels.mve.mve_depthwise_conv2d_s8 import KERNEL
from tinycompile.kernels.portable.s8 import depthwise_conv2d_s8


def parameters(rng: np.random.Generator) -> dict[str, Any]:
    """Of the portable kernel."""
    p = convolutions.depthwise(rng, [int(rng.choice([1, 2, 3, 5, 7])) for _ in range(2)], False)
    return convolutions.s4(rng, p) if rng.random() < 0.3 else p


def cases(seed: int, count: int = 40) -> list[batch.Case]:
    return layers.cases(
        mve_depthwise_conv2d_s8, depthwise_conv2d_s8, parameters, convolutions.image, seed, count
    )


def test_the_reference_is_that_of_the_portable_kernel() -> None:
    layers.check_references(cases(0, 60))


def test_both_requantisations_are_there_with_strips_and_without() -> None:
    params = [case.call.params for case in cases(1, 200)]
    assert len({(p["scale"] > 0, p["inside"]) for p in params}) == 4


def test_some_have_weights_of_4_bits() -> None:
    widened = [case.call.params["widen"] for case in cases(1)]
    assert 3 < sum(widened) < len(widened)


def test_random_layers_here(tmp_path: Path) -> None:
    batch.run(cases(1), tmp_path)


def test_random_layers_on_a_core(tmp_path: Path, arm_gcc: str, qemu: str) -> None:
    batch.run(cases(1), tmp_path, batch.Build("cortex-m55", optimize="-O2"))


def refused(weights: np.ndarray, channels: int) -> str:
    layouts = {"data_layout": "NHWC", "kernel_layout": "OHWI"}

    def build(x: relax.Expr) -> relax.Expr:
        filters = real(weights.astype(np.int8), 0.1, 0)
        conv = relax.op.nn.conv2d(real(x), filters, groups=channels, **layouts)
        return quantized(conv)

    return refusal(KERNEL, build, x=(1, 9, 9, channels))


def test_several_filters_of_a_channel_and_weights_without_a_negative_are_refused() -> None:
    assert refused(np.ones((6, 5, 3, 1)), 6) == "None"
    assert refused(np.ones((6, 3, 3, 1)), 3).endswith("(there are 6 filters for 3)")
    assert refused(np.full((6, 3, 3, 1), -128), 6).endswith("fit 16 bits (one is)")
