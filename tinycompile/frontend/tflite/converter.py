"""TVM's TFLite converter, extended to what real int8 and int16x8 files hold.

An operator on quantised tensors has a converter of ours (`operators.py` lists them), or runs in TVM's
float form between dequantize and quantize.
"""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, NamedTuple

import tflite
from tvm import relax, tirx

from tinycompile.errors import InvalidModel, UnsupportedOperator, listed
from tinycompile.frontend.custom import HINT
from tinycompile.frontend.importing import importing
from tinycompile.frontend.tflite.forms import SHAPE_OPERANDS
from tinycompile.frontend.tflite.operands import Operands
from tinycompile.frontend.tflite.structure import as_tuple, builtin_code
from tinycompile.frontend.tflite.variables import Variables
from tinycompile.frontend.tflite.weights import NOT_OF_REALS, real_weights
from tinycompile.quantization import integer_limits

# Writes the outputs of an operator in canonical form: one expression, or a list of them.
Conversion = Callable[["Converter", Any], relax.Expr | list[relax.Expr]]


class Conversions(NamedTuple):
    """Ours, by operator: of one that has quantised tensors, of any other. The rest is TVM's."""

    quantized: Mapping[str, Conversion]
    plain: Mapping[str, Conversion]


# Lower and upper bound of a fused activation.
BOUNDS: dict[int, tuple[float | None, float | None]] = {
    tflite.ActivationFunctionType.NONE: (None, None),
    tflite.ActivationFunctionType.RELU: (0.0, None),
    tflite.ActivationFunctionType.RELU_N1_TO_1: (-1.0, 1.0),
    tflite.ActivationFunctionType.RELU6: (0.0, 6.0),
}


