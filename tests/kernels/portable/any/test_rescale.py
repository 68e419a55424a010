"""tc_rescale: C equals the reference, between all types; what it refuses."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tvm import relax

from tests.kernels import elementwise as e
from tests.kernels.graphs import quantized, real, refusal
from tests.kernels.runtime import Run
from tinycompile import external
from tinycompile.kernels.portable.any.rescale import KERNEL
from tinycompile.quantization import integer_limits

TYPES = st.sampled_from([("int8", "int16"), ("int16", "int8"), ("int16", "int16")])


@given(
    types=TYPES,
    scales=st.tuples(st.floats(0.001, 1), st.floats(0.001, 1)),
    zero_points=st.tuples(st.integers(-128, 127), st.integers(-128, 127)),
    clip=e.clips,
    seed=e.seeds,
)
def test_c_equals_the_reference(
    run: Run, types: Any, scales: Any, zero_points: Any, clip: Any, seed: int
) -> None:
    (source, target), (s, t), (z, w) = types, scales, zero_points

    def graph(x: Any) -> Any:
        result = quantized(real(x, s, z), t, w, target)
        return result if clip is None else relax.op.clip(result, *clip)

    output = e.assert_c_equals_the_reference(run, KERNEL, graph, seed, source, x=(3, 40))
    assert output.dtype == target
    exact = (e.integers(seed, (3, 40), source) - float(z)) * s / t + w
    exact = np.clip(exact, *(clip or integer_limits(target)))
    # Two roundings, each to nearest, may end up to 3/4 of a step away.
    assert np.abs(output - exact).max() <= 0.76


@pytest.mark.parametrize("source", ["int8", "int16"])
def test_to_int32(run: Run, source: str) -> None:
    def graph(x: Any) -> Any:
        parameters = relax.const(np.float32(0.00003)), relax.const(70000, "int32")
        ty = relax.TensorType(x.ty.shape, "int32")
        return external.call(external.QUANTIZE_S32, real(x, 0.01, 3), *parameters, ty=ty)

    output = e.assert_c_equals_the_reference(run, KERNEL, graph, 1, source, x=(3, 40))
    assert output.dtype == "int32"
    exact = (e.integers(1, (3, 40), source) - 3.0) * float(np.float32(0.01)) / 0.00003 + 70000
    np.testing.assert_allclose(output, exact, rtol=1e-6, atol=1)


@pytest.mark.parametrize("source, target", [("uint8", "int16"), ("int16", "uint8")])
def test_uint8_is_refused(source: str, target: str) -> None:
    found = refusal(KERNEL, lambda x: quantized(real(x), dtype=target), dtype=source, x=(4,))
    assert found == (
        "tc_rescale does not apply: The input is int8 or int16, the output int8, int16 or int32 "
        f"(they are {source} and {target})"
    )


def test_several_scales_are_refused() -> None:
    def graph(x: Any) -> Any:
        scales = relax.const(np.array([0.1, 0.2], np.float32))
        zero_points = relax.const(np.zeros(2, np.int32))
        return relax.op.quantize(real(x), scales, zero_points, axis=0, out_dtype="int16")

    assert refusal(KERNEL, graph, dtype="int16", x=(2,)) == (
        "tc_rescale does not apply: Input and output have one scale each (they have 1 and 2)"
    )


def test_a_tiny_output_scale_is_refused() -> None:
    graph = e.unary16(lambda x: x, 1.0, 2.0**-14)
    assert refusal(KERNEL, graph, dtype="int16", x=(4,)) == (
        "tc_rescale does not apply: The input's scale is less than 2^14 times the output's"
        " (it is 1.64e+04 times it)"
    )
