"""TFLite files in which something is wrong: written so, or changed where it lies."""

import dataclasses
from typing import Any

import numpy as np
import tflite

from tests.fuzz.choices import Choices
from tests.fuzz.hostile import INT32, INTEGERS, NAMES, REALS
from tests.fuzz.tflite_graph import Growth
from tests.tflite_model import Operator

TYPES = ["float32", "float16", "int32", "uint8", "int64", "string", "bool", "int16", "complex64"]
TYPES += ["int8", "float64", "uint64", "resource", "variant", "uint32", "uint16"]
CODES = ["CUSTOM", "WHILE", "IF", "UNIDIRECTIONAL_SEQUENCE_LSTM", "VAR_HANDLE", "ASSIGN_VARIABLE"]
CODES += ["READ_VARIABLE", "SVDF", "CALL_ONCE", "STABLEHLO_ADD", "HASHTABLE", "RFFT2D", "DELEGATE"]
CODES += ["TRANSPOSE", "RESHAPE", "CONV_2D", "FULLY_CONNECTED", "CONCATENATION", "SPLIT", "GATHER"]
CODES += ["MEAN", "PAD", "SOFTMAX", "ADD", "TRANSPOSE_CONV", "STRIDED_SLICE", "PACK", "UNPACK"]
CODES += ["RESIZE_BILINEAR", "BATCH_MATMUL", "ARG_MAX", "MAX_POOL_2D", "DEPTHWISE_CONV_2D"]
CHOICES_OF_OPTIONS = ("padding", "fused_activation_function", "mode", "output_type")

# What is written wrong, before the file is.


def damage_graph(choices: Choices, growth: Growth) -> bytes:
    """The file of `growth` with a change to a tensor, an operator or the graph's ends."""
    change = choices.one_of([change_tensor, change_tensor, change_operator, change_ends, rename])
    change(choices, growth)
    return growth.model.build(growth.inputs, growth.outputs)


def change_tensor(choices: Choices, growth: Growth) -> None:
    name = choices.one_of(growth.model.tensors)
    tensor = growth.model.tensors[name]
    scales = choices.one_of([0, 1, 2, 3, 1000])
    count = len(tensor.scales)
    changes: dict[str, dict[str, Any]] = {
        "shape": {"shape": with_one(choices, tensor.shape, choices.one_of(INT32))},
        "rank": {"shape": choices.one_of([(), (*tensor.shape, 1), tensor.shape[1:], (1,) * 9])},
        "scale": {"scales": np.full(count, choices.one_of(REALS), np.float32)},
        "scales": {
            "scales": np.array([choices.one_of(REALS) for _ in range(scales)], np.float32),
            "zero_points": np.zeros(scales, np.int64),
            "axis": choices.one_of([0, 1, 3, -1, 7]),
        },
        "zero point": {"zero_points": np.full(count, choices.one_of(int64()), np.int64)},
        "type": {"dtype": choices.one_of(TYPES)},
        "data": {"data": choices.one_of([None, np.zeros(3, np.int8), np.zeros((2, 2), np.int32)])},
        "variable": {"variable": True},
    }
    if tensor.data is not None and tensor.data.dtype.kind == "i" and tensor.data.size:
        value = choices.one_of([v for v in INT32 if v in range(*limits(tensor.data))])
        flat = with_one(choices, tuple(tensor.data.reshape(-1).tolist()), value)
        changed = np.array(flat, tensor.data.dtype).reshape(tensor.data.shape)
        changes["value"] = {"data": changed}
    change = changes[choices.one_of(changes)]
    growth.model.tensors[name] = dataclasses.replace(tensor, **change)


def limits(array: np.ndarray[Any, Any]) -> tuple[int, int]:
    info = np.iinfo(array.dtype)
    return int(info.min), int(info.max) + 1


def int64() -> list[int]:
    return [value for value in INTEGERS if -(2**63) <= value < 2**63]


def with_one(choices: Choices, values: tuple[int, ...], value: int) -> tuple[int, ...]:
    """`values`, one of them replaced."""
    if not values:
        return values
    at = choices.between(0, len(values) - 1)
    return (*values[:at], value, *values[at + 1 :])


def change_operator(choices: Choices, growth: Growth) -> None:
    operators, tensors = growth.model.operators, list(growth.model.tensors)
    at = choices.between(0, len(operators) - 1)
    op = operators[at]
    how = choices.one_of(["input", "output", "code", "option", "order", "none"])
    if how == "order":
        operators.reverse()
    elif how == "none":
        operators.clear()
    elif how == "option" and op.values:
        operators[at] = dataclasses.replace(op, values=op.values | changed_option(choices, op))
    elif how == "code":
        operators[at] = dataclasses.replace(op, code=choices.one_of(CODES))
    elif how == "input" and op.inputs:
        inputs = list(op.inputs)
        inputs[choices.between(0, len(inputs) - 1)] = choices.one_of(["", *tensors, *op.outputs])
        operators[at] = dataclasses.replace(op, inputs=inputs)
    elif how == "output":
        operators[at] = dataclasses.replace(op, outputs=[choices.one_of(tensors)])


def changed_option(choices: Choices, op: Operator) -> dict[str, Any]:
    key = choices.one_of(op.values)
    value = op.values[key]
    if isinstance(value, bool):
        return {key: not value}
    if isinstance(value, float):
        return {key: choices.one_of(REALS)}
    if isinstance(value, int):
        enumerated = key in CHOICES_OF_OPTIONS
        numbers = [0, 1, 2, 3, 5, 100, 120] if enumerated else [0, -1, 1, 2, 1000, 2**31 - 1]
        return {key: choices.one_of(numbers)}
    return {}


