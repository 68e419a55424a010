"""Reshapes move behind what belongs to the kernel before them."""

from typing import Any

import numpy as np
import pytest
from tvm import relax

from tests.passes.graph import becomes, main, named, names, q, run, stays, weights
from tinycompile.passes.canonicalize.fold_constants import FoldConstants
from tinycompile.passes.canonicalize.remove_no_ops import RemoveNoOps
from tinycompile.passes.windows.sink_reshapes import SinkReshapes
from tinycompile.rewriting.repeat import Repeat

op = relax.op
X = ((1, 4, 5), "float32")
SINK = Repeat(SinkReshapes(), FoldConstants(), RemoveNoOps())


def reshaped(x: Any) -> Any:
    return op.reshape(x, (4, 1, 5))


def test_bias_quantize_and_bounds_come_first() -> None:
    bias = weights(np.arange(5), [1, 2, 3, 4, 5])
    before = main(lambda x: op.clip(q(op.add(reshaped(x), bias)), -5, 5), x=X)
    after = main(lambda x: reshaped(op.clip(q(op.add(x, bias)), -5, 5)), x=X)
    becomes(SINK, before, after)


@pytest.mark.parametrize("shape", [(), (1,), (5,), (1, 1, 5), (4, 1, 1), (4, 1, 5)])
def test_constants_along_dimensions_that_both_have(shape: Any) -> None:
    constant = relax.const(np.arange(np.prod(shape), dtype="f4").reshape(shape))
    before = main(lambda x: op.multiply(reshaped(x), constant), x=X)
    after = SINK(before)
    assert after["main"].body.blocks[0].bindings[-1].value.op.name == "relax.reshape"
    x = np.random.default_rng(1).normal(size=X[0]).astype("f4")
    np.testing.assert_array_equal(run(after, x), run(before, x))


@pytest.mark.parametrize(
    "body",
    [
        lambda x: op.add(op.reshape(x, (10, 2)), relax.const(np.ones((10, 1), "f4"))),
        lambda x: op.add(reshaped(x), relax.const(np.ones((1, 3, 5), "f4"))),
        lambda x: op.add(op.reshape(x, (10, 2)), relax.const(np.ones(2, "f4"))),
        lambda x: op.nn.softmax(reshaped(x)),
        lambda x: op.add(reshaped(x), reshaped(x)),
    ],
)
def test_near_misses_stay(body: Any) -> None:
    stays(SinkReshapes(), main(body, x=X))


def test_a_bias_of_one_pixel_runs_along_its_channels() -> None:
    bias = weights(np.arange(5).reshape(1, 5, 1, 1), [1, 2, 3, 4, 5], axis=1)
    flat = weights(np.arange(5), [1, 2, 3, 4, 5])
    x = ((1, 1, 1, 5), "float32")
    before = main(lambda x: q(op.add(op.reshape(x, (1, 5, 1, 1)), bias)), x=x)
    becomes(SINK, before, main(lambda x: op.reshape(q(op.add(x, flat)), (1, 5, 1, 1)), x=x))


def test_what_is_computed_has_the_name() -> None:
    before = main(lambda x: op.abs(q(reshaped(x))), x=X)
    assert names(SinkReshapes()(named(before, "lv", "quantized", "out"))) == [
        "quantized",
        "lv1",
        "out",
    ]
