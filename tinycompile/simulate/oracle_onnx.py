"""ONNX Runtime as the oracle: each layer on its own, fed what our C fed it.

The graph of the original file is cut at every tensor that our program has: the node that makes it becomes an
output, its readers read a new input instead. One session then runs all layers, none of which sees
another's rounding. QDQ models compute in float, so a result may differ from ours by 1.
"""

from dataclasses import replace
from math import prod
from typing import TYPE_CHECKING, Any

import numpy as np
import onnx
from onnx import numpy_helper

from tinycompile.frontend.onnx import promised
from tinycompile.simulate.inputs import to_program, to_source
from tinycompile.simulate.reference import OnnxRuntime, Reference

if TYPE_CHECKING:
    from tinycompile.pipeline import Compiled

Arrays = dict[str, np.ndarray]

GIVEN = "/given"  # suffix of the input that replaces a tensor where it is read
UNSIGNED = "/unsigned"  # of weights
WITH_WEIGHTS = ("QLinearConv", "QLinearMatMul", "QGemm")


class Oracle:
    """The model of `compiled`, cut at those of `names` that the file has."""

    title = OnnxRuntime.title
    tolerance = 1  # LSB, of quantised tensors

    def __init__(self, compiled: "Compiled", names: list[str]) -> None:
        self.compiled = compiled
        model = promised(compiled.source.path, compiled.source.cut)
        made = {name for node in model.graph.node for name in node.output}
        made |= {constant.name for constant in model.graph.initializer}
        self.inputs = [*(t.name for t in compiled.program.inputs), *compiled.source.states]
        for value in model.graph.input:
            if value.name in self.inputs:
                kind, shape = value.type.tensor_type.elem_type, compiled.source.shapes[value.name]
                value.CopyFrom(onnx.helper.make_tensor_value_info(value.name, kind, shape))
        with_unsigned_weights(model.graph)
        self.reference = Reference(OnnxRuntime)
        self.ours = by_name_in_file(compiled, names)
        self.types = self.types_of(model, [name for name in self.ours if name in made])
        self.names = [name for name in self.types if name in made]
        if self.names:
            self.reference.call("load", self.cut(model).SerializeToString())

    def types_of(self, model: onnx.ModelProto, names: list[str]) -> dict[str, int]:
        """The element type of each of `names`, as far as it is a tensor, and of the inputs."""
        probe = onnx.ModelProto()
        probe.CopyFrom(model)
        del probe.graph.output[:]
        probe.graph.output.extend(onnx.ValueInfoProto(name=name) for name in names)
        del probe.graph.value_info[:]
        if not names:
            return {}
        found: dict[str, str] = self.reference.call("types", probe.SerializeToString())
        element = onnx.TensorProto.DataType.Value
        types = {
            name: element(kind.removeprefix("tensor(").removesuffix(")").upper())
            for name, kind in found.items()
            if kind.startswith("tensor(")
        }
        given = {v.name: v.type.tensor_type.elem_type for v in model.graph.input}
        return types | {name: given[name] for name in self.inputs}

    def cut(self, model: onnx.ModelProto) -> onnx.ModelProto:
        graph, names = model.graph, set(self.names)
        for node in graph.node:
            for i, name in enumerate(node.input):
                if name in names:
                    node.input[i] = name + GIVEN
        graph.input.extend(
            onnx.helper.make_tensor_value_info(name + GIVEN, self.types[name], None)
            for name in self.names
        )
        del graph.output[:]
        graph.output.extend(onnx.ValueInfoProto(name=name) for name in self.names)
        del graph.value_info[:]
        return model

    def run(self, inputs: Arrays, ours: Arrays) -> Arrays:
        """Every layer's output from our values of its inputs, in our type and layout."""
        if not self.names:
            return {}
        feed = {name: self.as_in_file(name, inputs[name]) for name in self.inputs}
        feed |= {name + GIVEN: self.as_in_file(name, ours[self.ours[name]]) for name in self.names}
        theirs: Arrays = self.reference.call("run", feed)
        named = {self.ours[name]: array for name, array in theirs.items()}
        return {name: as_ours(array, name, self.compiled) for name, array in named.items()}

    def as_in_file(self, name: str, array: np.ndarray) -> np.ndarray:
        dtype = onnx.helper.tensor_dtype_to_np_dtype(self.types[name])
        return as_theirs(array, self.ours.get(name, name), self.compiled, dtype)

    def close(self) -> None:
        self.reference.close()


def by_name_in_file(compiled: "Compiled", names: list[str]) -> dict[str, str]:
    """The file's name of each tensor -> ours, which differs where integers stand for a float tensor."""
    reals = {compiled.program.tensors[name].real or name: name for name in names}
    return reals | {name: name for name in names}


def as_theirs(array: np.ndarray, name: str, compiled: "Compiled", dtype: Any) -> np.ndarray:
    """The program's tensor `name` in the layout and type of the file.

    uint8 there is int8 here, 128 less; integers may stand for reals.
    """
    array = to_source(array, name, compiled)
    if dtype == np.uint8 and array.dtype == np.int8:
        array = array.astype(np.int16) + 128
    if dtype == np.float32 and array.dtype != np.float32:
        params = compiled.program.tensors[name].quantization
        assert params is not None, f"{name} is {array.dtype} for float32"
        array = (array.astype(np.int32) - params.zero_point) * np.float32(params.scale)
    return np.array(array, dtype, order="C")


def as_ours(array: np.ndarray, name: str, compiled: "Compiled") -> np.ndarray:
    """The other way round; as it is where the sizes differ."""
    tensor = compiled.program.tensors[name]
    if (channels := compiled.channels(tensor)) is not None:
        tensor = replace(tensor, shape=(*tensor.shape[:-1], channels.count))
    if array.size != prod(tensor.shape):
        return array
    if array.dtype == np.uint8 and tensor.dtype == "int8":
        array = array.astype(np.int16) - 128
    if array.dtype == np.float32 and tensor.dtype != "float32" and tensor.quantization:
        params, limits = tensor.quantization, np.iinfo(tensor.dtype)
        array = np.rint(array / np.float32(params.scale)) + params.zero_point
        array = np.clip(array, limits.min, limits.max)
    return to_program(array.astype(tensor.dtype), tensor, compiled)


def with_unsigned_weights(graph: onnx.GraphProto) -> None:
    """Weights in int8 that uint8 is multiplied by become uint8, 128 more, as does their zero point.

    Without VNNI ONNX Runtime adds two products of uint8 by int8 in 16 bits, which saturates; of uint8 by
    uint8 it is exact on every processor.
    """
    constants = {tensor.name: tensor for tensor in graph.initializer}

    def is_of(name: str, dtype: type[np.integer[Any]]) -> bool:
        kind = onnx.helper.np_dtype_to_tensor_dtype(np.dtype(dtype))
        return name in constants and bool(constants[name].data_type == kind)

    for node in graph.node:
        if node.op_type not in WITH_WEIGHTS or not is_of(node.input[2], np.uint8):
            continue
        if not (is_of(node.input[3], np.int8) and is_of(node.input[5], np.int8)):
            continue
        for i in (3, 5):
            name = node.input[i] + UNSIGNED
            if name not in constants:
                shifted = numpy_helper.to_array(constants[node.input[i]]).astype(np.int16) + 128
                constants[name] = numpy_helper.from_array(shifted.astype(np.uint8), name)
                graph.initializer.append(constants[name])
            node.input[i] = name
