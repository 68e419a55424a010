"""What overlaps and the order of layers save of RAM, network by network.

    python benchmarks/memory.py FOLDER... > table

Every .tflite and .onnx file of the folders is compiled by the portable kernels and planned four times: no
tensor over another; outputs in the place of inputs of their size, where kernels work element by element; with
overlaps; with overlaps and the best order.
"""

import sys
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from statistics import mean, median
from unittest.mock import patch

from tinycompile import memory, pipeline
from tinycompile.errors import TinyCompileError
from tinycompile.memory.overlap import distances
from tinycompile.program import Layer, Program

LARGE = 1 << 30  # bytes: whatever the network, it fits


@dataclass(frozen=True)
class Found:
    name: str
    layers: int
    apart: int
    in_place: int
    overlaps: int
    ordered: int
    proved: bool

    @property
    def saving(self) -> float:
        """Beside what is usual: in place."""
        return 1 - self.ordered / self.in_place


def no_overlaps(layer: Layer) -> dict[str, int]:
    return {}


def equal_sizes(layer: Layer) -> dict[str, int]:
    """Only element by element, and only where the input begins."""
    sizes = {tensor.storage: tensor.nbytes for tensor in layer.inputs}
    return {
        storage: -1
        for storage, far in distances(layer).items()
        if far <= 0 and sizes[storage] == layer.output.nbytes
    }


def arena(program: Program, allowed: Callable[[Layer], dict[str, int]]) -> int:
    with ExitStack() as stack:
        for module in ("overlap", "order"):
            stack.enter_context(patch(f"tinycompile.memory.{module}.distances", allowed))
        return memory.plan(program).arena_bytes


def measured(path: Path) -> Found:
    given: list[Program] = []  # the layers in the file's order
    plan_in_order = memory.ordered

    def kept(program: Program) -> tuple[Program, memory.MemoryPlan]:
        given.append(program)
        return plan_in_order(program)

    with patch.object(memory, "ordered", kept):
        compiled = pipeline.compile(
            path, target="cortex-m4", kernels="portable", ram=LARGE, flash=LARGE
        )
    plan = compiled.memory
    return Found(
        path.stem,
        len(given[0].layers),
        arena(given[0], no_overlaps),
        arena(given[0], equal_sizes),
        memory.plan(given[0]).arena_bytes,
        plan.arena_bytes,
        plan.arena_bytes == plan.least_bytes,
    )


def rows(found: list[Found]) -> list[str]:
    """The table, the largest networks first, and what it comes to; of networks with equal figures one."""
    found = list({replace(one, name=""): one for one in found}.values())
    lines = [
        "| network | layers | apart | in place | overlaps | and order | less | |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for one in sorted(found, key=lambda one: -one.in_place):
        sizes = (one.apart, one.in_place, one.overlaps, one.ordered)
        figures = " | ".join(f"{size:,}" for size in sizes)
        proof = "optimal" if one.proved else ""
        lines.append(f"| {one.name} | {one.layers} | {figures} | {one.saving:.1%} | {proof} |")
    savings = [one.saving for one in found]
    reordered = sum(one.ordered < one.overlaps for one in found)
    proved = sum(one.proved for one in found)
    lines.append("")
    lines.append(
        f"{len(found)} networks: {mean(savings):.1%} less than in place in the mean, {median(savings):.1%} "
        f"in the median; {reordered} gain by their order; {proved} arenas are proved to be the smallest."
    )
    return lines


def main(folders: list[str]) -> None:
    files = [file for folder in folders for file in sorted(Path(folder).iterdir())]
    found = []
    for file in files:
        if file.suffix not in (".tflite", ".onnx"):
            continue
        try:
            found.append(measured(file))
        except TinyCompileError as error:
            print(f"{file.name}: {error}", file=sys.stderr)
    print("\n".join(rows(found)))


if __name__ == "__main__":
    main(sys.argv[1:])
