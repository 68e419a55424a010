"""tc_add_constant_s16: C equals the reference, and tc_add_s16 of the same values; what it refuses."""

from typing import Any

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from tvm.relax.op import add, subtract

from tests.kernels import elementwise as e
from tests.kernels.graphs import matched, refusal
from tests.kernels.runtime import Run
from tinycompile.kernels.portable.s16 import add_s16
from tinycompile.kernels.portable.s16.add_constant_s16 import KERNEL


@given(
    pair=e.shapes(),
    operator=st.sampled_from([add, subtract]),
    reverse=st.booleans(),
    a=e.symmetric,
    b=e.symmetric,
    out=e.symmetric,
    clip=e.clips16,
    seed=e.seeds,
)
def test_c_equals_the_reference(
    run: Run,
    pair: Any,
    operator: Any,
    reverse: bool,
    a: Any,
    b: Any,
    out: Any,
    clip: Any,
    seed: int,
) -> None:
    build = e.binary(operator, *((b, a) if reverse else (a, b)), out, clip, "int16")
    constant = e.integers(seed + 7, pair[1], "int16")

    def graph(x: Any) -> Any:
        return build(constant, x) if reverse else build(x, constant)

    output = e.assert_c_equals_the_reference(run, KERNEL, graph, seed, "int16", x=pair[0])
    x = e.integers(seed, pair[0], "int16")
    values = (constant, x) if reverse else (x, constant)
    match = matched(add_s16.KERNEL, build, "int16", x=values[0].shape, y=values[1].shape)
    expected = add_s16.KERNEL.reference(add_s16.KERNEL.lower(match).params, *values)
    np.testing.assert_array_equal(output.ravel(), expected.ravel())


def test_int8_is_refused() -> None:
    assert "they are int8, int8, int8" in refusal(KERNEL, e.one_and_constant(add), x=(2,))
