"""A fully connected layer on int16 with int8 weights for Helium: four outputs of two rows at a time."""

from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tinycompile.call import Call
from tinycompile.families import MVE
from tinycompile.kernel import Kernel, Match
from tinycompile.kernels.mve import dense, dense_s16
from tinycompile.kernels.portable.s16 import fully_connected_s16
from tinycompile.target import Isa

SIZE = 2  # bytes


def outputs_are_four(match: Match) -> str | None:
    """There are at least 4 outputs."""
    outputs = match.shape("weights")[-1]
    return None if outputs >= dense.SET else f"there are {outputs}"


def lower(match: Match) -> Call:
    return call(fully_connected_s16.lower(match))


def call(portable: Call) -> Call:
    """That of this kernel for one of the portable kernel."""
    p: dict[str, Any] = dense.numbers(portable.params)
    del p["narrow"]
    rows = dense.rows(-(-p["input_n"] // dense_s16.CHUNK))
    p |= {"first": rows["first"], "rest": rows["rest"], "more": rows["rows"]}
    fields = dense_s16.fields(portable.params)
    return replace(portable, params=p | fields, scratch=scratch(p))


def scratch(p: dict[str, Any]) -> int:
    """Bytes: of rows whose last chunk would be read beyond the input, which are copied."""
    reach, row = int(p["first"] + p["rest"] * p["more"]) * dense.CHUNK, SIZE * p["input_n"]
    return dense.copied(-(-(reach - row) // row), p["rows"]) * reach


def reference(p: dict[str, Any], x: NDArray[np.int16]) -> NDArray[np.int16]:
    """(rows, input_n) -> (rows, output_n)."""
    return dense_s16.outputs(p, x.reshape(p["rows"], p["input_n"]), dense.sets(p["output_n"]))


KERNEL = Kernel(
    "tc_mve_fully_connected_s16",
    fully_connected_s16.KERNEL.pattern,
    lower,
    reference,
    constraints=(*fully_connected_s16.KERNEL.constraints, outputs_are_four),
    isa=Isa.MVE,
    takes_scratch=True,
    summary="Rows of int16, of any number, times a constant int8 matrix.",
    family=MVE,
)