def change_ends(choices: Choices, growth: Growth) -> None:
    any_tensor = choices.one_of(growth.model.tensors)
    if choices.chance(0.5):
        ends = [[], growth.inputs * 2, [*growth.inputs, any_tensor], growth.outputs]
        growth.inputs = choices.one_of(ends)
    else:
        ends = [[], growth.outputs * 2, [*growth.outputs, any_tensor], growth.inputs]
        growth.outputs = choices.one_of(ends)


def rename(choices: Choices, growth: Growth) -> None:
    same = choices.chance(0.2)
    for name, tensor in growth.model.tensors.items():
        if same or choices.chance(0.6):
            new = "same" if same else choices.one_of(NAMES)
            growth.model.tensors[name] = dataclasses.replace(tensor, name=new)


# What is changed where it lies: the flatbuffer stays sound.


class InPlace:
    """Numbers of a file, found through its tables."""

    def __init__(self, choices: Choices, data: bytes) -> None:
        self.choices, self.data = choices, bytearray(data)
        self.model = tflite.Model.GetRootAsModel(self.data, 0)
        self.graph = self.model.Subgraphs(0)

    def damaged(self) -> bytes:
        change = self.choices.one_of(
            [self.tensor, self.tensor, self.quantization, self.operator, self.operator,
             self.options, self.small_constant, self.ends, self.operator_code]
        )  # fmt: skip
        change()
        return bytes(self.data)

    def put(self, position: int, value: int | float, dtype: Any) -> None:
        with np.errstate(all="ignore"):
            raw = np.array([value]).astype(dtype).tobytes()
        self.data[position : position + len(raw)] = raw

    def field(self, table: Any, slot: int, value: int, dtype: Any) -> None:
        """The scalar field `slot` of a table, if the file has it."""
        if offset := table.Offset(slot):
            self.put(table.Pos + offset, value, dtype)

    def element(self, table: Any, slot: int, value: int | float, dtype: Any) -> None:
        """One element of the vector in field `slot`."""
        if (offset := table.Offset(slot)) and (length := table.VectorLen(offset)):
            at = self.choices.between(0, length - 1) * np.dtype(dtype).itemsize
            self.put(table.Vector(offset) + at, value, dtype)

    def any_tensor(self) -> Any:
        return self.graph.Tensors(self.choices.between(0, self.graph.TensorsLength() - 1))

    def any_operator(self) -> Any:
        return self.graph.Operators(self.choices.between(0, self.graph.OperatorsLength() - 1))

    def any_index(self) -> int:
        count = self.graph.TensorsLength()
        inside = self.choices.between(0, count - 1)
        return self.choices.one_of([-1, -2, 0, count, inside, inside, 2**31 - 1])

    def tensor(self) -> None:
        table = self.any_tensor()._tab
        what = self.choices.one_of(["shape", "type", "buffer", "name"])
        if what == "shape":
            self.element(table, 4, self.choices.one_of(INT32), np.int32)
        elif what == "type":
            self.field(table, 6, self.choices.between(0, 20), np.uint8)
        elif what == "buffer":
            buffers = [0, 1, self.choices.between(0, self.model.BuffersLength() - 1), 10**6]
            self.field(table, 8, self.choices.one_of(buffers), np.uint32)
        else:
            self.element(table, 10, self.choices.between(0, 255), np.uint8)

    def quantization(self) -> None:
        if (found := self.any_tensor().Quantization()) is None:
            return
        what = self.choices.one_of(["scale", "zero point", "axis"])
        if what == "scale":
            self.element(found._tab, 8, self.choices.one_of(REALS), np.float32)
        elif what == "zero point":
            self.element(found._tab, 10, self.choices.one_of(int64()), np.int64)
        else:
            self.field(found._tab, 16, self.choices.one_of([-1, 1, 3, 4, 100]), np.int32)

    def operator(self) -> None:
        table = self.any_operator()._tab
        what = self.choices.one_of(["code", "inputs", "outputs", "type of options"])
        if what == "code":
            self.field(table, 4, self.choices.one_of([0, 1, 99, 2**32 - 1]), np.uint32)
        elif what == "type of options":
            self.field(table, 10, self.choices.between(0, 130), np.uint8)
        else:
            self.element(table, 6 if what == "inputs" else 8, self.any_index(), np.int32)

    def options(self) -> None:
        table = self.any_operator().BuiltinOptions()
        if table is None:
            return
        fields = [slot for slot in range(4, 24, 2) if table.Offset(slot)]
        if not fields:
            return
        slot = self.choices.one_of(fields)
        if self.choices.chance(0.5):
            self.field(table, slot, self.choices.one_of([0, 1, 2, 3, 5, 255, 127]), np.uint8)
        else:
            self.field(table, slot, self.choices.one_of(INT32), np.int32)

    def small_constant(self) -> None:
        """Shapes, axes, permutations."""
        buffers = [self.model.Buffers(i) for i in range(self.model.BuffersLength())]
        small = [buffer for buffer in buffers if 4 <= buffer.DataLength() <= 64]
        if small:
            buffer = self.choices.one_of(small)
            start = buffer._tab.Vector(buffer._tab.Offset(4))
            at = self.choices.between(0, buffer.DataLength() // 4 - 1)
            self.put(start + 4 * at, self.choices.one_of(INT32), np.int32)

    def ends(self) -> None:
        self.element(self.graph._tab, self.choices.one_of([6, 8]), self.any_index(), np.int32)

    def operator_code(self) -> None:
        code = self.model.OperatorCodes(
            self.choices.between(0, self.model.OperatorCodesLength() - 1)
        )
        self.field(code._tab, 4, self.choices.between(0, 126), np.int8)
        self.field(code._tab, 10, self.choices.between(0, 126), np.int32)
