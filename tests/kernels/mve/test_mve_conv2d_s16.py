"""Convolutions of int16 for Helium: random ones equal the portable kernel; what is refused."""

from pathlib import Path
from typing import Any

import numpy as np
from tvm import relax

from tests.kernels import batch, layers
from tests.kernels.graphs import quantized, real, refusal
from tests.kernels.mve import convolutions
from tinycompile.kernels.mve import dense_s16, mve_conv2d_s16
from tinycompile.kernels.mve.mve_conv2d_s16 import KERNEL
from tinycompile.kernels.portable.s16 import conv2d_s16


def parameters(rng: np.random.Generator) -> dict[str, Any]:
    """Of the portable kernel."""
    sizes = convolutions.sizes(rng)
    weights = sizes["output_c"], sizes["kernel_h"], sizes["kernel_w"], sizes["input_c"]
    return sizes | {"groups": 1} | convolutions.s16(rng, weights)


def cases(seed: int, count: int = 40) -> list[batch.Case]:
    return layers.cases(mve_conv2d_s16, conv2d_s16, parameters, convolutions.image_s16, seed, count)


def test_the_reference_is_that_of_the_portable_kernel() -> None:
    layers.check_references(cases(0, 60))


def test_sums_leave_and_input_is_read_in_every_way() -> None:
    params = [case.call.params for case in cases(1)]
    ways = [p["way"] for p in params]
    assert all(ways.count(way) > 4 for way in dense_s16.KINDS), ways
    assert len({(p["block"] > 0, p["batch"] > 0, p["rows"] > 0) for p in params}) == 6


def test_random_layers_here(tmp_path: Path) -> None:
    batch.run(cases(1), tmp_path)


def test_random_layers_on_a_core(tmp_path: Path, arm_gcc: str, qemu: str) -> None:
    batch.run(cases(1), tmp_path, batch.Build("cortex-m55", optimize="-O2"))


def refused(weights: tuple[int, ...], **attributes: Any) -> str:
    layouts = {"data_layout": "NHWC", "kernel_layout": "OHWI"}
    filters = real(np.ones(weights, np.int8), 0.1, 0)

    def build(x: relax.Expr) -> relax.Expr:
        conv = relax.op.nn.conv2d(real(x, 0.05, 0), filters, **layouts, **attributes)
        return quantized(conv, 0.1, 0, "int16")

    return refusal(KERNEL, build, dtype="int16", x=(1, 5, 5, 4))


def test_several_groups_and_few_output_channels_are_refused() -> None:
    assert refused((4, 3, 3, 4)) == "None"
    assert refused((4, 3, 3, 2), groups=2).endswith("has one group (it has 2)")
    assert refused((3, 3, 3, 4)).endswith("at least 4 output channels (there are 3)")
