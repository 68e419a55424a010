"""All figures of a compilation as data: it becomes NAME.json."""

from collections import Counter
from collections.abc import Mapping, Sequence
from math import isfinite
from typing import Any

from tinycompile import code_size
from tinycompile.choice import estimated
from tinycompile.cmsis_nn import CmsisNN
from tinycompile.code_size import Code
from tinycompile.families import CMSIS_NN, GENERATED, PORTABLE
from tinycompile.frontend.source import Source
from tinycompile.in_float import computes_in_float
from tinycompile.kernel import Refusal, types
from tinycompile.memory import MemoryPlan
from tinycompile.program import Layer, Program, Tensor
from tinycompile.report.constants import by_layer
from tinycompile.report.places import places
from tinycompile.target import Target
from tinycompile.version import __version__

Refusals = Mapping[str, Sequence[Refusal]]
Reasons = Mapping[str, tuple[str, str]]


def summarize(
    program: Program,
    plan: MemoryPlan,
    target: Target,
    source: Source,
    cmsis_nn: CmsisNN | None = None,
    refusals: Refusals | None = None,
    reasons: Reasons | None = None,
) -> dict[str, Any]:
    """All figures of a compilation, ready for JSON; sizes are in bytes.

    `refusals` and `reasons` say why kernels were left out and taken, by the tensors of layers.
    """
    constants, code = by_layer(program), code_size.code(program, target, plan.together)
    return {
        "tinycompile": __version__,
        "name": program.name,
        "source": source.path.name,
        "model_sha256": program.digest,
        "target": target.name,
        "cpu": target.cpu,
        "clock_mhz": target.clock_mhz,
        "macs": program.macs,
        "cmsis_nn": cmsis_nn and str(cmsis_nn),
        "cmsis_nn_macs": sum(i.call.macs for i in program.layers if i.kernel.family == CMSIS_NN),
        "ram": {
            "arena_bytes": plan.arena_bytes,
            "least_bytes": plan.least_bytes,
            "live_bytes": plan.live_bytes,
            "scratch_bytes": plan.scratch_bytes,
            "state_bytes": plan.state_bytes,
            "stack_bytes": program.stack_bytes,
            "total_bytes": plan.arena_bytes,
            "budget_bytes": target.ram_kib * 1024,
        },
        "flash": {
            "constant_bytes": sum(constants),
            "packing_saves_bytes": program.saved_bytes,
            "code_bytes": code.total,
            "library_bytes": code.library,
            "call_bytes": code.calls,
            "total_bytes": sum(constants) + code.total,
            "budget_bytes": target.flash_kib * 1024,
        },
        "inputs": [tensor(t, program) for t in program.inputs],
        "outputs": [tensor(t, program) for t in program.outputs],
        "labels": list(program.labels),
        "states": [tensor(state.tensor, program) for state in program.states],
        "memory": places(program, plan),
        "kernels": kernels(program, code),
        "layers": [
            layer(item, nbytes, target) | why(item, refusals or {}, reasons or {})
            for item, nbytes in zip(program.layers, constants, strict=True)
        ],
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


def kernels(program: Program, code: Code) -> list[dict[str, Any]]:
    """Those that the library calls, and what of its flash they are."""
    used = Counter(item.kernel.symbol for item in program.layers)
    families = {item.kernel.symbol: item.kernel.family for item in program.layers}
    used |= Counter(dict.fromkeys(code.kernels.keys() - used, 1))  # for rows
    return [
        {
            "symbol": symbol,
            "family": families.get(symbol, PORTABLE),
            "layers": used[symbol],
            "code_bytes": nbytes,
        }
        for symbol, nbytes in code.kernels.items()
    ]


def layer(item: Layer, flash_bytes: int, target: Target) -> dict[str, Any]:
    """`flash_bytes` are of constants that no layer before it has, `constant_bytes` of all that it reads."""
    cycles = estimated(item, target.isa)
    return {
        "name": item.name,
        "source": item.source,
        "title": item.title,
        "kernel": item.kernel.symbol,
        "family": item.kernel.family,
        "inputs": [t.name for t in item.inputs],
        "outputs": [t.name for t in item.outputs],
        "shapes": [list(t.shape) for t in item.outputs],
        "macs": item.call.macs,
        "in_float": computes_in_float(item),
        "estimated_cycles": round(cycles) if cycles is not None and isfinite(cycles) else None,
        "flash_bytes": flash_bytes,
        "constant_bytes": item.constant_bytes,
        "scratch_bytes": item.call.scratch,
    }


def why(item: Layer, refusals: Refusals, reasons: Reasons) -> dict[str, Any]:
    """Why this kernel and no other; that others are for another type of tensors goes without saying."""
    symbol, generated = item.kernel.symbol, item.kernel.family == GENERATED
    taken = "" if generated else types(symbol)
    asked = [refusal for t in item.outputs for refusal in refusals.get(t.name, [])]
    words = dict.fromkeys(str(r) for r in asked if not taken or types(r.symbol) in ("", taken))
    chosen, reason = reasons.get(item.outputs[0].name, (symbol, ""))
    if generated:
        reason = "no kernel covers it: made for this model"
    elif chosen != symbol:
        reason = "the smaller one, to fit the budget"
    return {"why": reason, "refused": list(words)}
