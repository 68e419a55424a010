"""Inputs of the model that are only transposed to NHWC become NHWC themselves.

Whether an input's transposes all go is tried out: it becomes NHWC behind a transpose back, the transposes are
sunk, and the outcome counts if less is left to transpose.
"""

from math import prod
from typing import Any

import tvm
from tvm import relax

from tinycompile.rewriting.expressions import is_call, shape_of
from tinycompile.rewriting.permutation import IS_NCHW, LAYOUTS, inverse, note_layout, to_nhwc
from tinycompile.rewriting.rewriter import Rewriter

RANKS = (3, 4, 5)


@tvm.transform.module_pass(opt_level=0, name="AdoptNhwcInputs")
class AdoptNhwcInputs:
    """`settle` are the passes that sink and cancel transposes."""

    def __init__(self, settle: Any) -> None:
        self.settle = settle

    def transform_module(self, mod, ctx):  # type: ignore[no-untyped-def]
        if IS_NCHW not in mod["main"].attrs:
            return mod  # the model is not NCHW: its inputs are as its author wants them
        ranks = [len(shape_of(param)) for param in mod["main"].params]
        candidates = [i for i, rank in enumerate(ranks) if rank in RANKS]
        trials = [candidates] if len(candidates) > 1 else []
        best = mod
        for trial in [*trials, *([i] for i in candidates)]:
            cost = transposed_elements(best)
            if cost == 0:
                break
            changed = self.settle(with_nhwc_inputs(best, trial))
            if transposed_elements(changed) < cost:
                best = changed
        return best


def transposed_elements(mod: tvm.IRModule) -> int:
    """How many elements are transposed in one run."""
    values = [b.value for block in mod["main"].body.blocks for b in block.bindings]
    return sum(prod(shape_of(value)) for value in values if is_call(value, "permute_dims"))


def with_nhwc_inputs(mod: tvm.IRModule, which: list[int]) -> tvm.IRModule:
    """`mod` whose inputs `which` are NHWC and transposed back at once."""
    rewriter = Rewriter(mod, lambda *_: None)
    layouts = dict(rewriter.attributes.get(LAYOUTS, {}))
    for i in which:
        old = rewriter.params[i]
        if old.name in layouts:
            continue
        shape = shape_of(old)
        p = to_nhwc(len(shape))
        new = relax.Var(old.name, relax.TensorType([shape[a] for a in p], old.ty.dtype))
        rewriter.params[i] = new
        rewriter.replace(old, rewriter.emit(relax.op.permute_dims(new, inverse(p))))
        note_layout(rewriter, old.name, p)
    return rewriter.run()
