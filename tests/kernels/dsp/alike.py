"""Random graphs that a kernel of this family and a portable one take: cases with the portable's results."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np

from tests.kernels import batch
from tests.kernels.cases import integers
from tests.kernels.graphs import matched
from tinycompile.kernel import Kernel

Shapes = dict[str, tuple[int, ...]]
Graph = tuple[Callable[..., Any], Shapes]


def cases(
    kernel: Kernel,
    portable: Kernel,
    graph: Callable[[np.random.Generator], Graph],
    seed: int,
    count: int = 60,
    dtype: str = "int8",
) -> list[batch.Case]:
    """Of `count` random graphs those that `kernel` takes, which are most; its reference is checked too."""
    rng = np.random.default_rng(seed)
    found = list(_cases(kernel, portable, graph, rng, count, dtype))
    assert len(found) > count / 2
    return found


def _cases(
    kernel: Kernel, portable: Kernel, graph: Any, rng: np.random.Generator, count: int, dtype: str
) -> Iterator[batch.Case]:
    for _ in range(count):
        build, shapes = graph(rng)
        match = matched(kernel, build, dtype, **shapes)
        if kernel.refusal(match):
            continue
        assert portable.refusal(match) is None
        call, of_portable = kernel.lower(match), portable.lower(match)
        arrays = {
            name: integers(int(rng.integers(2**32)), match.shape(name), dtype)
            for name in of_portable.inputs
        }
        expected = portable.reference(of_portable.params, *arrays.values())
        inputs = [arrays[name] for name in call.inputs]
        made = kernel.reference(call.params, *inputs)
        np.testing.assert_array_equal(made.reshape(expected.shape), expected)
        yield batch.Case(kernel, call, inputs, expected)


def run_everywhere(cases: list[batch.Case], core: str, folder: Path) -> None:
    optimize = "-O1" if core == "host" else "-O2"
    batch.run(cases, folder, batch.Build(core, optimize=optimize))
