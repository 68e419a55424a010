"""How many cycles a core takes, estimated: executed blocks times what a cost table says of each.

A table (`cores/CPU.toml`) describes one of two kinds of pipeline. One instruction a cycle: costs add up,
with discounts and stalls that depend on the instruction before. Two a cycle, in order: a scoreboard of
when results are ready and units free. Either way memory takes no wait states, a block starts with an
empty pipeline, and a branch that is taken adds a penalty; the chip's flash comes on top.
"""

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from importlib.resources import files
from math import ceil
from typing import Any

from tinycompile.simulate.decode import Decoder, Instruction, Kind
from tinycompile.simulate.plugin import RowCounts
from tinycompile.target import FlashTiming

_CORES = files("tinycompile.simulate.cores")
_LOADS = (Kind.LOAD, Kind.LOAD_UPDATE)
_UNALIGNED_CYCLES = 1


@dataclass(frozen=True, kw_only=True)
class Cost:
    """One kind of instruction; `unit`, `latency` and `alone` matter where two issue at once."""

    cycles: int = 1
    registers_per_cycle: int = 0  # of a load or store of several: moving them adds cycles
    taken: int = 0  # added when it branches
    # Instead of `cycles` right after an instruction of the kind, unless that makes this one's address.
    # "narrow" is any 16-bit instruction, "any" all.
    after: Mapping[str, int] = field(default_factory=dict)
    unit: str = "arithmetic"
    latency: int = 1  # cycles until the result can be used
    alone: bool = False  # nothing issues in the same cycle

    def transfer(self, instruction: Instruction) -> int:
        if not self.registers_per_cycle:
            return 0
        return ceil(instruction.registers / self.registers_per_cycle)


@dataclass(frozen=True, kw_only=True)
class Core:
    """A cost table. Kinds it does not name have the default Cost."""

    cpu: str
    validated: str  # what the estimates were compared with
    issue: int  # instructions a cycle: 1 or 2
    load_use: int  # stall when an instruction reads what the load right before it brings
    units: Mapping[str, int]  # instructions of a cycle that each can take, where two issue at once
    costs: Mapping[Kind, Cost]

    @classmethod
    def load(cls, cpu: str) -> "Core | None":
        """The table of what gcc calls `cpu`; None when there is none."""
        file = _CORES / f"{cpu}.toml"
        return cls.parse(cpu, tomllib.loads(file.read_text())) if file.is_file() else None

    @classmethod
    def parse(cls, cpu: str, said: dict[str, Any]) -> "Core":
        named = {"validated": said.pop("validated"), "issue": said.pop("issue", 1)}
        named |= {"load_use": said.pop("load_use", 0), "units": said.pop("units", {})}
        costs = {Kind(kind): Cost(**cost) for kind, cost in said.items()}
        return cls(cpu=cpu, costs=costs, **named)

    def cost(self, instruction: Instruction) -> Cost:
        return self.costs.get(instruction.kind, _DEFAULT)


_DEFAULT = Cost()


@dataclass(frozen=True)
class Cycles:
    zero_wait: int
    flash: int | None  # None where the target says nothing about its flash


def estimate(
    row: RowCounts, core: Core, decoder: Decoder, timing: FlashTiming | None = None
) -> Cycles:
    """Cycles of everything that `row` executed, rounded to whole ones."""
    total, branches = 0.0, 0
    for block in row.blocks:
        instructions = decoder.block(block.address, block.nbytes)
        total += block.times * block_cycles(instructions, core)
        total += block.taken * core.cost(instructions[-1]).taken
        branches += block.taken
    total += row.unaligned * _UNALIGNED_CYCLES
    if timing is None:
        return Cycles(round(total), None)
    misses = row.instruction_misses + row.data_misses
    waiting = misses * timing.wait_states + branches * timing.branch_cycles
    return Cycles(round(total), round(total + waiting))


def block_cycles(instructions: Sequence[Instruction], core: Core) -> float:
    """One pass through a block whose end does not branch."""
    if core.issue == 1:
        return _in_turn(instructions, core)
    once = _scoreboard(instructions, core, repeats=1)
    if instructions[-1].kind is not Kind.BRANCH_CONDITIONAL:
        return max(once, 1)
    # Mostly the body of a loop, whose passes overlap.
    return max((_scoreboard(instructions, core, repeats=3) - once) / 2, 1)


def _in_turn(instructions: Sequence[Instruction], core: Core) -> int:
    total, before = 0, None
    for instruction in instructions:
        cost = core.cost(instruction)
        total += _discounted(instruction, cost, before) + cost.transfer(instruction)
        if before is not None and before.kind in _LOADS:
            loaded = before.writes - before.updated
            total += core.load_use if loaded & instruction.reads else 0
        before = instruction
    return total


def _discounted(instruction: Instruction, cost: Cost, before: Instruction | None) -> int:
    if before is None or before.writes & instruction.address:
        return cost.cycles
    narrow = cost.after.get("narrow") if before.nbytes == 2 else None
    for found in (cost.after.get(before.kind), narrow, cost.after.get("any")):
        if found is not None:
            return found
    return cost.cycles


def _scoreboard(instructions: Sequence[Instruction], core: Core, repeats: int) -> int:
    """Cycles until the last instruction of the last of several passes in a row has issued."""
    now, issued, busy, closed = 0, 0, dict.fromkeys(core.units, 0), False
    ready: dict[int, int] = {}  # register -> cycle from which it can be read
    for instruction in [*instructions] * repeats:
        cost = core.cost(instruction)
        if not cost.cycles:
            continue
        start = max([now, *(_available(ready, r, instruction) for r in instruction.reads)])
        full = issued == core.issue or closed or (issued and cost.alone)
        if start > now or full or (not cost.alone and busy[cost.unit] == core.units[cost.unit]):
            now = max(start, now + 1)
            issued, busy, closed = 0, dict.fromkeys(core.units, 0), False
        issued += 1
        closed = cost.alone
        if not cost.alone:
            busy[cost.unit] += 1
        more = max(cost.transfer(instruction) - 1, 0)
        for register in instruction.writes:
            updated = register in instruction.updated
            ready[register] = now + (1 if updated else cost.latency + more)
        now += more
    return now + 1


def _available(ready: dict[int, int], register: int, instruction: Instruction) -> int:
    """A sum is passed on to the next product a cycle early."""
    return ready.get(register, 0) - (register == instruction.accumulator)
