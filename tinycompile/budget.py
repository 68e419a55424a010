"""RAM and flash against what the target has."""

from typing import Any

from tinycompile.errors import OverBudget
from tinycompile.memory import MemoryPlan
from tinycompile.program import Program, brief

LARGEST = 3  # tensors or layers that an error names


def check(
    summary: dict[str, Any],
    program: Program,
    plan: MemoryPlan,
    *,
    ram: int | None,
    flash: int | None,
) -> None:
    """Raise `OverBudget` if the arena or the constants and code exceed the budget in bytes."""
    for kind, override, largest in (
        ("ram", ram, largest_tensors),
        ("flash", flash, largest_layers),
    ):
        memory = summary[kind]
        if override is not None:
            memory["budget_bytes"] = override
        if memory["total_bytes"] > memory["budget_bytes"]:
            raise OverBudget(
                f"{program.name} needs {memory['total_bytes']:,} bytes of {kind.upper()}, "
                f"{summary['target']} has {memory['budget_bytes']:,}; largest: {largest(program)}; "
                f"choose a larger target or raise --{kind}"
            )


def largest_tensors(program: Program) -> str:
    tensors = sorted(program.tensors.values(), key=lambda t: -t.nbytes)[:LARGEST]
    return ", ".join(f"{brief(t.name)!r} {t.shape} {t.nbytes:,}" for t in tensors)


def largest_layers(program: Program) -> str:
    layers = sorted(program.layers, key=lambda layer: -layer.constant_bytes)[:LARGEST]
    return ", ".join(f"{layer.title} {layer.constant_bytes:,}" for layer in layers)
