"""Modules are checked: the last one always, in tests the one behind every pass."""

from typing import Any

import pytest
import tvm
from tvm import relax

from tests.passes.graph import main
from tinycompile.pipeline import transform


@tvm.transform.module_pass(opt_level=0, name="Break")
class Break:
    """Returns a variable that nothing binds."""

    def transform_module(self, mod, ctx):  # type: ignore[no-untyped-def]
        func = mod["main"]
        lost = relax.Var("lost", func.params[0].ty)
        broken = relax.Function(func.params, relax.SeqExpr([], lost), lost.ty)
        return tvm.IRModule({mod.get_global_var("main"): broken})


class Mend:
    def __init__(self, whole: Any) -> None:
        self.whole = whole

    def __call__(self, mod: Any) -> Any:
        return self.whole


def whole() -> Any:
    return main(lambda x: relax.op.nn.relu(x), x=((2, 3), "float32"))


def test_in_tests_every_pass_is_checked() -> None:
    with pytest.raises(AssertionError):
        transform(whole(), [Break(), Mend(whole())])


def test_elsewhere_the_last_module_is() -> None:
    with tvm.transform.PassContext(instruments=[]):
        transform(whole(), [Break(), Mend(whole())])
        with pytest.raises(Exception, match="lost"):
            transform(whole(), [Break()])
