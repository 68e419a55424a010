"""Small TFLite files for tests; `tests.tflite_micro` runs them.

model = Model()
x = model.tensor("x", (1, 4, 4, 8), scale=0.1, zero_point=-3)
y = model.tensor("y", (1, 4, 4, 8), scale=1 / 256, zero_point=-128)
model.operator("SOFTMAX", [x], [y], "SoftmaxOptions", beta=1.0)
data = model.build(inputs=[x], outputs=[y])
(out,) = run_tflite_micro(data, random_inputs(data, seed=0))
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import Any

import flatbuffers
import numpy as np
import tflite
from numpy.typing import ArrayLike, NDArray

Array = NDArray[Any]


@dataclass(frozen=True)
class Tensor:
    name: str
    shape: tuple[int, ...]
    dtype: str
    scales: Array  # float32; empty when the tensor is not quantised
    zero_points: Array  # int64, as many as scales
    axis: int
    data: Array | None
    variable: bool
    sparsity: dict[str, Any] | None = None


@dataclass(frozen=True)
class Operator:
    code: str
    version: int
    inputs: list[str]
    outputs: list[str]
    options: str
    values: dict[str, Any]


@dataclass
class Model:
    """A model of one subgraph; tensors are referred to by their names."""

    tensors: dict[str, Tensor] = field(default_factory=dict)
    operators: list[Operator] = field(default_factory=list)
    inputs: list[str] = field(default_factory=list)  # of a subgraph behind the first
    outputs: list[str] = field(default_factory=list)

    def tensor(
        self,
        name: str,
        shape: Sequence[int],
        dtype: str = "int8",
        scale: ArrayLike | None = None,
        zero_point: ArrayLike = 0,
        axis: int = 0,
        data: Array | None = None,
        variable: bool = False,
    ) -> str:
        """Add a tensor; several scales lie along `axis`, `data` makes a constant. Returns `name`.

        A `variable` tensor keeps its value from one inference to the next.
        """
        assert name not in self.tensors, name
        scales = np.array([] if scale is None else scale, np.float32).reshape(-1)
        zero_points = np.broadcast_to(np.asarray(zero_point, np.int64), scales.shape)
        self.tensors[name] = Tensor(
            name, tuple(shape), dtype, scales, zero_points, axis, data, variable
        )
        return name

    def constant(self, name: str, data: Array, **quantization: Any) -> str:
        """Add a constant of the shape and type of `data`."""
        return self.tensor(name, data.shape, str(data.dtype), data=data, **quantization)

    def sparse(
        self, name: str, shape: Sequence[int], data: Array, levels: list[Any], **sparsity: Any
    ) -> str:
        """Add a constant of which only `data` is there; `levels` are sizes, or segments and indices."""
        self.tensor(name, shape, str(data.dtype), data=data)
        known = {"levels": levels, **sparsity}
        self.tensors[name] = replace(self.tensors[name], sparsity=known)
        return name

    def int4(self, name: str, data: Array, **quantization: Any) -> str:
        """Add a constant of 4 bits an element, from -8 to 7."""
        assert data.min() >= -8 and data.max() <= 7
        return self.tensor(name, data.shape, "int4", data=data, **quantization)

    def operator(
        self,
        code: str,
        inputs: Sequence[str],
        outputs: Sequence[str],
        options: str = "",
        version: int = 1,
        **values: Any,
    ) -> None:
        """Add the builtin operator `code`, e.g. "CONV_2D"; an input "" is an absent optional one.

        `options` is the type of its builtin options and `values` their fields, named as in TFLite's
        schema: `"Conv2DOptions", stride_h=1, padding=tflite.Padding.SAME`. A code that no builtin operator
        has is a custom one's, whose `custom_options` are an array of bytes.
        """
        operator = Operator(code, version, list(inputs), list(outputs), options, values)
        self.operators.append(operator)

    def build(self, inputs: Sequence[str], outputs: Sequence[str], *others: "Model") -> bytes:
        """The file; `others` become its other subgraphs, for CALL_ONCE and WHILE."""
        return _Writer(self, *others).model(inputs, outputs)


class _Writer:
    """Writes a model bottom-up, as flatbuffers must be: parts before the tables that hold them."""

    def __init__(self, *models: Model) -> None:
        self.builder = flatbuffers.Builder(1024)
        self.models = models
        self.tensors: list[Tensor] = []  # of the subgraph that is written
        self.names: list[str] = []  # what operators call them
        every = [op for part in self.models for op in part.operators]
        self.codes = sorted({(op.code, op.version) for op in every})

    def model(self, inputs: Sequence[str], outputs: Sequence[str]) -> bytes:
        # Buffer 0 is the empty one of tensors without data; tensor i has buffer i + 1.
        every = [tensor for part in self.models for tensor in part.tensors.values()]
        buffers = [self.table("Buffer"), *(self.buffer(t) for t in every)]
        subgraphs = [self.subgraph(self.models[0], 1, inputs, outputs)]
        buffer = 1
        for before, part in pairwise(self.models):
            buffer += len(before.tensors)
            subgraphs.append(self.subgraph(part, buffer, part.inputs, part.outputs))
        codes = [self.operator_code(*code) for code in self.codes]
        root = self.table(
            "Model",
            version=3,
            operator_codes=self.offsets(codes),
            subgraphs=self.offsets(subgraphs),
            buffers=self.offsets(buffers),
        )
        self.builder.Finish(root, b"TFL3")
        return bytes(self.builder.Output())

    def subgraph(
        self, model: Model, first_buffer: int, inputs: Sequence[str], outputs: Sequence[str]
    ) -> int:
        self.names, self.tensors = list(model.tensors), list(model.tensors.values())
        return self.table(
            "SubGraph",
            tensors=self.offsets(
                [self.tensor(i + first_buffer, t) for i, t in enumerate(self.tensors)]
            ),
            inputs=self.indices(inputs),
            outputs=self.indices(outputs),
            operators=self.offsets([self.operator(op) for op in model.operators]),
        )

    def operator_code(self, code: str, version: int) -> int:
        custom = {} if hasattr(tflite.BuiltinOperator, code) else {"custom_code": code}
        builtin = getattr(tflite.BuiltinOperator, "CUSTOM" if custom else code)
        old = min(builtin, tflite.BuiltinOperator.PLACEHOLDER_FOR_GREATER_OP_CODES)
        return self.table(
            "OperatorCode",
            deprecated_builtin_code=old,
            builtin_code=builtin,
            version=version,
            **custom,
        )

    def operator(self, op: Operator) -> int:
        fields: dict[str, Any] = {
            "opcode_index": self.codes.index((op.code, op.version)),
            "inputs": self.indices(op.inputs),
            "outputs": self.indices(op.outputs),
        }
        if op.options:
            fields["builtin_options_type"] = getattr(tflite.BuiltinOptions, op.options)
            fields["builtin_options"] = self.table(op.options, **op.values)
        if "custom_options" in op.values:
            fields["custom_options"] = op.values["custom_options"]
        return self.table("Operator", **fields)

    def tensor(self, buffer: int, tensor: Tensor) -> int:
        fields: dict[str, Any] = {}
        if tensor.scales.size:
            fields["quantization"] = self.table(
                "QuantizationParameters",
                scale=tensor.scales,
                zero_point=tensor.zero_points,
                quantized_dimension=tensor.axis,
            )
        if tensor.sparsity:
            fields["sparsity"] = self.sparsity(**tensor.sparsity)
        return self.table(
            "Tensor",
            shape=np.array(tensor.shape, np.int32),
            type=getattr(tflite.TensorType, tensor.dtype.upper()),
            buffer=0 if tensor.data is None else buffer,
            name=tensor.name,
            is_variable=tensor.variable,
            **fields,
        )

    def sparsity(self, levels: list[Any], order: list[int], blocks: Sequence[int] = ()) -> int:
        metadata = []
        for level in levels:
            if isinstance(level, int):
                metadata.append(self.table("DimensionMetadata", format=0, dense_size=level))
                continue
            parts = [self.table("Int32Vector", values=np.array(v, np.int32)) for v in level]
            metadata.append(
                self.table(
                    "DimensionMetadata",
                    format=1,
                    array_segments_type=1,
                    array_segments=parts[0],
                    array_indices_type=1,
                    array_indices=parts[1],
                )
            )
        fields = {"block_map": list(blocks)} if blocks else {}
        return self.table(
            "SparsityParameters",
            traversal_order=order,
            dim_metadata=self.offsets(metadata),
            **fields,
        )

    def buffer(self, tensor: Tensor) -> int:
        if tensor.data is None:
            return self.table("Buffer")
        values = np.ascontiguousarray(tensor.data)
        if tensor.dtype == "int4":  # two a byte, the first the lower half
            nibbles = np.pad(values.ravel() & 15, (0, values.size % 2)).astype(np.uint8)
            values = nibbles[::2] | nibbles[1::2] << 4
        data = np.frombuffer(values.tobytes(), np.uint8)
        self.builder.Prep(16, data.size)  # the schema aligns the data of buffers to 16 bytes
        return self.table("Buffer", data=data)

    def indices(self, names: Sequence[str]) -> Array:
        return np.array([self.names.index(name) if name else -1 for name in names], np.int32)

    def offsets(self, parts: list[int]) -> int:
        self.builder.StartVector(4, len(parts), 4)
        for part in reversed(parts):
            self.builder.PrependUOffsetTRelative(part)
        return int(self.builder.EndVector())

    def table(self, kind: str, **fields: Any) -> int:
        """A table of the schema's type `kind`; arrays become vectors, text becomes strings."""
        written = {name: self.part(value) for name, value in fields.items()}
        getattr(tflite, f"{kind}Start")(self.builder)
        for name, value in written.items():
            camel = "".join(word[:1].upper() + word[1:] for word in name.split("_"))
            getattr(tflite, f"{kind}Add{camel}")(self.builder, value)
        return int(getattr(tflite, f"{kind}End")(self.builder))

    def part(self, value: Any) -> Any:
        if isinstance(value, str):
            return self.builder.CreateString(value)
        if isinstance(value, list | tuple):
            value = np.array(value, np.int32)
        return self.builder.CreateNumpyVector(value) if isinstance(value, np.ndarray) else value
