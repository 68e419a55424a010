"""The operators of a group, legalised and read: stages over buffers."""

import re
from typing import Any

import numpy as np
import tvm
from numpy.typing import NDArray
from tvm import relax
from tvm.ir import GenericConst

from tinycompile.tir import places, scans, sorting
from tinycompile.tir.legalize import CALL_TIR, anonymous, bindings, legalized, short
from tinycompile.tir.read import Reader
from tinycompile.tir.read_expressions import dtype_of, element, static
from tinycompile.tir.refused import Refused
from tinycompile.tir.stage import Stage
from tinycompile.tir.tree import Buffer, Load, Store, Var

# What the constant operands of operators are called in C, by their position.
_OPERANDS = {
    "layer_norm": {1: "gamma", 2: "beta"},
    "group_norm": {1: "gamma", 2: "beta"},
    "instance_norm": {1: "gamma", 2: "beta"},
    "rms_norm": {1: "gamma"},
    "prelu": {1: "slopes"},
    "matmul": {0: "weights", 1: "weights"},
    "dequantize": {0: "weights", 1: "scales", 2: "zero_points"},
    "quantize": {1: "scales", 2: "zero_points"},
    **{f"conv{d}d{kind}": {1: "weights"} for d in (1, 2, 3) for kind in ("", "_transpose")},
}
_MOVES = {"reshape", "expand_dims", "squeeze", "flatten", "permute_dims", "broadcast_to"}
LONGEST = 48  # of a title


def _operands(call: relax.Call) -> list[tuple[int, str]]:
    """The operands of `call` that have a name, by position."""
    named = _OPERANDS.get(short(call), {}).items()
    return [(i, name) for i, name in named if i < len(call.args)]


