"""ONNX operators of other domains than ONNX's own, by the converters of plug-ins."""

from collections.abc import Mapping

from tvm import relax

from tinycompile.frontend.custom import Operation as Custom
from tinycompile.frontend.custom import Operator, Operators, made
from tinycompile.frontend.onnx.operation import Converter, Operation
from tinycompile.rewriting.expressions import shape_of


def with_custom(ours: Mapping[str, Converter], operators: Operators) -> dict[str, Converter]:
    """`ours`, and those of `operators`, by DOMAIN.TYPE."""
    return {**ours, **{name: _converter(name, one) for name, one in operators.items()}}


def _converter(name: str, operator: Operator) -> Converter:
    def convert(o: Operation) -> relax.Expr:
        inputs = [None if x is None else (shape_of(x), str(x.ty.dtype)) for x in o.inputs]
        outputs = [relax.TensorType(*ty) for ty in operator.types(inputs, o.attributes)]
        results = made(operator, Custom(name, o.inputs, outputs, o.attributes), o.builder)
        return results[0] if len(results) == 1 else relax.Tuple(results)

    return convert
