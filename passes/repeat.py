"""Passes that make work for each other, run in turn until none of them changes anything."""

from typing import Any

import tvm


@tvm.transform.module_pass(opt_level=0, name="Repeat")
class Repeat:
    def __init__(self, *passes: Any) -> None:
        self.passes = passes

    def transform_module(self, mod, ctx):  # type: ignore[no-untyped-def]
        while True:
            before = mod
            for step in self.passes:
                mod = step(mod)
            if mod.same_as(before):
                return mod
