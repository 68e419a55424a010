"""Where values are kept between stages: in registers, in a row, in the output itself, in scratch memory."""

from collections.abc import Callable
from dataclasses import dataclass

from tinycompile.tir.simplify import add, rebuild, scaled
from tinycompile.tir.tree import (
    Buffer,
    Const,
    Declare,
    Expr,
    Let,
    Load,
    Loop,
    Statement,
    Store,
    Var,
    bodies,
    expressions,
    map_expressions,
    subexpressions,
    walk,
)


@dataclass(eq=False)
class Access:
    """One place in the text where a buffer is read or written."""

    indices: tuple[Expr, ...]
    path: tuple[Loop, ...]  # the loops around it, the outermost first
    at: int  # its statement's number in the text
    statement: Statement
    is_store: bool = False


def accesses(block: list[Statement]) -> dict[Buffer, list[Access]]:
    found: dict[Buffer, list[Access]] = {}
    count = 0

    def visit(block: list[Statement], path: tuple[Loop, ...]) -> None:
        nonlocal count
        for statement in block:
            count += 1
            for expr in expressions(statement):
                for part in subexpressions(expr):
                    if isinstance(part, Load):
                        access = Access(part.indices, path, count, statement)
                        found.setdefault(part.buffer, []).append(access)
            if isinstance(statement, Store):
                access = Access(statement.indices, path, count, statement, is_store=True)
                found.setdefault(statement.buffer, []).append(access)
            inner = (*path, statement) if isinstance(statement, Loop) else path
            for body in bodies(statement):
                visit(body, inner)

    visit(block, ())
    return found


def rewrite(block: list[Statement], change: Callable[[Expr], Expr | None]) -> None:
    memo: dict[Expr, Expr] = {}
    map_expressions(block, lambda expr: rebuild(expr, change, memo))


def common_path(places: list[Access]) -> tuple[Loop, ...]:
    path = places[0].path
    for place in places[1:]:
        same = [a is b for a, b in zip(path, place.path, strict=False)]
        path = path[: same.index(False) if False in same else len(same)]
    return path


def settle(block: list[Statement]) -> None:
    """Shrink the temporary buffers of `block` to what is alive at once, and declare them."""
    forget(block)
    declared = {s.buffer for s in walk(block) if isinstance(s, Declare)}
    found = accesses(block)
    temporary = [b for b in found if b.role == "temporary" and b not in declared]
    for buffer in temporary:
        shrink(block, buffer, found[buffer])
    forward(block, temporary)
    found = accesses(block)
    temporary = [b for b in temporary if b in found]
    for buffer in temporary:
        store = overwritten(buffer, found) if buffer.shape else None
        if store is not None:
            hold(block, buffer, store, last_read(found[buffer]).indices)
        else:
            declare(block, buffer, found[buffer])
        found = accesses(block)


def forget(block: list[Statement]) -> None:
    """Leave out what only makes temporary buffers that nothing reads."""
    found = {b: at for b, at in accesses(block).items() if b.role == "temporary"}
    useless = {buffer for buffer, places in found.items() if all(at.is_store for at in places)}
    for statement in reversed(list(walk(block))):
        made = isinstance(statement, Store | Declare) and statement.buffer in useless
        if made or (isinstance(statement, Loop) and not statement.body):
            _remove(block, statement)
    if useless:
        forget(block)


def shrink(block: list[Statement], buffer: Buffer, places: list[Access]) -> None:
    """Leave out the dimensions that loops around all of `buffer`'s uses walk along."""
    variables = {loop.variable for loop in common_path(places)}
    firsts = places[0].indices
    gone = {
        i
        for i, n in enumerate(buffer.shape)
        if n == 1
        or (firsts[i] in variables and all(place.indices[i] is firsts[i] for place in places))
    }
    if not gone:
        return

    def kept(indices: tuple[Expr, ...]) -> tuple[Expr, ...]:
        return tuple(expr for i, expr in enumerate(indices) if i not in gone)

    def replace(part: Expr) -> Expr | None:
        if isinstance(part, Load) and part.buffer is buffer:
            return Load(part.dtype, buffer, kept(part.indices))
        return None

    rewrite(block, replace)
    for statement in walk(block):
        if isinstance(statement, Store) and statement.buffer is buffer:
            statement.indices = kept(statement.indices)
    buffer.shape = tuple(n for i, n in enumerate(buffer.shape) if i not in gone)


