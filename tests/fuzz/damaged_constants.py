"""A model that damage is done to; changes of its constants."""

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from tests.fuzz.choices import Choices
from tests.fuzz.hostile import INTEGERS, REALS

LOCATIONS = [
    "../secret.bin",
    "/etc/passwd",
    "weights.bin",
    "weights.bin",
    "weights.bin",
    "/dev/zero",
]
LOCATIONS += [
    "/dev/stdin",
    "fifo",
    "link.bin",
    "linkdir/x.bin",
    "",
    ".",
    "..",
    "a\x00b",
    "w" * 5000,
]
LOCATIONS += ["sub/../../secret.bin", "/proc/self/mem", "a\nb"]


@dataclass
class Damage:
    """A model, what to change it by, and the files that come to lie beside it."""

    choices: Choices
    model: onnx.ModelProto
    files: dict[str, bytes] = field(default_factory=dict)

    @property
    def graph(self) -> Any:
        return self.model.graph

    @property
    def tensors(self) -> list[str]:
        made = [name for node in self.graph.node for name in node.output if name]
        return made + [value.name for value in [*self.graph.input, *self.graph.initializer]]

    def node(self) -> Any:
        return self.choices.one_of(self.graph.node)

    def constant(self) -> Any:
        return self.choices.one_of(self.graph.initializer)


def dimensions(damage: Damage) -> None:
    tensor, choices = damage.constant(), damage.choices
    sizes = list(tensor.dims)
    forms = [
        [*sizes[:-1], choices.one_of([-1, -5, -(2**62), 0])],
        [*sizes[:-1], choices.one_of([2**31 - 1, 2**40, 2**62, 10**6])],
        sizes + [1] * choices.one_of([1, 5, 60]),
        sizes[1:],
        sizes[::-1],
    ]
    del tensor.dims[:]
    tensor.dims.extend(choices.one_of(forms))


def type_of_constant(damage: Damage) -> None:
    damage.constant().data_type = damage.choices.one_of([*range(24), 99, -1])


def content(damage: Damage) -> None:
    tensor = damage.constant()
    raw = tensor.raw_data
    tensor.raw_data = damage.choices.one_of([b"", raw[:-1], raw * 2, b"x", raw[::-1]])


def strings(damage: Damage) -> None:
    tensor = damage.constant()
    tensor.CopyFrom(helper.make_tensor(tensor.name, TensorProto.STRING, [1], [b"x"]))


def quantization(damage: Damage) -> None:
    choices = damage.choices
    linear = ("QuantizeLinear", "DequantizeLinear")
    node = choices.one_of(node for node in damage.graph.node if node.op_type in linear)
    name = choices.one_of(node.input[1:])
    tensor = choices.one_of(t for t in damage.graph.initializer if t.name == name)
    value = numpy_helper.to_array(tensor).copy()
    flat = value.reshape(-1)
    forms = [np.stack([value, value]), flat[:0], np.repeat(flat[:1], 3), value.reshape(1, -1)]
    forms += [value.astype(t) for t in (np.int8, np.uint8, np.int32, np.int16, np.int64)]
    if value.dtype.kind == "f":
        forms += [np.full_like(value, choices.one_of(REALS)) for _ in range(8)]
    else:
        info = np.iinfo(value.dtype)
        forms += [np.full_like(value, choices.one_of([info.min, info.max, 0, 1]))]
    with np.errstate(all="ignore"):
        changed = np.ascontiguousarray(choices.one_of(forms))
    tensor.CopyFrom(numpy_helper.from_array(changed, name))


def small_constant(damage: Damage) -> None:
    """Shapes, axes, bounds."""
    integers = (TensorProto.INT64, TensorProto.INT32)
    kept = damage.graph.initializer
    tensor = damage.choices.one_of(t for t in kept if t.data_type in integers)
    value = numpy_helper.to_array(tensor).copy()
    if value.size:
        info = np.iinfo(value.dtype)
        fitting = [v for v in INTEGERS if info.min <= v <= info.max]
        at = damage.choices.between(0, value.size - 1)
        value.reshape(-1)[at] = damage.choices.one_of(fitting)
        if damage.choices.chance(0.15):
            value = value.reshape(-1)[:-1]
    tensor.CopyFrom(numpy_helper.from_array(np.ascontiguousarray(value), tensor.name))


def external_data(damage: Damage) -> None:
    tensor, choices = damage.constant(), damage.choices
    size = len(tensor.raw_data)
    tensor.ClearField("raw_data")
    tensor.data_location = TensorProto.EXTERNAL
    tensor.external_data.add(key="location", value=choices.one_of(LOCATIONS))
    sizes = {
        "offset": ["0", "-1", "10", "x", str(2**62), ""],
        "length": [str(size), "-1", "0", "x", str(2**40), str(size + 5)],
    }
    for key, values in sizes.items():
        if choices.chance(0.7):
            tensor.external_data.add(key=key, value=choices.one_of(values))
    damage.files["weights.bin"] = b"\x11" * choices.one_of([size, size, size - 1, 0, size + 100])
    damage.files["../secret.bin"] = b"\x22" * size


CONSTANTS = {
    dimensions: 1,
    type_of_constant: 1,
    content: 1,
    strings: 1,
    quantization: 4,
    small_constant: 2,
    external_data: 2,
}
