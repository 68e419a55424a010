"""Plans whose layers run together: for a budget, for the least RAM, for an input that comes line by line."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import cached_property

from tinycompile.errors import InvalidOption
from tinycompile.fit import alike, cycles
from tinycompile.memory import MemoryPlan
from tinycompile.memory.rows import Candidate, Rows
from tinycompile.memory.segments import Variant
from tinycompile.memory.stages import row_form
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

    `fast` is what is wanted, `made_small` the same network by kernels that can make rows. With `by_lines` the
    caller brings the input line by line.
    """

    fast: Program
    made_small: Callable[[], Program]
    isa: Isa
    by_lines: bool = False

    @cached_property
    def rows(self) -> Rows:
        """Of kernels there are the fast, those of them that make rows with small ones between, the small."""
        small = self.small_in_order or self.fast
        pairs = list(zip(self.fast.layers, small.layers, strict=True))
        mixed = [quick if row_form(quick) else tight for quick, tight in pairs]
        of_small = [cycles(layer, self.isa) for layer in small.layers]

        def variant(program: Program) -> Variant:
            estimates = [
                cycles(layer, self.isa) or (of * UNKNOWN if layer.kernel != tight.kernel else of)
                for layer, tight, of in zip(program.layers, small.layers, of_small, strict=True)
            ]
            return Variant(program, estimates)

        fed = self.fast.inputs[0].storage if self.by_lines else None
        programs = self.fast, replace(self.fast, layers=mixed), small
        return Rows([variant(program) for program in programs], fed)

    @cached_property
    def small_in_order(self) -> Program | None:
        """The small program with its layers in the order of `fast`; None if they are not the same."""
        small = self.made_small()
        makers = {layer.outputs: layer for layer in small.layers}
        layers = [makers[layer.outputs] for layer in self.fast.layers if layer.outputs in makers]
        same = len(layers) == len(self.fast.layers) and all(
            alike(one, other) for one, other in zip(layers, self.fast.layers, strict=True)
        )
        return replace(small, layers=layers) if same else None

    def planned(self, whole: Planned, ram: int | str | None, limit: int) -> Planned:
        """What is asked for: `whole`, whose layers run one after the other, where it will do.

        `ram` is a number or LEAST or, where nothing is said, what the target has, the `limit`.
        """
        if self.by_lines:
            self.check_lines()
        elif ram != LEAST and whole.plan.arena_bytes <= limit:
            return whole
        found = self.rows.smallest() if ram == LEAST else self.within(limit)
        if found is None:
            return self.too_large(whole)
        program, plan = self.rows.plan(found)
        if not self.by_lines and plan.arena_bytes >= whole.plan.arena_bytes:
            return whole
        return Planned(program, plan, (*whole.notes, note(plan, whole.plan)))

    def within(self, budget: float) -> Candidate | None:
        """The fastest whose arena fits `budget`: whatever `front` lists can be had.

        One that is searched for within `budget` alone may be slower: what fails to fit there is left out
        for good.
        """
        listed = next((one for one in self.front() if one.arena_bytes <= budget), None)
        fitting = [one for one in (self.rows.within(budget), listed) if one]
        if not fitting and (least := self.rows.smallest()) and least.arena_bytes <= budget:
            fitting = [least]
        return min(fitting, key=lambda one: one.cycles, default=None)

    def too_large(self, whole: Planned) -> Planned:
        found = self.rows.smallest()
        if found is None:
            raise InvalidOption("--stream-input: its tables would be too large for the C")
        program, plan = self.rows.plan(found) if self.by_lines else (whole.program, whole.plan)
        floor = f"the least is {found.arena_bytes:,} bytes"
        other = replace(self, by_lines=True)
        if not self.by_lines and other.refusal is None and (least := other.rows.smallest()):
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
        segments = self.rows.segments
        if segments.best(lambda so_far, segment: so_far) is not None:
            return None
        readers = [
            layer.title
            for layer, stages in zip(program.layers, segments.stages[-1], strict=True)
            if source.storage in [t.storage for t in layer.inputs] and not stages
        ]
        return f"{readers[0] if readers else 'a layer'} needs the whole input at once"

    def front(self) -> Iterator[Candidate]:
        """From the fastest to the smallest."""
        return self.rows.front()


def note(plan: MemoryPlan, before: MemoryPlan) -> str:
    """What runs row by row, for which saving."""
    groups = [f"{group.first} to {group.end - 1}" for group in plan.together]
    together = f"layers {', '.join(groups)} run together, a row at a time"
    how = together if groups else "some layers take kernels that need less scratch"
    return f"{how}: {plan.arena_bytes:,} bytes of RAM instead of {before.arena_bytes:,}"
