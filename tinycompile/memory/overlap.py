"""Outputs that lie where a dying input was."""

from dataclasses import replace

from tinycompile.memory.lifetimes import Block
from tinycompile.program import Layer, Program


def share_in_place(program: Program, blocks: list[Block]) -> tuple[list[Block], dict[str, str]]:
    """Let layers write over an input that dies with them.

    Returns the blocks that remain and, for every storage, the name of the block it lies in.
    """
    by_name = {block.name: block for block in blocks}
    home = {block.name: block.name for block in blocks}
    for i, layer in enumerate(program.layers):
        if (target := overwritable(i, layer, by_name, home)) is not None:
            output = by_name.pop(layer.output.storage)  # kernels in place have only one
            by_name[target] = replace(by_name[target], last=output.last)
            home[output.name] = target
    return list(by_name.values()), home


def overwritable(
    i: int, layer: Layer, blocks: dict[str, Block], home: dict[str, str]
) -> str | None:
    """The block of an input that layer `i` may write its output over."""
    for position in layer.call.in_place:
        storage = layer.inputs[position].storage
        if storage not in home or layer.output.storage not in home:  # a state
            continue
        block = blocks[home[storage]]
        if block.last == i and block.nbytes >= layer.output.nbytes:
            return block.name
    return None
