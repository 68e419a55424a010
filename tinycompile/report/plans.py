"""The plans that a model has: how much less RAM costs how many more cycles."""

from collections.abc import Iterable
from typing import Any

from rich.table import Table


def plans(front: Iterable[Any], chosen: int) -> Table:
    """A line each, from the fastest to the smallest; `chosen` are the arena's bytes of the plan taken."""
    table = Table(header_style="bold", box=None, pad_edge=False)
    for heading in ("Plan", "Arena", "Cycles, estimated"):
        table.add_column(heading, justify="right")
    table.add_column("Layers that run together, a row at a time")
    first = 0.0
    for i, found in enumerate(front, 1):
        first = first or found.cycles
        groups = [f"{s.first} to {s.end - 1}" for s in found.path if s.rows]
        more = f" (+{found.cycles / first - 1:.2%})" if first < found.cycles else ""
        mark = " *" if found.arena_bytes == chosen else ""
        cycles = f"{found.cycles:,.0f}{more}"
        table.add_row(f"{i}{mark}", f"{found.arena_bytes:,}", cycles, ", ".join(groups) or "none")
    return table
