"""Plans whose layers run together: for a budget, for the least RAM, for an input that comes line by line."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property

from tinycompile.errors import InvalidOption
from tinycompile.fit import alike, cycles
from tinycompile.memory import MemoryPlan
from tinycompile.memory.rows import Candidate, Rows
from tinycompile.options import LEAST
from tinycompile.program import Program
from tinycompile.target import Isa

UNKNOWN = (
    0.5  # what a kernel that was not measured takes of the time of one that makes rows: a guess
)


@dataclass(frozen=True)
class Planned:
    """`floor` says, where RAM is not enough, how little would be."""

    program: Program
    plan: MemoryPlan
    notes: tuple[str, ...] = ()
    floor: str = ""


@dataclass(frozen=True)
class ByRows:
    """All plans there are.

    `fast` is what is wanted; each of `made_small` makes the same network by kernels that can make rows: fast
    ones, or such as need little scratch. With `by_lines` the caller brings the input line by line.
    """

    fast: Program
    made_small: tuple[Callable[[], Program], ...]
    isa: Isa
    by_lines: bool = False

    @cached_property
    def rows(self) -> list[Rows]:
        """The plans with each."""
        found: list[Program] = []
        for made in self.made_small:
            small = self.in_order(made())
            if [layer.kernel for layer in small.layers] not in [
                [layer.kernel for layer in other.layers] for other in found
            ]:
                found.append(small)
        fed = self.fast.inputs[0].storage if self.by_lines else None
        portable = [cycles(layer, self.isa) for layer in found[-1].layers]
        fast, *estimates = (
            [
                cycles(layer, self.isa) or UNKNOWN * known
                for layer, known in zip(of.layers, portable, strict=True)
            ]
            for of in (self.fast, *found)
        )
        return [
            Rows(self.fast, small, (fast, of_small), fed)
            for small, of_small in zip(found, estimates, strict=True)
        ]

    def in_order(self, small: Program) -> Program:
        """`small` with its layers in the order of `fast`; or `fast` if they are not the same."""
        makers = {layer.outputs: layer for layer in small.layers}
        layers = [makers[layer.outputs] for layer in self.fast.layers if layer.outputs in makers]
        same = len(layers) == len(self.fast.layers) and all(
            alike(one, other) for one, other in zip(layers, self.fast.layers, strict=True)
        )
        return replace(small, layers=layers) if same else self.fast

    def smallest(self) -> Candidate | None:
        found = [candidate for rows in self.rows if (candidate := rows.smallest())]
        return min(found, key=lambda candidate: candidate.arena_bytes, default=None)

    def within(self, budget: float) -> Candidate | None:
        """The fastest whose arena fits `budget`, of those that are found."""
        found = [candidate for rows in self.rows if (candidate := rows.within(budget))]
        if not found and (least := self.smallest()):
            found = [one for one in (least, *self.front()) if one.arena_bytes <= budget]
        return min(found, key=lambda candidate: candidate.cycles, default=None)

    def front(self) -> list[Candidate]:
        """From the fastest to the smallest: each is slower than the one before, and needs less."""
        every = [candidate for rows in self.rows for candidate in rows.front()]
        best: list[Candidate] = []
        for candidate in sorted(
            every, key=lambda candidate: (candidate.cycles, candidate.arena_bytes)
        ):
            if not best or candidate.arena_bytes < best[-1].arena_bytes:
                best.append(candidate)
        return best

    def planned(self, whole: Planned, ram: int | str | None, limit: int) -> Planned:
        """What is asked for: `whole`, whose layers run one after the other, where it will do.

        `ram` is a number or LEAST or, where nothing is said, what the target has, the `limit`.
        """
        if self.by_lines:
            self.check_lines()
        elif ram != LEAST and whole.plan.arena_bytes <= limit:
            return whole
        found = self.smallest() if ram == LEAST else self.within(limit)
        if found is None:
            return self.too_large(whole)
        program, plan = found.plan()
        if not self.by_lines and plan.arena_bytes >= whole.plan.arena_bytes:
            return whole
        return Planned(program, plan, (*whole.notes, note(plan, whole.plan)))

    def too_large(self, whole: Planned) -> Planned:
        found = self.smallest()
        if found is None:
            raise InvalidOption("--stream-input: its tables would be too large for the C")
        program, plan = found.plan() if self.by_lines else (whole.program, whole.plan)
        floor = f"the least is {found.arena_bytes:,} bytes"
        other = replace(self, by_lines=True)
        if not self.by_lines and other.refusal is None and (least := other.smallest()):
            floor += f" while the input is in RAM, {least.arena_bytes:,} with --stream-input"
        return Planned(program, plan, floor=f"{floor}; ")

    def check_lines(self) -> None:
        if self.refusal:
            raise InvalidOption(f"--stream-input: {self.refusal}")

    @property
    def refusal(self) -> str | None:
        """Why the input cannot come line by line, if it cannot."""
        program = self.fast
        if len(program.inputs) != 1:
            return f"the model has {len(program.inputs)} inputs; it is for models of one"
        if program.states:
            return "the model has a state; it is for models without"
        source = program.inputs[0]
        if source in program.outputs:
            return f"input {source.name!r} is an output, too"
        segments = self.rows[0].segments
        if segments.best(lambda so_far, segment: so_far) is not None:
            return None
        readers = [
            layer.title
            for layer, stages in zip(program.layers, segments.stages, strict=True)
            if source.storage in [t.storage for t in layer.inputs] and not stages
        ]
        return f"{readers[0] if readers else 'a layer'} needs the whole input at once"


def note(plan: MemoryPlan, before: MemoryPlan) -> str:
    """What runs row by row, for which saving."""
    groups = [f"{group.first} to {group.end - 1}" for group in plan.together]
    return (
        f"layers {', '.join(groups)} run together, a row at a time: "
        f"{plan.arena_bytes:,} bytes of RAM instead of {before.arena_bytes:,}"
    )
