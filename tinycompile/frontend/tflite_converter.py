"""TVM's TFLite converter, extended to what real int8 files hold.

An operator on quantised tensors goes one of three ways: operators that move data run on the integers as
they are; operators that compute run in float between dequantize and quantize; and a few are written
here because their integer meaning, layout or operands need it.
"""

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
import tflite
import tvm
from tvm import relax
from tvm.relax.frontend.tflite import tflite_frontend as tvm_tflite

from tinycompile.errors import UnsupportedOperator
from tinycompile.frontend import tflite_elementwise, tflite_moves, tflite_windows
from tinycompile.quantization import INT8, QParams

# Operands that only state the shape of the result, which the file states too.
SHAPE_OPERANDS = {"RESHAPE": {1}, "TRANSPOSE_CONV": {0}, "BROADCAST_TO": {1}, "RESIZE_BILINEAR": {1}}
SHAPE_OPERANDS["RESIZE_NEAREST_NEIGHBOR"] = {1}

# How TVM's converters say that a form of an operator is beyond them.
TVM_REFUSALS = (
    tvm.error.OpNotImplemented,
    tvm.error.InternalError,
    AssertionError,
    AttributeError,
    NotImplementedError,
    TypeError,
    ValueError,
)


class Converter(tvm_tflite.OperatorConverter):  # type: ignore[misc]
    """Converts the main subgraph; every variable that is a tensor of the file carries its name.

    `names` are the unique names of the file's tensors; after the conversion `made_by` holds the operator
    code behind each converted tensor.
    """

    def __init__(self, model: Any, subgraph: Any, exp_tab: Any, ctx: Any, *args: Any) -> None:
        super().__init__(model, subgraph, exp_tab, ctx, *args)
        self.names = tensor_names(subgraph)
        self.made_by: dict[str, str] = {}
        self.exprs: dict[int, relax.Expr] = {}  # by tensor index: names need not be unique
        self.view: dict[int, relax.Expr] = {}  # what an operator shall see instead
        self.plain = False  # hide the quantisation of tensors from TVM's converters
        for index in subgraph.InputsAsNumpy():
            name = tvm_tflite.get_tensor_name(subgraph, index)
            self.exprs[int(index)] = exp_tab.get_expr(name)
        self.ours: dict[str, Callable[[Any], relax.Expr | list[relax.Expr]]] = {
            "CONV_2D": self.conv2d,
            "DEPTHWISE_CONV_2D": self.depthwise_conv2d,
            "FULLY_CONNECTED": self.fully_connected,
            "AVERAGE_POOL_2D": self.avg_pool2d,
            "MAX_POOL_2D": self.max_pool2d,
            "QUANTIZE": self.requantize,
            "DEQUANTIZE": self.to_float,
        }
        for family in (tflite_elementwise, tflite_windows, tflite_moves):
            for code, convert in family.CONVERTERS.items():
                self.ours[code] = partial(convert, self)

    # --- The loop over operators ------------------------------------------------------------------

    def check_unsupported_ops(self) -> None:
        """Name every operator that no converter knows, with the tensor it makes."""
        unknown = [
            f"{self.code(op)} (makes {self.names[op.Outputs(0)]!r})"
            for op in self.needed()
            if self.code(op) not in self.ours and self.code(op) not in self.convert_map
        ]
        if unknown:
            raise UnsupportedOperator(f"unsupported operators: {', '.join(unknown)}")

    def convert_op_to_relax(self) -> None:
        for op in self.needed():
            code = self.code(op)
            results = self.convert(op, code)
            for i, result in zip(op.OutputsAsNumpy(), results, strict=True):
                name = self.names[int(i)]
                self.exprs[int(i)] = self.bind(result, name)
                self.made_by[name] = code

    def bind(self, value: relax.Expr, name: str) -> relax.Var:
        """A variable of exactly that name; BlockBuilder.emit would rewrite dots and trailing digits."""
        value = self.bb.normalize(value)
        variable = relax.DataflowVar(name, value.ty)
        self.bb.emit_normalized(relax.VarBinding(variable, value))
        return variable

    def convert(self, op: Any, code: str) -> list[relax.Expr]:
        quantized = any(self.quantized(i) for i in (*op.InputsAsNumpy(), *op.OutputsAsNumpy()))
        if code in self.ours and (quantized or code in tflite_moves.CONVERTERS):
            made = self.ours[code](op)
            return made if isinstance(made, list) else [made]
        return self.in_float(op, code) if quantized else self.by_tvm(op, code)

    def in_float(self, op: Any, code: str) -> list[relax.Expr]:
        """dequantize -> TVM's float operator -> quantize."""
        self.view = {
            int(i): self.real(int(i)) for i in op.InputsAsNumpy() if i >= 0 and self.quantized(i)
        }
        results = self.by_tvm(op, code, plain=True)
        self.view = {}
        options = self.options(op) if op.BuiltinOptions() else None
        fuses = hasattr(options, "FusedActivationFunction")
        quantized = []
        for i, result in zip(op.OutputsAsNumpy(), results, strict=True):
            if self.quantized(i):
                result = self.to_quantized(result, int(i))
                result = self.fused(result, int(i), options) if fuses else result
            quantized.append(result)
        return quantized

    def by_tvm(self, op: Any, code: str, plain: bool = False) -> list[relax.Expr]:
        """TVM's conversion; whatever it cannot do is an unsupported operator, named."""
        self.plain = plain
        try:
            result = self.bb.normalize(self.convert_map[code](op=op))
        except TVM_REFUSALS as error:
            reason = (str(error).strip() or type(error).__name__).splitlines()[0]
            raise UnsupportedOperator(f"{code} {self.names[op.Outputs(0)]!r}: {reason}") from error
        finally:
            self.plain = False
        count = op.OutputsLength()
        return [result] if count == 1 else [result[i] for i in range(count)]

    def needed(self) -> list[Any]:
        """The operators that the outputs depend on through data, not through shape operands, in order."""
        wanted = {int(i) for i in self.subgraph.OutputsAsNumpy()}
        kept = []
        for k in reversed(range(self.subgraph.OperatorsLength())):
            op = self.subgraph.Operators(k)
            if wanted.isdisjoint(int(i) for i in op.OutputsAsNumpy()):
                continue
            kept.append(op)
            shapes = SHAPE_OPERANDS.get(self.code(op), set())
            wanted |= {
                int(i) for k, i in enumerate(op.InputsAsNumpy()) if i >= 0 and k not in shapes
            }
        return kept[::-1]

    def code(self, op: Any) -> str:
        code = self.model.OperatorCodes(op.OpcodeIndex())
        if custom := code.CustomCode():
            return str(custom.decode())
        builtin = max(code.BuiltinCode(), code.DeprecatedBuiltinCode())
        return str(self.builtin_op_code.get(builtin, f"operator {builtin}"))

    # --- Tensors: what TVM's converters read --------------------------------------------------------

    def get_tensors(self, indices: Any) -> list[Any]:
        wrappers = super().get_tensors(indices)
        if self.plain:
            for wrapper in wrappers:
                wrapper.qnn_params = None
        return list(wrappers)

    def has_expr(self, index: int) -> bool:
        return int(index) in self.view or int(index) in self.exprs

    def get_expr(self, index: int) -> relax.Expr:
        index = int(index)
        return self.view[index] if index in self.view else self.exprs[index]

    def tensor(self, index: int) -> Any:
        return self.get_tensors([index])[0]

    def shape(self, index: int) -> tuple[int, ...]:
        return tuple(int(d) for d in self.subgraph.Tensors(int(index)).ShapeAsNumpy())

    def quantized(self, index: int) -> bool:
        """An integer activation or weight with a scale (an int32 operand such as a shape has none)."""
        if index < 0:
            return False
        tensor = self.subgraph.Tensors(int(index))
        dtype = self.get_tensor_type_str(tensor.Type())
        return dtype in ("int8", "uint8", "int16") and qparams(tensor) is not None

    def value(self, index: int) -> np.ndarray | None:
        """The constant in the file, or None for a computed tensor."""
        wrapper = self.tensor(index)
        return None if wrapper.buffer.DataLength() == 0 else self.get_tensor_value(wrapper)

    def integer(self, index: int) -> relax.Expr:
        if self.has_expr(index):
            return self.get_expr(index)
        return relax.const(self.value(index))

    def real(self, index: int) -> relax.Expr:
        """The dequantised tensor `index`."""
        return self.dequantized(self.integer(index), index)

    def dequantized(self, data: relax.Expr, like: int) -> relax.Expr:
        """`data` in the quantisation of tensor `like`, as float."""
        return relax.op.dequantize(data, *self.scale_and_zero_point(like), axis=0)

    def to_quantized(self, real: relax.Expr, index: int, like: int | None = None) -> relax.Expr:
        """`real` as tensor `index`, in its quantisation or that of tensor `like`."""
        dtype = self.get_tensor_type_str(self.subgraph.Tensors(index).Type())
        scale, zero_point = self.scale_and_zero_point(index if like is None else like)
        return relax.op.quantize(real, scale, zero_point, axis=0, out_dtype=dtype)

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

    # --- Operators ----------------------------------------------------------------------------------

    def conv2d(self, op: Any) -> relax.Expr:
        return self.convolution(op, self.options(op), self.value(op.Inputs(1)), groups=None)

    def depthwise_conv2d(self, op: Any) -> relax.Expr:
        """As a grouped convolution: weights (1, H, W, C * multiplier) become (C * multiplier, H, W, 1)."""
        weights = self.value(op.Inputs(1))
        if weights is not None:
            weights = np.transpose(weights, (3, 1, 2, 0))
        channels = self.shape(op.Inputs(0))[3]
        return self.convolution(op, self.options(op), weights, groups=channels)

    def convolution(self, op: Any, options: Any, weights: Any, groups: int | None) -> relax.Expr:
        """conv2d of NHWC activations and OHWI weights."""
        data, output = op.Inputs(0), op.Outputs(0)
        if weights is None:
            raise UnsupportedOperator(f"{self.code(op)} {self.names[output]!r}: weights are computed")
        strides = options.StrideH(), options.StrideW()
        dilation = options.DilationHFactor(), options.DilationWFactor()
        kernel = tuple(
            (k - 1) * d + 1 for k, d in zip(weights.shape[1:3], dilation, strict=True)
        )
        out = relax.op.nn.conv2d(
            self.real(data),
            self.dequantized_weights(weights, op.Inputs(1), channel_axis=0),
            strides=strides,
            padding=self.padding(data, kernel, strides, options.Padding()),
            dilation=dilation,
            groups=groups or self.shape(data)[3] // weights.shape[3],
            data_layout="NHWC",
            kernel_layout="OHWI",
            out_layout="NHWC",
        )
        out = self.add_bias(out, op)
        return self.fused(self.to_quantized(out, output), output, options)

    def fully_connected(self, op: Any) -> relax.Expr:
        """matmul with constant weights (K, N); the input is flattened where its rows are not K long."""
        data, output, options = op.Inputs(0), op.Outputs(0), self.options(op)
        if (weights := self.value(op.Inputs(1))) is None:
            raise UnsupportedOperator(f"FULLY_CONNECTED {self.names[output]!r}: weights are computed")
        weights = np.ascontiguousarray(weights.T)  # (K, N)
        real = self.real(data)
        rows = (*self.shape(output)[:-1], weights.shape[0])
        if self.shape(data) != rows:
            real = self.dequantized(relax.op.reshape(self.integer(data), rows), data)
        out = relax.op.matmul(real, self.dequantized_weights(weights, op.Inputs(1), channel_axis=1))
        out = self.add_bias(out, op)
        return self.fused(self.to_quantized(out, output), output, options)

    def dequantized_weights(self, values: Any, index: int, channel_axis: int) -> relax.Expr:
        """`values`, rearranged from the constant `index` so that channels lie on `channel_axis`."""
        scales, zero_points = self.weight_scales(index)
        zero_point = relax.const(int(zero_points.max(initial=0)), "int32")
        scale = relax.const(scales if scales.size > 1 else scales.reshape(()))
        values = relax.const(np.ascontiguousarray(values))
        return relax.op.dequantize(values, scale, zero_point, axis=channel_axis)

    def weight_scales(self, index: int) -> tuple[np.ndarray, np.ndarray]:
        quantization = self.subgraph.Tensors(int(index)).Quantization()
        if quantization is None or quantization.ScaleLength() == 0:
            raise UnsupportedOperator(f"weights {self.names[int(index)]!r} are not quantised")
        return quantization.ScaleAsNumpy(), quantization.ZeroPointAsNumpy()

    def add_bias(self, sums: relax.Expr, op: Any) -> relax.Expr:
        return self.biased(
            sums, op.Inputs(0), op.Inputs(1), op.Inputs(2) if op.InputsLength() > 2 else -1
        )

    def biased(self, sums: relax.Expr, data: int, weights: int, bias: int) -> relax.Expr:
        """TFLite adds the int32 bias to the accumulators whatever scale the file gives it."""
        if bias < 0:
            return sums
        if (integers := self.value(bias)) is None:
            raise UnsupportedOperator(f"bias {self.names[bias]!r} is computed")
        scales = np.float32(self.qparams(data).scale) * self.weight_scales(weights)[0]
        scale = relax.const(scales if scales.size > 1 else scales.reshape(()))
        values, zero_point = relax.const(integers.ravel()), relax.const(0, "int32")
        return relax.op.add(sums, relax.op.dequantize(values, scale, zero_point, axis=0))

    def fused(self, data: relax.Expr, output: int, options: Any) -> relax.Expr:
        """The fused activation as a clip of the quantised `data`."""
        function = options.FusedActivationFunction()
        if function not in tflite_elementwise.BOUNDS:
            name = self.activation_fn_type[function]
            raise UnsupportedOperator(f"{self.names[output]!r}: fused activation {name} in int8")
        return self.clipped(data, output, *tflite_elementwise.BOUNDS[function])

    def clipped(
        self, data: relax.Expr, like: int, low: float | None, high: float | None
    ) -> relax.Expr:
        """The integers `data`, in the quantisation of tensor `like`, within real bounds; None is none."""
        params = self.qparams(like)
        lowest = INT8[0] if low is None else max(INT8[0], params.quantize(low))
        highest = INT8[1] if high is None else min(INT8[1], params.quantize(high))
        return data if (lowest, highest) == INT8 else relax.op.clip(data, lowest, highest)

    def padding(self, data: int, kernel: Any, strides: Any, padding: int) -> list[int]:
        """[top, left, bottom, right] of a window of `kernel` pixels, dilation included."""
        if padding == tflite.Padding.VALID:
            return [0, 0, 0, 0]
        h, w = self.shape(data)[1:3]
        (top, bottom), (left, right) = (
            tvm_tflite.get_pad_value(extent, k, s)
            for extent, k, s in zip((h, w), kernel, strides, strict=True)
        )
        return [top, left, bottom, right]

    def pool_arguments(self, op: Any, options: Any) -> dict[str, Any]:
        size = options.FilterHeight(), options.FilterWidth()
        strides = options.StrideH(), options.StrideW()
        return {
            "pool_size": size,
            "strides": strides,
            "padding": self.padding(op.Inputs(0), size, strides, options.Padding()),
            "layout": "NHWC",
        }

    def avg_pool2d(self, op: Any) -> relax.Expr:
        """TFLite averages the integers as they are, so the output has the input's quantisation."""
        data, output, options = op.Inputs(0), op.Outputs(0), self.options(op)
        out = relax.op.nn.avg_pool2d(
            self.real(data), count_include_pad=False, **self.pool_arguments(op, options)
        )
        return self.fused(self.to_quantized(out, output, like=data), output, options)

    def max_pool2d(self, op: Any) -> relax.Expr:
        options = self.options(op)
        out = relax.op.nn.max_pool2d(
            self.integer(op.Inputs(0)), **self.pool_arguments(op, options)
        )
        return self.fused(out, op.Outputs(0), options)

    def requantize(self, op: Any) -> relax.Expr:
        data = op.Inputs(0)
        real = self.real(data) if self.quantized(data) else self.integer(data)
        return self.to_quantized(real, op.Outputs(0))

    def to_float(self, op: Any) -> relax.Expr:
        return self.real(op.Inputs(0))


def qparams(tensor: Any) -> QParams | None:
    """Per-tensor quantisation in the file, or None; a first channel stands for per-channel ones."""
    quantization = tensor.Quantization()
    if quantization is None or quantization.ScaleLength() == 0:
        return None
    zero_points = quantization.ZeroPointLength()
    return QParams(
        float(quantization.Scale(0)), int(quantization.ZeroPoint(0)) if zero_points else 0
    )


def tensor_names(subgraph: Any) -> list[str]:
    """The name of every tensor, made unique by its index where the file repeats it or gives none."""
    names = [tvm_tflite.get_tensor_name(subgraph, i) for i in range(subgraph.TensorsLength())]
    return [n if n and names.count(n) == 1 else f"{n}#{i}" for i, n in enumerate(names)]
