"""Runs a Relax module in numpy on many samples at once, keeps every tensor, and repeats parts of a run.

What calibration needs and a compiled model does not give: all intermediate tensors by name, and the answer to
"what if this tensor were another", at the price of what depends on it.
"""

from collections.abc import Callable, Iterable, Mapping
from copy import copy
from dataclasses import dataclass
from math import prod
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import NDArray
from tvm import relax
from tvm.ir import GenericConst

from tinycompile.quantize.model.operators import evaluate, evaluate_field
from tinycompile.rewriting.rewriter import returned

Array = NDArray[Any]
Values = dict[str, Array]  # by the name of the variable; the first axis are the samples
Alter = Callable[[str, Array], Array]


AT_ONCE = 1 << 22  # elements of the largest tensor of the samples that run together


NOTHING: Mapping[str, Any] = MappingProxyType({})


def unaltered(name: str, value: Array) -> Array:
    return value


@dataclass(frozen=True)
class Field:
    """One of the results of a call."""

    call: relax.Call
    index: int


class Interpreter:
    """`main` of a module of one dataflow block; names of variables are unique."""

    def __init__(self, module: Any) -> None:
        main = module["main"]
        self.params = [param.name for param in main.params]
        bound = {b.var: b.value for block in main.body.blocks for b in block.bindings}
        self.steps = [
            (var.name, Field(bound[value.tuple_value], value.index))
            if isinstance(value, relax.TupleGetItem)
            else (var.name, value)
            for var, value in bound.items()
            if not isinstance(value, relax.Call) or isinstance(var.ty, relax.TensorType)
        ]
        self.outputs = [var.name for var in returned(main.body.body, bound)]
        tensors = [v.ty for v in (*main.params, *bound) if isinstance(v.ty, relax.TensorType)]
        self.largest = max(prod(int(d) for d in type_.shape) for type_ in tensors)
        self.constants: dict[GenericConst, Array] = {}
        self.second: Values = {}  # by operator, in the place of its second operand
        self.layers: Mapping[
            str, Callable[[Array], Array]
        ] = {}  # by operator, of its first operand

    def replacing(
        self, second: Mapping[str, Array], layers: Mapping[str, Callable[[Array], Array]] = NOTHING
    ) -> "Interpreter":
        """The same module, but operators of these names have other weights or biases, or are others."""
        new = copy(self)
        new.layers = layers
        new.second = {name: value[None] for name, value in second.items()}
        return new

    def run(
        self,
        feeds: Mapping[str, Array],
        alter: Alter = unaltered,
        *,
        keep: Iterable[str] | None = None,
    ) -> Values:
        """All tensors for inputs of shape (samples, *shape), each as `alter` returns it; or only `keep`."""
        values: Values = {name: alter(name, feeds[name]) for name in self.params}
        last = self._last_reads(keep)
        for i, (name, value) in enumerate(self.steps):
            result = self._value(name, value, values)
            if isinstance(result, np.ndarray):
                values[name] = alter(name, result)
            for dead in last.get(i, ()):
                values.pop(dead, None)
        return values

    def run_in_turn(
        self, feeds: Mapping[str, Array], keep: Iterable[str], alter: Alter = unaltered
    ) -> Values:
        """As `run`, for any number of samples: not all at once."""
        count, kept = len(next(iter(feeds.values()))), list(keep)
        step = self.at_once(count)
        parts = [
            self.run({name: a[i : i + step] for name, a in feeds.items()}, alter, keep=kept)
            for i in range(0, count, step)
        ]
        return {name: np.concatenate([part[name] for part in parts]) for name in kept}

    def at_once(self, most: int) -> int:
        """How many samples, up to `most`, there is room for in memory."""
        return max(1, min(most, AT_ONCE // self.largest))

    def rerun(self, values: Values, changed: Mapping[str, Array], alter: Alter) -> Values:
        """What becomes of the tensors of `values` that depend on `changed`; only those."""
        new: Values = dict(changed)
        view = values | new
        last = self._last_reads(values)
        for i, (name, value) in enumerate(self.steps):
            if name not in changed and any(operand in new for operand in operand_names(value)):
                result = self._value(name, value, view)
                if isinstance(result, np.ndarray):
                    new[name] = view[name] = alter(name, result)
            for dead in last.get(i, ()):
                new.pop(dead, None)
                view.pop(dead, None)
        return new

    def _last_reads(self, keep: Iterable[str] | None) -> dict[int, list[str]]:
        """After which step a tensor may go; none if all are kept."""
        if keep is None:
            return {}
        kept = set(keep)
        last = {name: i for i, (_, value) in enumerate(self.steps) for name in operand_names(value)}
        dead: dict[int, list[str]] = {}
        for name, i in last.items():
            if name not in kept:
                dead.setdefault(i, []).append(name)
        return dead

    def _value(self, name: str, value: Any, values: Values) -> Array | None:
        if isinstance(value, relax.Var):
            return values[value.name]
        if isinstance(value, GenericConst):
            return self._constant(value)
        if isinstance(value, Field):
            operands = [self._operand(arg, values) for arg in tensors(value.call)]
            return evaluate_field(value.call, operands, value.index)
        if isinstance(value, relax.Call):
            operands = [self._operand(arg, values) for arg in tensors(value)]
            if name in self.layers:
                return self.layers[name](operands[0])
            if name in self.second:
                operands[1] = self.second[name]
            return evaluate(value, operands)
        return None  # the tuple of outputs

    def _operand(self, expr: Any, values: Values) -> Array:
        return self._constant(expr) if isinstance(expr, GenericConst) else values[expr.name]

    def _constant(self, constant: GenericConst) -> Array:
        if constant not in self.constants:
            self.constants[constant] = constant.value.numpy()[None]
        return self.constants[constant]


def tensors(call: relax.Call) -> list[relax.Expr]:
    """The tensors a call takes, those of a tuple in turn, and of quantize and dequantize only the data."""
    if call.op.name in ("relax.quantize", "relax.dequantize"):
        return [call.args[0]]
    flat: list[relax.Expr] = []
    for arg in call.args:
        fields = arg.fields if isinstance(arg, relax.Tuple) else [arg]
        flat += [f for f in fields if isinstance(getattr(f, "ty", None), relax.TensorType)]
    return flat


def operand_names(value: Any) -> list[str]:
    if isinstance(value, relax.Var):
        return [value.name]
    if isinstance(value, Field):
        return operand_names(value.call)
    if isinstance(value, relax.Call):
        return [arg.name for arg in tensors(value) if isinstance(arg, relax.Var)]
    if isinstance(value, relax.TupleGetItem):
        return [value.tuple_value.name]
    return []
