"""Plans whose layers run together, a row at a time: for a budget, or for the least RAM there can be."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property

from tinycompile.fit import alike, cycles
from tinycompile.memory import MemoryPlan
from tinycompile.memory.rows import Candidate, Rows
from tinycompile.options import LEAST
from tinycompile.program import Program
from tinycompile.target import Isa


@dataclass(frozen=True)
class ByRows:
    """`fast` is what is wanted, `small` the same network by kernels that can make rows."""

    fast: Program
    small: Program
    isa: Isa

    @cached_property
    def rows(self) -> Rows:
        small = self.small_in_order or self.fast
        of_fast, of_small = (
            [cycles(layer, self.isa) for layer in of.layers] for of in (self.fast, small)
        )
        return Rows(self.fast, small, (of_fast, of_small))

    @property
    def small_in_order(self) -> Program | None:
        """`small` with its layers in the order of `fast`; None if they are not the same."""
        makers = {layer.outputs: layer for layer in self.small.layers}
        layers = [makers[layer.outputs] for layer in self.fast.layers if layer.outputs in makers]
        same = len(layers) == len(self.fast.layers) and all(
            alike(one, other) for one, other in zip(layers, self.fast.layers, strict=True)
        )
        return replace(self.small, layers=layers) if same else None

    def planned(self, ram: int | str) -> tuple[Program, MemoryPlan] | None:
        """The fastest plan within `ram`, None if there is none; or the smallest."""
        found = self.rows.smallest() if ram == LEAST else self.rows.within(float(ram))
        return self.rows.plan(found) if found else None

    @property
    def least(self) -> int:
        return self.rows.smallest().arena_bytes

    def front(self) -> Iterator[Candidate]:
        return self.rows.front()


def note(plan: MemoryPlan, before: MemoryPlan) -> str:
    """What runs row by row, for which saving."""
    groups = [f"{group.first} to {group.end - 1}" for group in plan.together]
    return (
        f"layers {', '.join(groups)} run together, a row at a time: "
        f"{plan.arena_bytes:,} bytes of RAM instead of {before.arena_bytes:,}"
    )
