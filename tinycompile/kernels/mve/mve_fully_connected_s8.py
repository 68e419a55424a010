"""A fully connected layer on int8 for Helium: eight outputs of one row, or four of two rows."""

from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tinycompile.call import Call, Param
from tinycompile.families import MVE
from tinycompile.kernel import Kernel, Match
from tinycompile.kernels.mve import dense
from tinycompile.kernels.mve.dense import CHUNK, SET
from tinycompile.kernels.portable.s8 import fully_connected_s8
from tinycompile.target import Isa

GROUP = 8


def outputs_are_several(match: Match) -> str | None:
    """There are several rows or outputs."""
    p = fully_connected_s8.geometry(match)
    return None if (p["rows"], p["output_n"]) != (1, 1) else "there is one"


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
    fields = dense.fields(layer) if size == SET else alike(layer)
    return replace(portable, params=p | {"alike": 0} | fields, scratch=scratch(p))


def alike(layer: dense.Layer) -> dict[str, Param]:
    """The last fields; what is one for all outputs is in the table once, eight times."""
    requantized, words = dense.requantization(layer, alike=len(set(layer.factors)) == 1)
    groups = dense.sets(len(layer.weights), GROUP)
    if (words[1:] != words[1:, :1]).any():
        return requantized | {"packed": dense.packed(layer.weights, words, groups)}
    table = dense.packed(layer.weights, words[:1], groups)
    once = np.repeat(words[1:, 0], GROUP).astype(np.int32)
    return {"alike": 1} | requantized | {"packed": np.concatenate([once, table])}


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
    inputs = x.reshape(p["rows"], p["input_n"])
    if p["alike"]:
        kinds = 2 if p["scale"] else 3
        once, rest = np.split(p["packed"], [(kinds - 1) * GROUP])
        weights, first = dense.unpacked(p | {"packed": rest}, groups, 1)
        others = np.repeat(once[::GROUP, None], first.shape[1], 1).astype(np.int64)
        sums = inputs.astype(np.int64) @ weights[:, : inputs.shape[1]].T
        outputs = dense.leave(p, sums, np.concatenate([first, others]))
    else:
        outputs = dense.outputs(p, inputs, groups)
    return outputs[:, : p["output_n"]]


KERNEL = Kernel(
    "tc_mve_fully_connected_s8",
    fully_connected_s8.pattern,
    lower,
    reference,
    constraints=(*fully_connected_s8.KERNEL.constraints, outputs_are_several),
    isa=Isa.MVE,
    takes_scratch=True,
    summary="Rows of any number times a constant matrix.",
    family=MVE,
)
