"""Normalisations in every spelling become one operator, and compute the same."""

from collections.abc import Callable

import numpy as np
import pytest
from tvm import relax

from tests.passes.graph import emit, main, operators, run, stays
from tinycompile.passes.layout.recognise_norms import RecogniseNorms

X = ((2, 5, 6), "float32")
op = relax.op
Body = Callable[[relax.Var], relax.Expr]
RNG = np.random.default_rng(0)


def number(value: float) -> relax.Expr:
    return relax.const(value, "float32")


EPSILON, ONE, TWO = number(1e-3), number(1.0), number(2.0)
EPSILONS = relax.const(np.full((1, 1, 6), 1e-3, np.float32))


def centred(x: relax.Var, axis: int = 2) -> relax.Var:
    return emit(x - op.mean(x, axis, True))


def of_squares(square: Callable[[relax.Expr], relax.Expr]) -> Body:
    def body(x: relax.Var) -> relax.Expr:
        d = centred(x)
        return d / op.sqrt(op.mean(square(d), 2, True) + EPSILON)

    return body


LAYER_NORMS: dict[str, Body] = {
    "power": of_squares(lambda d: op.power(d, TWO)),
    "product": of_squares(lambda d: d * d),
    "square": of_squares(op.square),
    "variance": lambda x: centred(x) / op.sqrt(op.variance(x, 2, True) + EPSILON),
    "times the inverse": lambda x: op.rsqrt(EPSILON + op.variance(x, 2, True)) * centred(x),
    "times one through": lambda x: centred(x) * (ONE / op.sqrt(op.variance(x, 2, True) + EPSILON)),
    "over other dimensions": lambda x: centred(x, 1) / op.sqrt(op.variance(x, 1, True) + EPSILONS),
}
RMS_NORMS: dict[str, Body] = {
    "divided": lambda x: x / op.sqrt(op.mean(op.power(x, TWO), 2, True) + EPSILON),
    "times the inverse": lambda x: x * op.rsqrt(op.mean(x * x, 2, True) + EPSILON),
}
OTHERS: dict[str, Body] = {
    "means over unlike dimensions": lambda x: (
        centred(x, 1) / op.sqrt(op.variance(x, 2, True) + EPSILON)
    ),
    "the variance of something else": lambda x: (
        centred(x) / op.sqrt(op.variance(op.abs(x), 2, True) + EPSILON)
    ),
    "squares of everything": lambda x: x / op.sqrt(op.mean(x * x, [0, 1, 2], True) + EPSILON),
    "no epsilon": lambda x: centred(x) / op.sqrt(op.variance(x, 2, True)),
    "a third power": of_squares(lambda d: op.power(d, number(3.0))),
}


def check(body: Body, operator: str) -> None:
    before = main(body, x=X)
    after = RecogniseNorms()(before)
    assert operators(after) == [operator]
    x = RNG.normal(3, 2, X[0]).astype(np.float32)
    np.testing.assert_allclose(run(after, x)[0], run(before, x)[0], rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize("spelling", LAYER_NORMS)
def test_layer_norms(spelling: str) -> None:
    check(LAYER_NORMS[spelling], "nn.layer_norm")


@pytest.mark.parametrize("spelling", RMS_NORMS)
def test_rms_norms(spelling: str) -> None:
    check(RMS_NORMS[spelling], "nn.rms_norm")


@pytest.mark.parametrize("spelling", OTHERS)
def test_what_is_no_norm_stays(spelling: str) -> None:
    stays(RecogniseNorms(), main(OTHERS[spelling], x=X))
