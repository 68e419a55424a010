"""The constraints on shapes are tripped in test_matmul_s8.py."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tvm import relax

from tests.kernels import cases
from tests.kernels.graphs import quantized, real, refusal
from tests.kernels.portable.s8.test_matmul_s8 import geometries
from tests.kernels.runtime import Run
from tinycompile.kernels.portable.s16.matmul_s16 import KERNEL
from tinycompile.quantization import quantize_multiplier, reduced


@st.composite
def products(draw: st.DrawFn) -> dict[str, Any]:
    multiplier, shift = quantize_multiplier(draw(cases.FACTORS_S16))
    low = draw(st.sampled_from([-(2**15), 0]))
    return draw(geometries()) | {
        "min": low, "max": draw(st.sampled_from([2**15 - 1, 3000])),
        "multiplier": int(reduced(multiplier)), "shift": shift,
    }  # fmt: skip


@given(p=products(), seed=cases.SEEDS)
def test_c_equals_the_reference(run: Run, p: dict[str, Any], seed: int) -> None:
    a = cases.int16(seed, p["batches"] if p["a_step"] else 1, p["rows"], p["depth"])
    b = cases.int16(seed + 1, p["batches"] if p["b_step"] else 1, p["depth"], p["columns"])
    output = np.empty((p["batches"], p["rows"], p["columns"]), np.int16)
    expected = np.broadcast_to(KERNEL.reference(p, a, b), output.shape)
    np.testing.assert_array_equal(run(KERNEL, p, [a, b], output), expected)


def refused(
    a: tuple[int, ...] = (5, 7),
    b: tuple[int, ...] = (7, 4),
    zero_points: tuple[int, int, int] = (0, 0, 0),
    scale: float = 0.05,
    dtype: str = "int16",
) -> str:
    def product(a: relax.Expr, b: relax.Expr) -> Any:
        left, right = real(a, scale, zero_points[0]), real(b, 0.1, zero_points[1])
        return quantized(relax.op.matmul(left, right), 0.1, zero_points[2], "int16")

    return refusal(KERNEL, product, dtype=dtype, a=a, b=b)


def test_int8_is_refused() -> None:
    found = refused(dtype="int8")
    assert found.endswith("Inputs and output are int16 (they are int8, int8, int16)")


@pytest.mark.parametrize("zero_points", [(1, 0, 0), (0, 2, 0), (0, 0, -3)])
def test_zero_points_are_refused(zero_points: tuple[int, int, int]) -> None:
    found = refused(zero_points=zero_points)
    assert found.endswith("zero point 0 (they have {}, {} and {})".format(*zero_points))


def test_long_sums_are_refused() -> None:
    assert refused((1, 2**17 - 1), (2**17 - 1, 1)) == "None"
    found = refused((1, 2**17), (2**17, 1))
    assert found.endswith("A sum has at most 131071 products (it has 131072)")


def test_large_factors_are_refused() -> None:
    assert refused(scale=127.9) == "None"
    assert refused(scale=128.0).endswith("128 times the output's scale (it is 128 times)")
