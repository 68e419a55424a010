"""The oracle of a model that was quantised here: the quantised module, each layer fed what our C fed it.

What InsertQdq made is run in numpy; every tensor that our program has is replaced, where it is read, by
what the C made of it, so that no layer sees another's rounding. QDQ computes in float: a result may
differ from ours by 1.
"""

from typing import TYPE_CHECKING

import numpy as np
from tvm import relax

from tinycompile.quantize.model.interpreter import Interpreter, operand_names
from tinycompile.rewriting.expressions import is_call
from tinycompile.rewriting.rewriter import is_reused

if TYPE_CHECKING:
    from tinycompile.pipeline import Compiled

Arrays = dict[str, np.ndarray]


class Oracle:
    title = "the quantised model"
    tolerance = 1  # LSB

    def __init__(self, compiled: "Compiled", names: list[str]) -> None:
        assert compiled.quantized is not None
        self.names = names
        self.interpreter = Interpreter(compiled.quantized.module)
        self.inputs = compiled.program.inputs
        real = {t.name for t in self.inputs if t.dtype == "float32"}
        self.of_input = {  # the tensor that InsertQdq quantises an input to
            name: operand
            for name, value in self.interpreter.steps
            for operand in operand_names(value)
            if is_call(value, "quantize") and operand in {t.name for t in self.inputs} - real
        }

        self.copies = {n: made for n in names if (made := self.copied(n)) in names}

    def copied(self, name: str) -> str | None:
        """The integers that an output of the module is under a second name; None for all others."""
        steps = dict(self.interpreter.steps)
        value = steps.get(name)
        if not isinstance(value, relax.Var):
            return None
        real = steps.get(value.name)
        if real is None or not is_call(real, "dequantize"):
            return None
        return next(iter(operand_names(real)))

    def run(self, inputs: Arrays, ours: Arrays) -> Arrays:
        """What the oracle makes of every tensor of `ours` that it has, by name."""
        found: Arrays = {}

        def replace(name: str, value: np.ndarray) -> np.ndarray:
            if name in self.of_input:
                return inputs[self.of_input[name]].reshape(value.shape)
            if name not in ours or value.dtype != ours[name].dtype or is_reused(name):
                return value
            found[name] = value[0].reshape(ours[name].shape)  # whatever a pass reshaped
            return ours[name].reshape(value.shape)

        feeds = {
            t.name: np.zeros((1, *t.shape), np.float32)
            if t.name in self.of_input.values()
            else inputs[t.name][None]
            for t in self.inputs
        }
        self.interpreter.run(feeds, replace, keep=())
        return found | {name: ours[made] for name, made in self.copies.items()}

    def close(self) -> None:
        """Nothing to end: it runs in this process."""
