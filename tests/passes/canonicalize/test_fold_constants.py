"""Constants are computed on the host."""

from typing import Any

import numpy as np
import pytest
from tvm import relax

from tests.passes.graph import becomes, main, q, run, stays, weights
from tinycompile.passes.canonicalize.fold_constants import FoldConstants

op = relax.op
VALUES = np.arange(24, dtype=np.int8).reshape(2, 3, 4)
FOLDED: dict[str, Any] = {
    "reshape": lambda c: op.reshape(c, (6, 4)),
    "squeeze": lambda c: op.squeeze(op.expand_dims(c, 0)),
    "flatten": op.flatten,
    "permute_dims": lambda c: op.permute_dims(c, (2, 0, 1)),
    "reversed": lambda c: op.permute_dims(c),
    "broadcast_to": lambda c: op.broadcast_to(c, (5, 2, 3, 4)),
    "concat": lambda c: op.concat([c, c], axis=-1),
    "slice": lambda c: op.strided_slice(c, [1, 2], [2, 1], [-4, 4], [-1, 2]),
    "tile": lambda c: op.tile(c, (1, 2, 1)),
    "astype": lambda c: op.astype(c, "float32"),
    "add": lambda c: op.add(op.astype(c, "float32"), relax.const(1.5, "float32")),
    "maximum": lambda c: op.maximum(op.astype(c, "float32"), relax.const(1.5, "float32")),
    "quantize": lambda c: q(op.astype(c, "float32"), scale=0.3),
}


@pytest.mark.parametrize("name", FOLDED)
def test_an_operator_on_constants_is_its_value(name: str) -> None:
    (expected,) = run(main(FOLDED[name], x=((2, 3, 4), "int8")), VALUES)
    x = ((1,), str(expected.dtype))
    before = main(lambda x: op.add(x, FOLDED[name](relax.const(VALUES))), x=x)
    after = main(lambda x: op.add(x, relax.const(expected)), x=x)
    becomes(FoldConstants(), before, after)


W = np.arange(24, dtype=np.int8).reshape(2, 3, 4)


def used(body: Any) -> Any:
    """A module that reads the constant that `body` makes."""
    return main(lambda x: op.multiply(x, body), x=((1,), "float32"))


def test_weights_stay_quantised_and_their_channels_follow() -> None:
    before = used(op.permute_dims(weights(W, [1, 2, 3], axis=1), (2, 0, 1)))
    becomes(FoldConstants(), before, used(weights(W.transpose(2, 0, 1), [1, 2, 3], axis=2)))
    before = used(op.reshape(weights(W, [1, 2, 3], axis=1), (1, 2, 3, 2, 2)))
    becomes(FoldConstants(), before, used(weights(W.reshape(1, 2, 3, 2, 2), [1, 2, 3], axis=2)))
    before = used(op.reshape(weights(W, 0.5), (24,)))
    becomes(FoldConstants(), before, used(weights(W.reshape(24), 0.5)))


@pytest.mark.parametrize("scales", [0.5, [0.25, 0.5, 1.0]])
def test_constants_that_are_quantised_anew(scales: Any) -> None:
    real = np.arange(-6, 6).reshape(4, 3) * np.float32(scales)
    expected = np.clip(np.rint(real / np.float32(0.3)) + 3, -128, 127).astype(np.int8)
    constant = weights(np.arange(-6, 6).reshape(4, 3), scales, axis=1)
    x = ((1,), "int8")
    before = main(lambda x: op.add(x, q(constant, 0.3)), x=x)
    becomes(FoldConstants(), before, main(lambda x: op.add(x, relax.const(expected)), x=x))


def test_arithmetic_of_quantised_constants_is_real() -> None:
    sum_ = op.divide(
        op.add(weights(W, 0.5), relax.const(np.float32(1))), relax.const(np.float32(2))
    )
    expected = (W * np.float32(0.5) + np.float32(1)) / np.float32(2)
    becomes(FoldConstants(), used(sum_), used(relax.const(expected)))


def test_constants_keep_64_bits() -> None:
    large = np.array([1 << 40, -3], np.int64)
    x = ((2, 2), "int64")

    def body(x: relax.Expr) -> relax.Expr:
        moved = op.reshape(relax.const(large, "int64"), (1, 2))
        return op.add(x, op.add(moved, relax.const(np.int64(1), "int64")))

    folded = relax.const(large.reshape(1, 2) + 1, "int64")
    becomes(FoldConstants(), main(body, x=x), main(lambda x: op.add(x, folded), x=x))


def test_a_reshape_that_mixes_channels_stays() -> None:
    stays(FoldConstants(), used(op.reshape(weights(W, [1, 2, 3], axis=1), (3, 8))))
    stays(FoldConstants(), used(weights(W, [1, 2, 3], axis=1)))


def test_what_depends_on_an_input_stays() -> None:
    constant = relax.const(np.ones((2, 3), np.float32))
    stays(
        FoldConstants(),
        main(lambda x: op.add(op.reshape(x, (2, 3)), constant), x=((6,), "float32")),
    )


@pytest.mark.parametrize("dtype", ["int64", "int32", "float32"])
@pytest.mark.parametrize("shape", [(), (2,)])
def test_types_and_shapes_stay(dtype: str, shape: Any) -> None:
    value = relax.const(np.ones(shape, dtype), dtype)
    after = FoldConstants()(main(lambda x: op.add(op.add(value, value), x), x=(shape, dtype)))
    (call,) = (b.value for b in after["main"].body.blocks[0].bindings)
    assert str(call.args[0].ty.dtype) == dtype and tuple(call.args[0].value.shape) == shape
