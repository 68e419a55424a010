"""Convolutions of int16 by int8: random ones equal the portable kernel; what is refused."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from tvm import relax

from tests.kernels import batch, layers
from tests.kernels.dsp import convolutions, products_s16
from tests.kernels.graphs import quantized, real, refusal
from tinycompile.kernels.dsp import dsp_conv2d_s16
from tinycompile.kernels.dsp.dsp_conv2d_s16 import KERNEL
from tinycompile.kernels.portable.s16 import conv2d_s16


def parameters(rng: np.random.Generator) -> dict[str, Any]:
    p = convolutions.windows(rng)
    groups = int(rng.choice([1, 1, 1, 2, 3]))
    group_in, group_out = int(rng.choice([1, 2, 3, 4, 7, 16])), int(rng.integers(1, 11))
    p |= {"groups": groups, "input_c": groups * group_in, "output_c": groups * group_out}
    if rng.random() < 0.4:  # no window reaches beyond the input
        small = rng.random() < 0.5
        p |= {"pad_top": 0, "pad_left": 0}
        for d in "hw":
            p[f"kernel_{d}"] = 1 if small else p[f"kernel_{d}"]
            reach = (p[f"kernel_{d}"] - 1) * p[f"dilation_{d}"] + 1
            p[f"input_{d}"] = (p[f"output_{d}"] - 1) * p[f"stride_{d}"] + reach
    shape = p["output_c"], p["kernel_h"], p["kernel_w"], group_in
    return p | products_s16.tables(rng, shape)


def cases(seed: int, count: int = 60) -> list[batch.Case]:
    return layers.cases(dsp_conv2d_s16, conv2d_s16, parameters, products_s16.pixels, seed, count)


def test_the_reference_is_that_of_the_portable_kernel() -> None:
    layers.check_references(cases(0, 100))


def test_windows_are_read_from_everywhere() -> None:
    params = [case.call.params for case in cases(2)]
    where = {(p["direct"], p["gather"] is None) for p in params}
    assert where == {(1, True), (0, True), (0, False)}


def test_random_layers_here(tmp_path: Path) -> None:
    batch.run(cases(1, 20), tmp_path)


@pytest.mark.parametrize("core", ["cortex-m4", "cortex-m7", "cortex-m33"])
def test_random_layers_on_cores(core: str, tmp_path: Path, arm_gcc: str, qemu: str) -> None:
    batch.run(cases(2), tmp_path, batch.Build(core, optimize="-O2"))


def refused(weights: np.ndarray, shape: tuple[int, ...], scale: float = 0.1, **how: Any) -> str:
    def build(x: relax.Expr) -> relax.Expr:
        layouts = {"data_layout": "NHWC", "kernel_layout": "OHWI"}
        made = relax.op.nn.conv2d(real(x, 0.05, 0), real(weights, scale, 0), **layouts, **how)
        return quantized(made, 0.1, 0, "int16")

    return refusal(KERNEL, build, dtype="int16", x=(1, *shape))


def test_ordinary_layers_and_those_that_never_move_are_taken() -> None:
    assert refused(np.full((4, 3, 3, 8), 127, np.int8), (5, 5, 8)) == "None"
    assert refused(np.zeros((4, 3, 3, 8), np.int8), (5, 5, 8), scale=3e-9) == "None"


def test_large_sums_and_other_factors_are_refused() -> None:
    found = refused(np.full((4, 1, 1, 600), 127, np.int8), (5, 5, 600))
    assert found.endswith("(one reaches 2496921600 and has factor 0.05)")
    found = refused(np.ones((4, 1, 1, 6), np.int8), (5, 5, 6), scale=1.0)
    assert found.endswith("(one reaches 196608 and has factor 0.5)")
    assert "2^-18 to 1/2" in found


def test_windows_that_are_far_apart_are_refused() -> None:
    weights = np.ones((4, 3, 3, 230), np.int8)
    assert refused(weights, (7, 7, 230)) == "None"
    found = refused(weights, (7, 7, 230), dilation=(1, 2))
    assert found.endswith("where they are copied or where they are (there are 4144)")
