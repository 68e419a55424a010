"""What a converter of a TFLite operator sees: its tensors, as integers or as reals, and its options."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import tflite
from tvm import relax
from tvm.relax.frontend.tflite import tflite_frontend as tvm_tflite

from tinycompile import external
from tinycompile.errors import UnsupportedOperator
from tinycompile.frontend.tflite.sparse import dense_values
from tinycompile.frontend.tflite.structure import as_tuple, builtin_code, shape_of
from tinycompile.frontend.tflite.tensors import int4_values, qparams, tensor_names
from tinycompile.quantization import QParams
from tinycompile.rewriting.expressions import constant

INTEGERS = ("int8", "uint8", "int16")  # of activations and weights


class Operands(tvm_tflite.OperatorConverter):  # type: ignore[misc]
    """Tensors go by their index in the file; `names` are their unique names."""

    def __init__(self, model: Any, subgraph: Any, exp_tab: Any, ctx: Any, *args: Any) -> None:
        super().__init__(model, subgraph, exp_tab, ctx, *args)
        self.names = tensor_names(subgraph)
        self.exprs: dict[int, relax.Expr] = {}  # by tensor index: names need not be unique
        self.view: Mapping[int, relax.Expr] = {}  # what an operator shall see instead
        self.reals: Mapping[int, relax.Expr] = {}  # quantised weights of an operator on floats
        self.densified = densified(model, subgraph)
        for index in as_tuple(subgraph.InputsAsNumpy()):
            name = tvm_tflite.get_tensor_name(subgraph, index)
            self.exprs[int(index)] = exp_tab.get_expr(name)

    def get_tensors(self, indices: Any) -> list[Any]:
        """Without quantisation: what TVM converts is plain integers or already float."""
        return [self.tensor(int(index)) for index in indices]

    def has_expr(self, index: int) -> bool:
        return any(int(index) in known for known in (self.view, self.reals, self.exprs))

    def get_expr(self, index: int) -> relax.Expr:
        """What was made of a tensor, or the constant that it is."""
        index = int(index)
        for known in (self.view, self.reals, self.exprs):
            if index in known:
                return known[index]
        return constant(np.asarray(self.value(index)))

    def tensor(self, index: int) -> Any:
        if index < 0:  # an optional operand that is absent
            return tvm_tflite.TensorWrapper(index, 0, 0)
        tensor = self.subgraph.Tensors(int(index))
        return tvm_tflite.TensorWrapper(index, tensor, self.model.Buffers(tensor.Buffer()))

    def dtype(self, index: int) -> str:
        return str(self.get_tensor_type_str(self.subgraph.Tensors(int(index)).Type()))

    def shape(self, index: int) -> tuple[int, ...]:
        return shape_of(self.subgraph.Tensors(int(index)))

    def quantized(self, index: int) -> bool:
        """An integer activation or weight with a scale (an int32 operand such as a shape has none)."""
        if index < 0 or int(index) in self.reals:
            return False
        known = qparams(self.subgraph.Tensors(int(index))) is not None
        return known and self.dtype(index) in INTEGERS

    def value(self, index: int) -> np.ndarray | None:
        """The constant in the file, or None for a computed tensor; int4 as int8."""
        wrapper = self.tensor(self.densified.get(int(index), index))
        if wrapper.buffer.DataLength() == 0:
            return None
        if wrapper.tensor.Type() == tflite.TensorType.INT4:
            return int4_values(wrapper.buffer.DataAsNumpy(), self.shape(index))
        return np.asarray(self.get_tensor_value(wrapper))

    def get_tensor_value(self, wrapper: Any, is_sparse: bool = False) -> np.ndarray:
        """With all zeros, of a sparse constant and of what DENSIFY makes of it."""
        index = self.densified.get(int(wrapper.tensor_idx), int(wrapper.tensor_idx))
        if (tensor := self.subgraph.Tensors(index)).Sparsity() is None:
            return np.asarray(super().get_tensor_value(wrapper, is_sparse))
        values = np.asarray(super().get_tensor_value(self.tensor(index), True)).ravel()
        return dense_values(tensor, values, shape_of(tensor))

    def get_tensor_type_str(self, tensor_type: int) -> str:
        """int4 goes on as int8: only constants have it, and `value` widens them."""
        if tensor_type == tflite.TensorType.INT4:
            return "int8"
        return str(super().get_tensor_type_str(tensor_type))

    def integer(self, index: int) -> relax.Expr:
        return self.get_expr(index)

    def real(self, index: int) -> relax.Expr:
        """The dequantised tensor `index`."""
        return self.dequantized(self.integer(index), index)

    def dequantized(self, data: relax.Expr, like: int) -> relax.Expr:
        """`data` in the quantisation of tensor `like`, as float."""
        return relax.op.dequantize(data, *self.scale_and_zero_point(like), axis=0)

    def to_quantized(self, real: relax.Expr, index: int, like: int | None = None) -> relax.Expr:
        """`real` as tensor `index`, in its quantisation or that of tensor `like`."""
        scale, zero_point = self.scale_and_zero_point(index if like is None else like)
        if self.dtype(index) == "int32":
            ty = relax.TensorType(self.shape(index), "int32")
            return external.call(external.QUANTIZE_S32, real, scale, zero_point, ty=ty)
        return relax.op.quantize(real, scale, zero_point, axis=0, out_dtype=self.dtype(index))

    def scale_and_zero_point(self, index: int) -> tuple[relax.Expr, relax.Expr]:
        params = self.qparams(index)
        return relax.const(np.float32(params.scale)), relax.const(params.zero_point, "int32")

    def qparams(self, index: int) -> QParams:
        params = qparams(self.subgraph.Tensors(int(index)))
        if params is None:
            raise UnsupportedOperator(f"tensor {self.names[int(index)]!r} has no quantisation")
        return params

    def options(self, op: Any) -> Any:
        """The operator's builtin options, decoded."""
        options = getattr(tflite, self.builtin_options[op.BuiltinOptionsType()])()
        options.Init(op.BuiltinOptions().Bytes, op.BuiltinOptions().Pos)
        return options


def densified(model: Any, subgraph: Any) -> dict[int, int]:
    """What DENSIFY makes -> the sparse constant that it makes it of."""
    found = {}
    for op in (subgraph.Operators(k) for k in range(subgraph.OperatorsLength())):
        code = builtin_code(model.OperatorCodes(op.OpcodeIndex()))
        if code == tflite.BuiltinOperator.DENSIFY and op.InputsLength() and op.OutputsLength():
            found[op.Outputs(0)] = op.Inputs(0)
    return found
