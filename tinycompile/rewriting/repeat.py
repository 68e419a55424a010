"""Passes that make work for each other, as one: their rules in turn, until none has anything to do."""

from collections.abc import Sequence
from typing import Any

import tvm

from tinycompile.rewriting.rewriter import Rule, rewrite


@tvm.transform.module_pass(opt_level=0, name="Repeat")
class Repeat:
    """`passes` have `rules`: they rewrite one binding at a time."""

    def __init__(self, *passes: Any) -> None:
        self.passes = passes

    @property
    def rules(self) -> Sequence[Rule]:
        return [rule for each in self.passes for rule in each.rules]

    def transform_module(self, mod, ctx):  # type: ignore[no-untyped-def]
        return rewrite(mod, *self.rules)
