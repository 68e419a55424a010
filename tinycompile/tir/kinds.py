"""How an operator walks its tensors: what may be fused with what."""

import re
from enum import StrEnum

import tvm
from tvm import relax

from tinycompile.tir.group import Group
from tinycompile.tir.legalize import alone, short
from tinycompile.tir.stage import Stage
from tinycompile.tir.tree import Const, Load, expressions, subexpressions


class Kind(StrEnum):
    """From the simplest: an operator of several stages is of the last kind among them."""

    ELEMENTWISE = "elementwise"
    BROADCAST = "broadcast"
    INJECTIVE = "injective"  # each element of the output is one of the inputs'
    REDUCTION = "reduction"
    OUT_FUSABLE = "out-fusable"  # a reduction of windows, with what follows it element by element
    OPAQUE = "opaque"


_WINDOWS = re.compile(r"conv\d|matmul|einsum|outer|pool\d")


def kind(call: relax.Call, module: tvm.IRModule | None = None) -> Kind:
    """How the operator `call` walks its tensors; `Refused` if it cannot become C.

    TIR that it calls is in `module`.
    """
    kinds = [_kind(stage) for stage in Group(alone(call), module).stages]
    found = max(kinds, key=list(Kind).index, default=Kind.INJECTIVE)
    windows = found == Kind.REDUCTION and _WINDOWS.search(short(call))
    return Kind.OUT_FUSABLE if windows else found


def _kind(stage: Stage) -> Kind:
    if not stage.is_regular:
        return Kind.OPAQUE
    if stage.reduced:
        return Kind.REDUCTION
    loads = [
        part
        for statement in stage.body
        for expr in expressions(statement)
        for part in subexpressions(expr)
        if isinstance(part, Load)
    ]
    walked = [[i for i in load.indices if not isinstance(i, Const)] for load in loads]
    if all(indices == list(stage.spatial) for indices in walked):
        return Kind.ELEMENTWISE
    along = [[v for v in stage.spatial if v in indices] for indices in walked]
    return Kind.BROADCAST if along == walked else Kind.INJECTIVE
