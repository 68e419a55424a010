"""Activations become bounds of the integers."""

from typing import Any

import numpy as np
import pytest
from tvm import relax

from tests.passes.graph import becomes, dq, main, q, run, stays
from tinycompile.passes.integers.move_activation_after_quantize import MoveActivationAfterQuantize

F = ((2, 3), "float32")
X = ((2, 3), "int8")
op = relax.op


def constant(value: float) -> Any:
    return relax.const(value, "float32")


@pytest.mark.parametrize(
    ("activation", "bounds"),
    [
        (op.nn.relu, (3, 127)),
        (lambda x: op.clip(x, 0, 6), (3, 15)),
        (lambda x: op.clip(x, -1, 1), (1, 5)),
        (lambda x: op.maximum(x, constant(-1.0)), (1, 127)),
        (lambda x: op.minimum(constant(6.0), x), (-128, 15)),
        (lambda x: op.minimum(op.nn.relu(x), constant(6.0)), (3, 15)),
    ],
)
def test_an_activation_becomes_a_clip_of_the_integers(activation: Any, bounds: Any) -> None:
    expected = main(lambda x: op.clip(q(x), *bounds), x=F)
    becomes(MoveActivationAfterQuantize(), main(lambda x: q(activation(x)), x=F), expected)


def test_bounds_outside_the_type_clip_nothing() -> None:
    before = main(lambda x: q(op.nn.relu(x), zero_point=-128), x=F)
    becomes(MoveActivationAfterQuantize(), before, main(lambda x: q(x, zero_point=-128), x=F))


def test_after_dequantize_exact_bounds_move_up() -> None:
    before = main(lambda x: op.abs(op.nn.relu(dq(x))), x=X)
    becomes(
        MoveActivationAfterQuantize(), before, main(lambda x: op.abs(dq(op.clip(x, 3, 127))), x=X)
    )


def test_after_dequantize_a_bound_between_two_integers_stays() -> None:
    stays(MoveActivationAfterQuantize(), main(lambda x: op.abs(op.clip(dq(x), 0, 6.1)), x=X))


def test_clips_of_clips_merge() -> None:
    before = main(lambda x: op.clip(op.clip(op.clip(x, -9, 90), -128, 127), 0, 100), x=X)
    becomes(MoveActivationAfterQuantize(), before, main(lambda x: op.clip(x, 0, 90), x=X))
    apart = main(lambda x: op.clip(op.clip(x, -9, 9), 20, 30), x=X)
    becomes(MoveActivationAfterQuantize(), apart, main(lambda x: op.clip(x, 20, 20), x=X))


def test_a_quantisation_per_channel_and_other_operators_stay() -> None:
    def per_channel(x: relax.Var) -> relax.Expr:
        scales, zeros = relax.const(np.float32([1, 2, 3])), relax.const(np.int32([0, 0, 0]))
        return op.quantize(op.nn.relu(x), scales, zeros, axis=1, out_dtype="int8")

    stays(MoveActivationAfterQuantize(), main(per_channel, x=F))
    stays(MoveActivationAfterQuantize(), main(lambda x: q(op.sigmoid(x)), x=F))
    stays(MoveActivationAfterQuantize(), main(lambda x: op.maximum(x, constant(1.0)), x=F))


def test_a_maximum_that_broadcasts_its_other_operand_stays() -> None:
    big = relax.const(np.zeros((2, 1), np.float32))
    stays(MoveActivationAfterQuantize(), main(lambda x: q(op.maximum(x, big)), x=((3,), "float32")))


def test_the_numbers_stay_the_same() -> None:
    before = main(lambda x: q(op.clip(x, -1.3, 2.7), scale=0.3), x=((1000,), "float32"))
    x = np.random.default_rng(1).normal(0, 3, 1000).astype(np.float32)
    after = run(MoveActivationAfterQuantize()(before), x)
    np.testing.assert_array_equal(run(before, x), after)
