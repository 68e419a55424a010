"""A constant that has to be a tensor in memory: an output of the model, an input of a concatenation."""

from typing import Any

import numpy as np
from numpy.typing import NDArray
from tvm.relax.dpl import is_tuple

from tinycompile.call import Call
from tinycompile.kernel import Kernel, Match, Pattern


def pattern() -> Pattern:
    """MaterializeConstants writes it as the concatenation of a constant with nothing."""
    p = Pattern()
    return p.at(p.op("copy", "relax.concat", is_tuple([p.constant("data")])))


def lower(match: Match) -> Call:
    data = np.frombuffer(match.array("data").tobytes(), np.int8)
    return Call(inputs=(), params={"size": data.size, "data": data})


def reference(p: dict[str, Any]) -> NDArray[np.int8]:
    """The bytes of the constant."""
    data: NDArray[np.int8] = p["data"].copy()
    return data


KERNEL = Kernel(
    "tc_constant", pattern, lower, reference, summary="Copies a constant to where it is needed."
)
