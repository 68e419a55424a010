"""Transposed convolutions for Helium: random ones equal the portable kernel; what is refused."""

from pathlib import Path
from typing import Any

import numpy as np
from tvm import relax

from tests.kernels import batch, layers
from tests.kernels.graphs import quantized, real, refusal
from tests.kernels.mve import convolutions
from tinycompile.kernels.mve import mve_transpose_conv2d_s8
from tinycompile.kernels.mve.mve_transpose_conv2d_s8 import KERNEL
from tinycompile.kernels.portable.s8 import transpose_conv2d_s8


def parameters(rng: np.random.Generator) -> dict[str, Any]:
    """Of the portable kernel."""
    kernel, stride = ([int(n) for n in rng.integers(1, most, 2)] for most in (6, 4))
    channels, n = int(rng.choice([1, 3, 8, 16, 20, 80, 200])), int(rng.choice([4, 5, 8, 11]))
    size = [int(n) for n in rng.integers(1, 6, 2)]
    full = [(s - 1) * st + k for s, st, k in zip(size, stride, kernel, strict=True)]
    pad = [int(rng.integers(0, min(k, f))) for k, f in zip(kernel, full, strict=True)]
    # Some results go on behind the last input's.
    out = [max(1, f - p - int(rng.integers(-1, 3))) for f, p in zip(full, pad, strict=True)]
    sizes = {
        "input_h": size[0], "input_w": size[1], "input_c": channels,
        "output_h": out[0], "output_w": out[1], "output_c": n,
        "kernel_h": kernel[0], "kernel_w": kernel[1], "stride_h": stride[0], "stride_w": stride[1],
        "pad_top": pad[0], "pad_left": pad[1],
    }  # fmt: skip
    tables = convolutions.tables(rng, (n, *kernel, channels))
    return sizes | convolutions.zero_points_and_bounds(rng) | tables


def cases(seed: int, count: int = 40) -> list[batch.Case]:
    return layers.cases(
        mve_transpose_conv2d_s8, transpose_conv2d_s8, parameters, convolutions.image, seed, count
    )


def test_the_reference_is_that_of_the_portable_kernel() -> None:
    layers.check_references(cases(0, 60))


def test_both_requantisations_are_there_and_some_windows_are_gathered() -> None:
    params = [case.call.params for case in cases(1)]
    assert 0 < sum(p["scale"] == 0 for p in params) < len(params)
    assert 0 < sum(p["window"] > 0 for p in params) < len(params)


def test_random_layers_here(tmp_path: Path) -> None:
    batch.run(cases(1), tmp_path)


def test_random_layers_on_a_core(tmp_path: Path, arm_gcc: str, qemu: str) -> None:
    batch.run(cases(1), tmp_path, batch.Build("cortex-m55", optimize="-O2"))


def test_few_output_channels_are_refused() -> None:
    layouts = {"data_layout": "NHWC", "kernel_layout": "OHWI"}
    filters = real(np.ones((3, 3, 3, 4), np.int8), 0.1, 0)

    def build(x: relax.Expr) -> relax.Expr:
        return quantized(relax.op.nn.conv2d_transpose(real(x), filters, **layouts))

    found = refusal(KERNEL, build, x=(1, 5, 5, 4))
    assert found.endswith("at least 4 output channels (there are 3)")
