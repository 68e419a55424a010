"""The constraints that it shares with conv2d on int8 are tripped in test_conv2d_s8.py."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from tvm import relax

from tests.kernels import cases
from tests.kernels.graphs import matched, quantized, real, refusal
from tests.kernels.portable.s8.test_conv2d_s8 import convolutions
from tests.kernels.runtime import Run
from tinycompile.kernels.portable.s16.conv2d_s16 import KERNEL
from tinycompile.rewriting.qdq import add_integers


@given(p=convolutions(cases.s16), seed=cases.SEEDS)
def test_c_equals_the_reference(run: Run, p: dict[str, Any], seed: int) -> None:
    x = cases.int16(seed, p["input_h"], p["input_w"], p["input_c"])
    output = np.empty((p["output_h"], p["output_w"], p["output_c"]), np.int16)
    np.testing.assert_array_equal(run(KERNEL, p, [x], output), KERNEL.reference(p, x))


def test_long_sums_of_the_largest_products(run: Run) -> None:
    """Their 32-bit parts come as close to the limit as they can."""
    p: dict[str, Any] = {
        "input_h": 1, "input_w": 1, "input_c": 2000, "output_h": 1, "output_w": 1, "output_c": 1,
        "kernel_h": 1, "kernel_w": 1, "stride_h": 1, "stride_w": 1,
        "dilation_h": 1, "dilation_w": 1, "pad_top": 0, "pad_left": 0, "groups": 1,
        "min": -(2**15), "max": 2**15 - 1, "narrow": 0,
        "weights": np.full((1, 1, 1, 2000), -128, np.int8), "bias": np.zeros(1, np.int64),
        "multipliers": np.array([1 << 14], np.int32), "shifts": np.array([-17], np.int8),
    }  # fmt: skip
    x = np.full((1, 1, 2000), -(2**15), np.int16)
    actual = run(KERNEL, p, [x], np.empty((1, 1, 1), np.int16))
    assert actual.item() == 2000 * 2**22 / 2**18 == KERNEL.reference(p, x).item()


WEIGHTS = np.ones((4, 3, 3, 2), np.int8)


def conv(
    x: relax.Expr, bias: Any = None, scale: float = 0.05, zero_points: tuple[int, int] = (0, 0)
) -> Any:
    """Weights have scale 0.1, the bias that of the product."""
    layouts = {"data_layout": "NHWC", "kernel_layout": "OHWI"}
    weights = real(WEIGHTS, [0.1] * 4, 0)
    out = relax.op.nn.conv2d(real(x, scale, zero_points[0]), weights, **layouts)
    if bias is not None:
        out = add_integers(out, bias, np.full(4, np.float32(scale) * np.float32(0.1)))
    return quantized(out, 0.1, zero_points[1], "int16")


def refused(**kwargs: Any) -> str:
    return refusal(KERNEL, lambda x: conv(x, **kwargs), dtype="int16", x=(1, 5, 5, 2))


@pytest.mark.parametrize(
    ("bias", "narrow"),
    [
        (np.array([1, -1, 2**31, -(2**40)]), 0),
        (np.array([1, -1, 2, -(2**31)], np.int32), 1),
        (None, 0),
    ],
)
def test_an_int32_bias_makes_sums_narrow(bias: Any, narrow: int) -> None:
    match = matched(KERNEL, lambda x: conv(x, bias), dtype="int16", x=(1, 5, 5, 2))
    assert KERNEL.refusal(match) is None
    params = KERNEL.lower(match).params
    assert params["narrow"] == narrow
    np.testing.assert_array_equal(params["bias"], 0 if bias is None else bias)
    assert np.asarray(params["multipliers"]).max() >= (2**30 if narrow else 2**14)


def test_int8_activations_are_refused() -> None:
    found = refusal(KERNEL, lambda x: conv(x), x=(1, 5, 5, 2))
    assert found.endswith("Input and output are int16 (they are int8 and int16)")


@pytest.mark.parametrize("zero_points", [(1, 0), (0, -3)])
def test_zero_points_are_refused(zero_points: tuple[int, int]) -> None:
    found = refused(zero_points=zero_points)
    assert found.endswith("have zero point 0 (they have {} and {})".format(*zero_points))


def test_sums_of_more_than_48_bits_are_refused() -> None:
    room = 2**47 - 18 * 2**15
    assert refused(bias=np.full(4, room - 1)) == "None"
    found = refused(bias=np.full(4, -room))
    assert found.endswith("No sum of products can reach 2^47 (one may reach 140737488355328)")
    assert "9223372036855365632" in refused(bias=np.full(4, -(2**63)))


def test_large_factors_are_refused() -> None:
    assert refused(scale=127.9) == "None"
    assert refused(scale=128.0).endswith("128 times the output's scale (it is 128 times)")


@pytest.mark.parametrize(
    ("high", "scale", "found"),
    [
        (np.ones(4, np.int32), 0.005 * 2**31, "it is another scale"),
        (np.ones(1, np.int32), 0.005 * 2**32, "they are int32 (1,)"),
        (np.ones(4, np.int16), 0.005 * 2**32, "they are int16 (4,)"),
    ],
)
def test_other_sums_of_two_biases_are_refused(high: Any, scale: float, found: str) -> None:
    def build(x: relax.Expr) -> Any:
        out = relax.op.nn.conv2d(
            real(x, 0.05, 0), real(WEIGHTS, 0.1, 0), data_layout="NHWC", kernel_layout="OHWI"
        )
        out = relax.op.add(out, real(np.ones(4, np.int32), np.float32(0.005), 0))
        return quantized(relax.op.add(out, real(high, scale, 0)), 0.1, 0, "int16")

    assert refusal(KERNEL, build, dtype="int16", x=(1, 5, 5, 2)).endswith(f"({found})")
