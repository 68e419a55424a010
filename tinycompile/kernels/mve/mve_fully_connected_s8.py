"""A fully connected layer on int8 for Helium: eight outputs of one row, or four of two rows."""

from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tinycompile.call import Call
from tinycompile.families import MVE
from tinycompile.kernel import Kernel, Match
from tinycompile.kernels.mve import dense
from tinycompile.kernels.mve.dense import CHUNK, SET
from tinycompile.kernels.portable.s8 import fully_connected_s8
from tinycompile.target import Isa

GROUP = 8


def lower(match: Match) -> Call:
    return call(fully_connected_s8.lower(match))


def call(portable: Call) -> Call:
    """That of this kernel for one of the portable kernel."""
    weights, p = portable.params["weights"], dense.numbers(portable.params)
    assert isinstance(weights, np.ndarray)
    size = SET if p["rows"] > 1 and p["output_n"] >= SET else GROUP
    rows = dense.rows(-(-p["input_n"] // CHUNK))
    p |= {"first": rows["first"], "rest": rows["rest"], "more": rows["rows"], "together": size}
    layer = dense.Layer.of(portable.params, weights)
    return replace(portable, params=p | dense.fields(layer, size), scratch=scratch(p))


def scratch(p: dict[str, Any]) -> int:
    """Bytes: of rows whose last chunk would be read beyond the input, which are copied."""
    reach = (p["first"] + p["rest"] * p["more"]) * CHUNK
    beyond = -(-(reach - p["input_n"]) // p["input_n"])
    if p["together"] == GROUP:
        return reach if beyond else 0
    return dense.copied(beyond, p["rows"]) * int(reach)


def reference(p: dict[str, Any], x: NDArray[np.int8]) -> NDArray[np.int8]:
    """(rows, input_n) -> (rows, output_n)."""
    groups = dense.sets(p["output_n"], p["together"])
    outputs = dense.outputs(p, x.reshape(p["rows"], p["input_n"]), groups)
    return outputs[:, : p["output_n"]]


KERNEL = Kernel(
    "tc_mve_fully_connected_s8",
    fully_connected_s8.pattern,
    lower,
    reference,
    constraints=fully_connected_s8.KERNEL.constraints,
    isa=Isa.MVE,
    takes_scratch=True,
    summary="Rows of any number times a constant matrix.",
    family=MVE,
)
