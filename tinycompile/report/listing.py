"""The program as text."""

from collections.abc import Iterator

import numpy as np

from tinycompile.memory import MemoryPlan
from tinycompile.program import Program


def listing(program: Program, plan: MemoryPlan) -> str:
    """The program as text, for --dump-ir."""
    return "\n".join(_lines(program, plan)) + "\n"


def _lines(program: Program, plan: MemoryPlan) -> Iterator[str]:
    yield f"program {program.name}: arena {plan.arena_bytes}"
    for t in program.tensors.values():
        at = plan.offsets.get(t.storage, "no one place")
        yield f"  tensor {t.name!r} {t.dtype} {t.shape} {t.quantization} at {at}"
    for item in program.layers:
        inputs, outputs = (
            ", ".join(repr(t.name) for t in tensors) for tensors in (item.inputs, item.outputs)
        )
        yield f"  {item.name}({inputs}) -> {outputs}  # {item.source}"
        for key, value in item.call.params.items():
            shown = f"{value.dtype}{value.shape}" if isinstance(value, np.ndarray) else value
            yield f"    {key} = {shown}"
