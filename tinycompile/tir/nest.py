"""Stages into loops: stages that walk the same way share their loops, so that a row or a scalar is enough
between them."""

from dataclasses import dataclass, field

from tinycompile.tir.inline import change, places
from tinycompile.tir.names import accumulated
from tinycompile.tir.stage import Stage, extent
from tinycompile.tir.sums import index
from tinycompile.tir.tree import (
    Buffer,
    Expr,
    Load,
    Loop,
    Op,
    Statement,
    Store,
    Var,
    expressions,
    subexpressions,
    walk,
)


@dataclass(eq=False)
class Group:
    """Stages inside one loop; without a variable a single stage whose loops are all open."""

    variable: Var | None
    stages: list[Stage] = field(default_factory=list)
    ends: list[Stage] = field(default_factory=list)  # of those whose first reduced variable this is
    reducing: set[Stage] = field(default_factory=set)  # of which it is a reduced variable


def nest(stages: list[Stage]) -> list[Statement]:
    """Loops around the bodies of `stages`, which keep their order."""
    groups: list[Group] = []
    for stage in stages:
        stage.spatial = _in_order(stage)
        _place(stage, groups)
    block: list[Statement] = []
    for group in groups:
        if group.variable is None:
            block += [*group.stages[0].first, *group.stages[0].body]
            continue
        after: list[Statement] = []
        for stage in group.ends:
            after += _accumulate(stage)
            block += stage.first
            stage.first = []
        length = extent(group.variable)
        if length > 0:  # else a tensor has no elements
            block.append(Loop(group.variable, index(0), index(length), nest(group.stages)))
        block += after
    return block


def _in_order(stage: Stage) -> list[Var]:
    """The spatial variables of `stage`, those that padding depends on first: sums beside each other then have
    as many terms."""
    if not stage.reduced:
        return stage.spatial
    asked = {
        variable
        for statement in stage.body
        for expr in expressions(statement)
        for part in subexpressions(expr)
        if isinstance(part, Op) and part.name == "select"
        for variable in part.args[0].variables
    }
    return [v for v in stage.spatial if v in asked] + [v for v in stage.spatial if v not in asked]


def _place(stage: Stage, groups: list[Group]) -> None:
    """Put `stage` into a loop that it can share, after all that it needs; else into one of its own."""
    needed = [i for i, group in enumerate(groups) if any(_depends(stage, s) for s in group.stages)]
    start = needed[-1] if needed else 0
    for group in groups[start:]:
        if group.variable is None:
            continue
        for variable in stage.spatial or stage.reduced:
            if extent(variable) == extent(group.variable) and _aligned(stage, variable, group):
                return _join(stage, variable, group)
    loops = stage.spatial or stage.reduced
    group = Group(loops[0] if loops else None)
    groups.append(group)
    if loops:
        return _join(stage, loops[0], group)
    group.stages.append(stage)
    return None


def _join(stage: Stage, variable: Var, group: Group) -> None:
    assert group.variable is not None
    if not stage.spatial:
        group.reducing.add(stage)
        group.ends += [stage] if stage.first else []
    shared = group.variable
    if shared is not variable:
        change(stage, lambda part: shared if part is variable else None)
    stage.spatial = [v for v in stage.spatial if v is not variable]
    stage.reduced = [v for v in stage.reduced if v is not variable]
    group.stages.append(stage)


def _depends(stage: Stage, earlier: Stage) -> bool:
    """Whether `stage` must run after `earlier`."""
    reads, writes = stage.reads, set(stage.outputs)
    others = set(earlier.outputs)
    return bool(others & (reads | writes) or writes & earlier.reads)


def _aligned(stage: Stage, variable: Var, group: Group) -> bool:
    """Whether a step of the group's loop makes all that the step of `variable` reads of it."""
    for earlier in group.stages:
        if not _depends(stage, earlier):
            continue
        if earlier in group.reducing or set(stage.outputs) & (earlier.reads | set(earlier.outputs)):
            return False
        assert group.variable is not None
        for buffer in earlier.outputs:
            if not _same_step(earlier, group.variable, stage, variable, buffer):
                return False
    return True


def _same_step(earlier: Stage, shared: Var, stage: Stage, variable: Var, buffer: Buffer) -> bool:
    stored = [s.indices for s in earlier.statements if isinstance(s, Store) and s.buffer is buffer]
    positions = {_only_position(indices, shared) for indices in stored}
    if len(positions) != 1 or None in positions:
        return False
    (position,) = positions
    assert position is not None
    return all(indices[position] is variable for indices in places(stage, buffer))


def _only_position(indices: tuple[Expr, ...], variable: Var) -> int | None:
    """Where `variable` is an index of its own, and nowhere else."""
    found = [i for i, expr in enumerate(indices) if variable in expr.variables]
    return found[0] if len(found) == 1 and indices[found[0]] is variable else None


def _accumulate(stage: Stage) -> list[Statement]:
    """Let `stage` reduce into registers; what is to be stored after its loops."""
    after: list[Statement] = []
    for store in stage.first:
        buffer, indices = store.buffer, store.indices
        name = buffer.name if buffer.role == "temporary" else accumulated(stage)
        register = Buffer(name, buffer.dtype, (), limits=buffer.limits)
        load = Load(buffer.dtype, register, ())

        def in_register(part: Expr, buffer: Buffer = buffer, load: Load = load) -> Expr | None:
            return load if isinstance(part, Load) and part.buffer is buffer else None

        change(stage, in_register)
        for other in walk([*stage.first, *stage.body]):
            if isinstance(other, Store) and other.buffer is buffer:
                other.buffer, other.indices = register, ()
        after.append(Store(buffer, indices, load))
    stage.outputs = [s.buffer for s in stage.first]
    return after
