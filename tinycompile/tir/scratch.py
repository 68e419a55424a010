"""Scratch memory: which arrays are in it, where, and how much it is."""

from tinycompile.tir.storage import block_of
from tinycompile.tir.tree import Buffer, Declare, Statement, Store, expressions, walk

LOCAL = 64  # bytes of an array on the stack; larger ones are in the arena
ALIGNMENT = 8


def lay_out(block: list[Statement]) -> tuple[int, dict[Buffer, int]]:
    """The bytes of all, and the offsets of the arrays too large for the stack, taken out of `block`.

    Those that are in use at different times share memory.
    """
    large = [s for s in walk(block) if isinstance(s, Declare) and s.buffer.nbytes > LOCAL]
    for statement in large:
        block_of(block, statement).remove(statement)
    spans = {statement.buffer: _span(block, statement.buffer) for statement in large}
    offsets: dict[Buffer, int] = {}
    size = 0
    for buffer in sorted(spans, key=lambda buffer: -buffer.nbytes):
        others = [
            b
            for b in offsets
            if spans[b][0] <= spans[buffer][1] and spans[buffer][0] <= spans[b][1]
        ]
        offset = 0
        for other in sorted(others, key=lambda b: offsets[b]):
            if offset + buffer.nbytes <= offsets[other]:
                break
            offset = max(offset, _aligned(offsets[other] + other.nbytes))
        offsets[buffer] = offset
        size = max(size, _aligned(offset + buffer.nbytes))
    return size, {buffer: offsets[buffer] for buffer in spans}


def _aligned(size: int) -> int:
    return -(-size // ALIGNMENT) * ALIGNMENT


def _span(block: list[Statement], buffer: Buffer) -> tuple[int, int]:
    """The first and the last of the outermost statements that use `buffer`."""
    used = [
        i
        for i, outer in enumerate(block)
        for inner in walk([outer])
        if (isinstance(inner, Store) and inner.buffer is buffer)
        or any(buffer in expr.buffers for expr in expressions(inner))
    ]
    return min(used, default=0), max(used, default=0)
