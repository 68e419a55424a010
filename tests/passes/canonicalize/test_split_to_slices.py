"""split becomes slices."""

import numpy as np
from tvm import relax

from tests.passes.graph import emit, main, named, names, operators, run, stays
from tinycompile.passes.canonicalize.split_to_slices import SplitToSlices

op = relax.op
X = ((2, 7, 3), "int8")


def parts(x: relax.Var) -> list[relax.Expr]:
    whole = op.split(x, [2, 5], axis=-2)
    return [relax.TupleGetItem(whole, 2), relax.TupleGetItem(whole, 0)]


def test_parts_that_are_read_become_slices() -> None:
    after = SplitToSlices()(main(parts, x=X))
    assert operators(after) == ["strided_slice", "strided_slice"]
    x = np.arange(42, dtype=np.int8).reshape(X[0])
    last, first = run(after, x)
    np.testing.assert_array_equal(last, x[:, 5:])
    np.testing.assert_array_equal(first, x[:, :2])


def test_the_parts_keep_their_names() -> None:
    def body(x: relax.Var) -> list[relax.Expr]:
        whole = emit(op.split(x, 7, axis=1))
        return [emit(relax.TupleGetItem(whole, 6)), emit(relax.TupleGetItem(whole, 1))]

    before = named(main(body, x=X), "lv", "last", "second", "gv")
    assert names(SplitToSlices()(before)) == ["second", "last", "gv"]


def test_other_operators_stay() -> None:
    stays(SplitToSlices(), main(relax.op.abs, x=X))
