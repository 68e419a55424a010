"""Where tensors and scratch lie in the arena, and from when to when: enough to draw it."""

from typing import Any

from tinycompile.memory import MemoryPlan
from tinycompile.memory.flow import Flow
from tinycompile.memory.lifetimes import lifetimes
from tinycompile.memory.region import Region
from tinycompile.program import Program, Tensor


def places(program: Program, plan: MemoryPlan) -> dict[str, Any]:
    """Offsets and sizes in bytes; `first` and `last` are layers, -1 is before a run, their number after.

    Tensors of one `storage` share their bytes. The scratch of a layer lives while the layer runs. Tensors
    that are never there as a whole are left out: layers `first` to `last` run `together`, with rows at these
    offsets.
    """
    lives = {block.name: block for block in lifetimes(program)}
    return {
        "alignment": plan.alignment,
        "tensors": [
            {
                "name": t.name,
                "role": role(t, program),
                "shape": list(t.shape),
                "dtype": t.dtype,
                "scale": t.quantization and t.quantization.scale,
                "zero_point": t.quantization and t.quantization.zero_point,
                "storage": t.storage,
                "offset": plan.offsets[t.storage],
                "bytes": t.nbytes,
                "first": lives[t.storage].first,
                "last": lives[t.storage].last,
            }
            for t in program.tensors.values()
            if t.storage in lives and t.storage in plan.offsets
        ],
        "together": [
            {
                "first": group.first,
                "last": group.end - 1,
                "offset": group.rows_at.start,
                "bytes": len(group.rows_at),
                "calls": len(group.flow.calls),
                "rows": {name: list(offsets) for name, offsets in group.offsets.items()},
                "row_bytes": {stage.output: stage.row_bytes for stage in group.flow.line},
                "lives": {name: row_lives(group.flow, name) for name in group.flow.read},
            }
            for group in plan.together
        ],
        "regions": [in_region(region, program) for region in plan.regions],
        "scratch": [
            {"layer": i, "offset": plan.scratch[item.name], "bytes": item.call.scratch}
            for i, item in enumerate(program.layers)
            if item.name in plan.scratch
        ],
    }


def row_lives(flow: Flow, name: str) -> list[list[int]]:
    """Of each row of a tensor the first and the last call that it is needed for, 0 if it is there before."""
    gone = flow.gone(name)
    born = flow.born.get(name, [0] * len(gone))
    return [[first, end - 1] for first, end in zip(born, gone, strict=True)]


def in_region(region: Region, program: Program) -> dict[str, Any]:
    """A memory beside the arena; offsets are from its start."""
    tensors = [t for t in program.tensors.values() if t.storage in region.offsets]
    return {
        "name": region.name,
        "bytes": region.nbytes,
        "tensors": [{"name": t.name, "offset": region.offsets[t.storage]} for t in tensors],
        "scratch": [
            {"layer": i, "offset": region.scratch[item.name]}
            for i, item in enumerate(program.layers)
            if item.name in region.scratch
        ],
    }


def role(t: Tensor, program: Program) -> str:
    """What it is to the caller."""
    states = [state.tensor.storage for state in program.states]
    if t.storage in states:
        return "state"
    found = {"input": program.inputs, "output": program.outputs}
    return next((name for name, tensors in found.items() if t in tensors), "tensor")
