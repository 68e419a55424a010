"""One computation of a group: a nest of loops around stores, before anything is decided about it."""

import math
from dataclasses import dataclass, field

from tinycompile.tir.tree import Buffer, Expr, Let, Statement, Store, Var, expressions, walk


@dataclass(eq=False)
class Stage:
    """`body` for all values of the `spatial` and, inside them, the `reduced` variables.

    `first` is stored before the reduced ones begin. A stage without variables is a text of its own,
    which nothing is merged with.
    """

    spatial: list[Var]
    reduced: list[Var]
    first: list[Store]
    body: list[Statement]
    outputs: list[Buffer] = field(default_factory=list)

    def __post_init__(self) -> None:
        stores = [s for s in walk([*self.first, *self.body]) if isinstance(s, Store)]
        self.outputs = list(dict.fromkeys(store.buffer for store in stores))

    @property
    def statements(self) -> list[Statement]:
        return list(walk([*self.first, *self.body]))

    @property
    def reads(self) -> set[Buffer]:
        found: set[Buffer] = set()
        for statement in self.statements:
            for expr in expressions(statement):
                found |= expr.buffers
        return found

    @property
    def is_regular(self) -> bool:
        """Whether it is a nest around plain stores, of which each element is one's own."""
        return all(isinstance(s, Store | Let) for s in self.body)

    @property
    def pointwise(self) -> Store | None:
        """The store of a stage that gives every element of its output a value, once."""
        match self.body:
            case [Store() as store] if not self.reduced and not self.first:
                wanted = [extent for extent in store.buffer.shape if extent != 1]
                given = [
                    i for i, n in zip(store.indices, store.buffer.shape, strict=True) if n != 1
                ]
                whole = given == self.spatial and [extent(v) for v in given] == wanted
                return store if whole else None
        return None

    @property
    def count(self) -> int:
        """How often the body runs."""
        return math.prod(extent(v) for v in [*self.spatial, *self.reduced])


def extent(variable: Expr) -> int:
    return int(variable.bounds[1]) + 1
