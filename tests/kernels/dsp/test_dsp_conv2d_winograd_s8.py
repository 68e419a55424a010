"""3x3 convolutions by Winograd: random ones equal the portable kernel; what is refused."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.kernels import batch, layers
from tests.kernels.dsp import convolutions
from tests.kernels.dsp.convolutions import refused
from tinycompile.kernels.dsp import dsp_conv2d_winograd_s8
from tinycompile.kernels.dsp.dsp_conv2d_winograd_s8 import KERNEL
from tinycompile.kernels.portable.s8 import conv2d_s8


def parameters(rng: np.random.Generator) -> dict[str, Any]:
    h, w = int(rng.choice([2, 4, 6])), int(rng.choice([4, 8]))
    channels, n = (int(rng.choice([4, 8, 12, 28, 32])) for _ in range(2))
    sizes = {
        "input_h": h, "input_w": w, "input_c": channels,
        "output_h": h, "output_w": w, "output_c": n, "kernel_h": 3, "kernel_w": 3,
        "stride_h": 1, "stride_w": 1, "dilation_h": 1, "dilation_w": 1, "pad_top": 1, "pad_left": 1,
    }  # fmt: skip
    return convolutions.convolution(rng, sizes, (n, 3, 3, channels))


def cases(seed: int, count: int = 20) -> list[batch.Case]:
    return layers.cases(
        dsp_conv2d_winograd_s8, conv2d_s8, parameters, convolutions.image, seed, count
    )


def test_the_reference_is_that_of_the_portable_kernel() -> None:
    layers.check_references(cases(0, 40))


def test_random_layers_here(tmp_path: Path) -> None:
    batch.run(cases(1, 10), tmp_path)


@pytest.mark.parametrize("core", ["cortex-m4", "cortex-m7", "cortex-m33"])
def test_random_layers_on_cores(core: str, tmp_path: Path, arm_gcc: str, qemu: str) -> None:
    batch.run(cases(2), tmp_path, batch.Build(core, optimize="-O2"))


BORDER = {"padding": (1, 1, 1, 1)}


def test_an_ordinary_convolution_is_taken() -> None:
    assert refused(KERNEL, (4, 3, 3, 8), (6, 8, 8), **BORDER) == "None"


@pytest.mark.parametrize(
    ("weights", "how", "found"),
    [
        ((4, 3, 1, 8), BORDER, "these are [3, 1, 1, 1, 1, 1, 1, 1]"),
        ((4, 3, 3, 8), BORDER | {"strides": (2, 2)}, "these are [3, 3, 2, 2, 1, 1, 1, 1]"),
        ((4, 3, 3, 8), {"padding": (1, 1, 3, 1)}, "the output has another size"),
        ((8, 3, 3, 4), BORDER | {"groups": 2}, "there are 2 groups"),
    ],
)
def test_other_windows_are_refused(
    weights: tuple[int, ...], how: dict[str, Any], found: str
) -> None:
    assert refused(KERNEL, weights, (6, 8, 8), **how).endswith(f"({found})")


def test_sizes_that_are_no_multiples_are_refused() -> None:
    assert refused(KERNEL, (4, 3, 3, 8), (5, 8, 8), **BORDER).endswith("(these are 5, 8, 8 and 4)")
    assert refused(KERNEL, (4, 3, 3, 6), (6, 6, 6), **BORDER).endswith("(these are 6, 6, 6 and 4)")
