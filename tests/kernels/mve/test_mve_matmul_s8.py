"""Products of matrices for Helium: random ones equal the portable kernel; what is refused."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from tvm import relax

from tests.kernels import batch
from tests.kernels.cases import int8
from tests.kernels.dsp.test_dsp_matmul_s8 import product
from tests.kernels.graphs import matched, refusal
from tinycompile.kernels.mve.mve_matmul_s8 import KERNEL
from tinycompile.kernels.portable.s8 import matmul_s8


def of_transposed(build: Any, axes: list[int]) -> Any:
    """The same graph of a second matrix whose axes are others."""
    return lambda a, b: build(a, relax.op.permute_dims(b, axes))


def cases(seed: int, count: int = 40) -> list[batch.Case]:
    rng = np.random.default_rng(seed)
    return [case(rng) for _ in range(count)]


def case(rng: np.random.Generator) -> batch.Case:
    batches, rows, depth = (int(n) for n in rng.integers(1, (4, 7, 50)))
    columns, transposed = int(rng.integers(1, 14)), rng.random() < 0.4
    points = [int(n) for n in rng.integers(-128, 128, 3)]
    stacks = [batches if rng.random() < 0.7 else 1 for _ in "ab"]
    a, b = (stacks[0], rows, depth), (stacks[1], depth, columns)
    if transposed:
        b = (stacks[1], columns, depth)
    scale, clip = float(2.0 ** rng.uniform(-7, 4)), rng.random() < 0.3
    plain_build = product(scale, points, clip)
    build = of_transposed(plain_build, [0, 2, 1]) if transposed else plain_build
    match = matched(KERNEL, build, a=a, b=b)
    assert KERNEL.refusal(match) is None
    call = KERNEL.lower(match)
    inputs = [int8(int(rng.integers(2**32)), *shape) for shape in (a, b)]
    plain = [inputs[0], inputs[1].transpose(0, 2, 1) if transposed else inputs[1]]
    portable = matched(matmul_s8.KERNEL, plain_build, a=a, b=plain[1].shape)
    expected = matmul_s8.reference(matmul_s8.lower(portable).params, *plain)
    np.testing.assert_array_equal(KERNEL.reference(call.params, *inputs), expected)
    return batch.Case(KERNEL, call, inputs, expected.reshape(-1))


def test_random_layers_here(tmp_path: Path) -> None:
    batch.run(cases(1), tmp_path)


def test_random_layers_on_a_core(tmp_path: Path, arm_gcc: str, qemu: str) -> None:
    batch.run(cases(1), tmp_path, batch.Build("cortex-m55", optimize="-O2"))


@pytest.mark.parametrize(
    ("shapes", "build", "found"),
    [
        ({"a": (1, 2), "b": (2, 5000)}, product(), "at most 4681 columns (it has 5000)"),
        ({"a": (1, 20000), "b": (20000, 4)}, product(), "at most 16512 products (it has 20000)"),
        ({"a": (5, 7), "b": (7, 4)}, product(0.004), "of the output's (they are 0.625 of it)"),
        (
            {"a": (7, 5, 7), "b": (7, 7, 7)},
            of_transposed(product(), [1, 2, 0]),
            "in its last two axes (its axes become (1, 2, 0))",
        ),
    ],
)
def test_what_is_refused(shapes: dict[str, tuple[int, ...]], build: Any, found: str) -> None:
    assert refusal(KERNEL, build, **shapes).endswith(found)
