"""Copies stand where a tensor of its own is needed."""

from typing import Any

import numpy as np
import pytest
from tvm import relax

from tests.passes.graph import dq, emit, main, named, names, operators, run, stays, weights
from tinycompile.passes.select.materialize_constants import MaterializeConstants

op = relax.op
X = ((2, 3), "int8")
ONES = np.ones((2, 1), np.int8)


def test_a_constant_that_is_concatenated_is_copied() -> None:
    before = main(lambda x: op.concat([x, relax.const(ONES)], axis=1), x=X)
    after = MaterializeConstants()(before)
    assert operators(after) == ["concat", "concat"]
    x = np.arange(6, dtype=np.int8).reshape(2, 3)
    np.testing.assert_array_equal(run(after, x), run(before, x))


def test_outputs_that_are_inputs_or_constants_are_copied() -> None:
    def body(x: Any) -> Any:
        return [emit(x), emit(relax.const(ONES)), op.abs(x)]

    before = named(main(body, x=X), "same", "constant", "lv", "gv")
    after = MaterializeConstants()(before)
    assert operators(after) == ["concat", "concat", "abs"]
    assert names(after)[:2] == ["same", "constant"]
    x = np.arange(6, dtype=np.int8).reshape(2, 3)
    for got, expected in zip(run(after, x), [x, ONES, x], strict=True):
        np.testing.assert_array_equal(got, expected)


def test_an_output_that_is_a_dequantised_constant_is_its_value() -> None:
    before = main(lambda x: [weights(ONES * 4, 0.5), op.abs(x)], x=X)
    constant, _ = run(MaterializeConstants()(before), np.zeros((2, 3), np.int8))
    np.testing.assert_array_equal(constant, np.full((2, 1), 2.0, np.float32))


@pytest.mark.parametrize("dtype", ["int8", "int16"])
@pytest.mark.parametrize("shape", [(3, 4), (2, 3, 4)])
def test_a_factor_that_is_no_matrix_of_weights_is_copied(
    dtype: str, shape: tuple[int, ...]
) -> None:
    factor = relax.const(np.arange(np.prod(shape)).reshape(shape).astype(dtype))
    before = main(lambda x: op.matmul(dq(x), dq(factor)), x=((2, 2, 3), dtype))
    if (dtype, len(shape)) == ("int8", 2):
        stays(MaterializeConstants(), before)
        return
    after = MaterializeConstants()(before)
    assert sorted(operators(after)) == ["concat", "dequantize", "dequantize", "matmul"]
    x = np.arange(12, dtype=dtype).reshape(2, 2, 3)
    np.testing.assert_array_equal(run(after, x), run(before, x))


def test_a_constant_left_factor_is_copied() -> None:
    before = main(lambda x: op.matmul(dq(relax.const(ONES)), dq(x)), x=((1, 3), "int8"))
    assert "concat" in operators(MaterializeConstants()(before))


def test_what_has_its_own_memory_stays() -> None:
    stays(MaterializeConstants(), main(lambda x: op.concat([x, op.abs(x)], axis=1), x=X))
    stays(MaterializeConstants(), main(lambda x: op.add(x, relax.const(ONES)), x=X))
    per_channel = weights(np.ones((2, 3, 4)), [0.5, 0.25, 1.0, 2.0], axis=2)
    stays(MaterializeConstants(), main(lambda x: op.matmul(dq(x), per_channel), x=X))
