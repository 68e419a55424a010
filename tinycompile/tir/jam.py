"""Sums of neighbouring elements made side by side: what they have in common is read and counted once.

    for c < 32:                              for c < 8:
        sum = 0                                  sum = sum2 = sum3 = sum4 = 0
        for k < 64:                              for k < 64:
            sum += a[k] * b[k * 32 + c]              sum += a[k] * b[k * 32 + c * 4]
        output[c] = sum                              sum2 += a[k] * b[k * 32 + c * 4 + 1] ...
                                                 output[c * 4] = sum ...

Each sum is made in the same order as before.
"""

import math

from tinycompile.tir.inline import cost
from tinycompile.tir.simplify import op, rebuild
from tinycompile.tir.stage import extent
from tinycompile.tir.sums import index
from tinycompile.tir.tree import (
    Buffer,
    Const,
    Declare,
    Expr,
    If,
    Let,
    Load,
    Loop,
    Statement,
    Store,
    Var,
    While,
    bodies,
    expressions,
    walk,
)

WIDTHS = (4, 5, 3, 2)  # how many, the best first: that many registers there are
USUAL = WIDTHS[0]
FEWEST = 4  # terms of a sum for which it is worth the code
LIGHT = 12  # a step of the sum, in cycles: with more there is little to share
SHORT = 4  # what follows a sum, in cycles, and may be written once for each


def jam(block: list[Statement]) -> bool:
    """Widen the innermost loops around sums; whether there were any."""
    position, any_found = 0, False
    while position < len(block):
        statement = block[position]
        inside = any([jam(body) for body in bodies(statement)])
        any_found |= inside
        if isinstance(statement, Loop) and not inside and (found := _sum_in(statement)):
            block[position : position + 1] = made = _widened(statement, found)
            position, any_found = position + len(made) - 1, True
        position += 1
    return any_found


def _sum_in(loop: Loop) -> int:
    """The position in the body of the loop that sums, and nothing else stands against it; 0 if none is."""
    loops = [i for i, s in enumerate(loop.body) if not isinstance(s, Declare | Store | Let)]
    if len(loops) != 1 or not isinstance(loop.body[loops[0]], Loop) or _width(loop) == 1:
        return 0
    (position,) = loops
    registers = {s.buffer for s in loop.body[:position] if isinstance(s, Declare)}
    whole = [*walk(loop.body)]
    inside = [*walk([loop.body[position]])]
    if any(isinstance(s, While | Declare) for s in inside) or any(b.shape for b in registers):
        return 0
    if any(isinstance(s, Store) and s.buffer not in registers for s in inside):
        return 0
    stored = {s.buffer for s in whole if isinstance(s, Store)} - registers
    if any(expr.buffers & stored for s in whole for expr in expressions(s)):
        return 0
    if sum(cost(expr) for s in inside for expr in expressions(s)) > LIGHT:
        return 0
    bounds = [b for s in inside if isinstance(s, Loop) for b in (s.start, s.stop)]
    if any(loop.variable in bound.variables for bound in bounds) or not _plain_nest(inside[0]):
        return 0
    return position if _steps(inside) >= FEWEST else 0


def _plain_nest(statement: Statement) -> bool:
    """Whether each loop holds the next one, or no loop."""
    if not isinstance(statement, Loop):
        return True
    if any(isinstance(inner, Loop) for inner in statement.body):
        return len(statement.body) == 1 and _plain_nest(statement.body[0])
    return not any(isinstance(inner, Loop) for inner in walk(statement.body))


def _steps(statements: list[Statement]) -> float:
    loops = [s for s in statements if isinstance(s, Loop)]
    known = [extent(loop.variable) for loop in loops if isinstance(loop.stop, Const)]
    return math.prod(known) if len(known) == len(loops) else math.inf


def _width(loop: Loop) -> int:
    """How many to make at once; the last few of a number that has no divisor are made one by one."""
    length = extent(loop.variable)
    if (loop.start, loop.stop) != (index(0), index(length)):
        return 1
    divisor = next((n for n in WIDTHS if length % n == 0), 1)
    return USUAL if divisor <= 2 and length > USUAL else divisor


