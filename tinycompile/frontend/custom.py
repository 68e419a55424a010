"""Operators that no importer knows: ONNX's of other domains, TFLite's custom ones. Plug-ins convert them.

An operator stands among real numbers: tensors that the file has quantised are dequantised before it and
quantised behind it, as those of any other operator are.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from tvm import relax

from tinycompile.errors import UnsupportedOperator
from tinycompile.rewriting.expressions import shape_of

HINT = (
    "; a plug-in may add custom ones (docs/plugins.md)"  # behind words on those that nothing knows
)

Type = tuple[tuple[int, ...], str]  # of a tensor: its shape, and what numpy calls its elements


@dataclass(frozen=True)
class Operation:
    """One such operator of a model: what it reads, None where that is left out, and what it shall make."""

    name: str
    inputs: Sequence[Any]  # relax.Expr
    outputs: Sequence[relax.TensorType]
    attributes: Mapping[str, Any]  # of ONNX
    options: bytes = b""  # of TFLite, as the file has them: often a flexbuffer


# Makes the output of an operation, or the list of them, as Relax expressions.
Convert = Callable[[Operation], Any]
# The types of an ONNX operator's outputs, of those of its inputs and its attributes.
Types = Callable[[Sequence[Type | None], Mapping[str, Any]], Sequence[Type]]


def like_the_first(inputs: Sequence[Type | None], attributes: Mapping[str, Any]) -> Sequence[Type]:
    return [] if inputs[0] is None else [inputs[0]]


@dataclass(frozen=True)
class Operator:
    convert: Convert
    types: Types = like_the_first


# By name: TFLite's custom code, or DOMAIN.TYPE of ONNX.
Operators = Mapping[str, Operator]
NO_OPERATORS: Operators = MappingProxyType({})


def made(operator: Operator, operation: Operation, builder: relax.BlockBuilder) -> list[relax.Expr]:
    """The outputs of `operation`. Raises UnsupportedOperator if they are not of the types it says."""
    result = operator.convert(operation)
    results = [builder.normalize(one) for one in (result if isinstance(result, list) else [result])]
    found = [f"{one.ty.dtype} {shape_of(one)}" for one in results]
    wanted = [f"{ty.dtype} {tuple(int(size) for size in ty.shape)}" for ty in operation.outputs]
    if found != wanted:
        raise UnsupportedOperator(
            f"its plug-in makes {', '.join(found)} of it, and should make {', '.join(wanted)}"
        )
    return results
