"""How far the output of a generated function may run into an input."""

import math

from tinycompile.call import IN_PLACE
from tinycompile.tir.divisions import collected
from tinycompile.tir.storage import accesses, common_path
from tinycompile.tir.sums import linear
from tinycompile.tir.tree import Buffer, Expr, Loop, Statement, Store, Var


def overlap(block: list[Statement], source: Buffer, output: Buffer) -> int | None:
    """How many bytes before `source` `output` must begin, at least, to lie over it: see `Kernel.overlaps`.

    Nothing may be read after it was overwritten. It is so if both are walked row by row, and within a row all
    else is read before the first store. Only where all is walked upwards it may begin before.
    """
    found = accesses(block)
    reads, stores = found.get(source, []), found.get(output, [])
    if not reads or not stores or source.nbytes != output.nbytes or source.dtype != output.dtype:
        return None
    path = common_path([*reads, *stores])
    rows = {_row(access.indices[0], path) for access in (*reads, *stores) if access.indices}
    if len(rows) != 1 or None in rows:
        return None
    first = min(access.at for access in stores if access.is_store)
    begins = next(access for access in stores if access.at == first)
    depth = len(path)
    upwards = all(_goes_up(access.indices[0], path) for access in stores if access.indices)
    for read in reads:
        store = read.statement
        if isinstance(store, Store) and store.buffer is output and read.at == first:
            if read.indices != store.indices:
                return None
            upwards &= _goes_up(store.indices[0], read.path)
            continue
        together = read.path[depth : depth + 1] == begins.path[depth : depth + 1] != ()
        if read.at >= first or together:
            return None
    return 0 if upwards else IN_PLACE


def _goes_up(where: Expr, path: tuple[Loop, ...]) -> bool:
    """Whether what a step of a loop of `path` accesses lies all above what was before."""
    terms, constant = linear(where)
    steps = [(loop.variable, terms.pop(loop.variable, 0)) for loop in path]
    reach = collected(terms, constant).bounds[1]
    for variable, step in reversed(steps):
        if step <= reach:
            return False
        reach += step * (variable.bounds[1] - variable.bounds[0])
    return True


def _row(where: Expr, path: tuple[Loop, ...]) -> tuple[tuple[Var, int], ...] | None:
    """The loops of `path` and how far they step, if what lies between is one step's own."""
    terms, constant = linear(where)
    steps = [(loop.variable, terms.pop(loop.variable, 0)) for loop in path]
    if any(variable in term.variables for term in terms for variable, _ in steps):
        return None
    rest = collected(terms, constant).bounds
    smallest = min((step for _, step in steps), default=math.inf)
    return tuple(steps) if rest[0] >= 0 and rest[1] < smallest else None
