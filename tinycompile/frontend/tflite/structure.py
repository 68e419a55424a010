"""Whether a TFLite file hangs together: everything that is read of it later is looked at here, once.

Indices, names, types, shapes, data, quantisation, the order of operators, their options and the
constants that steer them. Raises InvalidModel, with the tensor or the operator where the file is damaged.
"""

from collections.abc import Sequence
from math import prod
from typing import Any

import numpy as np
import tflite
from numpy.typing import NDArray

from tinycompile.errors import InvalidModel, UnsupportedOperator
from tinycompile.frontend.importing import damaged
from tinycompile.frontend.tflite.forms import FORMS, Form, wrong_option

# Bits of an element; types that are not here (text, handles of variables) have no data that is read.
ITEM_BITS = {
    tflite.TensorType.INT4: 4,
    tflite.TensorType.BOOL: 8,
    tflite.TensorType.INT8: 8,
    tflite.TensorType.UINT8: 8,
    tflite.TensorType.FLOAT16: 16,
    tflite.TensorType.INT16: 16,
    tflite.TensorType.UINT16: 16,
    tflite.TensorType.FLOAT32: 32,
    tflite.TensorType.INT32: 32,
    tflite.TensorType.UINT32: 32,
    tflite.TensorType.FLOAT64: 64,
    tflite.TensorType.INT64: 64,
    tflite.TensorType.UINT64: 64,
}
INTEGERS = {tflite.TensorType.INT32: np.int32, tflite.TensorType.INT64: np.int64}
ZERO_POINTS = {
    tflite.TensorType.INT4: (-8, 7),
    tflite.TensorType.INT8: (-128, 127),
    tflite.TensorType.UINT8: (0, 255),
    tflite.TensorType.INT16: (-(2**15), 2**15 - 1),
}
TYPES: set[int] = {number for name, number in vars(tflite.TensorType).items() if name[0] != "_"}
CODES: dict[int, str] = {
    number: name for name, number in vars(tflite.BuiltinOperator).items() if name[0] != "_"
}
ETHOS_U = "ethos-u"  # the custom operator that Vela makes of a network
LARGEST = 2**31 - 1  # bytes of a tensor: what sizes in the C code hold


def check(model: Any, subgraph: int = 0) -> None:
    """Raise unless a subgraph of `model`, the main one is the first, hangs together."""
    with damaged("its tables"):
        if model.SubgraphsLength() == 0:
            raise InvalidModel("a TFLite model without a graph")
        graph = _Graph(model, model.Subgraphs(subgraph))
        graph.check_tensors()
        graph.check_ends()
        graph.check_operators()


def builtin_code(code: Any) -> int:
    """The number of the operator; files of before 2020 have it in another place."""
    return int(max(code.BuiltinCode(), code.DeprecatedBuiltinCode()))


def as_tuple(values: Any) -> tuple[int, ...]:
    """A flatbuffer vector; an absent one reads as the number 0."""
    return tuple(int(v) for v in values) if isinstance(values, np.ndarray) else tuple(values or ())


def shape_of(tensor: Any) -> tuple[int, ...]:
    return as_tuple(tensor.ShapeAsNumpy()) if tensor.ShapeLength() else ()


