"""Subgraphs of a TFLite file on numbers, to find out what they compute: the operators of loops, in numpy."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import tflite
from numpy.typing import NDArray

from tinycompile.errors import InvalidModel, UnsupportedOperator
from tinycompile.frontend.tflite.structure import as_tuple, check, shape_of

Array = NDArray[Any]
Values = dict[int, Array]
KINDS = tflite.ActivationFunctionType
ACTIVATIONS: dict[int, Callable[[Array], Array]] = {
    KINDS.NONE: lambda x: x,
    KINDS.RELU: lambda x: np.maximum(x, 0),
    KINDS.RELU6: lambda x: np.clip(x, 0, 6),
    KINDS.TANH: np.tanh,
}


class Subgraph:
    """One of the file's subgraphs, of floats and integers that are not quantised."""

    def __init__(self, converter: Any, index: int) -> None:
        if not 0 < index < converter.model.SubgraphsLength():
            raise UnsupportedOperator(f"there is no subgraph {index}")
        check(converter.model, index)
        self.converter, self.index, self.graph = converter, index, converter.model.Subgraphs(index)
        self.inputs = as_tuple(self.graph.InputsAsNumpy())
        self.outputs = as_tuple(self.graph.OutputsAsNumpy())
        self.operators = [self.graph.Operators(i) for i in range(self.graph.OperatorsLength())]
        self.constants: Values = {}
        for i in range(self.graph.TensorsLength()):
            tensor = self.graph.Tensors(i)
            buffer = converter.model.Buffers(tensor.Buffer())
            if buffer.DataLength():
                dtype = np.dtype(converter.get_tensor_type_str(tensor.Type()))
                values = np.frombuffer(buffer.DataAsNumpy().tobytes(), dtype)
                self.constants[i] = values.reshape(shape_of(tensor))

    def run(self, inputs: Sequence[Array]) -> list[Array]:
        """The outputs; floats are computed in double precision."""
        values = self.constants | dict(zip(self.inputs, inputs, strict=True))
        for op in self.operators:
            code = self.converter.code(op)
            if code not in OPERATORS:
                raise UnsupportedOperator(f"it has a {code}")
            try:
                values |= self.evaluated(op, code, values)
            except (AttributeError, IndexError, KeyError, TypeError, ValueError) as error:
                raise InvalidModel(f"damaged file: {code} in subgraph {self.index}") from error
        return [values[i] for i in self.outputs]

    def evaluated(self, op: Any, code: str, values: Values) -> Values:
        options = self.converter.options(op) if op.BuiltinOptions() else None
        operands = [values[i] if i >= 0 else None for i in as_tuple(op.InputsAsNumpy())]
        made = OPERATORS[code](options, operands)
        results = made if isinstance(made, list) else [made]
        shapes = [shape_of(self.graph.Tensors(op.Outputs(k))) for k in range(len(results))]
        return {
            op.Outputs(k): np.reshape(result, shape)
            for k, (result, shape) in enumerate(zip(results, shapes, strict=True))
        }

    def reached(self, inputs: Sequence[int]) -> set[int]:
        """The tensors that depend on those of the `inputs` at these positions."""
        found = {self.inputs[i] for i in inputs}
        for op in self.operators:
            if found.intersection(as_tuple(op.InputsAsNumpy())):
                found.update(op.Outputs(k) for k in range(op.OutputsLength()))
        return found


def _activated(options: Any, x: Array) -> Array:
    kind = options.FusedActivationFunction() if options else KINDS.NONE
    if kind not in ACTIVATIONS:
        raise UnsupportedOperator(f"it has fused activation {kind}")
    return ACTIVATIONS[kind](x)


def _fully_connected(options: Any, operands: list[Any]) -> Array:
    x, weights = operands[:2]
    sums = x.reshape(-1, weights.shape[1]) @ weights.astype(np.float64).T
    bias = operands[2] if len(operands) > 2 else None
    return _activated(options, sums if bias is None else sums + bias)


def _arithmetic(function: Callable[[Array, Array], Array]) -> Any:
    return lambda options, operands: _activated(options, function(*operands))


def _plain(function: Callable[..., Array]) -> Any:
    return lambda options, operands: function(*operands)


def _slice(options: Any, operands: list[Any]) -> Array:
    x, begin, size = operands
    ends = [n if s < 0 else b + s for n, b, s in zip(x.shape, begin, size, strict=True)]
    return np.asarray(x[tuple(slice(b, e) for b, e in zip(begin, ends, strict=True))])


def _update_slice(options: Any, operands: list[Any]) -> Array:
    x, update, begin = operands
    result = x.copy()
    result[tuple(slice(b, b + n) for b, n in zip(begin, update.shape, strict=True))] = update
    return np.asarray(result)


def _split(options: Any, operands: list[Any]) -> list[Array]:
    axis, x = operands
    return list(np.split(x, options.NumSplits(), int(axis)))


def _split_v(options: Any, operands: list[Any]) -> list[Array]:
    x, sizes, axis = operands
    return list(np.split(x, np.cumsum(sizes)[:-1], int(axis)))


def _sigmoid(x: Array) -> Array:
    return np.asarray(1 / (1 + np.exp(-x)))


OPERATORS: dict[str, Callable[[Any, list[Any]], Array | list[Array]]] = {
    "ADD": _arithmetic(np.add),
    "SUB": _arithmetic(np.subtract),
    "MUL": _arithmetic(np.multiply),
    "FULLY_CONNECTED": _fully_connected,
    "LOGISTIC": _plain(_sigmoid),
    "TANH": _plain(np.tanh),
    "RELU": _plain(lambda x: np.maximum(x, 0)),
    "LESS": _plain(np.less),
    "LOGICAL_AND": _plain(np.logical_and),
    "MAXIMUM": _plain(np.maximum),
    "MINIMUM": _plain(np.minimum),
    "SPLIT": _split,
    "SPLIT_V": _split_v,
    "SLICE": _slice,
    "DYNAMIC_UPDATE_SLICE": _update_slice,
    "GATHER": lambda options, o: np.take(o[0], o[1], options.Axis()),
    "CONCATENATION": lambda options, o: _activated(options, np.concatenate(o, options.Axis())),
    "PACK": lambda options, o: np.stack(o, options.Axis()),
    "TRANSPOSE": _plain(np.transpose),
    # The shape comes from the file.
    "RESHAPE": lambda options, o: o[0],
    "EXPAND_DIMS": lambda options, o: o[0],
    "SQUEEZE": lambda options, o: o[0],
}
