"""Convolutions for Helium: random ones equal the portable kernel; what is refused."""

from pathlib import Path
from typing import Any

import numpy as np
from tvm import relax

from tests.kernels import batch, layers
from tests.kernels.graphs import quantized, real, refusal
from tests.kernels.mve import convolutions
from tinycompile.kernels.mve import mve_conv2d_s8
from tinycompile.kernels.mve.mve_conv2d_s8 import KERNEL
from tinycompile.kernels.portable.s8 import conv2d_s8


def cases(seed: int, count: int = 40) -> list[batch.Case]:
    return layers.cases(
        mve_conv2d_s8, conv2d_s8, convolutions.of_one_group, convolutions.image, seed, count
    )


def test_the_reference_is_that_of_the_portable_kernel() -> None:
    layers.check_references(cases(0, 60))


def test_some_channels_are_not_proved_and_input_is_read_in_every_way() -> None:
    params = [case.call.params for case in cases(1)]
    assert 0 < sum(p["scale"] == 0 for p in params) < len(params)
    ways = {(p["block"] > 0, p["batch"] > 0, p["rows"] > 0) for p in params}
    assert len(ways) == 6, ways


def test_random_layers_here(tmp_path: Path) -> None:
    batch.run(cases(1), tmp_path)


def test_random_layers_on_a_core(tmp_path: Path, arm_gcc: str, qemu: str) -> None:
    batch.run(cases(1), tmp_path, batch.Build("cortex-m55", optimize="-O2"))


def refused(weights: tuple[int, ...], **attributes: Any) -> str:
    layouts = {"data_layout": "NHWC", "kernel_layout": "OHWI"}
    filters = real(np.ones(weights, np.int8), 0.1, 0)

    def build(x: relax.Expr) -> relax.Expr:
        return quantized(relax.op.nn.conv2d(real(x), filters, **layouts, **attributes))

    return refusal(KERNEL, build, x=(1, 5, 5, 4))


def test_several_groups_and_few_output_channels_are_refused() -> None:
    assert refused((4, 3, 3, 4)) == "None"
    assert refused((4, 3, 3, 2), groups=2).endswith("has one group (it has 2)")
    assert refused((3, 3, 3, 4)).endswith("at least 4 output channels (there are 3)")
