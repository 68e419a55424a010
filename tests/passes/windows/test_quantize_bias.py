"""Float biases become integers at the scale of the sums."""

from typing import Any

import numpy as np
import pytest
from tvm import relax

from tests.passes.graph import becomes, dq, emit, main, q, stays, weights
from tinycompile.passes.windows.quantize_bias import QuantizeBias

op = relax.op
X = ((1, 4), "int8")
W = np.arange(12, dtype=np.int8).reshape(4, 3)


def layer(bias: Any, scale: Any = 0.5, values: Any = W) -> Any:
    """A fully connected layer; the input's scale is 0.25."""

    def body(x: Any) -> Any:
        return q(op.add(op.matmul(dq(x, 0.25), weights(values, scale, axis=1)), bias))

    return main(body, x=X)


def integers(values: list[int], scale: Any) -> Any:
    scales, zero = relax.const(np.float32(scale)), relax.const(0, "int32")
    return op.dequantize(relax.const(np.array(values, np.int32)), scales, zero, axis=0)


def test_a_float_bias_is_rounded_to_the_scale_of_the_sums() -> None:
    bias = relax.const(np.array([1.0, -0.51, 0.06], np.float32))
    becomes(QuantizeBias(), layer(bias), layer(integers([8, -4, 0], 0.125)))


def test_the_bias_of_int16_activations_is_two_words() -> None:
    bias = relax.const(np.array([2.0**31, -0.51, -(2.0**28)], np.float32))
    low, high = integers([0, -4, -(2**31)], 0.125), integers([4, 0, 0], 0.125 * 2**32)

    def body(x: Any, *words: Any) -> Any:
        sums = op.matmul(dq(x, 0.25), weights(W, 0.5, axis=1))
        for word in words:
            sums = op.add(sums, word)
        return q(sums)

    x = ((1, 4), "int16")
    becomes(
        QuantizeBias(), main(lambda x: body(x, bias), x=x), main(lambda x: body(x, low, high), x=x)
    )


def test_each_channel_has_the_scale_of_its_weights() -> None:
    bias = relax.const(np.array([[1.0, 1.0, -3.0]], np.float32))
    after = layer(integers([8, 4, -6], [0.125, 0.25, 0.5]), scale=[0.5, 1.0, 2.0])
    becomes(QuantizeBias(), layer(bias, scale=[0.5, 1.0, 2.0]), after)


def test_what_does_not_fit_int32_or_is_no_bias_stays() -> None:
    stays(QuantizeBias(), layer(relax.const(np.array([1e9, 0, 0], np.float32))))
    stays(QuantizeBias(), layer(integers([1, 2, 3], 0.125)))
    stays(QuantizeBias(), main(lambda x: q(op.add(dq(x), relax.const(1.0))), x=X))


@pytest.mark.parametrize("dtype", ["int8", "int32"])
def test_integers_at_another_scale_are_rounded_to_that_of_the_sums(dtype: str) -> None:
    scale, zero_point = relax.const(np.float32(0.1)), relax.const(np.int32(-5))
    bias = op.dequantize(relax.const(np.array([5, -10, 0], dtype)), scale, zero_point, axis=0)
    becomes(QuantizeBias(), layer(bias), layer(integers([8, -4, 4], 0.125)))


def test_a_bias_on_the_left_goes_to_the_right() -> None:
    def body(x: Any, left: bool) -> Any:
        sums = emit(op.matmul(dq(x, 0.25), weights(W, 0.5, axis=1)))
        bias = emit(integers([1, 2, 3], 0.125))
        return q(op.add(bias, sums) if left else op.add(sums, bias))

    right = main(lambda x: body(x, False), x=X)
    becomes(QuantizeBias(), main(lambda x: body(x, True), x=X), right)
    stays(QuantizeBias(), right)


@pytest.mark.parametrize("scale", [0.0, 1e-12])
def test_a_channel_without_weights_takes_the_scale_its_bias_needs(scale: float) -> None:
    values = W * (np.arange(3) != 1)
    bias = relax.const(np.array([1.0, -3.0, 2.0], np.float32))
    needed = 3 / (0.25 * 2**24)
    expected = integers([8, -(2**24), 8], [0.125, 0.25 * needed, 0.25])
    after = layer(expected, [0.5, needed, 1.0], values)
    becomes(QuantizeBias(), layer(bias, [0.5, scale, 1.0], values), after)


def test_weights_of_scale_0_are_0() -> None:
    bias = relax.const(np.array([1.0, 0.0, 2.0], np.float32))
    after = layer(
        integers([8, 0, 8], [0.125, 0.25, 0.25]), [0.5, 1.0, 1.0], W * (np.arange(3) != 1)
    )
    becomes(QuantizeBias(), layer(bias, [0.5, 0.0, 1.0]), after)


def test_integers_of_scale_0_are_0() -> None:
    bias = integers([8, 5, 8], [0.125, 0.0, 0.25])
    after = layer(
        integers([8, 0, 8], [0.125, 0.25, 0.25]), [0.5, 1.0, 1.0], W * (np.arange(3) != 1)
    )
    becomes(QuantizeBias(), layer(bias, [0.5, 0.0, 1.0]), after)
