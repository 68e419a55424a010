"""All figures of a compilation as data: it becomes NAME.json."""

from typing import Any

from tinycompile.cmsis_nn import CmsisNN
from tinycompile.code_size import code_bytes
from tinycompile.families import CMSIS_NN
from tinycompile.frontend.source import Source
from tinycompile.memory import MemoryPlan
from tinycompile.program import Layer, Program, Tensor
from tinycompile.report.constants import constant_bytes
from tinycompile.target import Target
from tinycompile.version import __version__


def summarize(
    program: Program,
    plan: MemoryPlan,
    target: Target,
    source: Source,
    cmsis_nn: CmsisNN | None = None,
) -> dict[str, Any]:
    """All figures of a compilation, ready for JSON; sizes are in bytes."""
    constants, code = constant_bytes(program), code_bytes(program, target)
    return {
        "tinycompile": __version__,
        "name": program.name,
        "source": source.path.name,
        "target": target.name,
        "macs": program.macs,
        "cmsis_nn": cmsis_nn and str(cmsis_nn),
        "cmsis_nn_macs": sum(i.call.macs for i in program.layers if i.kernel.family == CMSIS_NN),
        "ram": {
            "arena_bytes": plan.arena_bytes,
            "live_bytes": plan.live_bytes,
            "scratch_bytes": plan.scratch_bytes,
            "state_bytes": plan.state_bytes,
            "total_bytes": plan.arena_bytes,
            "budget_bytes": target.ram_kib * 1024,
        },
        "flash": {
            "constant_bytes": constants,
            "packing_saves_bytes": program.saved_bytes,
            "code_bytes": code,
            "total_bytes": constants + code,
            "budget_bytes": target.flash_kib * 1024,
        },
        "inputs": [tensor(t, program) for t in program.inputs],
        "outputs": [tensor(t, program) for t in program.outputs],
        "states": [tensor(state.tensor, program) for state in program.states],
        "layers": [layer(item) for item in program.layers],
        "notes": source.notes,
    }


def tensor(t: Tensor, program: Program) -> dict[str, Any]:
    quantization = t.quantization if t.dtype != "float32" else None
    return {
        "name": t.name,
        "shape": list(t.shape),
        "dtype": t.dtype,
        "layout": program.layouts.get(t.name),
        "scale": quantization and quantization.scale,
        "zero_point": quantization and quantization.zero_point,
    }


def layer(item: Layer) -> dict[str, Any]:
    return {
        "name": item.name,
        "source": item.source,
        "title": item.title,
        "kernel": item.kernel.symbol,
        "family": item.kernel.family,
        "outputs": [t.name for t in item.outputs],
        "shapes": [list(t.shape) for t in item.outputs],
        "macs": item.call.macs,
        "constant_bytes": item.constant_bytes,
        "scratch_bytes": item.call.scratch,
    }