class _Lane:
    """Copies statements for one of the neighbours: with registers and variables of its own."""

    def __init__(self, values: dict[Expr, Expr], registers: dict[Buffer, Buffer]) -> None:
        self.values, self.registers = values, registers
        self.memo: dict[Expr, Expr] = {}

    def expr(self, expr: Expr) -> Expr:
        return rebuild(expr, self.replaced, self.memo)

    def replaced(self, part: Expr) -> Expr | None:
        if isinstance(part, Load) and part.buffer in self.registers:
            return Load(part.dtype, self.registers[part.buffer], part.indices)
        return self.values.get(part)

    def copies(self, block: list[Statement]) -> list[Statement]:
        return [self.copy(statement) for statement in block]

    def copy(self, statement: Statement) -> Statement:
        match statement:
            case Declare(buffer):
                return Declare(self.registers[buffer])
            case Store(buffer, indices, value):
                target = self.registers.get(buffer, buffer)
                return Store(target, tuple(map(self.expr, indices)), self.expr(value))
            case Let(variable, value):
                made = self.expr(value)
                new = Var(variable.dtype, variable.name, made.bounds)
                self.values[variable] = new
                self.memo.clear()
                return Let(new, made)
            case If(condition, then, otherwise):
                return If(self.expr(condition), self.copies(then), self.copies(otherwise))
            case Loop(variable, start, stop, body):
                return Loop(variable, self.expr(start), self.expr(stop), self.copies(body))
        raise AssertionError(statement)


def _widened(loop: Loop, position: int) -> list[Statement]:
    """`loop` in wide steps, and what is left of it in steps of one."""
    width, old = _width(loop), loop.variable
    steps, rest = divmod(extent(old), width)
    variable = Var("int32", old.name, (0, steps - 1))
    base = op("int32", "mul", variable, index(width)) if steps > 1 else index(0)
    registers = [s.buffer for s in loop.body[:position] if isinstance(s, Declare)]
    lanes = []
    for lane in range(width):
        values: dict[Expr, Expr] = {old: op("int32", "add", base, index(lane))}
        lanes.append(_Lane(values, {buffer: _twin(buffer) for buffer in registers}))
    inner, after = loop.body[position], loop.body[position + 1 :]
    assert isinstance(inner, Loop)
    body = [s for lane in lanes for s in lane.copies(loop.body[:position])]
    body.append(_merged(inner, lanes))
    if sum(cost(expr) for s in after for expr in expressions(s)) <= SHORT:
        body += [s for lane in lanes for s in lane.copies(after)]
    else:
        body += _one_by_one(after, base, old, lanes)
    made: list[Statement] = [Loop(variable, index(0), index(steps), body)] if steps > 1 else body
    if not rest:
        return made
    last = Var("int32", old.name, (width * steps, extent(old) - 1))
    tail = _Lane({old: last}, {buffer: _twin(buffer) for buffer in registers})
    return [*made, Loop(last, index(width * steps), index(extent(old)), tail.copies(loop.body))]


def _one_by_one(
    after: list[Statement], base: Expr, old: Var, lanes: list[_Lane]
) -> list[Statement]:
    """What follows the sums, once, in a loop over them."""
    lane = Var("int32", "j", (0, len(lanes) - 1))
    made: list[Statement] = []
    loads: dict[Buffer, Load] = {}
    read = {buffer for s in walk(after) for expr in expressions(s) for buffer in expr.buffers}
    for buffer in (b for b in lanes[0].registers if b in read):
        row = Buffer(f"{buffer.name}s", buffer.dtype, (len(lanes),), limits=buffer.limits)
        loads[buffer] = Load(buffer.dtype, row, (lane,))
        made.append(Declare(row))
        for i, twins in enumerate(lanes):
            load = Load(buffer.dtype, twins.registers[buffer], ())
            made.append(Store(row, (index(i),), load))
    chosen = _Lane({old: op("int32", "add", base, lane)}, {})
    chosen.values |= {Load(b.dtype, b, ()): load for b, load in loads.items()}
    return [*made, Loop(lane, index(0), index(len(lanes)), chosen.copies(after))]


def _twin(buffer: Buffer) -> Buffer:
    return Buffer(buffer.name, buffer.dtype, buffer.shape, buffer.role, buffer.limits)


def _merged(loop: Loop, lanes: list[_Lane]) -> Loop:
    inner = loop.body[0]
    if isinstance(inner, Loop):
        body: list[Statement] = [_merged(inner, lanes)]
    else:
        body = [s for lane in lanes for s in lane.copies(loop.body)]
    return Loop(loop.variable, loop.start, loop.stop, body)
