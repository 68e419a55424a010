"""Custom operators of TFLite files, by the converters of plug-ins."""

from typing import Any

from tvm import relax

from tinycompile.frontend.custom import Operation, Operator, Operators, made
from tinycompile.frontend.tflite.converter import Conversion, Conversions, Converter
from tinycompile.frontend.tflite.structure import as_tuple


def with_custom(ours: Conversions, operators: Operators) -> Conversions:
    """`ours`, and those of `operators`."""
    more = {name: _conversion(name, operator) for name, operator in operators.items()}
    return Conversions({**ours.quantized, **more}, {**ours.plain, **more})


def _conversion(name: str, operator: Operator) -> Conversion:
    def convert(converter: Converter, op: Any) -> list[relax.Expr]:
        converter.refuse_variables(op, name)
        outputs = [op.Outputs(k) for k in range(op.OutputsLength())]
        operation = Operation(
            name,
            [_operand(converter, int(index)) for index in as_tuple(op.InputsAsNumpy())],
            [_type(converter, index) for index in outputs],
            attributes={},
            options=bytes(op.CustomOptionsAsNumpy()) if op.CustomOptionsLength() else b"",
        )
        results = zip(made(operator, operation, converter.bb), outputs, strict=True)
        return [
            converter.to_quantized(result, index) if converter.quantized(index) else result
            for result, index in results
        ]

    return convert


def _operand(converter: Converter, index: int) -> relax.Expr | None:
    if index < 0:
        return None
    return converter.real(index) if converter.quantized(index) else converter.integer(index)


def _type(converter: Converter, index: int) -> relax.TensorType:
    real = converter.quantized(index)
    return relax.TensorType(converter.shape(index), "float32" if real else converter.dtype(index))