def forward(block: list[Statement], temporary: list[Buffer]) -> None:
    """What is only the copy of a register is that register; what is stored once is a value."""
    for buffer in temporary:
        every = [s for s in walk(block) if isinstance(s, Store)]
        stores = [s for s in every if s.buffer is buffer]
        if buffer.shape or len(stores) != 1:
            continue
        (store,) = stores
        source, later = store.value, every[every.index(store) :]
        if (
            isinstance(source, Load)
            and source.buffer.role == "temporary"
            and not source.buffer.shape
            and all(s.buffer is not source.buffer for s in later)
        ):
            value: Expr = source
            _remove(block, store)
        else:
            value = Var(store.value.dtype, buffer.name, store.value.bounds)
            _replace(block, store, Let(value, store.value))

        def replace(part: Expr, buffer: Buffer = buffer, value: Expr = value) -> Expr | None:
            return value if isinstance(part, Load) and part.buffer is buffer else None

        rewrite(block, replace)


def block_of(block: list[Statement], wanted: Statement) -> list[Statement]:
    """The block that `wanted` is in."""
    if any(statement is wanted for statement in block):
        return block
    inner = (body for statement in block for body in bodies(statement))
    return next((found for body in inner if (found := block_of(body, wanted))), [])


def _remove(block: list[Statement], statement: Statement) -> None:
    where = block_of(block, statement)
    where.remove(statement)


def _replace(block: list[Statement], old: Statement, new: Statement) -> None:
    where = block_of(block, old)
    where[where.index(old)] = new


def declare(block: list[Statement], buffer: Buffer, places: list[Access]) -> None:
    """Declare `buffer` in the innermost block around all its uses."""
    path = common_path(places)
    inner = path[-1].body if path else block
    users = {id(place.statement) for place in places}
    for i, statement in enumerate(inner):
        if any(id(part) in users for part in walk([statement])):
            inner.insert(i, Declare(buffer))
            return


def last_read(places: list[Access]) -> Access:
    return max((place for place in places if not place.is_store), key=lambda place: place.at)


def overwritten(buffer: Buffer, found: dict[Buffer, list[Access]]) -> Store | None:
    """The store to an output that can hold `buffer` until then: its last reader, element by element."""
    places = found[buffer]
    last = last_read(places)
    if not isinstance(last.statement, Store):
        return None
    store = last.statement
    output = store.buffer
    if output.role != "output" or output.dtype != buffer.dtype or len(found[output]) != 1:
        return None
    walked = {loop.variable for loop in common_path(places)} | set(last.indices)
    if not all(isinstance(i, Const) or i in walked for i in store.indices):
        return None
    if not all(isinstance(i, Var) and i in store.indices for i in last.indices):
        return None
    depth = len(common_path(places))
    for place in places:
        if place.indices == last.indices and place.statement is store:
            continue
        if place.at >= last.at or place.path[depth : depth + 1] == last.path[depth : depth + 1]:
            return None
    return store


def hold(block: list[Statement], buffer: Buffer, store: Store, indices: tuple[Expr, ...]) -> None:
    """Let the output of `store`, which reads `buffer` at `indices`, be `buffer` before."""
    output, target = store.buffer, store.indices

    def at(places: tuple[Expr, ...]) -> tuple[Expr, ...]:
        values = dict(zip(indices, places, strict=True))
        return tuple(values.get(expr, expr) for expr in target)

    def replace(part: Expr) -> Expr | None:
        if isinstance(part, Load) and part.buffer is buffer:
            return Load(part.dtype, output, at(part.indices))
        return None

    rewrite(block, replace)
    for statement in walk(block):
        if isinstance(statement, Store) and statement.buffer is buffer:
            statement.buffer, statement.indices = output, at(statement.indices)


def flatten(block: list[Statement]) -> None:
    """One index for each access: elements lie in C order."""

    def flat(buffer: Buffer, indices: tuple[Expr, ...]) -> tuple[Expr, ...]:
        terms, stride = [], 1
        for expr, length in zip(reversed(indices), reversed(buffer.shape), strict=True):
            terms.append(scaled(expr, stride))
            stride *= length
        return (add(*terms),) if indices or buffer.role != "temporary" else ()

    def replace(part: Expr) -> Expr | None:
        if isinstance(part, Load):
            return Load(part.dtype, part.buffer, flat(part.buffer, part.indices))
        return None

    rewrite(block, replace)
    for statement in walk(block):
        if isinstance(statement, Store):
            statement.indices = flat(statement.buffer, statement.indices)
