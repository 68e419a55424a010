"""Data moves as integers."""

from typing import Any

import numpy as np
import pytest
from tvm import relax

from tests.passes.graph import becomes, dq, emit, main, q, run, stays, weights
from tinycompile.passes.integers.cancel_requantize import CancelRequantize
from tinycompile.passes.integers.move_data_as_integers import MoveDataAsIntegers

X = ((1, 4, 4, 2), "int8")
F = ((1, 4, 4, 2), "float32")
op = relax.op
MOVEMENTS: dict[str, Any] = {
    "reshape": lambda x: op.reshape(x, (8, 4)),
    "permute_dims": lambda x: op.permute_dims(x, (0, 3, 1, 2)),
    "squeeze": lambda x: op.squeeze(x, [0]),
    "expand_dims": lambda x: op.expand_dims(x, 0),
    "flatten": op.flatten,
    "strided_slice": lambda x: op.strided_slice(x, [1], [3], [0], [-1]),
    "take": lambda x: op.take(x, relax.const(np.int32([1, 1, 0])), axis=3),
    "tile": lambda x: op.tile(x, (1, 2, 1, 1)),
    "broadcast_to": lambda x: op.broadcast_to(x, (3, 4, 4, 2)),
    "max": lambda x: op.max(x, [1, 2]),
    "min": lambda x: op.min(x, [3]),
    "max_pool2d": lambda x: op.nn.max_pool2d(x, (2, 2), padding=(1, 1), layout="NHWC"),
    "resize": lambda x: op.image.resize2d(x, (8, 8), layout="NHWC", method="nearest_neighbor"),
    "reflect": lambda x: op.nn.pad(x, [0, 0, 1, 1, 1, 1, 0, 0], "reflect"),
}


@pytest.mark.parametrize("name", MOVEMENTS)
def test_dequantize_sinks_and_quantize_rises(name: str) -> None:
    move = MOVEMENTS[name]
    becomes(
        MoveDataAsIntegers(), main(lambda x: move(dq(x)), x=X), main(lambda x: dq(move(x)), x=X)
    )
    becomes(MoveDataAsIntegers(), main(lambda x: q(move(x)), x=F), main(lambda x: move(q(x)), x=F))


@pytest.mark.parametrize("name", [name for name in MOVEMENTS if name != "reflect"])
def test_the_integers_stay_the_same(name: str) -> None:
    before = main(lambda x: q(MOVEMENTS[name](dq(x))), x=X)
    after = main(MOVEMENTS[name], x=X)
    becomes(lambda m: CancelRequantize()(MoveDataAsIntegers()(m)), before, after)
    x = np.random.default_rng(1).integers(-128, 128, X[0], np.int8)
    np.testing.assert_array_equal(run(before, x), run(after, x))


def pad(x: Any, value: float) -> Any:
    return op.nn.pad(x, [0, 0, 1, 1, 1, 1, 0, 0], pad_value=value)


def test_padding_is_with_the_integer_of_the_same_value() -> None:
    expected = main(lambda x: dq(pad(x, 3)), x=X)
    becomes(MoveDataAsIntegers(), main(lambda x: pad(dq(x), 0), x=X), expected)
    becomes(
        MoveDataAsIntegers(),
        main(lambda x: pad(dq(x), 1.0), x=X),
        main(lambda x: dq(pad(x, 5)), x=X),
    )
    rounded = main(lambda x: pad(q(x), 5), x=F)
    becomes(MoveDataAsIntegers(), main(lambda x: q(pad(x, 1.2)), x=F), rounded)
    lowest = main(lambda x: pad(q(x), -128), x=F)
    becomes(MoveDataAsIntegers(), main(lambda x: q(pad(x, float("-inf"))), x=F), lowest)


def test_int16_is_padded_with_its_own_lowest_value() -> None:
    lowest = main(lambda x: pad(q(x, dtype="int16"), -32768), x=F)
    before = main(lambda x: q(pad(x, float("-inf")), dtype="int16"), x=F)
    becomes(MoveDataAsIntegers(), before, lowest)


def test_padding_with_a_value_between_two_integers_stays_float() -> None:
    stays(MoveDataAsIntegers(), main(lambda x: pad(dq(x), 1.2), x=X))


def test_a_factor_lets_movements_through() -> None:
    """It is a softmax's beta; several factors stand along axes of their own."""
    turned = lambda x: op.permute_dims(x, [0, 3, 1, 2])  # noqa: E731
    scaled = lambda x, factor: op.multiply(x, relax.const(factor, "float32"))  # noqa: E731
    before = main(lambda x: turned(emit(scaled(emit(dq(x)), 0.5))), x=X)
    becomes(MoveDataAsIntegers(), before, main(lambda x: scaled(dq(turned(x)), 0.5), x=X))
    channels = np.ones((1, 1, 1, 2), np.float32)
    stays(MoveDataAsIntegers(), main(lambda x: turned(emit(scaled(emit(dq(x)), channels))), x=X))


def concat(*parts: Any) -> Any:
    return op.concat(list(parts), axis=3)


def test_concat_of_equal_quantisation_is_of_integers() -> None:
    expected = main(lambda x, y: dq(concat(x, y)), x=X, y=X)
    becomes(MoveDataAsIntegers(), main(lambda x, y: concat(dq(x), dq(y)), x=X, y=X), expected)


def test_concat_of_other_quantisations_requantises_them() -> None:
    before = main(lambda x, y: q(concat(dq(x), dq(y, 0.25))), x=X, y=X)

    def expected(x: relax.Var, y: relax.Var) -> relax.Expr:
        a, b = emit(dq(x)), emit(dq(y, 0.25))
        return concat(q(a), q(b))

    becomes(MoveDataAsIntegers(), before, main(expected, x=X, y=X))
    stays(MoveDataAsIntegers(), main(lambda x, y: concat(dq(x), dq(y, 0.25)), x=X, y=X))


def test_maximum_of_equal_quantisation_is_of_integers() -> None:
    expected = main(lambda x, y: dq(op.maximum(x, y)), x=X, y=X)
    becomes(MoveDataAsIntegers(), main(lambda x, y: op.maximum(dq(x), dq(y)), x=X, y=X), expected)
    stays(MoveDataAsIntegers(), main(lambda x, y: op.maximum(dq(x), dq(y, 0.25)), x=X, y=X))


def test_argmax_reads_integers() -> None:
    expected = main(lambda x: op.argmax(x, 3), x=X)
    becomes(MoveDataAsIntegers(), main(lambda x: op.argmax(dq(x), 3), x=X), expected)


def test_what_computes_and_what_is_constant_stays() -> None:
    stays(MoveDataAsIntegers(), main(lambda x: q(op.sigmoid(dq(x))), x=X))
    linear = lambda x: op.image.resize2d(x, (8, 8), layout="NHWC", method="linear")  # noqa: E731
    stays(MoveDataAsIntegers(), main(lambda x: q(linear(dq(x))), x=X))
    constant = weights(np.ones((1, 4, 4, 2)), 0.5)
    stays(MoveDataAsIntegers(), main(lambda x: op.add(x, op.reshape(constant, (1, 4, 4, 2))), x=F))
