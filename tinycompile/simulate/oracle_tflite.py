"""TFLite Micro as the oracle, bit for bit; LiteRT for what that does not run, and where it is not.

As in `oracle_onnx.py` the graph is cut at every tensor that our program has, so that each layer is computed
from what our C fed it. LiteRT differs from TFLite Micro by 1 in fully connected layers of int8.
"""

import copy
from math import prod
from typing import TYPE_CHECKING, Any

import numpy as np

from tinycompile.errors import MissingTool, OracleFailed
from tinycompile.frontend.cutting import needed
from tinycompile.frontend.source import Source
from tinycompile.frontend.tflite.tensors import int4_values
from tinycompile.simulate.oracle_onnx import Arrays, as_ours, as_theirs, by_name_in_file
from tinycompile.simulate.reference import (
    INSTALL,
    LiteRT,
    Reference,
    TFLiteMicro,
    is_installed,
)

if TYPE_CHECKING:
    from tinycompile.pipeline import Compiled

ARENA_BYTES = 16 << 20  # besides the tensors
DTYPES = {  # by the names of tflite.TensorType
    "FLOAT32": np.float32, "INT8": np.int8, "UINT8": np.uint8, "INT16": np.int16, "INT32": np.int32,
    "INT64": np.int64, "BOOL": np.bool_,
}  # fmt: skip


class Oracle:
    """The model of `compiled`, cut at those of `names` that an operator of the file makes."""

    def __init__(self, compiled: "Compiled", names: list[str]) -> None:
        if not is_installed(LiteRT):
            raise MissingTool(f"{LiteRT.package} is not installed; {INSTALL}")
        self.compiled = compiled
        self.file = File(compiled.source)
        self.ours = by_name_in_file(compiled, names)
        self.inputs = [self.file.names[i] for i in self.file.graph.inputs]
        self.names = self.file.cut(list(self.ours))
        bytes_ = sum(prod(t.shape) * 8 for t in compiled.program.tensors.values())
        self.arena_bytes = ARENA_BYTES + 4 * bytes_
        self.left = [runtime for runtime in (TFLiteMicro, LiteRT) if is_installed(runtime)]
        self.reference: Reference | None = None

    @property
    def title(self) -> str:
        return self.reference.title if self.reference else ""

    @property
    def tolerance(self) -> int:
        return 0 if self.title == TFLiteMicro.title else 1  # LSB

    def run(self, inputs: Arrays, ours: Arrays) -> Arrays:
        """Every layer's output from our values of its inputs, in our type and layout.

        The first runtime that does it is kept.
        """
        if not self.names:
            return {}
        given = {name: inputs[name] for name in self.inputs}
        given |= {name: ours[self.ours[name]] for name in self.names}
        feed = [self.as_in_file(name, array) for name, array in given.items()]
        theirs = self.first(feed) if self.reference is None else self.call(feed)
        named = zip((self.ours[name] for name in self.names), theirs, strict=True)
        return {name: as_ours(array, name, self.compiled) for name, array in named}

    def first(self, feed: list[np.ndarray]) -> list[np.ndarray]:
        reasons = []
        for runtime in self.left:
            self.reference = Reference(runtime)
            model = self.file.pack(in_float=runtime is LiteRT)
            try:
                self.reference.call("load", model, self.arena_bytes)
                return self.call(feed)
            except OracleFailed as error:
                reasons.append(str(error))
                self.close()
        raise OracleFailed("; ".join(reasons))

    def call(self, feed: list[np.ndarray]) -> list[np.ndarray]:
        assert self.reference
        result: list[np.ndarray] = self.reference.call("run", feed, len(self.names))
        return result

    def as_in_file(self, name: str, array: np.ndarray) -> np.ndarray:
        dtype = self.file.dtype(name)
        return as_theirs(array, self.ours.get(name, name), self.compiled, dtype)

    def close(self) -> None:
        if self.reference:
            self.reference.close()


