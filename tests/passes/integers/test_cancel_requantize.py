"""A dequantize and a quantize of the same parameters cancel."""

import numpy as np
from tvm import relax

from tests.passes.graph import becomes, dq, main, named, names, q, stays
from tinycompile.passes.integers.cancel_requantize import CancelRequantize

X = ((2, 3), "int8")


def test_equal_parameters_cancel() -> None:
    before = main(lambda x: relax.op.abs(q(dq(relax.op.negative(x)))), x=X)
    becomes(CancelRequantize(), before, main(lambda x: relax.op.abs(relax.op.negative(x)), x=X))


def test_a_zero_point_of_another_type_is_still_equal() -> None:
    def before(x: relax.Var) -> relax.Expr:
        scale, zero_point = relax.const(0.5, "float32"), relax.const(np.int8(3))
        return relax.op.abs(q(relax.op.dequantize(x, scale, zero_point, axis=1)))

    becomes(CancelRequantize(), main(before, x=X), main(relax.op.abs, x=X))


def test_the_name_of_the_quantised_tensor_stays() -> None:
    before = named(main(lambda x: q(dq(relax.op.negative(x))), x=X), "lv", "real", "quantized")
    assert names(CancelRequantize()(before)) == ["quantized"]


def test_another_scale_type_or_zero_point_stays() -> None:
    stays(CancelRequantize(), main(lambda x: q(dq(x), scale=0.25), x=X))
    stays(CancelRequantize(), main(lambda x: q(dq(x), zero_point=4), x=X))
    stays(CancelRequantize(), main(lambda x: q(dq(x), dtype="int16"), x=X))
