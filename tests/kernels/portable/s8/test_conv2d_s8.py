import itertools
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tvm import relax

from tests.kernels import cases
from tests.kernels.graphs import quantized, real, refusal
from tests.kernels.runtime import Run
from tinycompile.kernels.portable.s8.conv2d_s8 import KERNEL


@st.composite
def convolutions(draw: st.DrawFn, of: Any = cases.s8) -> dict[str, Any]:
    groups, group_in, group_out = (draw(st.integers(1, 3)) for _ in range(3))
    size = st.integers(1, 5)
    p = {
        "input_h": draw(size), "input_w": draw(size), "input_c": groups * group_in,
        "output_h": draw(size), "output_w": draw(size), "output_c": groups * group_out,
    } | draw(cases.windows()) | {"groups": groups}  # fmt: skip
    shape = (groups * group_out, p["kernel_h"], p["kernel_w"], group_in)
    return p | draw(of(shape, shape[0]))


@given(p=convolutions(), seed=cases.SEEDS)
def test_c_equals_the_reference(run: Run, p: dict[str, Any], seed: int) -> None:
    x = cases.int8(seed, p["input_h"], p["input_w"], p["input_c"])
    output = np.empty((p["output_h"], p["output_w"], p["output_c"]), np.int8)
    np.testing.assert_array_equal(run(KERNEL, p, [x], output), KERNEL.reference(p, x))


def test_every_stride_dilation_and_padding_in_one_dimension(run: Run) -> None:
    """Windows before, across, inside and after the input, computed here one tap at a time."""
    for extent, kernel, stride, dilation, pad in itertools.product(
        range(1, 4), range(1, 4), range(1, 4), range(1, 4), range(6)
    ):
        outputs = (extent + pad) // stride + 2
        p: dict[str, Any] = {
            "input_h": 1, "input_w": extent, "input_c": 1,
            "output_h": 1, "output_w": outputs, "output_c": 1,
            "kernel_h": 1, "kernel_w": kernel, "stride_h": 1, "stride_w": stride,
            "dilation_h": 1, "dilation_w": dilation, "pad_top": 0, "pad_left": pad, "groups": 1,
            "input_zero_point": 0, "output_zero_point": 0, "min": -128, "max": 127,
            "weights": np.array([1, 4, 16][:kernel], np.int8).reshape(1, 1, kernel, 1),
            "bias": np.zeros(1, np.int32),
            "multipliers": np.array([1 << 30], np.int32), "shifts": np.array([1], np.int8),
        }  # fmt: skip
        x = np.array([1, 2, 3][:extent], np.int8)
        expected = [
            sum(
                4**k * int(x[at])
                for k in range(kernel)
                if 0 <= (at := i * stride - pad + k * dilation) < extent
            )
            for i in range(outputs)
        ]
        actual = run(KERNEL, p, [x], np.empty(outputs, np.int8))
        assert actual.tolist() == expected == KERNEL.reference(p, x).ravel().tolist(), p


def conv(x: relax.Expr, weights: Any = None, bias: Any = None, **attributes: Any) -> Any:
    weights = real(np.ones((4, 3, 3, 2), np.int8), [0.1] * 4, 0) if weights is None else weights
    layouts = {"data_layout": "NHWC", "kernel_layout": "OHWI"}
    out = relax.op.nn.conv2d(real(x), weights, **{**layouts, **attributes})
    return out if bias is None else relax.op.add(out, bias)


def refused(**kwargs: Any) -> str:
    return refusal(KERNEL, lambda x: quantized(conv(x, **kwargs)), x=(1, 5, 5, 2))


def test_an_ordinary_convolution_is_taken() -> None:
    assert refused(bias=real(np.ones(4, np.int32), [0.005] * 4, 0)) == "None"


def test_other_layouts_are_refused() -> None:
    assert refused(
        weights=real(np.ones((3, 3, 2, 4), np.int8), 0.1, 0), kernel_layout="HWIO"
    ).endswith("Activations are NHWC and weights OHWI (layouts are NHWC and HWIO)")


def test_huge_sizes_are_refused() -> None:
    weights = real(np.ones((1, 1, 1, 1), np.int8), 0.1, 0)
    found = refusal(KERNEL, lambda x: quantized(conv(x, weights)), x=(1, 1, 40000, 1))
    assert found.endswith("Every size is below 32768 (input_w is 40000)")


def test_int16_activations_are_refused() -> None:
    found = refusal(KERNEL, lambda x: quantized(conv(x)), dtype="int16", x=(1, 5, 5, 2))
    assert found.endswith("Input and output are int8 (they are int16 and int8)")


@pytest.mark.parametrize(
    ("weights", "found"),
    [
        (real(np.ones((4, 3, 3, 2), np.uint8), 0.1, 0), "weights are uint8"),
        (real(np.ones((4, 3, 3, 2), np.int8), 0.1, 7), "zero point is 7"),
    ],
)
def test_weights_must_be_symmetric_int8(weights: Any, found: str) -> None:
    assert refused(weights=weights).endswith(f"Weights are int8 with zero point 0 ({found})")


def test_scales_along_another_dimension_are_refused() -> None:
    weights = relax.const(np.ones((4, 3, 3, 4), np.int8))
    scales, zero = relax.const(np.full(4, 0.1, np.float32)), relax.const(0, "int32")
    along_inputs = relax.op.dequantize(weights, scales, zero, axis=3)
    found = refusal(KERNEL, lambda x: quantized(conv(x, along_inputs)), x=(1, 5, 5, 4))
    assert found.endswith("(they have 4, along dimension 3 of (4, 3, 3, 4))")


@pytest.mark.parametrize(
    ("bias", "found"),
    [
        (np.ones(1, np.int32), "bias is (1,) for 4 channels"),
        (np.ones(4, np.int16), "bias is int16"),
    ],
)
def test_bias_must_be_int32_per_channel(bias: Any, found: str) -> None:
    assert refused(bias=real(bias, 0.005, 0)).endswith(f"({found})")


def test_bias_of_another_scale_is_refused() -> None:
    found = refused(bias=real(np.ones(4, np.int32), [0.01] * 4, 0))
    assert found.endswith("within 1e-4 (off by a factor 2)")


def test_sums_beyond_int32_are_refused() -> None:
    weights = real(np.full((1, 1, 1, 2**17), 127, np.int8), [0.1], 0)
    found = refusal(KERNEL, lambda x: quantized(conv(x, weights)), x=(1, 1, 1, 2**17))
    assert "Every size is below 32768" in found
    weights = real(np.full((1, 256, 2, 256), 127, np.int8), [0.1], 0)
    found = refusal(KERNEL, lambda x: quantized(conv(x, weights)), x=(1, 256, 2, 256))
    assert found.endswith("biases make it wrap, as in TFLite) (one may reach 4244766720)")


def test_sums_that_leave_int32_at_the_scale_of_the_output_are_refused() -> None:
    weights = real(np.full((1, 1, 1, 8), 127, np.int8), [1e9], 0)
    found = refusal(KERNEL, lambda x: quantized(conv(x, weights)), x=(1, 1, 1, 8))
    assert "as in TFLite) (one may reach" in found and "at the output's scale" in found