class _Graph:
    def __init__(self, model: Any, subgraph: Any) -> None:
        self.model, self.subgraph = model, subgraph
        self.count = subgraph.TensorsLength()
        self.names: list[str] = []
        self.shapes: list[tuple[int, ...]] = []
        self.constants: set[int] = set()
        self.variables: set[int] = set()
        self.inputs = as_tuple(subgraph.InputsAsNumpy())
        self.outputs = as_tuple(subgraph.OutputsAsNumpy())
        self.where = ""  # the tensor or operator that is looked at

    def failure(self, found: str) -> InvalidModel:
        return InvalidModel(f"damaged file: {self.where}: {found}")

    # --- Tensors ----------------------------------------------------------------------------------

    def check_tensors(self) -> None:
        for index in range(self.count):
            self.where = f"tensor {index}"
            with damaged(self.where):
                tensor = self.subgraph.Tensors(index)
                self.names.append(self.text(tensor.Name()))
                self.where = self.tensor(index)
                self.shapes.append(shape_of(tensor))
                if tensor.IsVariable():
                    self.variables.add(index)
                self.check_data(index, tensor)
                if (quantization := tensor.Quantization()) is not None:
                    self.check_scales(index, quantization)
                    self.check_zero_points(tensor, quantization)

    def check_data(self, index: int, tensor: Any) -> None:
        shape, bits = self.shapes[index], ITEM_BITS.get(tensor.Type(), 0)
        if tensor.Type() not in TYPES:
            raise self.failure(f"its type is number {tensor.Type()}, which TFLite does not have")
        if min(shape, default=0) < 0:
            raise self.failure(f"its shape is {shape}")
        expected = (prod(shape) * bits + 7) // 8
        if expected > LARGEST:
            raise self.failure(f"its shape {shape} takes {expected:,} bytes")
        if tensor.Buffer() >= self.model.BuffersLength():
            count = self.model.BuffersLength()
            raise self.failure(f"its data is buffer {tensor.Buffer()}, there are {count}")
        buffer = self.model.Buffers(tensor.Buffer())
        if size := buffer.DataLength():
            buffer.DataAsNumpy()
            self.constants.add(index)
            if bits and size != expected and tensor.Sparsity() is None:
                raise self.failure(
                    f"it has {size:,} bytes of data, its shape {shape} takes {expected:,}"
                )

    def check_scales(self, index: int, quantization: Any) -> None:
        scales = quantization.ScaleAsNumpy() if quantization.ScaleLength() else np.zeros(0)
        unusable = scales[
            ~(np.isfinite(scales) & ((scales == 0) | (scales >= np.finfo(np.float32).tiny)))
        ].tolist()
        if unusable or scales.tolist() == [0.0]:
            scale = (unusable or [0.0])[0]
            raise self.failure(f"its scale is {scale:g}; it must be finite and positive")
        if scales.size > 1 and scales.size not in self.shapes[index]:
            raise self.failure(f"it has {scales.size} scales, its shape is {self.shapes[index]}")
        if scales.size and quantization.ZeroPointLength() not in (0, 1, scales.size):
            count = quantization.ZeroPointLength()
            raise self.failure(f"it has {count} zero points for {scales.size} scales")

    def check_zero_points(self, tensor: Any, quantization: Any) -> None:
        low, high = ZERO_POINTS.get(tensor.Type(), (-(2**31), 2**31 - 1))
        zero_points = quantization.ZeroPointAsNumpy() if quantization.ZeroPointLength() else ()
        for zero_point in as_tuple(zero_points):
            if not low <= zero_point <= high:
                raise self.failure(
                    f"its zero point is {zero_point}, its type holds {low} to {high}"
                )

    # --- The graph --------------------------------------------------------------------------------

    def check_ends(self) -> None:
        self.where = "its outputs"
        if not self.outputs:
            raise self.failure("there are none")
        self.check_end(self.outputs)
        self.where = "its inputs"
        self.check_end(self.inputs)
        for index in self.inputs:
            if index in self.constants or index in self.variables or self.inputs.count(index) > 1:
                raise self.failure(f"{self.tensor(index)} is a constant, a variable or there twice")

    def check_end(self, indices: Sequence[int]) -> None:
        self.check_indices(indices, lowest=0)
        for index in indices:
            if 0 in self.shapes[index]:
                raise self.failure(f"{self.tensor(index)} has the shape {self.shapes[index]}")
            if self.subgraph.Tensors(index).Type() not in ITEM_BITS:
                raise self.failure(f"{self.tensor(index)} does not hold numbers")

    def check_operators(self) -> None:
        known = {*self.inputs, *self.constants, *self.variables}
        for k in range(self.subgraph.OperatorsLength()):
            self.where = f"operator {k}"
            with damaged(self.where):
                op = self.subgraph.Operators(k)
                code = self.code(op)
                self.where = f"operator {k}, {code}"
            with damaged(self.where):
                reads, makes = as_tuple(op.InputsAsNumpy()), as_tuple(op.OutputsAsNumpy())
                self.check_indices(reads, lowest=-1)
                self.check_indices(makes, lowest=0)
                self.check_order(reads, makes, known)
                if form := FORMS.get(code):
                    self.check_inputs(form, reads)
                    if form.options:
                        axes = makes if code == "PACK" else reads  # those that an axis counts
                        self.check_options(
                            op, form.options, len(self.shapes[axes[0]]) if axes else 0
                        )
        self.where = "its outputs"
        for index in self.outputs:
            if index not in known:
                raise self.failure(f"no operator makes {self.tensor(index)}")

    def code(self, op: Any) -> str:
        index, count = op.OpcodeIndex(), self.model.OperatorCodesLength()
        if index >= count:
            raise self.failure(f"its code is number {index}, there are {count}")
        code = self.model.OperatorCodes(index)
        if self.text(code.CustomCode()) == ETHOS_U:
            raise UnsupportedOperator(
                f"{self.where}: it is compiled for an Ethos-U accelerator already, which the C cannot call; "
                "give the .tflite that Vela read"
            )
        number = builtin_code(code)
        if number not in CODES:
            raise self.failure(f"its code is number {number}, which TFLite does not have")
        return CODES[number]

    def check_indices(self, indices: Sequence[int], lowest: int) -> None:
        for index in indices:
            if not lowest <= index < self.count:
                raise self.failure(f"it refers to tensor {index}, there are {self.count}")

    def check_order(self, reads: Sequence[int], makes: Sequence[int], known: set[int]) -> None:
        """Every tensor is made once, before it is read; an empty one, as the shape of a scalar, never."""
        for index in reads:
            if index >= 0 and index not in known and 0 not in self.shapes[index]:
                raise self.failure(f"it reads {self.tensor(index)}, which nothing has made before")
        for index in makes:
            if index in known:
                raise self.failure(f"it makes {self.tensor(index)}, which is there already")
            known.add(index)

    def tensor(self, index: int) -> str:
        first = self.names[index].split(";")[0]  # of the nodes that a converter fused
        return f"tensor {index}, {first!r}"

    def text(self, encoded: bytes | None) -> str:
        try:
            return (encoded or b"").decode()
        except UnicodeDecodeError as error:
            raise self.failure("its name is not UTF-8") from error

    # --- Operators --------------------------------------------------------------------------------

    def check_inputs(self, form: Form, reads: Sequence[int]) -> None:
        given = [k for k, index in enumerate(reads) if index >= 0]
        needed = set(range(max(form.inputs, len(reads)))) - {*form.optional}
        lacking = sorted(needed.difference(given))
        if lacking:
            raise self.failure(f"its input {lacking[0]} is missing")
        for k, rank in form.ranks.items():
            if len(self.shapes[reads[k]]) != rank:
                shape = self.shapes[reads[k]]
                raise self.failure(f"its input {k} is {shape}; it must have {rank} dimensions")
        for operand in form.operands:
            if reads[operand.index] in self.constants:
                values = self.integers(operand.index, reads)
                if found := operand.check(values, self.shapes[reads[operand.data]]):
                    raise self.failure(f"its input {operand.index} says {found}")

    def integers(self, k: int, reads: Sequence[int]) -> NDArray[Any]:
        tensor = self.subgraph.Tensors(reads[k])
        if tensor.Type() not in INTEGERS:
            raise self.failure(f"its input {k} must be int32 or int64")
        data = self.model.Buffers(tensor.Buffer()).DataAsNumpy()
        return np.frombuffer(data.tobytes(), INTEGERS[tensor.Type()])

    def check_options(self, op: Any, expected: str, rank: int) -> None:
        table, kind = op.BuiltinOptions(), op.BuiltinOptionsType()
        if table is None or kind != getattr(tflite.BuiltinOptions, expected):
            raise self.failure(f"its options are not {expected} (number {kind})")
        options = getattr(tflite, expected)()
        options.Init(table.Bytes, table.Pos)
        if found := wrong_option(options, rank):
            raise self.failure(found)
