"""Products of int16 matrices: random ones equal the portable kernel; what is refused."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from tvm import relax

from tests.kernels import batch
from tests.kernels.cases import int16
from tests.kernels.graphs import matched, quantized, real, refusal
from tinycompile.kernel import Kernel
from tinycompile.kernels.dsp.dsp_matmul_s16 import KERNEL
from tinycompile.kernels.portable.s16 import matmul_s16


def product(scale: float = 0.01, clip: bool = False, axes: Any = None) -> Any:
    def build(a: Any, b: Any) -> Any:
        moved = relax.op.permute_dims(b, axes) if axes else b
        out = relax.op.matmul(real(a, 0.001, 0), real(moved, 0.001, 0))
        out = quantized(out, scale, 0, "int16")
        return relax.op.clip(out, -9000, 10000) if clip else out

    return build


def cases(seed: int, count: int = 40) -> list[batch.Case]:
    rng = np.random.default_rng(seed)
    return [case(rng) for _ in range(count)]


def case(rng: np.random.Generator, kernel: Kernel = KERNEL, fewest: int = 4) -> batch.Case:
    """Of `fewest` columns or more."""
    batches, rows, depth = (int(n) for n in rng.integers(1, (4, 7, 50)))
    columns, transposed = int(rng.integers(fewest, 14)), rng.random() < 0.4
    stacks = [batches if rng.random() < 0.7 else 1 for _ in "ab"]
    a, b = (stacks[0], rows, depth), (stacks[1], depth, columns)
    if transposed:
        b = (stacks[1], columns, depth)
    scale, clip = float(2.0 ** rng.uniform(-18, -3)), rng.random() < 0.3
    build = product(scale, clip, [0, 2, 1] if transposed else None)
    match = matched(kernel, build, "int16", a=a, b=b)
    assert kernel.refusal(match) is None
    call = kernel.lower(match)
    inputs = [int16(int(rng.integers(2**32)), *shape) for shape in (a, b)]
    plain = inputs[1].transpose(0, 2, 1) if transposed else inputs[1]
    portable = matched(matmul_s16.KERNEL, product(scale, clip), "int16", a=a, b=plain.shape)
    expected = matmul_s16.reference(matmul_s16.lower(portable).params, inputs[0], plain)
    np.testing.assert_array_equal(kernel.reference(call.params, *inputs), expected)
    return batch.Case(kernel, call, inputs, expected.reshape(-1))


def test_random_layers_here(tmp_path: Path) -> None:
    batch.run(cases(1), tmp_path)


@pytest.mark.parametrize("core", ["cortex-m4", "cortex-m33"])
def test_random_layers_on_cores(core: str, tmp_path: Path, arm_gcc: str, qemu: str) -> None:
    batch.run(cases(2), tmp_path, batch.Build(core, optimize="-O2"))


def test_few_columns_are_refused() -> None:
    found = refusal(KERNEL, product(), dtype="int16", a=(5, 7), b=(7, 3))
    assert found.endswith("The product has 4 columns or more (it has 3)")


def test_other_axes_are_refused() -> None:
    found = refusal(KERNEL, product(axes=[1, 2, 0]), dtype="int16", a=(7, 5, 7), b=(7, 7, 7))
    assert found.endswith("in its last two axes (its axes become (1, 2, 0))")


def test_factors_that_are_large_or_tiny_are_refused() -> None:
    for scale, found in ((1.9e-6, "0.526"), (0.3, "3.33e-06")):
        assert refusal(KERNEL, product(scale), dtype="int16", a=(5, 7), b=(7, 4)).endswith(
            f"less than 1/2 and at least 2^-18 of the output's (they are {found} of it)"
        )
