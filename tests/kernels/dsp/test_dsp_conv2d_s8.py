"""Convolutions by rows in scratch: random ones equal the portable kernel; what is refused."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.kernels import batch, layers
from tests.kernels.dsp import convolutions
from tests.kernels.dsp.convolutions import refused
from tinycompile.kernels.dsp import dsp_conv2d_s8
from tinycompile.kernels.dsp.dsp_conv2d_s8 import KERNEL
from tinycompile.kernels.portable.s8 import conv2d_s8


def parameters(rng: np.random.Generator) -> dict[str, Any]:
    p = convolutions.windows(rng)
    p |= {
        "dilation_w": 1,
        "input_c": int(rng.choice([4, 5, 7, 8, 12, 16])),
        "output_w": int(rng.integers(2, 7)),
    }
    if rng.random() < 0.2:
        p |= {"input_w": 1, "output_w": 1, "kernel_w": 1, "pad_left": 0, "dilation_h": 1}
        p |= {"output_h": int(rng.integers(2, 7))}
    shape = p["output_c"], p["kernel_h"], p["kernel_w"], p["input_c"]
    return convolutions.convolution(rng, p, shape)


def cases(seed: int, count: int = 50) -> list[batch.Case]:
    return layers.cases(dsp_conv2d_s8, conv2d_s8, parameters, convolutions.image, seed, count)


def test_the_reference_is_that_of_the_portable_kernel() -> None:
    layers.check_references(cases(0, 100))


def test_some_have_weights_of_4_bits() -> None:
    assert {case.call.params["expand"].literals for case in cases(2)} == {(4,), (8,)}


def test_random_layers_here(tmp_path: Path) -> None:
    batch.run(cases(1, 15), tmp_path)


@pytest.mark.parametrize("core", ["cortex-m4", "cortex-m7", "cortex-m33"])
def test_random_layers_on_cores(core: str, tmp_path: Path, arm_gcc: str, qemu: str) -> None:
    batch.run(cases(2), tmp_path, batch.Build(core, optimize="-O2"))


def test_an_ordinary_convolution_is_taken() -> None:
    assert refused(KERNEL, (4, 3, 3, 8), (5, 5, 8), padding=(1, 1, 1, 1)) == "None"
    assert refused(KERNEL, (4, 3, 1, 16), (5, 1, 16)) == "None"


def test_windows_without_rows_are_refused() -> None:
    assert refused(KERNEL, (8, 3, 3, 4), (5, 5, 8), groups=2).endswith("(there are 2 groups)")
    assert refused(KERNEL, (8, 3, 3, 8), (9, 9, 8), dilation=(1, 2)).endswith("(the dilation is 2)")
    assert refused(KERNEL, (8, 3, 3, 3), (9, 9, 3)).endswith("(they are 9)")
    assert refused(KERNEL, (8, 1, 13, 1), (9, 19, 1)).endswith("(they are 13)")
    long = (4, 1, 82, 400)
    assert refused(KERNEL, long, (1, 90, 400), value=0).endswith("(they are 32800)")


def test_single_columns_and_few_channels_are_refused() -> None:
    assert refused(KERNEL, (4, 3, 3, 8), (5, 3, 8)).endswith("(it has 1 and 4)")
    assert refused(KERNEL, (3, 3, 3, 8), (5, 5, 8)).endswith("(it has 3 and 3)")


def test_distant_pixels_are_refused() -> None:
    found = refused(KERNEL, (4, 1, 3, 2048), (1, 9, 2048), strides=(1, 2))
    assert found.endswith("(there are 4096)")
