"""Factors and offsets per channel go into weights and biases, and the numbers stay."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from tvm import relax

from tests.passes.graph import becomes, dq, emit, main, operators, q, run, stays, weights
from tinycompile.passes.layout.fold_batch_norm import FoldBatchNorm
from tinycompile.passes.quantize.give_bias import GiveBias
from tinycompile.rewriting.rewriter import Rewriter

X = ((1, 5, 5, 3), "float32")
RNG = np.random.default_rng(0)
W = RNG.normal(size=(4, 3, 3, 3)).astype(np.float32)
FACTOR, OFFSET = (RNG.normal(size=4).astype(np.float32) for _ in range(2))


def conv(x: relax.Expr) -> relax.Call:
    return relax.op.nn.conv2d(x, relax.const(W), data_layout="NHWC", kernel_layout="OHWI")


def batch_norm(x: relax.Expr) -> relax.Call:
    scaled = relax.op.multiply(x, relax.const(FACTOR.reshape(1, 1, 1, 4)))
    return relax.op.add(scaled, relax.const(OFFSET))


def test_batch_norm_after_a_convolution_leaves_its_weights_and_a_bias() -> None:
    before = main(lambda x: batch_norm(conv(x)), x=X)
    after = FoldBatchNorm()(before)
    assert operators(after) == ["nn.conv2d", "add"]
    x = RNG.normal(size=X[0]).astype(np.float32)
    np.testing.assert_allclose(run(after, x)[0], run(before, x)[0], atol=1e-5)


def test_a_bias_before_it_is_scaled_too() -> None:
    before = main(lambda x: batch_norm(relax.op.add(conv(x), relax.const(OFFSET))), x=X)
    after = FoldBatchNorm()(before)
    assert operators(after) == ["nn.conv2d", "add"]
    x = RNG.normal(size=X[0]).astype(np.float32)
    np.testing.assert_allclose(run(after, x)[0], run(before, x)[0], atol=1e-5)


def quantised(y: Callable[[Any], Any], weights_: Any) -> Any:
    """A module of int8 weights; `y` is what comes after the product."""

    def body(x: Any) -> Any:
        conv = relax.op.nn.conv2d(dq(x), weights_, data_layout="NHWC", kernel_layout="OHWI")
        return q(y(conv), 0.5)

    return main(body, x=(X[0], "int8"))


INTEGERS = RNG.integers(-127, 128, W.shape).astype(np.int8)


@pytest.mark.parametrize("scale", [0.02, [0.01, 0.02, 0.03, 0.04]])
@pytest.mark.parametrize("biased", [False, True])
def test_quantised_weights_take_factors_into_their_scales(scale: Any, biased: bool) -> None:
    bias = weights(np.arange(4, dtype=np.int8), [0.1, 0.2, 0.3, 0.4])

    def body(y: Any) -> Any:
        return batch_norm(relax.op.add(y, bias) if biased else y)

    before = quantised(body, weights(INTEGERS, scale))
    after = FoldBatchNorm()(before)
    assert operators(after) == ["dequantize", "dequantize", "nn.conv2d", "add", "quantize"]
    x = RNG.integers(-128, 128, X[0]).astype(np.int8)
    np.testing.assert_allclose(run(after, x)[0].astype(int), run(before, x)[0], atol=1)


def test_a_factor_of_0_leaves_a_scale_that_is_none() -> None:
    factor = relax.const(np.float32([1, 0, -2, 3]))
    before = quantised(lambda y: relax.op.multiply(y, factor), weights(INTEGERS, 0.02))
    signs = np.sign([1, 0, -2, 3]).reshape(4, 1, 1, 1)
    scales = np.where([1, 0, 1, 1], np.float32(0.02) * np.float32([1, 0, 2, 3]), 1)
    expected = quantised(lambda y: y, weights(INTEGERS * signs, scales))
    becomes(FoldBatchNorm(), before, expected)


def test_the_lowest_integer_has_no_opposite_and_scales_may_lie_elsewhere() -> None:
    lowest = np.where(INTEGERS < -100, -128, INTEGERS)
    factor = relax.const(np.float32([-1, -1, -1, -1]))
    for constant in (weights(lowest, 0.02), weights(INTEGERS, [0.1, 0.2, 0.3], axis=3)):
        stays(FoldBatchNorm(), quantised(lambda y: relax.op.multiply(y, factor), constant))


def test_a_quotient_of_another_tensor_stays_in_a_quantised_model() -> None:
    stays(
        FoldBatchNorm(),
        main(lambda x: q(relax.op.divide(dq(x), relax.const(3.0))), x=((4,), "int8")),
    )


def test_a_scalar_has_no_channel() -> None:
    body = relax.op.multiply
    stays(FoldBatchNorm(), main(lambda x: body(relax.op.mean(x), relax.const(0.9)), x=X))


def test_differences_and_quotients_are_offsets_and_factors() -> None:
    def body(x: relax.Expr) -> relax.Expr:
        y = relax.op.matmul(x, relax.const(W[0, 0]))
        return relax.op.divide(
            relax.op.subtract(y, relax.const(OFFSET[:3])), relax.const(FACTOR[:3])
        )

    before = main(body, x=((2, 3), "float32"))
    after = FoldBatchNorm()(before)
    assert operators(after) == ["matmul", "add"]
    x = RNG.normal(size=(2, 3)).astype(np.float32)
    np.testing.assert_allclose(run(after, x)[0], run(before, x)[0], atol=1e-4)


def test_a_convolution_that_others_read_stays() -> None:
    def body(x: relax.Expr) -> list[relax.Expr]:
        y = emit(conv(x))
        return [emit(relax.op.multiply(y, relax.const(FACTOR))), y]

    stays(FoldBatchNorm(), main(body, x=X))


def test_a_constant_that_is_not_one_per_channel_stays() -> None:
    image = RNG.normal(size=(1, 3, 3, 4)).astype(np.float32)
    stays(FoldBatchNorm(), main(lambda x: relax.op.multiply(conv(x), relax.const(image)), x=X))


def test_give_bias_adds_zeros_where_there_is_none() -> None:
    assert operators(GiveBias()(main(conv, x=X))) == ["nn.conv2d", "add"]
    biased = GiveBias()(main(lambda x: batch_norm(conv(x)), x=X))
    assert operators(biased) == ["nn.conv2d", "add", "multiply", "add"]
    stays(GiveBias(), main(lambda x: relax.op.add(conv(x), relax.const(OFFSET)), x=X))


def test_give_bias_makes_a_vector_of_any_spelling() -> None:
    before = main(lambda x: relax.op.add(relax.const(OFFSET.reshape(1, 1, 1, 4)), conv(x)), x=X)
    after = GiveBias()(before)
    assert tuple(map(int, after["main"].body.blocks[0].bindings[1].value.args[1].ty.shape)) == (4,)


def test_all_of_a_chain_are_folded_in_one_sweep(monkeypatch: pytest.MonkeyPatch) -> None:
    sweeps, run_once = [], Rewriter.run
    monkeypatch.setattr(Rewriter, "run", lambda self: sweeps.append(1) or run_once(self))
    square = RNG.normal(size=(4, 1, 1, 4)).astype(np.float32)

    def body(x: relax.Expr) -> relax.Expr:
        y = batch_norm(conv(x))
        for _ in range(5):
            layer = relax.op.nn.conv2d(
                y, relax.const(square), data_layout="NHWC", kernel_layout="OHWI"
            )
            y = batch_norm(layer)
        return y

    assert operators(FoldBatchNorm()(main(body, x=X))) == ["nn.conv2d", "add"] * 6
    assert len(sweeps) == 2  # the last one finds nothing
