"""A network that ends at tensors of one's choice: what they do not need is not read any further."""

from collections.abc import Collection, Mapping, Sequence
from difflib import get_close_matches

from tinycompile.errors import InvalidModel


def ends(
    asked: Sequence[str], made: Collection[str], inputs: Collection[str], by_node: Mapping[str, str]
) -> list[str]:
    """The tensors called `asked`, which may also be nodes' names; InvalidModel for what no node makes."""
    return list(dict.fromkeys(_end(name, made, inputs, by_node) for name in asked))


def _end(
    name: str, made: Collection[str], inputs: Collection[str], by_node: Mapping[str, str]
) -> str:
    if name in made:
        return name
    if name in by_node:
        return by_node[name]
    if name in inputs:
        raise InvalidModel(f"--outputs: {name!r} is an input, which nothing computes")
    close = get_close_matches(name, [*made, *by_node], n=3, cutoff=0.5)
    hint = f"; did you mean {' or '.join(map(repr, close))}?" if close else ""
    raise InvalidModel(f"--outputs: no node makes {name!r}{hint} (of {len(made)} tensors)")


def needed(
    nodes: Sequence[tuple[Collection[int], Collection[int]]], wanted: Collection[int]
) -> list[int]:
    """Which of `nodes`, given by what each reads and makes, in order, lead to what is `wanted`.

    One that makes nothing changes a state, and stays.
    """
    left, kept = set(wanted), []
    for index in reversed(range(len(nodes))):
        reads, makes = nodes[index]
        if not makes or left.intersection(makes):
            left.update(reads)
            kept.append(index)
    return kept[::-1]
