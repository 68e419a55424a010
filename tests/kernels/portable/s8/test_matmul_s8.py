from typing import Any

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from tvm import relax

from tests.kernels import cases
from tests.kernels.graphs import matched, quantized, real, refusal
from tests.kernels.runtime import Run
from tinycompile.kernels.portable.s8.matmul_s8 import KERNEL
from tinycompile.quantization import quantize_multiplier


@st.composite
def geometries(draw: st.DrawFn) -> dict[str, int]:
    batches, rows, depth, columns = (draw(st.integers(1, 5)) for _ in range(4))
    return {
        "batches": batches, "rows": rows, "depth": depth, "columns": columns,
        "a_step": draw(st.sampled_from([0, rows * depth])),
        "b_step": draw(st.sampled_from([0, depth * columns])),
    }  # fmt: skip


@st.composite
def products(draw: st.DrawFn) -> dict[str, Any]:
    multiplier, shift = quantize_multiplier(draw(cases.FACTORS))
    return draw(geometries()) | {
        "a_zero_point": draw(cases.ZERO_POINTS), "b_zero_point": draw(cases.ZERO_POINTS),
        "multiplier": multiplier, "shift": shift, "output_zero_point": draw(cases.ZERO_POINTS),
    } | draw(cases.bounds())  # fmt: skip


@given(p=products(), seed=cases.SEEDS)
def test_c_equals_the_reference(run: Run, p: dict[str, Any], seed: int) -> None:
    a = cases.int8(seed, p["batches"] if p["a_step"] else 1, p["rows"], p["depth"])
    b = cases.int8(seed + 1, p["batches"] if p["b_step"] else 1, p["depth"], p["columns"])
    output = np.empty((p["batches"], p["rows"], p["columns"]), np.int8)
    expected = np.broadcast_to(KERNEL.reference(p, a, b), output.shape)
    np.testing.assert_array_equal(run(KERNEL, p, [a, b], output), expected)


def product(a: relax.Expr, b: Any) -> Any:
    return quantized(relax.op.matmul(real(a), real(b)))


def test_one_matrix_serves_a_stack() -> None:
    params = KERNEL.lower(matched(KERNEL, product, a=(1, 1, 5, 7), b=(1, 3, 7, 4))).params
    assert (params["batches"], params["a_step"], params["b_step"]) == (3, 0, 28)


def test_int16_is_refused() -> None:
    found = refusal(KERNEL, product, dtype="int16", a=(5, 7), b=(7, 4))
    assert found.endswith("Inputs and output are int8 (they are int16, int16, int8)")


def test_constants_are_refused() -> None:
    stack = np.ones((2, 7, 4), np.int8)
    found = refusal(KERNEL, lambda a: product(a, stack), a=(2, 5, 7))
    assert found.endswith("Neither input is constant (b is)")


def test_vectors_are_refused() -> None:
    found = refusal(KERNEL, product, a=(7,), b=(7, 4))
    assert found.endswith("Both inputs have at least two dimensions (they are (7,) and (7, 4))")


def test_stacks_that_repeat_matrices_are_refused() -> None:
    found = refusal(KERNEL, product, a=(2, 1, 5, 7), b=(1, 3, 7, 4))
    assert found.endswith("one of them is a single matrix (they are (2, 1) and (1, 3))")


def test_long_sums_are_refused() -> None:
    found = refusal(KERNEL, product, a=(1, 40000), b=(40000, 1))
    assert found.endswith("A sum has at most 33025 products (it has 40000)")
