"""tc_quantize_f32_s8: C equals the reference, beyond all ranges too; what it refuses."""

from typing import Any

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from tvm.relax.op import clip

from tests.kernels import elementwise as e
from tests.kernels.graphs import matched, quantized, refusal
from tests.kernels.runtime import Run
from tinycompile.kernels.portable.s8.quantize_f32_s8 import KERNEL

floats = st.floats(width=32) | st.floats(-20, 20, width=32)


@given(
    values=st.lists(floats, min_size=1, max_size=50),
    scale=st.floats(2.0**-8, 4, width=32),
    zero_point=e.zero_points,
    bounds=e.clips,
)
def test_c_equals_the_reference(
    run: Run, values: list[float], scale: float, zero_point: int, bounds: Any
) -> None:
    def graph(x: Any) -> Any:
        integers = quantized(x, scale, zero_point)
        return integers if bounds is None else clip(integers, *bounds)

    x = np.array(values, np.float32)
    params = KERNEL.lower(matched(KERNEL, graph, dtype="float32", x=x.shape)).params
    output = run(KERNEL, params, [x], np.empty(x.shape, np.int8))
    np.testing.assert_array_equal(output, KERNEL.reference(params, x))


def test_ties_go_away_from_zero_and_what_is_no_number_to_the_lowest(run: Run) -> None:
    below_half = np.nextafter(np.float32(0.5), np.float32(0))
    x = np.array([0.5, -0.5, below_half, -below_half, 2.5, np.inf, -np.inf, np.nan], np.float32)
    params = {"count": 8, "scale": 1.0, "zero_point": 0, "min": -128, "max": 127}
    output = run(KERNEL, params, [x], np.empty(8, np.int8))
    assert output.tolist() == [1, -1, 0, 0, 3, 127, -128, -128]


def test_uint8_is_refused() -> None:
    assert refusal(KERNEL, lambda x: quantized(x, dtype="uint8"), dtype="float32", x=(4,)) == (
        "tc_quantize_f32_s8 does not apply: The input is float32 and the output int8"
        " (they are float32 and uint8)"
    )


def test_several_scales_are_refused() -> None:
    from tvm import relax

    def graph(x: Any) -> Any:
        scales = relax.const(np.array([0.1, 0.2], np.float32))
        zero_points = relax.const(np.zeros(2, np.int32))
        return relax.op.quantize(x, scales, zero_points, axis=0, out_dtype="int8")

    assert refusal(KERNEL, graph, dtype="float32", x=(2,)) == (
        "tc_quantize_f32_s8 does not apply: The tensor has one scale (it has 2)"
    )
