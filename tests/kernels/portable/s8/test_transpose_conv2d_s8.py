"""The constraints that it shares with conv2d are tripped in test_conv2d_s8.py."""

from typing import Any

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from tvm import relax

from tests.kernels import cases
from tests.kernels.graphs import matched, quantized, real, refusal
from tests.kernels.runtime import Run
from tinycompile.kernels.portable.s8.transpose_conv2d_s8 import KERNEL


@st.composite
def convolutions(draw: st.DrawFn, of: Any = cases.s8) -> dict[str, Any]:
    size, channels = st.integers(1, 5), st.integers(1, 4)
    p = {
        "input_h": draw(size), "input_w": draw(size), "input_c": draw(channels),
        "output_h": draw(st.integers(1, 12)), "output_w": draw(st.integers(1, 12)),
        "output_c": draw(channels),
    }  # fmt: skip
    window = draw(cases.windows())
    p |= {name: value for name, value in window.items() if not name.startswith("dilation")}
    shape = (p["output_c"], p["kernel_h"], p["kernel_w"], p["input_c"])
    return p | draw(of(shape, shape[0]))


@given(p=convolutions(), seed=cases.SEEDS)
def test_c_equals_the_reference(run: Run, p: dict[str, Any], seed: int) -> None:
    x = cases.int8(seed, p["input_h"], p["input_w"], p["input_c"])
    output = np.empty((p["output_h"], p["output_w"], p["output_c"]), np.int8)
    np.testing.assert_array_equal(run(KERNEL, p, [x], output), KERNEL.reference(p, x))


def transposed(x: relax.Expr, **attributes: Any) -> Any:
    layouts = {"data_layout": "NHWC", "kernel_layout": "OHWI"}
    weights = real(np.ones((4, 3, 3, 2), np.int8), 0.1, 0)
    return quantized(relax.op.nn.conv2d_transpose(real(x), weights, **{**layouts, **attributes}))


def test_output_padding_adds_rows_at_the_end() -> None:
    attributes = {"strides": (2, 2), "padding": (1, 1, 0, 1), "output_padding": (1, 0)}
    match = matched(KERNEL, lambda x: transposed(x, **attributes), x=(1, 3, 3, 2))
    assert KERNEL.refusal(match) is None
    params = KERNEL.lower(match).params
    assert (params["output_h"], params["output_w"]) == (2 * 2 + 3 - 1 + 1, 2 * 2 + 3 - 2)
    assert (params["pad_top"], params["pad_left"]) == (1, 1)


def test_dilated_kernels_are_refused() -> None:
    found = refusal(KERNEL, lambda x: transposed(x, dilation=(2, 1)), x=(1, 3, 3, 2))
    assert found.endswith("one group and no dilation (1 groups, dilation (2, 1))")


def test_groups_are_refused() -> None:
    found = refusal(KERNEL, lambda x: transposed(x, groups=2), x=(1, 3, 3, 2))
    assert found.endswith("one group and no dilation (2 groups, dilation (1, 1))")
