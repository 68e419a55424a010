"""Convolutions with weights of int4 for Helium: random ones equal the portable kernel; what is refused."""

from pathlib import Path
from typing import Any

import numpy as np
from tvm import relax

from tests.kernels import batch, layers
from tests.kernels.graphs import quantized, real, refusal
from tests.kernels.mve import convolutions
from tinycompile.kernels.mve import mve_conv2d_s4
from tinycompile.kernels.mve.mve_conv2d_s4 import KERNEL
from tinycompile.kernels.portable.s8 import conv2d_s8


def parameters(rng: np.random.Generator) -> dict[str, Any]:
    return convolutions.s4(rng, convolutions.of_one_group(rng))


def cases(seed: int, count: int = 40) -> list[batch.Case]:
    return layers.cases(mve_conv2d_s4, conv2d_s8, parameters, convolutions.image, seed, count)


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


def refused(filters: np.ndarray) -> str:
    layouts = {"data_layout": "NHWC", "kernel_layout": "OHWI"}

    def build(x: relax.Expr) -> relax.Expr:
        return quantized(relax.op.nn.conv2d(real(x), real(filters, 0.1, 0), **layouts))

    return refusal(KERNEL, build, x=(1, 5, 5, 4))


def test_weights_of_more_bits_and_few_weights_are_refused() -> None:
    assert refused(np.full((4, 3, 3, 4), -8, np.int8)) == "None"
    assert refused(np.full((4, 3, 3, 4), 8, np.int8)).endswith("(they reach from 8 to 8)")
    assert refused(np.full((4, 3, 3, 2), 7, np.int8).repeat(2, 3)[:, :1, :1]).endswith(
        "64 bytes less (there are 16)"
    )
