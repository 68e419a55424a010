"""1x1 convolutions: random ones equal the portable kernel; what is refused."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.kernels import batch, layers
from tests.kernels.dsp import convolutions
from tests.kernels.dsp.convolutions import refused
from tinycompile.kernels.dsp import dsp_pointwise_s8
from tinycompile.kernels.dsp.dsp_pointwise_s8 import KERNEL
from tinycompile.kernels.portable.s8 import conv2d_s8


def parameters(rng: np.random.Generator) -> dict[str, Any]:
    """Of the portable kernel: pixels in rows or in a column, with and without strides."""
    stride_h, stride_w = (int(rng.choice([1, 1, 2, 3])) for _ in range(2))
    h, w = int(rng.integers(1, 6)), int(rng.integers(2, 7))
    if rng.random() < 0.2:
        h, w = w, 1
    channels, n = (
        int(rng.choice([3, 4, 5, 8, 15, 16, 30, 32, 40, 44, 64])),
        int(rng.integers(4, 14)),
    )
    sizes = {
        "input_h": h, "input_w": w, "input_c": channels,
        "output_h": -(-h // stride_h), "output_w": -(-w // stride_w), "output_c": n,
        "kernel_h": 1, "kernel_w": 1, "stride_h": stride_h, "stride_w": stride_w,
        "dilation_h": 1, "dilation_w": 1, "pad_top": 0, "pad_left": 0,
    }  # fmt: skip
    if sizes["output_h"] * sizes["output_w"] < 2:
        return parameters(rng)
    return convolutions.convolution(rng, sizes, (n, 1, 1, channels))


def cases(seed: int, count: int = 60) -> list[batch.Case]:
    return layers.cases(dsp_pointwise_s8, conv2d_s8, parameters, convolutions.image, seed, count)


def test_the_reference_is_that_of_the_portable_kernel() -> None:
    layers.check_references(cases(0, 100))


def test_some_channels_are_not_proved_and_some_outputs_are_clamped() -> None:
    params = [case.call.params for case in cases(2)]
    assert 0 < sum(p["run_exact"] is not None for p in params) < len(params)
    assert 0 < sum(p["max"] != 127 for p in params) < len(params)
    assert 0 < sum(p["is_signed"] == 0 for p in params) < len(params)


def test_some_have_weights_of_4_bits() -> None:
    assert {case.call.params["expand"].literals for case in cases(2)} == {(4,), (8,)}


def test_random_layers_here(tmp_path: Path) -> None:
    batch.run(cases(1, 15), tmp_path)


@pytest.mark.parametrize("core", ["cortex-m4", "cortex-m7", "cortex-m33"])
def test_random_layers_on_cores(core: str, tmp_path: Path, arm_gcc: str, qemu: str) -> None:
    batch.run(cases(2), tmp_path, batch.Build(core, optimize="-O2"))


def test_a_layer_of_pixels_is_taken() -> None:
    assert refused(KERNEL, (4, 1, 1, 4), (5, 5, 4)) == "None"
    assert refused(KERNEL, (4, 1, 1, 4), (5, 1, 4), strides=(2, 1)) == "None"
    assert refused(KERNEL, (4, 1, 1, 4), (5, 5, 4), strides=(2, 2)) == "None"


@pytest.mark.parametrize(
    ("weights", "how", "found"),
    [
        ((4, 1, 3, 4), {}, "it is 1x3"),
        ((4, 1, 1, 4), {"padding": (0, 1, 0, 0)}, "there is padding"),
        ((4, 1, 1, 4), {"padding": (0, 0, 0, 2)}, "there is padding"),
        ((4, 1, 1, 2), {"groups": 2}, "there are 2 groups"),
    ],
)
def test_windows_of_more_than_a_pixel_are_refused(
    weights: tuple[int, ...], how: dict[str, Any], found: str
) -> None:
    rule = "The window is one pixel, there is no padding, and one group"
    assert refused(KERNEL, weights, (5, 5, 4), **how).endswith(f"{rule} ({found})")


def test_single_pixels_and_few_channels_are_refused() -> None:
    found = refused(KERNEL, (4, 1, 1, 4), (2, 2, 4), strides=(2, 2))
    assert found.endswith("(they are 1 and 4)")
    assert refused(KERNEL, (3, 1, 1, 2), (5, 5, 2)).endswith("(they are 25 and 3)")


def test_huge_pixels_are_refused() -> None:
    found = refused(KERNEL, (4, 1, 1, 4096), (1, 4, 4096))
    assert found.endswith("(it has 4096)")


def test_weights_of_minus_128_are_refused() -> None:
    found = refused(KERNEL, (4, 1, 1, 4), (5, 5, 4), value=-128)
    assert found.endswith("No weight is -128 (one is)")


def test_long_sums_are_refused() -> None:
    assert "leaves 24 bits" in refused(KERNEL, (4, 1, 1, 2000), (1, 4, 2000), value=127)
    assert refused(KERNEL, (4, 1, 1, 500), (1, 4, 500), value=127) == "None"