class Converter(Operands):
    """Converts the main subgraph; every variable that is a tensor of the file carries its name.

    After the conversion `made_by` holds the operator code behind each converted tensor.
    """

    def __init__(self, ours: Conversions, model: Any, subgraph: Any, *args: Any) -> None:
        super().__init__(model, subgraph, *args)
        self.ours = ours
        self.made_by: dict[str, str] = {}
        self.notes: dict[str, str] = {}  # for the user, by tensor
        self.variables = Variables(model, subgraph)

    # --- The loop over operators ------------------------------------------------------------------

    def check_unsupported_ops(self) -> None:
        """Name every operator that no converter knows, with the tensor it makes."""
        known = {*self.ours.quantized, *self.ours.plain, *self.convert_map}
        unknown = [op for op in self.needed() if self.code(op) not in known]
        if unknown:
            names = listed(f"{self.code(op)} {self.names[op.Outputs(0)]!r}" for op in unknown)
            custom = any(self.model.OperatorCodes(op.OpcodeIndex()).CustomCode() for op in unknown)
            raise UnsupportedOperator(f"unsupported operators: {names}{HINT * custom}")

    def convert_op_to_relax(self) -> None:
        for op in self.needed():
            code, made = self.code(op), self.names[op.Outputs(0)]
            known = [self.exprs[i] for i in as_tuple(op.InputsAsNumpy()) if i in self.exprs]
            with importing(f"{code} {made!r}", known):
                results = self.convert(op, code)
                for k, result in enumerate(results):
                    index = op.Outputs(k)
                    self.exprs[index] = self.bind(result, self.names[index])
                    self.check_made(self.exprs[index].ty, index, code)
                    self.made_by[self.names[index]] = code

    def check_made(self, computed: relax.TensorType, index: int, code: str) -> None:
        """What comes out must be what the file says, on which the operators behind it rely."""
        sizes = list(getattr(computed.shape, "values", ()))
        if computed.shape is None or not all(isinstance(size, tirx.IntImm) for size in sizes):
            raise UnsupportedOperator(
                f"{code} {self.names[index]!r}: its shape is known only at run time"
            )
        shape, dtype = tuple(int(size) for size in sizes), str(computed.dtype)
        if (shape, dtype) != (self.shape(index), self.dtype(index)):
            raise InvalidModel(
                f"damaged file: {code} {self.names[index]!r} is {self.dtype(index)} {self.shape(index)} "
                f"in the file, but {dtype} {shape} from its inputs"
            )

    def bind(self, value: relax.Expr, name: str) -> relax.Var:
        """A variable of exactly that name; BlockBuilder.emit would rewrite dots and trailing digits."""
        value = self.bb.normalize(value)
        variable = relax.DataflowVar(name, value.ty)
        self.bb.emit_normalized(relax.VarBinding(variable, value))
        return variable

    def convert(self, op: Any, code: str) -> list[relax.Expr]:
        operands = [
            *as_tuple(op.InputsAsNumpy()),
            *(op.Outputs(i) for i in range(op.OutputsLength())),
        ]
        self.reals = {} if code in NOT_OF_REALS else real_weights(self, op)
        quantized = any(self.quantized(i) for i in operands)
        ours = self.ours.quantized if quantized else self.ours.plain
        if code in ours:
            made = ours[code](self, op)
            return made if isinstance(made, list) else [made]
        self.refuse_variables(op, code)
        return self.in_float(op, code) if quantized else self.by_tvm(op, code)

    def refuse_variables(self, op: Any, code: str) -> None:
        """Raise if `op` keeps a state: what runs in TVM's form has none."""
        for i in as_tuple(op.InputsAsNumpy()):
            if i >= 0 and self.subgraph.Tensors(int(i)).IsVariable():
                raise UnsupportedOperator(
                    f"{code} {self.names[op.Outputs(0)]!r}: it keeps a state in {self.names[int(i)]!r}; "
                    "of operators with a state SVDF, sequence LSTM and RNN and named variables are supported"
                )

    def in_float(self, op: Any, code: str) -> list[relax.Expr]:
        """dequantize -> TVM's float operator -> quantize."""
        reals = {
            int(i): self.real(int(i))
            for i in as_tuple(op.InputsAsNumpy())
            if i >= 0 and self.quantized(i)
        }
        results = self.by_tvm(op, code, reals)
        options = self.options(op) if op.BuiltinOptions() else None
        fuses = hasattr(options, "FusedActivationFunction")
        quantized = []
        for i, result in zip(as_tuple(op.OutputsAsNumpy()), results, strict=True):
            if self.quantized(i):
                if str(self.bb.normalize(result).ty.dtype) != "float32":
                    raise UnsupportedOperator(f"{code} {self.names[i]!r}: of quantised tensors")
                result = self.to_quantized(result, int(i))
                result = self.fused(result, int(i), options) if fuses else result
            quantized.append(result)
        return quantized

    def by_tvm(
        self, op: Any, code: str, view: Mapping[int, relax.Expr] = MappingProxyType({})
    ) -> list[relax.Expr]:
        """TVM's conversion, which sees the tensors of `view` instead of its own."""
        self.view = view
        result = self.bb.normalize(self.convert_map[code](op=op))
        self.view = {}
        count = op.OutputsLength()
        return [result] if count == 1 else [result[i] for i in range(count)]

    def needed(self) -> list[Any]:
        """The operators that the outputs depend on through data, not through shape operands, in order."""
        wanted = {int(i) for i in as_tuple(self.subgraph.OutputsAsNumpy())}
        kept = []
        for k in reversed(range(self.subgraph.OperatorsLength())):
            op = self.subgraph.Operators(k)
            outputs = [op.Outputs(i) for i in range(op.OutputsLength())]
            if op.OutputsLength() and op.Outputs(0) in self.densified:
                continue  # its readers read the constant
            if wanted.isdisjoint(outputs) and self.code(op) != "ASSIGN_VARIABLE":
                continue
            kept.append(op)
            shapes = SHAPE_OPERANDS.get(self.code(op), set())
            wanted |= {
                int(i)
                for k, i in enumerate(as_tuple(op.InputsAsNumpy()))
                if i >= 0 and k not in shapes
            }
        return kept[::-1]

    def code(self, op: Any) -> str:
        code = self.model.OperatorCodes(op.OpcodeIndex())
        if custom := code.CustomCode():
            return str(custom.decode())
        builtin = builtin_code(code)
        return str(self.builtin_op_code.get(builtin, f"operator {builtin}"))

    # --- For the operators that are ours ----------------------------------------------------------

    def fused(self, data: relax.Expr, output: int, options: Any) -> relax.Expr:
        """The fused activation as a clip of the quantised `data`."""
        function = options.FusedActivationFunction()
        if function not in BOUNDS:
            name = self.activation_fn_type[function]
            raise UnsupportedOperator(
                f"{self.names[output]!r}: fused activation {name} of integers"
            )
        return self.clipped(data, output, *BOUNDS[function])

    def clipped(
        self, data: relax.Expr, like: int, low: float | None, high: float | None
    ) -> relax.Expr:
        """The integers `data`, in the quantisation of tensor `like`, within real bounds; None is none."""
        params = self.qparams(like)
        limits = integer_limits(self.dtype(like))
        lowest = limits[0] if low is None else max(limits[0], params.quantize(low))
        highest = limits[1] if high is None else min(limits[1], params.quantize(high))
        return data if (lowest, highest) == limits else relax.op.clip(data, lowest, highest)