class Group:
    """Reads `function`; constants of half precision are widened."""

    def __init__(self, function: relax.Function, module: tvm.IRModule | None = None) -> None:
        function = anonymous(function)
        calls = [b.value for b in bindings(function) if isinstance(b.value, relax.Call)]
        self.operators = list(dict.fromkeys(map(short, calls)))
        self.names = {
            arg: name
            for call in calls
            for i, name in _operands(call)
            if isinstance(arg := call.args[i], GenericConst)
        }
        self.module = legalized(function, module)
        self.main = self.module["main"]
        self.tensors: dict[relax.Expr, Buffer] = {}
        self.fields: dict[relax.Expr, list[relax.Expr]] = {}
        self.constants: dict[Buffer, NDArray[Any]] = {}
        self.stages: list[Stage] = []
        self.params = [self._buffer(param.ty, "input", "input") for param in self.main.params]
        self.tensors |= dict(zip(self.main.params, self.params, strict=True))
        for binding in bindings(self.main):
            self._bind(binding.var, binding.value)
        self.outputs = self._outputs()

    @property
    def title(self) -> str:
        """The operators, as an identifier of bearable length; what only moves data is not mentioned."""
        words = [word for word in self.operators if word not in _MOVES]
        words = words or self.operators or ["copy"]
        while len("_".join(words)) > LONGEST and len(words) > 1:
            words.pop(len(words) // 2)
        return re.sub(r"\W+", "_", "_".join(words)).strip("_")

    def _buffer(self, ty: Any, name: str, role: str = "temporary") -> Buffer:
        known = isinstance(ty, relax.TensorType) and ty.shape is not None and ty.dtype is not None
        if not known:
            raise Refused(f"{', '.join(self.operators)}: a tensor has no fixed shape and type")
        shape = tuple(static(extent) for extent in ty.shape)
        return Buffer(name, element(dtype_of(ty)), shape, role)

    def _bind(self, var: relax.Var, value: relax.Expr) -> None:
        if isinstance(value, relax.Var) and value in self.fields:
            self.fields[var] = self.fields[value]
        elif isinstance(value, relax.Var | GenericConst):
            self.tensors[var] = self._tensor(value)
        elif isinstance(value, relax.ShapeExpr):
            return  # it is in the types of what reads it
        elif isinstance(value, relax.Tuple):
            self.fields[var] = list(value.fields)
        elif isinstance(value, relax.TupleGetItem):
            fields = self.fields.get(value.tuple_value)
            if fields is None:
                raise Refused(f"{', '.join(self.operators)}: a tuple is an input")
            self.tensors[var] = self._tensor(fields[value.index])
        elif isinstance(value, relax.Call) and getattr(value.op, "name", "") == CALL_TIR:
            self._call_tir(var, value)
        elif isinstance(value, relax.Call) and short(value) in sorting.SORTS:
            data = self._tensor(value.args[0])
            self.stages += sorting.stages(value, data, self._results(var, short(value)))
        elif isinstance(value, relax.Call) and short(value) in places.PLACES:
            data = self._tensor(value.args[0])
            self.stages += places.stages(value, data, *self._results(var, short(value)))
        elif isinstance(value, relax.Call) and short(value) in scans.SCANS:
            data = self._tensor(value.args[0])
            self.stages.append(scans.stage(value, data, *self._results(var, short(value))))
        else:
            what = short(value) if isinstance(value, relax.Call) else type(value).__name__
            raise Refused(f"{what}: TVM has no loops for it")

    def _tensor(self, expr: relax.Expr) -> Buffer:
        if isinstance(expr, GenericConst):
            values = np.asarray(expr.value.numpy())
            if values.dtype == np.float16:
                values = values.astype(np.float32)
            name = self.names.get(expr, "table")
            made = Buffer(name, element(str(values.dtype)), values.shape, "constant")
            self.constants[made] = values
            return made
        if expr not in self.tensors:
            raise Refused(f"{', '.join(self.operators)}: an operand is no tensor")
        return self.tensors[expr]

    def _results(self, var: relax.Var, name: str) -> list[Buffer]:
        """Buffers for what `var` is bound to, a tensor or several."""
        if not isinstance(var.ty, relax.TupleType):
            self.tensors[var] = self._buffer(var.ty, name)
            return [self.tensors[var]]
        parts = [relax.Var(f"{name}{i}", ty) for i, ty in enumerate(var.ty.fields)]
        made = [self._buffer(part.ty, name) for part in parts]
        self.fields[var] = list(parts)
        self.tensors |= dict(zip(parts, made, strict=True))
        return made

    def _call_tir(self, var: relax.Var, call: relax.Call) -> None:
        name = re.sub(r"\d+$", "", call.args[0].name_hint).removeprefix("tir_")
        operands = call.args[1]
        args = operands.fields if isinstance(operands, relax.Tuple) else [operands]
        buffers = [self._tensor(arg) for arg in args]
        try:
            reader = Reader(self.module[call.args[0]], [*buffers, *self._results(var, name)])
            self.stages += reader.run()
        except Refused as refused:
            raise Refused(f"{name}: {refused}") from refused

    def _outputs(self) -> list[Buffer]:
        """The buffers of the results, each its own."""
        result = self.main.body.body
        listed = list(result.fields) if isinstance(result, relax.Tuple) else [result]
        returned = self.fields.get(result, listed)
        found: list[Buffer] = []
        for expr in returned:
            buffer = self._tensor(expr)
            if buffer.role != "temporary" or buffer in found:
                buffer = self._copied(buffer)
            found.append(buffer)
        for i, buffer in enumerate(found):
            buffer.role = "output"
            buffer.name = "output" if len(found) == 1 else f"output{i + 1}"
        return found

    def _copied(self, buffer: Buffer) -> Buffer:
        copy = Buffer("copy", buffer.dtype, buffer.shape)
        variables = [Var("int32", "i", (0, n - 1)) for n in buffer.shape]
        load = Load(buffer.dtype, buffer, tuple(variables))
        self.stages.append(Stage(variables, [], [], [Store(copy, tuple(variables), load)]))
        return copy
