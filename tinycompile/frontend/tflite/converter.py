"""TVM's TFLite converter, extended to what real int8 and int16x8 files hold.

An operator on quantised tensors has a converter of ours, in the file of its family, or runs in TVM's
float form between dequantize and quantize.
"""

from collections.abc import Callable
from functools import partial
from typing import Any

from tvm import relax, tirx

from tinycompile.errors import InvalidModel, UnsupportedOperator, listed
from tinycompile.frontend.importing import importing
from tinycompile.frontend.tflite import (
    batches,
    elementwise,
    moves,
    products,
    states,
    windows,
)
from tinycompile.frontend.tflite.operands import INTEGERS, Operands
from tinycompile.frontend.tflite.structure import as_tuple, builtin_code
from tinycompile.quantization import integer_limits

FAMILIES = (
    batches, elementwise, moves, products, states, windows
)  # fmt: skip

MOVES = batches.CONVERTERS.keys() | moves.CONVERTERS.keys()
ALWAYS_OURS = MOVES | states.CONVERTERS.keys()

# Operands that only state the shape of the result, which the file states too.
SHAPE_OPERANDS = {
    "BROADCAST_TO": {1},
    "RESHAPE": {1},
    "RESIZE_BILINEAR": {1},
    "RESIZE_NEAREST_NEIGHBOR": {1},
    "TRANSPOSE_CONV": {0},
    # Handles of variables: what they are called is read where they are used.
    "ASSIGN_VARIABLE": {0},
    "READ_VARIABLE": {0},
}


class Converter(Operands):
    """Converts the main subgraph; every variable that is a tensor of the file carries its name.

    After the conversion `made_by` holds the operator code behind each converted tensor.
    """

    def __init__(self, model: Any, subgraph: Any, exp_tab: Any, ctx: Any, *args: Any) -> None:
        super().__init__(model, subgraph, exp_tab, ctx, *args)
        self.made_by: dict[str, str] = {}
        self.notes: dict[str, str] = {}  # for the user, by tensor
        self.variables = states.Variables(model, subgraph)
        self.ours: dict[str, Callable[[Any], relax.Expr | list[relax.Expr]]] = {
            "QUANTIZE": self.requantize,
            "DEQUANTIZE": self.to_float,
        }
        for family in FAMILIES:
            for code, convert in family.CONVERTERS.items():
                self.ours[code] = partial(convert, self)

    # --- The loop over operators ------------------------------------------------------------------

    def check_unsupported_ops(self) -> None:
        """Name every operator that no converter knows, with the tensor it makes."""
        unknown = [
            f"{self.code(op)} {self.names[op.Outputs(0)]!r}"
            for op in self.needed()
            if self.code(op) not in self.ours and self.code(op) not in self.convert_map
        ]
        if unknown:
            raise UnsupportedOperator(f"unsupported operators: {listed(unknown)}")

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
        quantized = any(self.quantized(i) for i in operands)
        if code in self.ours and (quantized or code in ALWAYS_OURS):
            made = self.ours[code](op)
            return made if isinstance(made, list) else [made]
        self.refuse_variables(op, code)
        if quantized:
            return self.in_float(op, code)
        if code == "FULLY_CONNECTED":  # TVM's does not flatten its input
            self.view = {op.Inputs(0): self.bb.normalize(products.in_rows(self, op))}
        results = self.by_tvm(op, code)
        self.view = {}
        return results

    def refuse_variables(self, op: Any, code: str) -> None:
        """Raise if `op` keeps a state: what runs in TVM's form has none."""
        for i in as_tuple(op.InputsAsNumpy()):
            if i >= 0 and self.subgraph.Tensors(int(i)).IsVariable():
                raise UnsupportedOperator(
                    f"{code} {self.names[op.Outputs(0)]!r}: it keeps a state in {self.names[int(i)]!r}; "
                    "of operators with a state SVDF and named variables are supported"
                )

    def in_float(self, op: Any, code: str) -> list[relax.Expr]:
        """dequantize -> TVM's float operator -> quantize."""
        self.view = {
            int(i): self.real(int(i))
            for i in as_tuple(op.InputsAsNumpy())
            if i >= 0 and self.quantized(i)
        }
        results = self.by_tvm(op, code)
        self.view = {}
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

    def by_tvm(self, op: Any, code: str) -> list[relax.Expr]:
        """TVM's conversion."""
        result = self.bb.normalize(self.convert_map[code](op=op))
        count = op.OutputsLength()
        return [result] if count == 1 else [result[i] for i in range(count)]

    def needed(self) -> list[Any]:
        """The operators that the outputs depend on through data, not through shape operands, in order."""
        wanted = {int(i) for i in as_tuple(self.subgraph.OutputsAsNumpy())}
        kept = []
        for k in reversed(range(self.subgraph.OperatorsLength())):
            op = self.subgraph.Operators(k)
            outputs = [op.Outputs(i) for i in range(op.OutputsLength())]
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

    # --- Operators: the rest lies in the files of the families -----------------------------------------

    def fused(self, data: relax.Expr, output: int, options: Any) -> relax.Expr:
        """The fused activation as a clip of the quantised `data`."""
        function = options.FusedActivationFunction()
        if function not in elementwise.BOUNDS:
            name = self.activation_fn_type[function]
            raise UnsupportedOperator(
                f"{self.names[output]!r}: fused activation {name} of integers"
            )
        return self.clipped(data, output, *elementwise.BOUNDS[function])

    def clipped(
        self, data: relax.Expr, like: int, low: float | None, high: float | None
    ) -> relax.Expr:
        """The integers `data`, in the quantisation of tensor `like`, within real bounds; None is none."""
        params = self.qparams(like)
        limits = integer_limits(self.dtype(like))
        lowest = limits[0] if low is None else max(limits[0], params.quantize(low))
        highest = limits[1] if high is None else min(limits[1], params.quantize(high))
        return data if (lowest, highest) == limits else relax.op.clip(data, lowest, highest)

    def requantize(self, op: Any) -> relax.Expr:
        data, output = op.Inputs(0), op.Outputs(0)
        if (dtype := self.dtype(output)) not in (*INTEGERS, "int32"):
            known = ", ".join((*INTEGERS, "int32"))
            raise UnsupportedOperator(
                f"QUANTIZE {self.names[output]!r}: to {dtype}; supported: to {known}"
            )
        real = self.real(data) if self.quantized(data) else self.integer(data)
        return self.to_quantized(real, output)

    def to_float(self, op: Any) -> relax.Expr:
        return self.real(op.Inputs(0))
