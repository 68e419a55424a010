"""A model whose fastest kernels do not fit takes smaller ones, where that costs the least time."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace

from tinycompile.budget import Budget
from tinycompile.choice import estimated
from tinycompile.families import GENERATED
from tinycompile.program import Layer, Program, brief
from tinycompile.target import Isa

NAMED = 3  # layers that a note names


def within(budget: Budget, fast: Program, small: Program, isa: Isa) -> Program:
    """`small`, with as much of `fast` in it as `budget` has room for; what exceeds it less if both do.

    Both are the same network by different kernels. The kernel that saves most is given its layers first: its
    code is there once for all of them.
    """
    if budget.excess(small):
        return min((fast, small), key=budget.excess)
    pairs = list(zip(fast.layers, small.layers, strict=False))
    if len(fast.layers) != len(small.layers) or not all(alike(*pair) for pair in pairs):
        return small
    layers, gains = list(small.layers), defaultdict(list)
    for i, (quick, tight) in enumerate(pairs):
        if quick.kernel.family != GENERATED and quick.kernel.symbol != tight.kernel.symbol:
            gains[quick.kernel.symbol].append((cycles(tight, isa) - cycles(quick, isa), i))
    for group in sorted(gains.values(), key=lambda group: -sum(saved for saved, _ in group)):
        indices = [i for _, i in sorted(group, reverse=True)]
        for taken in (indices, *([i] for i in indices)):
            tried = [fast.layers[i] if i in taken else layer for i, layer in enumerate(layers)]
            if not budget.excess(replace(small, layers=tried)):
                layers = tried
    return replace(small, layers=layers)


def alike(one: Layer, other: Layer) -> bool:
    """Do they compute the same tensor from the same ones?"""
    return one.outputs == other.outputs and set(one.inputs) == set(other.inputs)


def cycles(layer: Layer, isa: Isa) -> float:
    """Estimated; 0 where the kernel was not measured."""
    return estimated(layer, isa) or 0.0


def note(fast: Program, program: Program, isa: Isa) -> str:
    """What fitting cost."""
    slow = [b for a, b in zip(fast.layers, program.layers, strict=False) if a.kernel != b.kernel]
    before, after = total(fast.layers, isa), total(program.layers, isa)
    more = f", for an estimated {after / before - 1:.0%} more cycles" if 0 < before < after else ""
    names = ", ".join(repr(brief(layer.outputs[0].name)) for layer in slow[:NAMED])
    rest = f" and {len(slow) - NAMED} more" * (len(slow) > NAMED)
    return (
        f"to fit the budget, {len(slow)} layers take smaller, slower kernels{more}: {names}{rest}"
    )


def total(layers: Sequence[Layer], isa: Isa) -> float:
    return sum(cycles(layer, isa) for layer in layers)
