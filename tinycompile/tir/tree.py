"""The little language between TIR and C: expressions that know their bounds, statements, buffers.

Expressions never change, equal ones are equal, and `simplify.op` makes them; statements are rearranged.
"""

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from itertools import count
from typing import Any

Bounds = tuple[float, float]  # lowest and highest value; integers are exact
ANY = (-math.inf, math.inf)
_numbers = count()

LIMITS: dict[str, tuple[int, int]] = {
    "bool": (0, 1),
    **{f"int{bits}": (-(2 ** (bits - 1)), 2 ** (bits - 1) - 1) for bits in (8, 16, 32, 64)},
    **{f"uint{bits}": (0, 2**bits - 1) for bits in (8, 16, 32, 64)},
}
ITEM_SIZES = {"bool": 1, "float32": 4} | {
    f"{sign}int{bits}": bits // 8 for sign in ("", "u") for bits in (8, 16, 32, 64)
}


def is_integer(dtype: str) -> bool:
    return dtype in LIMITS


def fits(bounds: Bounds, dtype: str) -> bool:
    low, high = LIMITS[dtype]
    return low <= bounds[0] and bounds[1] <= high


@dataclass(eq=False)
class Buffer:
    """Memory of elements in C order. `role` is input, output, constant or temporary."""

    name: str
    dtype: str
    shape: tuple[int, ...]
    role: str = "temporary"
    limits: Bounds = ANY  # that its values are known to keep
    half: bool = False  # whether it lies in memory in half precision

    @property
    def size(self) -> int:
        return math.prod(self.shape)

    @property
    def nbytes(self) -> int:
        return self.size * ITEM_SIZES[self.dtype]


@dataclass(frozen=True, eq=False)
class Expr:
    dtype: str

    def __post_init__(self) -> None:
        object.__setattr__(self, "_hash", hash(self._key()))

    def __hash__(self) -> int:
        return self._hash  # type: ignore[attr-defined,no-any-return]

    def __eq__(self, other: object) -> bool:
        if self is other:
            return True
        if not isinstance(other, Expr) or hash(self) != hash(other):
            return False
        return type(self) is type(other) and self._key() == other._key()

    def _key(self) -> tuple[Any, ...]:
        raise NotImplementedError

    @property
    def children(self) -> tuple["Expr", ...]:
        return ()

    @cached_property
    def bounds(self) -> Bounds:
        return LIMITS.get(self.dtype, ANY)

    @cached_property
    def variables(self) -> frozenset["Var"]:
        return frozenset().union(*(child.variables for child in self.children))

    @cached_property
    def buffers(self) -> frozenset[Buffer]:
        """What it loads from."""
        return frozenset().union(*(child.buffers for child in self.children))

    @cached_property
    def order(self) -> float:
        """Of terms in a sum: as the oldest variable in it."""
        return min((variable.number for variable in self.variables), default=math.inf)


@dataclass(frozen=True, eq=False)
class Const(Expr):
    value: float | int

    def _key(self) -> tuple[Any, ...]:
        return (self.dtype, repr(self.value))

    @cached_property
    def bounds(self) -> Bounds:
        return (self.value, self.value) if not math.isnan(self.value) else ANY


@dataclass(frozen=True, eq=False)
class Var(Expr):
    """A loop's variable, or a value bound by `Let`: itself and no other."""

    name: str
    limits: Bounds = ANY
    number: int = field(default_factory=lambda: next(_numbers))

    def _key(self) -> tuple[Any, ...]:
        return (self.number,)

    @cached_property
    def bounds(self) -> Bounds:
        return self.limits

    @cached_property
    def variables(self) -> frozenset["Var"]:
        return frozenset({self})


@dataclass(frozen=True, eq=False)
class Load(Expr):
    buffer: Buffer
    indices: tuple[Expr, ...]

    def _key(self) -> tuple[Any, ...]:
        return (id(self.buffer), *self.indices)

    @property
    def children(self) -> tuple[Expr, ...]:
        return self.indices

    @cached_property
    def bounds(self) -> Bounds:
        return LIMITS.get(self.dtype, ANY) if self.buffer.limits == ANY else self.buffer.limits

    @cached_property
    def buffers(self) -> frozenset[Buffer]:
        return frozenset({self.buffer}).union(*(child.buffers for child in self.indices))


@dataclass(frozen=True, eq=False)
class Op(Expr):
    """`name` of `args`; which there are is in simplify.py and in the tables of write.py."""

    name: str
    args: tuple[Expr, ...]
    limits: Bounds = ANY

    def _key(self) -> tuple[Any, ...]:
        return (self.dtype, self.name, *self.args)

    @property
    def children(self) -> tuple[Expr, ...]:
        return self.args

    @cached_property
    def bounds(self) -> Bounds:
        return self.limits


@dataclass(eq=False)
class Store:
    buffer: Buffer
    indices: tuple[Expr, ...]
    value: Expr


@dataclass(eq=False)
class Let:
    """From here on, in this block, `variable` is `value`."""

    variable: Var
    value: Expr


@dataclass(eq=False)
class Loop:
    """`variable` from `start` until before `stop`, in steps of one."""

    variable: Var
    start: Expr
    stop: Expr
    body: list["Statement"]


@dataclass(eq=False)
class If:
    condition: Expr
    then: list["Statement"]
    otherwise: list["Statement"] = field(default_factory=list)


@dataclass(eq=False)
class While:
    condition: Expr
    body: list["Statement"]


@dataclass(eq=False)
class Declare:
    """Room for a buffer, until the end of this block."""

    buffer: Buffer


Statement = Store | Let | Loop | If | While | Declare


def bodies(statement: Statement) -> list[list[Statement]]:
    """The blocks inside `statement`."""
    if isinstance(statement, If):
        return [statement.then, statement.otherwise]
    return [statement.body] if isinstance(statement, Loop | While) else []


def expressions(statement: Statement) -> list[Expr]:
    """What `statement` evaluates itself, without the blocks inside it."""
    match statement:
        case Store():
            return [*statement.indices, statement.value]
        case Let():
            return [statement.value]
        case Loop():
            return [statement.start, statement.stop]
        case If() | While():
            return [statement.condition]
    return []


def walk(block: list[Statement]) -> Iterator[Statement]:
    """Every statement, in the order of the text."""
    for statement in block:
        yield statement
        for body in bodies(statement):
            yield from walk(body)


def subexpressions(expr: Expr) -> Iterator[Expr]:
    """Every part of `expr` once, `expr` last."""
    seen: set[Expr] = set()

    def visit(part: Expr) -> Iterator[Expr]:
        if part not in seen:
            seen.add(part)
            for child in part.children:
                yield from visit(child)
            yield part

    return visit(expr)


def map_expressions(block: list[Statement], change: Callable[[Expr], Expr]) -> None:
    """Replace every expression in `block`, whole ones, by what `change` makes of it."""
    for statement in walk(block):
        match statement:
            case Store():
                statement.indices = tuple(map(change, statement.indices))
                statement.value = change(statement.value)
            case Let():
                statement.value = change(statement.value)
            case Loop():
                statement.start, statement.stop = change(statement.start), change(statement.stop)
            case If() | While():
                statement.condition = change(statement.condition)
