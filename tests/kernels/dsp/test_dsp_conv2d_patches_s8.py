"""Convolutions by windows in scratch: random ones equal the portable kernel; what is refused."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.kernels import batch, layers
from tests.kernels.dsp import convolutions
from tests.kernels.dsp.convolutions import refused
from tinycompile.kernels.dsp import dsp_conv2d_patches_s8
from tinycompile.kernels.dsp.dsp_conv2d_patches_s8 import KERNEL
from tinycompile.kernels.portable.s8 import conv2d_s8


def parameters(rng: np.random.Generator) -> dict[str, Any]:
    p = convolutions.windows(rng)
    groups = int(rng.choice([1, 1, 2, 3]))
    group_in, group_out = int(rng.integers(1, 6)), int(rng.choice([4, 5, 8, 9]))
    if groups == 1:
        group_out = int(rng.integers(1, 14))
    p |= {"groups": groups, "input_c": groups * group_in, "output_c": groups * group_out}
    shape = p["output_c"], p["kernel_h"], p["kernel_w"], group_in
    return convolutions.convolution(rng, p, shape)


def cases(seed: int, count: int = 50) -> list[batch.Case]:
    return layers.cases(
        dsp_conv2d_patches_s8, conv2d_s8, parameters, convolutions.image, seed, count
    )


def test_the_reference_is_that_of_the_portable_kernel() -> None:
    layers.check_references(cases(0, 100))


def test_some_have_weights_of_4_bits() -> None:
    assert {case.call.params["expand"].literals for case in cases(2)} == {(4,), (8,)}


def test_random_layers_here(tmp_path: Path) -> None:
    batch.run(cases(1, 15), tmp_path)


@pytest.mark.parametrize("core", ["cortex-m4", "cortex-m7", "cortex-m33"])
def test_random_layers_on_cores(core: str, tmp_path: Path, arm_gcc: str, qemu: str) -> None:
    batch.run(cases(2), tmp_path, batch.Build(core, optimize="-O2"))


def test_filters_are_kept_where_they_are_small() -> None:
    kept = [case.call.params["kept"] for case in cases(1)]
    assert 0 < sum(kept) < len(kept)


def test_few_channels_are_taken_and_large_windows_refused() -> None:
    assert refused(KERNEL, (4, 3, 3, 3), (5, 5, 3), dilation=(2, 2)) == "None"
    found = refused(KERNEL, (4, 3, 3, 456), (5, 5, 456))
    assert found.endswith("A window of one group has at most 4060 values (it has 4104)")


def test_groups_of_few_channels_are_refused() -> None:
    assert refused(KERNEL, (12, 3, 3, 2), (5, 5, 6), groups=3) == "None"
    found = refused(KERNEL, (9, 3, 3, 2), (5, 5, 6), groups=3)
    assert found.endswith(
        "There is one group, or each has 4 output channels or more (there are 3 of 3)"
    )
