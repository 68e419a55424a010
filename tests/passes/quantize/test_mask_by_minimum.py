"""Masks of attention become minima, which cut off what a sum or a choice would lower without end."""

import numpy as np
import pytest
from tvm import relax

from tests.passes.graph import main, operators, run, stays
from tinycompile.passes.quantize.mask_by_minimum import MaskByMinimum

X = ((2, 3, 4), "float32")
FUTURE = np.triu(np.ones((3, 4), bool), 2)
op = relax.op


def const(value: object) -> relax.Expr:
    return relax.const(np.asarray(value, np.float32))


MASKS = {
    "added": lambda x: op.add(x, const(np.where(FUTURE, -1e9, 0))),
    "added from the left": lambda x: op.add(const(np.where(FUTURE, -np.inf, 0)), x),
    "selected": lambda x: op.where(relax.const(FUTURE, "bool"), const(-1e9), x),
    "selected from": lambda x: op.where(relax.const(~FUTURE, "bool"), x, const(-np.inf)),
}


@pytest.mark.parametrize("mask", MASKS)
def test_a_mask_becomes_a_minimum(mask: str) -> None:
    after = MaskByMinimum()(main(MASKS[mask], x=X))
    assert operators(after) == ["minimum"]
    x = np.random.default_rng(0).normal(size=X[0]).astype(np.float32)
    (found,) = run(after, x)
    np.testing.assert_array_equal(found[:, ~FUTURE], x[:, ~FUTURE])
    assert (found[:, FUTURE] < -1e9).all()


@pytest.mark.parametrize(
    "body",
    [
        lambda x: op.add(x, const(np.where(FUTURE, -1e9, 1))),
        lambda x: op.add(x, const(np.where(FUTURE, -5, 0))),
        lambda x: op.where(relax.const(FUTURE, "bool"), const(-5), x),
        lambda x: op.where(relax.const(FUTURE, "bool"), const(np.full((3, 4), -1e9)), x),
    ],
)
def test_what_is_no_mask_stays(body: object) -> None:
    stays(MaskByMinimum(), main(body, x=X))
