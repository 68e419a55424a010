"""The oracle of a model that was quantised here: the quantised module, each layer fed what our C fed it.

What InsertQdq made is run in numpy; every tensor that our program has is replaced, where it is read, by
what the C made of it, so that no layer sees another's rounding. QDQ computes in float: a result may
differ from ours by 1.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from tinycompile.passes.rewriter import is_call
from tinycompile.quantize.interpreter import Interpreter, operand_names

if TYPE_CHECKING:
    from tinycompile.pipeline import Compiled

TOLERANCE = 1  # LSB
TOLERANCE_INT16 = 8  # of 65,536: softmax, sigmoid and tanh interpolate in tables, as TFLite's do
Arrays = dict[str, np.ndarray]


def run(compiled: "Compiled", inputs: Sequence[Arrays], ours: Sequence[Arrays]) -> list[Arrays]:
    """What the oracle makes of every tensor of `ours` that it has, by name, a dict a run."""
    assert compiled.quantized is not None
    interpreter = Interpreter(compiled.quantized.module)
    given = {name: np.stack([arrays[name] for arrays in ours]) for name in ours[0]}
    quantized = {
        t.name: np.stack([arrays[t.name] for arrays in inputs]) for t in compiled.program.inputs
    }
    found: dict[str, np.ndarray] = {}
    of_input = {  # the tensor that InsertQdq quantises an input to
        name: operand for name, value in interpreter.steps for operand in operand_names(value)
        if is_call(value, "quantize") and operand in quantized and quantized[operand].dtype != np.float32
    }  # fmt: skip

    def replace(name: str, value: np.ndarray) -> np.ndarray:
        if name in of_input:
            return quantized[of_input[name]].reshape(value.shape)
        if name not in given or value.dtype != given[name].dtype:
            return value
        found[name] = value
        return given[name].reshape(value.shape)

    feeds = {
        name: array if array.dtype == np.float32 else np.zeros(array.shape, np.float32)
        for name, array in quantized.items()
    }
    interpreter.run(feeds, replace, keep=())
    return [{name: value[i] for name, value in found.items()} for i in range(len(inputs))]