class File:
    """A TFLite file that can be changed and written again."""

    def __init__(self, source: Source) -> None:
        from ai_edge_litert import schema_py_generated as schema

        self.schema, self.source = schema, source
        self.model = schema.ModelT.InitFromPackedBuf(source.path.read_bytes(), 0)
        self.graph = self.model.subgraphs[0]
        self.names = list(source.shapes)
        self.indices = {name: i for i, name in enumerate(self.names)}
        if source.cut:
            self.end_at(source.outputs)
        for tensor, shape in zip(self.graph.tensors, source.shapes.values(), strict=True):
            tensor.shape = list(shape)  # the user may have asked for another batch

    def end_at(self, outputs: list[str]) -> None:
        """Leave out what these do not need, as the compiler did."""
        operators = self.graph.operators
        nodes = [(list(map(int, op.inputs)), list(map(int, op.outputs))) for op in operators]
        kept = needed(nodes, [self.indices[name] for name in outputs])
        self.graph.operators = [operators[k] for k in kept]
        self.graph.inputs = [self.indices[name] for name in self.source.inputs]

    def dtype(self, name: str) -> Any:
        return self.dtype_of(self.graph.tensors[self.indices[name]])

    def dtype_of(self, tensor: Any) -> Any:
        kinds = vars(self.schema.TensorType)
        return next((DTYPES.get(n) for n, kind in kinds.items() if kind == tensor.type), None)

    def cut(self, names: list[str]) -> list[str]:
        """Cut at those of `names` that an operator makes, and return them."""
        made = {int(i) for op in self.graph.operators for i in op.outputs}
        names = [n for n in names if self.indices.get(n) in made and self.dtype(n) is not None]
        given = {}
        for name in names:
            tensor = copy.copy(self.graph.tensors[self.indices[name]])
            tensor.name = f"{name}/given".encode()
            given[self.indices[name]] = len(self.graph.tensors)
            self.graph.tensors.append(tensor)
        for op in self.graph.operators:
            op.inputs = [given.get(int(i), int(i)) for i in op.inputs]
        self.graph.inputs = [*map(int, self.graph.inputs), *given.values()]
        self.graph.outputs = [self.indices[name] for name in names]
        self.model.signatureDefs = None
        return names

    def pack(self, *, in_float: bool) -> bytes:
        """The file; with `in_float` integer weights of float operators are float, not to be quantised."""
        import flatbuffers

        if in_float:
            for op in self.graph.operators:
                self.weights_to_float(op)
        builder = flatbuffers.Builder(1 << 20)
        builder.Finish(self.model.Pack(builder), b"TFL3")
        return bytes(builder.Output())

    def weights_to_float(self, op: Any) -> None:
        operands = [self.graph.tensors[i] for i in op.inputs if i >= 0]
        results = [self.graph.tensors[i] for i in op.outputs]
        if len(operands) < 2 or any(self.dtype_of(t) != np.float32 for t in results):
            return
        for tensor in operands:
            quantization = tensor.quantization
            data = self.model.buffers[tensor.buffer].data
            if quantization is None or quantization.scale is None or data is None:
                continue
            if (integers := self.integers(tensor, np.asarray(data, np.uint8))) is None:
                continue
            along = [1] * integers.ndim
            if len(quantization.scale) > 1:
                along[quantization.quantizedDimension] = -1
            zero = np.asarray(quantization.zeroPoint, np.float32).reshape(along)
            real = (integers - zero) * np.asarray(quantization.scale, np.float32).reshape(along)
            buffer = self.schema.BufferT()
            buffer.data = np.frombuffer(real.astype(np.float32).tobytes(), np.uint8)
            tensor.buffer = len(self.model.buffers)
            self.model.buffers.append(buffer)
            tensor.type, tensor.quantization = self.schema.TensorType.FLOAT32, None

    def integers(self, tensor: Any, data: np.ndarray) -> np.ndarray | None:
        shape = tuple(int(size) for size in tensor.shape)
        if tensor.type == self.schema.TensorType.INT4:
            return int4_values(data, shape)
        if tensor.type == self.schema.TensorType.INT8:
            return data.view(np.int8).reshape(shape)
        return None
