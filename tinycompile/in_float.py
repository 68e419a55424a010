"""Layers that compute in float: in a float model, and what stays float in a quantised one."""

from math import prod

from tinycompile.choice import estimated
from tinycompile.families import GENERATED
from tinycompile.generated import GeneratedKernel
from tinycompile.program import Layer, Program
from tinycompile.target import Isa

NAMED = 3  # layers that a note names
# Cycles where a kernel was not measured; as generated C was seen to take on a core with a float unit.
PER_MAC, PER_ELEMENT = 6, 20


def notes(program: Program) -> list[str]:
    """Of a model that nobody asked to quantise."""
    found = [
        item for item in program.layers if item.call.macs and item.outputs[0].dtype == "float32"
    ]
    if not found:
        return []
    share = sum(item.call.macs for item in found) / program.macs
    return [
        f"{len(found)} layers compute in float32 ({share:.0%} of the MACs); in int8 their constants take a "
        "quarter of the flash: --quantize CALIB"
    ]


def notes_of_quantised(program: Program, isa: Isa) -> list[str]:
    """Of one that was quantised here: which layers stay float, and what of the time they take."""
    found = [layer for layer in program.layers if computes_in_float(layer)]
    if not found:
        return []
    share = sum(cycles(layer, isa) for layer in found) / sum(
        cycles(layer, isa) for layer in program.layers
    )
    sources = list(dict.fromkeys(layer.source for layer in found))
    more = f" and {len(sources) - NAMED} more" * (len(sources) > NAMED)
    return [
        f"{len(sources)} operators stay float between int8 tensors, an estimated {share:.0%} of the time: "
        f"{', '.join(sources[:NAMED])}{more}"
    ]


def computes_in_float(layer: Layer) -> bool:
    """Whether reals are added or multiplied in it."""
    tensors = (*layer.inputs, *layer.outputs)
    if any(t.dtype == "float32" for t in tensors):
        return True
    kernel = layer.kernel
    return (
        kernel.family == GENERATED
        and isinstance(kernel, GeneratedKernel)
        and "float " in kernel.definition
    )


def cycles(layer: Layer, isa: Isa) -> float:
    """Estimated."""
    known = estimated(layer, isa)
    if known is not None:
        return known
    inputs, outputs = (
        sum(prod(t.shape) for t in tensors) for tensors in (layer.inputs, layer.outputs)
    )
    return PER_MAC * layer.call.macs + PER_ELEMENT * max(inputs, outputs)
