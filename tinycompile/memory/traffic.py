"""How often the bytes of tensors and scratch are read and written in a run: what is hot."""

from math import prod

from tinycompile.program import Layer, Program, Tensor


def traffic(program: Program) -> dict[str, int]:
    """Accesses of each storage, and of each layer's scratch by the layer's name; estimated.

    A product reads an element of the input, or of what scratch holds of it; all else is once through.
    """
    found: dict[str, int] = {}
    for layer in program.layers:
        for tensor in layer.inputs:
            found[tensor.storage] = found.get(tensor.storage, 0) + reads(layer, tensor)
        for tensor in layer.outputs:
            found[tensor.storage] = found.get(tensor.storage, 0) + prod(tensor.shape)
        if layer.call.scratch:
            found[layer.name] = max(layer.call.macs, layer.call.scratch)
    return found


def reads(layer: Layer, tensor: Tensor) -> int:
    """Of products those of the largest input."""
    largest = max(layer.inputs, key=lambda t: t.nbytes)
    through_scratch = layer.call.scratch > 0
    return max(prod(tensor.shape), layer.call.macs * (tensor is largest and not through_scratch))
