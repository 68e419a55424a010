"""TIR, as TVM legalises operators to it, into stages."""

import math
from typing import Any

from tvm import s_tir, tirx

from tinycompile.tir.read_expressions import ExpressionReader, dtype_of, element, static
from tinycompile.tir.refused import Refused
from tinycompile.tir.simplify import cast, op
from tinycompile.tir.stage import Stage
from tinycompile.tir.sums import index
from tinycompile.tir.tree import (
    Buffer,
    Const,
    Declare,
    If,
    Let,
    Loop,
    Statement,
    Store,
    Var,
    While,
)

LOWEST = -3.4028234663852886e38  # of float32


class Reader(ExpressionReader):
    """Reads one function of TIR whose parameters are `buffers`."""

    def __init__(self, function: tirx.PrimFunc, buffers: list[Buffer]) -> None:
        super().__init__()
        self.function = function
        self.stages: list[Stage] = []
        for param, buffer in zip(function.params, buffers, strict=True):
            self.buffers[param] = buffer

    def run(self) -> list[Stage]:
        root = self.function.body
        if isinstance(root, s_tir.SBlockRealize) and root.block.name_hint == "root":
            for buffer in root.block.alloc_buffers:
                self.allocate(buffer)
            root = root.block.body
        for part in root.seq if isinstance(root, tirx.SeqStmt) else [root]:
            self.stages.append(self.stage(part))
        return self.stages

    def allocate(self, buffer: Any) -> Buffer:
        shape = tuple(static(extent) for extent in buffer.shape)
        self.buffers[buffer] = made = Buffer(buffer.name, element(dtype_of(buffer)), shape)
        return made

    # --- Statements -------------------------------------------------------------------------------

    def stage(self, part: Any) -> Stage:
        """A nest of loops around one block, or whatever it is."""
        loops, inner = [], part
        while isinstance(inner, tirx.For) and isinstance(inner.extent, tirx.IntImm):
            loops.append(inner.loop_var)
            inner = inner.body
        if isinstance(inner, s_tir.SBlockRealize) and self.is_plain(inner, loops):
            block = inner.block
            spatial: list[Var] = []
            reduced: list[Var] = []
            for axis in block.iter_vars:
                kind = reduced if int(axis.iter_type) == tirx.IterVar.CommReduce else spatial
                self.bind_axis(axis, kind)
            begun = [] if block.init is None else self.block(block.init)
            first = [statement for statement in begun if isinstance(statement, Store)]
            stage = Stage(spatial, reduced, first, self.block(block.body))
            if stage.is_regular:
                return settled(stage)
        return Stage([], [], [], self.block(part))

    def is_plain(self, realize: Any, loops: list[Any]) -> bool:
        bound = list(realize.iter_values)
        same = len(bound) == len(loops) and all(
            a.same_as(b) for a, b in zip(bound, loops, strict=True)
        )
        whole = isinstance(realize.predicate, tirx.IntImm) and int(realize.predicate.value) == 1
        from_zero = all(
            isinstance(axis.dom.min, tirx.IntImm) and int(axis.dom.min.value) == 0
            for axis in realize.block.iter_vars
        )
        return bool(loops) and same and whole and from_zero and not realize.block.alloc_buffers

    def bind_axis(self, axis: Any, kind: list[Var]) -> None:
        length = static(axis.dom.extent)
        if length == 1:
            self.values[axis.var] = index(0)
        else:
            kind.append(Var("int32", axis.var.name.removeprefix("v_"), (0, length - 1)))
            self.values[axis.var] = kind[-1]

    def block(self, statement: Any) -> list[Statement]:
        name = type(statement).__name__
        read = getattr(self, f"_{name}", None)
        if read is None:
            raise Refused(f"its TIR has a statement {name}")
        result: list[Statement] = read(statement)
        return result

    def _SeqStmt(self, statement: Any) -> list[Statement]:
        return [part for inner in statement.seq for part in self.block(inner)]

    def _AttrStmt(self, statement: Any) -> list[Statement]:
        return self.block(statement.body)

    def _For(self, statement: Any) -> list[Statement]:
        start, length = self.index(statement.min), self.index(statement.extent)
        stop = op("int32", "add", start, length)
        limits = (start.bounds[0], max(start.bounds[0], stop.bounds[1] - 1))
        if isinstance(stop, Const) and isinstance(start, Const) and stop.value == start.value + 1:
            self.values[statement.loop_var] = start
            return self.block(statement.body)
        variable = Var("int32", statement.loop_var.name, limits)
        self.values[statement.loop_var] = variable
        return [Loop(variable, start, stop, self.block(statement.body))]

    def _IfThenElse(self, statement: Any) -> list[Statement]:
        condition = self.expr(statement.condition)
        then = self.block(statement.then_case)
        otherwise = [] if statement.else_case is None else self.block(statement.else_case)
        if isinstance(condition, Const):
            return then if condition.value else otherwise
        return [If(condition, then, otherwise)]

    def _While(self, statement: Any) -> list[Statement]:
        return [While(self.expr(statement.condition), self.block(statement.body))]

    def _SBlockRealize(self, statement: Any) -> list[Statement]:
        block = statement.block
        if block.init is not None:
            raise Refused("its TIR has a reduction inside other statements")
        for axis, value in zip(block.iter_vars, statement.iter_values, strict=True):
            self.values[axis.var] = self.index(value)
        declared: list[Statement] = [Declare(self.allocate(b)) for b in block.alloc_buffers]
        body = self.block(block.body)
        predicate = self.expr(statement.predicate)
        if isinstance(predicate, Const) and predicate.value:
            return declared + body
        return [*declared, If(predicate, body)]

    def _AllocBuffer(self, statement: Any) -> list[Statement]:
        return [Declare(self.allocate(statement.buffer))]

    def _BufferStore(self, statement: Any) -> list[Statement]:
        buffer = self.buffer(statement.buffer)
        value = cast(self.expr(statement.value), buffer.dtype)
        return [Store(buffer, self.indices(statement.indices), value)]

    def _Bind(self, statement: Any) -> list[Statement]:
        value = self.expr(statement.value)
        variable = Var(value.dtype, statement.var.name.removeprefix("v_"), value.bounds)
        self.values[statement.var] = variable
        return [Let(variable, value)]

    def _Evaluate(self, statement: Any) -> list[Statement]:
        if isinstance(statement.value, tirx.IntImm):
            return []
        raise Refused("TVM computes it by a function of its run time")


def settled(stage: Stage) -> Stage:
    """`stage`, the search for a maximum begun with what is less than any float."""
    for store in stage.first:
        if isinstance(store.value, Const) and abs(store.value.value) == abs(LOWEST):
            sign = math.copysign(1, store.value.value)
            store.value = Const("float32", math.copysign(math.inf, sign))
    return stage
