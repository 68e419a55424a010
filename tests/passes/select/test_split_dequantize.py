"""Each consumer of a dequantised tensor has a dequantize of its own."""

from tvm import relax

from tests.passes.graph import becomes, dq, emit, main, named, names, operators, stays
from tinycompile.passes.select.split_dequantize import SplitDequantize

X = ((2, 3), "int8")


def shared(x: relax.Var) -> list[relax.Expr]:
    real = emit(dq(x))
    return [relax.op.abs(real), relax.op.negative(real)]


def apart(x: relax.Var) -> list[relax.Expr]:
    return [relax.op.abs(dq(x)), relax.op.negative(dq(x))]


def test_each_consumer_gets_its_own() -> None:
    becomes(SplitDequantize(), main(shared, x=X), main(apart, x=X))


def test_two_operands_of_one_operator_too() -> None:
    def doubled(x: relax.Var) -> relax.Expr:
        real = emit(dq(x))
        return relax.op.add(real, real)

    expected = main(lambda x: relax.op.add(dq(x), dq(x)), x=X)
    becomes(SplitDequantize(), main(doubled, x=X), expected)


def test_an_output_keeps_the_named_one() -> None:
    def body(x: relax.Var) -> list[relax.Expr]:
        real = emit(dq(x))
        return [real, relax.op.abs(real)]

    after = SplitDequantize()(named(main(body, x=X), "real", "lv", "gv"))
    assert names(after) == ["real", "lv0", "lv", "gv"]
    assert operators(after) == ["dequantize", "dequantize", "abs"]


def test_one_consumer_changes_nothing() -> None:
    stays(SplitDequantize(), main(lambda x: relax.op.abs(dq(x)), x=X))
