"""A fully connected layer on int8 with int4 weights for Helium: four outputs of two rows at a time."""

from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tinycompile.call import Call
from tinycompile.families import MVE
from tinycompile.kernel import Kernel, Match
from tinycompile.kernels.mve import dense, dense_s4
from tinycompile.kernels.mve.mve_fully_connected_s16 import outputs_are_four
from tinycompile.kernels.portable.s8 import fully_connected_s8
from tinycompile.kernels.shared import nibbles
from tinycompile.target import Isa


def lower(match: Match) -> Call:
    return call(fully_connected_s8.lower(match))


def call(portable: Call) -> Call:
    """That of this kernel for one of the portable kernel."""
    weights, p = portable.params["weights"], dense.numbers(portable.params)
    assert isinstance(weights, np.ndarray)
    rows = dense.rows(-(-p["input_n"] // dense.CHUNK))
    p |= {"first": rows["first"], "rest": rows["rest"], "more": rows["rows"]}
    fields = dense_s4.fields(dense.Layer.of(portable.params, weights))
    saved = dense_s4.saved(weights)
    return replace(portable, params=p | fields, scratch=scratch(p), saved=saved)


def scratch(p: dict[str, Any]) -> int:
    """Bytes: of rows whose last chunk would be read beyond the input, which are copied."""
    reach = int(p["first"] + p["rest"] * p["more"]) * dense.CHUNK
    return dense.copied(-(-(reach - p["input_n"]) // p["input_n"]), p["rows"]) * reach


def reference(p: dict[str, Any], x: NDArray[np.int8]) -> NDArray[np.int8]:
    """(rows, input_n) -> (rows, output_n)."""
    inputs = x.reshape(p["rows"], p["input_n"])
    return dense.outputs(dense_s4.in_int8(p), inputs, dense.sets(p["output_n"]))


KERNEL = Kernel(
    "tc_mve_fully_connected_s4",
    fully_connected_s8.KERNEL.pattern,
    lower,
    reference,
    constraints=(
        *fully_connected_s8.KERNEL.constraints,
        outputs_are_four,
        *nibbles.CONSTRAINTS,
        dense_s4.products_are_few,
    ),
    isa=Isa.MVE,
    takes_scratch=True,
    packed=True,
    summary="Rows of any number times a constant matrix of int4.",
    family=MVE,
)
