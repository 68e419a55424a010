"""What the outputs of a kernel lie between, given what each of its inputs does: proved by its reference.

A kernel states which of these it is by `Kernel.bounds`. One whose output moves in one direction with each
input, the others fixed, has its extremes where all inputs have theirs.
"""

from collections.abc import Callable, Sequence
from itertools import product
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

Ints: TypeAlias = NDArray[Any]
Range: TypeAlias = tuple[Ints, Ints]  # the least and the largest, element by element
Reference: TypeAlias = Callable[..., Ints]


def monotone(reference: Reference, p: dict[str, Any], inputs: Sequence[Range]) -> Range:
    """Of a kernel whose output moves in one direction with every element of its inputs."""
    corners = [reference(p, *corner) for corner in product(*inputs)]
    return np.minimum.reduce(corners), np.maximum.reduce(corners)


def rising(reference: Reference, p: dict[str, Any], inputs: Sequence[Range]) -> Range:
    """Of a kernel of any number of inputs whose output never falls where an input rises."""
    low, high = (reference(p, *ends) for ends in zip(*inputs, strict=True))
    return low, high


def elementwise(reference: Reference, p: dict[str, Any], inputs: Sequence[Range]) -> Range:
    """Of a kernel whose output is any function of the one element of its input."""
    ((low, high),) = inputs
    first = int(low.min())
    values = reference(p, np.arange(first, int(high.max()) + 1, dtype=np.int64).astype(low.dtype))
    pairs, where = np.unique(
        np.stack([low.ravel(), high.ravel()]).astype(np.int64) - first, axis=1, return_inverse=True
    )
    ends = [(values[a : b + 1].min(), values[a : b + 1].max()) for a, b in pairs.T]
    found = np.array(ends, values.dtype)[where.reshape(-1)]
    return found[:, 0].reshape(low.shape), found[:, 1].reshape(low.shape)
