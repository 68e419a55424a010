"""Passes that make work for each other, as one: their rules in turn, until none has anything to do."""

from collections.abc import Sequence
from typing import Any

import tvm

from tinycompile.rewriting.rewriter import Rule, walks


@tvm.transform.module_pass(opt_level=0, name="Repeat")
class Repeat:
    """`passes` have `rules`: they rewrite one binding at a time."""

    def __init__(self, *passes: Any) -> None:
        self.passes = passes

    @property
    def single(self) -> list[Any]:
        """The passes, none of which repeats others."""
        found: list[Any] = []
        for each in self.passes:
            found += each.single if isinstance(each, Repeat | Settle) else [each]
        return found

    @property
    def rules(self) -> Sequence[Rule]:
        return [rule for each in self.single for rule in each.rules]

    def transform_module(self, mod, ctx):  # type: ignore[no-untyped-def]
        passes, result = self.single, mod
        for result, applied in walks(mod, self.rules):
            worked = [each for each in passes if any(rule in applied for rule in each.rules)]
            if worked:
                _show(result, "-".join(["Repeat", *(str(each.info.name) for each in worked)]))
        return result


@tvm.transform.module_pass(opt_level=0, name="Settle")
class Settle:
    """`passes` that rewrite a module as a whole, in turn, until none has anything to do."""

    def __init__(self, *passes: Any) -> None:
        self.passes = passes

    @property
    def single(self) -> list[Any]:
        return list(self.passes)

    def transform_module(self, mod, ctx):  # type: ignore[no-untyped-def]
        while True:
            before = mod
            for each in self.passes:
                mod = each(mod)
            if mod.same_as(before):
                return mod


def _show(mod: tvm.IRModule, name: str) -> None:
    """To instruments: `mod` as what a pass of that name makes."""
    tvm.transform.module_pass(lambda mod, ctx: mod, opt_level=0, name=name)(mod)
