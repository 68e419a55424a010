"""Random layers for kernels of our own beside the portable ones, which say what they are to give."""

from collections.abc import Callable, Sequence
from types import ModuleType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tests.kernels import batch
from tinycompile.call import Call

Params = dict[str, Any]


def cases(
    ours: ModuleType,
    portable: ModuleType,
    parameters: Callable[[np.random.Generator], Params],
    activations: Callable[[np.random.Generator, Params], NDArray[Any]],
    seed: int,
    count: int,
) -> list[batch.Case]:
    """Calls of the kernel of one module as it makes them of the other's, with the outputs of that."""
    rng = np.random.default_rng(seed)
    found = []
    for _ in range(count):
        p = parameters(rng)
        x = activations(rng, p)
        expected = portable.reference(p, x).reshape(-1)
        found.append(batch.Case(ours.KERNEL, ours.call(Call(("input",), p)), [x], expected))
    return found


def rows(rng: np.random.Generator, p: Params) -> NDArray[np.int8]:
    """The input of a fully connected layer."""
    return rng.integers(-128, 128, (p["rows"], p["input_n"])).astype(np.int8)


def check_references(cases: Sequence[batch.Case]) -> None:
    for case in cases:
        made = case.kernel.reference(case.call.params, *case.inputs)
        np.testing.assert_array_equal(made.reshape(-1), case.expected)
