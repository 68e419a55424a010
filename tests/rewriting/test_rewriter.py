"""Rules run until none has anything to do; those that never come to an end are reported."""

from typing import Any

import pytest
from tvm import relax

from tests.passes.graph import main
from tinycompile.rewriting.expressions import is_call
from tinycompile.rewriting.rewriter import EndlessRewriting, Rewriter, rewrite

op = relax.op


def there(rewriter: Rewriter, var: relax.Var, call: Any) -> Any:
    return op.sin(call.args[0]) if is_call(call, "cos") else None


def back(rewriter: Rewriter, var: relax.Var, call: Any) -> Any:
    return op.cos(call.args[0]) if is_call(call, "sin") else None


def test_rules_that_undo_each_other_are_a_bug_with_their_names() -> None:
    graph = main(lambda x: op.cos(x), x=((2,), "float32"))
    with pytest.raises(EndlessRewriting, match=r"undo each other: .*(there|back)"):
        rewrite(graph, there, back)


def test_a_long_chain_takes_as_many_walks_as_it_has_links() -> None:
    def climb(rewriter: Rewriter, var: relax.Var, call: Any) -> Any:
        """sin(cos(x)) -> cos(sin(x)): one place a walk."""
        inner = rewriter.call(call.args[0], "cos") if is_call(call, "sin") else None
        return None if inner is None else op.cos(rewriter.emit(op.sin(inner.args[0])))

    def chain(x: Any) -> Any:
        for _ in range(300):
            x = op.cos(x)
        return op.sin(x)

    after = rewrite(main(chain, x=((2,), "float32")), climb)
    assert is_call(after["main"].body.blocks[0].bindings[0].value, "sin")
