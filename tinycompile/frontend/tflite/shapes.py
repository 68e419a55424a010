"""Another batch than the file's: the `--shape` of a TFLite input, and what follows from it."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from tinycompile.errors import InvalidModel
from tinycompile.frontend.tflite.converter import Converter
from tinycompile.frontend.tflite.structure import CODES, as_tuple, builtin_code, shape_of

Shape = tuple[int, ...]
# Their results may have the batch and another dimension as one.
RESHAPES = ("RESHAPE", "SPACE_TO_BATCH_ND", "BATCH_TO_SPACE_ND")


def set_batches(model: Any, names: list[str], asked: Mapping[str, Shape]) -> None:
    """Write the shapes into the tensors of `model`, whose buffer must be one that can be written."""
    subgraph = model.Subgraphs(0)
    inputs = {names[i]: i for i in as_tuple(subgraph.InputsAsNumpy())}
    batches: dict[int, tuple[int, int]] = {}  # tensor -> the batch that it had, that it has
    for name, shape in asked.items():
        if name not in inputs:
            known = ", ".join(inputs)
            raise InvalidModel(f"--shape {name}: no such input; the model has {known}")
        found = shape_of(subgraph.Tensors(inputs[name]))
        if not found or shape[1:] != found[1:] or len(shape) != len(found) or shape[0] < 1:
            raise InvalidModel(
                f"--shape {name}:{','.join(map(str, shape))}: the model's input {name!r} is {found}; of a "
                "TFLite input only the first size, the batch, can be another, 1 or more"
            )
        batches[inputs[name]] = found[0], shape[0]
    for k in range(subgraph.OperatorsLength()):
        op = subgraph.Operators(k)
        read = {batches[i] for i in as_tuple(op.InputsAsNumpy()) if i in batches}
        for output in as_tuple(op.OutputsAsNumpy()) if read else ():
            name = _code(model, op)
            size = (shape_of(subgraph.Tensors(output)) or (0,))[0]
            before, after = min(read)
            kept = size == before or (name in RESHAPES and size * after % before == 0)
            if not kept or not size or len(read) > 1:
                raise _lost(name, names[output])
            batches[output] = size, size * after // before
    for tensor, (_, batch) in batches.items():
        sizes = subgraph.Tensors(tensor).ShapeAsNumpy()
        assert isinstance(sizes, np.ndarray)
        sizes[0] = batch


def check_batches(converter: Converter) -> None:
    """Raise unless all tensors became what `set_batches` said they would."""
    for index, expression in converter.exprs.items():
        if tuple(int(size) for size in expression.ty.shape) != converter.shape(index):
            name = converter.names[index]
            raise _lost(converter.made_by.get(name, "input"), name)


def _code(model: Any, op: Any) -> str:
    return CODES.get(builtin_code(model.OperatorCodes(op.OpcodeIndex())), "operator")


def _lost(operator: str, tensor: str) -> InvalidModel:
    return InvalidModel(
        f"--shape: {operator} {tensor!r} does not keep the batch as its first dimension; convert the model "
        "again with the shape that you want"
    )
