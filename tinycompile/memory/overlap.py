"""Outputs that lie over dying inputs, as far as their kernels let them.

A kernel that writes its output upwards is done with the input's first bytes before the output comes there: an
output that begins `distance` bytes before the input overwrites only what was read for the last time. See
`tinycompile.kernels.shared.overlap`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from tinycompile.call import IN_PLACE
from tinycompile.memory.lifetimes import Block
from tinycompile.program import Layer, Program

# (output, input) -> how many bytes before the input the output must begin, at least, to lie over it.
Overlaps = dict[tuple[str, str], int]


def overlaps(program: Program, blocks: Sequence[Block], home: Mapping[str, str]) -> Overlaps:
    """Of which blocks one is made while the other is read for the last time; `home` is that of `merged`."""
    by_name = {block.name: block for block in blocks}
    found: Overlaps = {}
    for i, layer in enumerate(program.layers):
        made = by_name.get(layer.outputs[0].storage)
        for storage, distance in distances(layer).items():
            dying = by_name.get(home.get(storage, ""))
            if (
                made
                and dying
                and dying.last == i == made.first > dying.first
                and distance != IN_PLACE
            ):
                found[made.name, dying.name] = distance
    return found


def merged(program: Program, blocks: Sequence[Block]) -> tuple[list[Block], dict[str, str]]:
    """Outputs that lie over an input in its very place or not at all: both are one block.

    Returns the blocks that remain and, for every block, the name of the one that it is in.
    """
    by_name = {block.name: block for block in blocks}
    home = {name: name for name in by_name}
    for i, layer in enumerate(program.layers):
        for storage, distance in distances(layer).items():
            made = by_name.get(layer.outputs[0].storage)
            dying = by_name.get(home.get(storage, ""))
            if (
                made
                and dying
                and dying.last == i == made.first > dying.first
                and distance == IN_PLACE
            ):
                del by_name[made.name]
                by_name[dying.name] = replace(dying, last=made.last)
                home[made.name] = dying.name
    return list(by_name.values()), home


def distances(layer: Layer) -> dict[str, int]:
    """The storages of inputs that the output of `layer` may run into, and from how far before."""
    if len(layer.outputs) != 1:
        return {}
    stated = dict(enumerate(layer.kernel.overlaps(layer.call.params)))
    grows = layer.output.nbytes // layer.images  # the bytes of one image, of each
    found: dict[str, list[int | None]] = {}
    for position, tensor in enumerate(layer.inputs):
        distance = stated.get(position)
        if distance is not None and distance != IN_PLACE:
            distance += (layer.images - 1) * max(0, grows - tensor.nbytes // layer.images)
        elif tensor.nbytes != layer.output.nbytes:
            distance = None
        found.setdefault(tensor.storage, []).append(distance)
    known = {storage: both(each) for storage, each in found.items()}
    return {storage: distance for storage, distance in known.items() if distance is not None}


def both(distances: list[int | None]) -> int | None:
    """What is safe for a tensor that is read several times at once."""
    known = [distance for distance in distances if distance is not None]
    if len(known) < len(distances):
        return None
    if IN_PLACE in known:
        return IN_PLACE if max(known) <= 0 else None
    return max(known)
