"""tc_quantize_f32_s16: C equals the reference, beyond all ranges too; what it refuses."""

from typing import Any

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from tvm.relax.op import clip

from tests.kernels import elementwise as e
from tests.kernels.graphs import matched, quantized, refusal
from tests.kernels.runtime import Run
from tinycompile.kernels.portable.s16.quantize_f32_s16 import KERNEL


@given(
    values=st.lists(st.floats(width=32) | st.floats(-20, 20, width=32), min_size=1, max_size=50),
    scale=st.floats(2.0**-13, 4, width=32),
    bounds=e.clips16,
)
def test_c_equals_the_reference(run: Run, values: list[float], scale: float, bounds: Any) -> None:
    def graph(x: Any) -> Any:
        integers = quantized(x, scale, 0, "int16")
        return integers if bounds is None else clip(integers, *bounds)

    x = np.array(values, np.float32)
    params = KERNEL.lower(matched(KERNEL, graph, dtype="float32", x=x.shape)).params
    output = run(KERNEL, params, [x], np.empty(x.shape, np.int16))
    np.testing.assert_array_equal(output, KERNEL.reference(params, x))


def test_ties_go_away_from_zero_and_what_is_no_number_to_the_lowest(run: Run) -> None:
    x = np.array([0.5, -0.5, 32766.5, -32767.5, 1e9, np.inf, -np.inf, np.nan], np.float32)
    params = {"count": 8, "scale": 1.0, "min": -32768, "max": 32767}
    output = run(KERNEL, params, [x], np.empty(8, np.int16))
    assert output.tolist() == [1, -1, 32767, -32768, 32767, 32767, -32768, -32768]


def test_int8_is_refused() -> None:
    assert refusal(KERNEL, lambda x: quantized(x), dtype="float32", x=(4,)) == (
        "tc_quantize_f32_s16 does not apply: The input is float32 and the output int16"
        " (they are float32 and int8)"
    )


def test_a_zero_point_is_refused() -> None:
    assert refusal(KERNEL, lambda x: quantized(x, dtype="int16"), dtype="float32", x=(4,)) == (
        "tc_quantize_f32_s16 does not apply: The zero point is 0 (it is -5)"
    )
