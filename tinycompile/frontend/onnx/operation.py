"""What a converter of an ONNX node sees: its inputs as Relax expressions, and its attributes."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import onnx
import tvm
from tvm import relax
from tvm.ir import Call, GenericConst

from tinycompile.errors import UnsupportedOperator
from tinycompile.frontend.onnx.graph import Array
from tinycompile.rewriting.expressions import constant

Shape = tuple[int, ...]
Converter = Callable[["Operation"], relax.Expr]


@dataclass
class Operation:
    """A node being converted: `inputs` are Relax expressions, None where one is left out."""

    builder: relax.BlockBuilder
    node: onnx.NodeProto
    inputs: list[Any]
    attributes: dict[str, Any]
    opset: int

    def input(self, index: int) -> Any:
        return self.inputs[index] if index < len(self.inputs) else None

    def shape(self, index: int = 0) -> Shape:
        return tuple(int(size) for size in self.inputs[index].ty.shape)

    def by_dimensions(self, table: Mapping[int, Any]) -> Any:
        """What `table` has for the number of spatial dimensions of the data."""
        spatial = len(self.shape()) - 2
        if spatial not in table:
            raise UnsupportedOperator(
                f"its input has {spatial} dimensions beside batch and channels; supported: 1, 2, 3"
            )
        return table[spatial]

    def output_count(self) -> int:
        return len([name for name in self.node.output if name])

    def constant(self, index: int, what: str) -> Array:
        """The value of an input that must be a constant, dequantised if it is quantised."""
        value = self.value(self.input(index))
        if value is None:
            raise UnsupportedOperator(f"{what} is computed at run time; it must be a constant")
        return value

    def number(self, index: int, what: str) -> Any:
        """The value of an input that must be a constant of one element."""
        (value,) = self.listed(index, what, 1)
        return value

    def listed(self, index: int, what: str, count: int | None = None) -> list[Any]:
        """The numbers, `count` of them, of an input that must be a constant of one dimension."""
        numbers = np.atleast_1d(self.constant(index, what))
        if numbers.ndim > 1:
            raise UnsupportedOperator(f"{what} has {numbers.ndim} dimensions instead of 1")
        if count not in (None, numbers.size):
            raise UnsupportedOperator(f"{what} has {numbers.size} numbers instead of {count}")
        return list(numbers.tolist())

    def value(self, expression: Any) -> Array | None:
        if isinstance(expression, GenericConst):
            return np.asarray(expression.value.numpy())
        source = self.dequantized(expression)
        if source is None or source.args[1].value.numpy().size > 1:
            return None
        data, scale, zero_point = (np.asarray(arg.value.numpy()) for arg in source.args)
        return np.asarray((data.astype(np.int32) - zero_point) * scale.reshape(()), np.float32)

    def dequantized(self, expression: Any) -> Call | None:
        """The dequantize of a constant that `expression` is bound to, if it is one."""
        if not isinstance(expression, relax.Var):
            return None
        call = self.builder.lookup_binding(expression)
        if not isinstance(call, Call) or call.op != tvm.ir.Op.get("relax.dequantize"):
            return None
        return call if all(isinstance(arg, GenericConst) for arg in call.args) else None

    def reshaped(self, expression: Any, shape: Shape, channel_axis: int) -> relax.Expr:
        """`expression` in another shape; a constant, quantised or not, is reshaped right here."""
        if isinstance(expression, GenericConst):
            return constant(expression.value.numpy().reshape(shape))
        call = self.dequantized(expression)
        if call is None:
            return relax.op.reshape(expression, shape)
        data, scale, zero_point = call.args
        moved = relax.const(data.value.numpy().reshape(shape))
        return relax.op.dequantize(moved, scale, zero_point, channel_axis, call.attrs.out_dtype)

    def axis(self, axis: int, rank: int) -> int:
        if not -rank <= axis < rank:
            raise UnsupportedOperator(f"axis {axis} is outside the {rank} dimensions of its input")
        return axis % rank
