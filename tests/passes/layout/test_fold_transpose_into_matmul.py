"""Weights take the transpose in front of them in."""

from typing import Any

import numpy as np
from tvm import relax

from tests.passes.graph import dq, emit, main, operators, q, run, stays, weights
from tinycompile.passes.canonicalize.fold_constants import FoldConstants
from tinycompile.passes.layout.fold_transpose_into_matmul import FoldTransposeIntoMatmul

op = relax.op
X = ((1, 3, 4, 5), "int8")
W = np.random.default_rng(1).integers(-127, 128, (60, 7))
SCALES = [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7]


def body(x: relax.Var, shape: Any = (1, 60), axis: int = 1) -> Any:
    flat = op.reshape(op.permute_dims(x, (0, 3, 1, 2)), shape)
    return op.matmul(dq(q(op.nn.relu(dq(flat)))), weights(W, SCALES, axis=axis))


def test_rows_are_reordered_and_the_result_stays() -> None:
    before = main(body, x=X)
    after = FoldConstants()(FoldTransposeIntoMatmul()(before))
    assert "permute_dims" not in operators(after)
    assert operators(after).count("reshape") == 1
    x = np.random.default_rng(2).integers(-128, 128, X[0], np.int8)
    np.testing.assert_allclose(run(after, x), run(before, x), rtol=1e-5)


def test_other_readers_keep_the_transpose() -> None:
    def shared(x: relax.Var) -> Any:
        flat = emit(op.reshape(op.permute_dims(x, (0, 3, 1, 2)), (1, 60)))
        return [flat, op.matmul(dq(flat), weights(W, SCALES, axis=1))]

    before = main(shared, x=X)
    after = FoldConstants()(FoldTransposeIntoMatmul()(before))
    x = np.random.default_rng(2).integers(-128, 128, X[0], np.int8)
    for got, expected in zip(run(after, x), run(before, x), strict=True):
        np.testing.assert_allclose(got, expected, rtol=1e-5)


def test_rows_of_a_batch_and_computed_weights_stay() -> None:
    small = relax.const(np.ones((5, 2), np.float32))
    several = main(
        lambda x: op.matmul(op.reshape(op.permute_dims(dq(x), (0, 3, 1, 2)), (12, 5)), small), x=X
    )
    stays(FoldTransposeIntoMatmul(), several)
    w = ((60, 7), "float32")
    computed = lambda x, w: op.matmul(  # noqa: E731
        op.reshape(op.permute_dims(dq(x), (0, 3, 1, 2)), (1, 60)), w
    )
    stays(FoldTransposeIntoMatmul(), main(computed, x=X, w=w))
