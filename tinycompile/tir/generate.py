"""A group of operators as one C function."""

from dataclasses import dataclass
from typing import Any

import tvm
from numpy.typing import NDArray
from tvm import relax

from tinycompile.codegen.c import C_TYPES
from tinycompile.tir import names
from tinycompile.tir.function import Function, uses_math
from tinycompile.tir.group import Group
from tinycompile.tir.hoist import hoist
from tinycompile.tir.inline import inline, replace_uniform, round_away
from tinycompile.tir.integers import add_as_integers, bound_sums
from tinycompile.tir.jam import jam
from tinycompile.tir.loops import clip, collapse
from tinycompile.tir.nest import nest
from tinycompile.tir.overlap import overlap
from tinycompile.tir.splits import split
from tinycompile.tir.stage import Stage
from tinycompile.tir.storage import flatten, settle
from tinycompile.tir.tables import halve, look_up
from tinycompile.tir.tree import Statement


@dataclass(frozen=True)
class Tensor:
    shape: tuple[int, ...]
    dtype: str


@dataclass(frozen=True)
class Generated:
    """C code of a group of operators, and what its caller must know."""

    operators: str  # what the function is best called after: an identifier
    text: str  # the function, {symbol} for its name
    helpers: tuple[
        str, ...
    ]  # static functions that it calls: those of one name are always the same
    inputs: tuple[int, ...]  # the parameters of the group that it takes, in order
    constants: dict[str, NDArray[Any]]  # the fields of its struct: tables in flash
    scratch: int  # bytes; without, there is no such argument
    outputs: tuple[Tensor, ...]
    needs_math: bool
    macs: int  # steps of sums and the like
    overlaps: tuple[int | None, ...]  # of the first output, as `Kernel.overlaps`

    def source(self, symbol: str) -> str:
        """The function, called `symbol`."""
        return self.text.replace("{symbol}", symbol)

    def declaration(self, symbol: str) -> str:
        """Its struct, if it has one, and its prototype."""
        fields = [f"    const {C_TYPES[str(a.dtype)]} *{n};" for n, a in self.constants.items()]
        struct = "\n".join([f"struct {symbol} {{", *fields, "};\n\n"]) if fields else ""
        signature = self.text[self.text.index("void {symbol}(") :].split("\n{\n")[0]
        return f"{struct}{signature.replace('{symbol}', symbol)};\n"


def generate(
    function: relax.Function,
    *,
    module: tvm.IRModule | None = None,
    ties_away: bool = False,
    half: bool = False,
) -> Generated:
    """The operators of `function`, whose parameters are tensors, as one C function.

    TIR that it calls is in `module`. With `ties_away` quantising rounds halves away from zero, as TFLite
    does, else to even, as ONNX does. With `half` tables that half precision holds exactly are kept in it.
    Raises `Refused`, in one line, for what TVM has no loops for or what C cannot say.
    """
    group = Group(function, module)
    stages = _computed(group, ties_away)
    macs = sum(stage.count for stage in stages if stage.reduced)
    block = _arranged(stages)
    far = {b: overlap(block, b, group.outputs[0]) for b in group.params}
    jam(block)
    hoist(block)
    if half:
        halve(group.constants)
    made = Function(block, group.params, group.outputs, group.constants, far)
    text, helpers = made.text(), tuple(made.writer.helpers.values())
    return Generated(
        operators=group.title,
        text=text,
        helpers=helpers,
        inputs=tuple(made.inputs),
        constants=made.constants,
        scratch=made.scratch,
        outputs=tuple(Tensor(buffer.shape, buffer.dtype) for buffer in group.outputs),
        needs_math=uses_math("".join([text, *helpers])),
        macs=macs,
        overlaps=tuple(far[buffer] for buffer in made.arguments),
    )


def _computed(group: Group, ties_away: bool) -> list[Stage]:
    """What is computed, in as few stages as is good."""
    stages = replace_uniform(group.stages, group.constants)
    stages = inline(stages, set(group.outputs))
    stages = inline(add_as_integers(stages), set(group.outputs))
    bound_sums(stages)
    if ties_away:
        round_away(stages)
    look_up(stages, group.constants)
    for stage in stages:
        names.rename(stage)
    split(stages)
    return stages


def _arranged(stages: list[Stage]) -> list[Statement]:
    """In which loops, and where what is between them lies."""
    block = nest(stages)
    settle(block)
    flatten(block)
    clip(block)
    collapse(block)
    return block
