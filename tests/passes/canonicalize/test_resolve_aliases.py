"""Names of the model's tensors survive; bindings that only rename do not."""

from tvm import relax

from tests.passes.graph import becomes, emit, main, named, names, operators
from tinycompile.passes.canonicalize.resolve_aliases import ResolveAliases

X = ((2, 3), "int8")


def test_a_known_tuple_is_seen_through() -> None:
    def before(x: relax.Var) -> relax.Expr:
        return relax.op.add(relax.TupleGetItem(relax.Tuple([x, x]), 1), x)

    becomes(ResolveAliases(), main(before, x=X), main(lambda x: relax.op.add(x, x), x=X))


def test_what_nothing_reads_goes() -> None:
    def unread(x: relax.Var) -> relax.Expr:
        return relax.TupleGetItem(relax.Tuple([relax.op.abs(x), relax.op.negative(x)]), 0)

    assert operators(ResolveAliases()(main(unread, x=X))) == ["abs"]


def test_an_alias_gives_its_name_to_an_unnamed_tensor() -> None:
    def body(x: relax.Var) -> list[relax.Expr]:
        return [relax.op.abs(x), relax.op.negative(x)]

    before = named(main(body, x=X), "lv", "model/abs", "outputs")
    assert names(ResolveAliases()(before)) == ["lv", "model/abs", "outputs"]
    alias = main(lambda x: relax.op.negative(emit(emit(relax.op.abs(x)))), x=X)
    after = ResolveAliases()(named(alias, "lv", "model.abs", "out"))
    assert names(after) == ["model.abs", "out"]


def test_an_output_that_is_an_input_keeps_its_name() -> None:
    assert names(ResolveAliases()(named(main(lambda x: x, x=X), "out"))) == ["out"]


def test_an_output_has_its_own_name_through_aliases_without_one() -> None:
    alias = main(lambda x: emit(emit(relax.op.abs(x))), x=X)
    assert names(ResolveAliases()(named(alias, "inner", "wanted", "gv"))) == ["wanted"]
