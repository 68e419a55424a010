"""Outputs that lie over dying inputs, as far as their kernels let them.

A kernel that writes its output upwards is done with the input's first bytes before the output comes there: an
output that begins `distance` bytes before the input overwrites only what was read for the last time. See
`tinycompile.kernels.shared.overlap`.
"""

from collections.abc import Sequence

from tinycompile.memory.lifetimes import Block
from tinycompile.program import Layer, Program

# (output, input) -> how many bytes before the input the output must begin, at least, to lie over it.
Overlaps = dict[tuple[str, str], int]


def overlaps(program: Program, blocks: Sequence[Block]) -> Overlaps:
    """Of which blocks one is made while the other is read for the last time."""
    by_name = {block.name: block for block in blocks}
    found: Overlaps = {}
    for i, layer in enumerate(program.layers):
        if len(layer.outputs) != 1 or layer.output.storage not in by_name:  # a state
            continue
        made = by_name[layer.output.storage]
        for storage, distance in distances(layer).items():
            dying = by_name.get(storage)
            if dying and dying.last == i == made.first and dying is not made:
                found[made.name, dying.name] = distance
    return found


def distances(layer: Layer) -> dict[str, int]:
    """The storages of inputs that the output of `layer` may run into, and from how far before."""
    grows = layer.output.nbytes // layer.images  # the bytes of one image, of each
    found: dict[str, int] = {}
    apart = set()
    stated = dict(enumerate(layer.kernel.overlaps(layer.call.params)))
    for position, tensor in enumerate(layer.inputs):
        distance = stated.get(position)
        if distance is None:
            apart.add(tensor.storage)
            continue
        between = (layer.images - 1) * max(0, grows - tensor.nbytes // layer.images)
        found[tensor.storage] = max(found.get(tensor.storage, 0), distance + between)
    return {storage: distance for storage, distance in found.items() if storage not in apart}
