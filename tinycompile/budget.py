"""RAM and flash against what the target has."""

from dataclasses import dataclass
from typing import Any

from tinycompile import memory
from tinycompile.code_size import code_bytes
from tinycompile.errors import OverBudget
from tinycompile.families import AUTO, CMSIS_NN
from tinycompile.memory import MemoryPlan
from tinycompile.program import Program, brief
from tinycompile.report.constants import constant_bytes
from tinycompile.target import Target

LARGEST = 3  # tensors or layers that an error names


@dataclass(frozen=True)
class Budget:
    """What there is, in bytes."""

    ram: int
    flash: int
    target: Target

    @classmethod
    def of(cls, target: Target, *, ram: int | str | None, flash: int | None) -> "Budget":
        """The target's own, unless the user gives a number."""
        ram = ram if isinstance(ram, int) else None
        return cls(ram or target.ram_kib * 1024, flash or target.flash_kib * 1024, target)

    def excess(self, program: Program, plan: MemoryPlan | None = None) -> int:
        """The bytes that `program`, with its `plan` if there is one, needs more than there are."""
        flash = constant_bytes(program) + code_bytes(program, self.target)
        ram = (plan or memory.plan(program, work=0)).arena_bytes
        return max(0, ram - self.ram) + max(0, flash - self.flash)

    def check(
        self,
        summary: dict[str, Any],
        program: Program,
        plan: MemoryPlan,
        kernels: str,
        floor: str = "",
    ) -> None:
        """Raise `OverBudget` if the arena or the constants and code exceed it.

        `floor` says how little RAM the program can do with.
        """
        for kind, most, largest in (
            ("ram", self.ram, largest_tensors),
            ("flash", self.flash, largest_layers),
        ):
            summary[kind]["budget_bytes"] = most
            needed = summary[kind]["total_bytes"]
            other = f", try --kernels {AUTO}" * (kernels == CMSIS_NN)
            if needed > most:
                raise OverBudget(
                    f"{program.name} needs {needed:,} bytes of {kind.upper()}, {summary['target']} has "
                    f"{most:,}; largest: {largest(program)}; {(floor + batch(program)) * (kind == 'ram')}"
                    f"choose a larger target{other} or raise --{kind}"
                )


def batch(program: Program) -> str:
    """What to do about an input of many images, or whatever its first dimension counts."""
    inputs = [t for t in program.inputs if len(t.shape) > 1 and t.shape[0] > 1]
    if not inputs:
        return ""
    most = max(inputs, key=lambda t: t.shape[0])
    return (
        f"the first dimension of input {brief(most.name)!r} is {most.shape[0]:,}: if that is the batch, "
        "export the model with 1; or "
    )


def largest_tensors(program: Program) -> str:
    tensors = sorted(program.tensors.values(), key=lambda t: -t.nbytes)[:LARGEST]
    return ", ".join(f"{brief(t.name)!r} {t.shape} {t.nbytes:,}" for t in tensors)


def largest_layers(program: Program) -> str:
    layers = sorted(program.layers, key=lambda layer: -layer.constant_bytes)[:LARGEST]
    return ", ".join(f"{layer.title} {layer.constant_bytes:,}" for layer in layers)
