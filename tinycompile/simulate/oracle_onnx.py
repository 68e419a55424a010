"""ONNX Runtime as the oracle: each layer on its own, fed what our C fed it.

The graph of the original file is cut at every tensor that our program has: the node that makes it becomes an
output, its readers read a new input instead. One session then runs all layers, none of which sees
another's rounding. QDQ models compute in float, so a result may differ from ours by 1.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import onnx

from tinycompile.errors import MissingTool, OracleFailed
from tinycompile.simulate.inputs import to_source

if TYPE_CHECKING:
    from tinycompile.pipeline import Compiled

Arrays = dict[str, np.ndarray]

GIVEN = "/given"  # suffix of the input that replaces a tensor where it is read
TOLERANCE = 1  # LSB, of quantised tensors
FLOAT_TOLERANCE = 1e-5  # of the range of a float32 tensor


class CutModel:
    """The model of `compiled`, cut at the tensors it shares with the program."""

    def __init__(self, compiled: "Compiled") -> None:
        self.compiled = compiled
        model = onnx.load(compiled.source.path)
        self.types = element_types(model)
        made = {name for node in model.graph.node for name in node.output}
        outputs = dict.fromkeys(layer.output.name for layer in compiled.program.layers)
        self.names = [n for n in outputs if n in made and n in self.types]
        self.session = session(self.cut(model))

    def cut(self, model: onnx.ModelProto) -> onnx.ModelProto:
        shapes, graph = self.compiled.source.shapes, model.graph
        for node in graph.node:
            for i, name in enumerate(node.input):
                if name in self.names:
                    node.input[i] = name + GIVEN
        for value in graph.input:
            if value.name in shapes:
                value.CopyFrom(self.value_info(value.name, shapes[value.name]))
        graph.input.extend(self.value_info(n, shapes[n], GIVEN) for n in self.names)
        del graph.output[:]
        graph.output.extend(self.value_info(n, shapes[n]) for n in self.names)
        del graph.value_info[:]
        return model

    def value_info(self, name: str, shape: tuple[int, ...], suffix: str = "") -> Any:
        return onnx.helper.make_tensor_value_info(name + suffix, self.types[name], shape)

    def run(self, inputs: Arrays, ours: Arrays) -> Arrays:
        """Every layer's output from our values of its inputs, in our dtype and the file's layout."""
        program = self.compiled.program
        feed = {t.name: self.feed(t.name, inputs[t.name]) for t in program.inputs}
        feed |= {n + GIVEN: self.feed(n, ours[n]) for n in self.names}
        known = {i.name for i in self.session.get_inputs()}
        results = self.session.run(self.names, {n: v for n, v in feed.items() if n in known})
        return {n: signed(v) for n, v in zip(self.names, results, strict=True)}

    def feed(self, name: str, array: np.ndarray) -> np.ndarray:
        array = to_source(array, name, self.compiled)
        if self.types[name] == onnx.TensorProto.UINT8 and array.dtype == np.int8:
            return (array.astype(np.int16) + 128).astype(np.uint8)
        return np.ascontiguousarray(array)


def element_types(model: onnx.ModelProto) -> dict[str, int]:
    """The element type of every tensor that ONNX can infer, told what QLinear operators make."""
    helped = onnx.ModelProto()
    helped.CopyFrom(model)
    constants = {t.name: t.data_type for t in model.graph.initializer}
    eight_bits = (onnx.TensorProto.INT8, onnx.TensorProto.UINT8)
    for node in helped.graph.node:
        if node.op_type.startswith("QLinear") or node.op_type == "QGemm":
            found = [constants[i] for i in node.input if constants.get(i) in eight_bits]
            if found:  # the zero point of the output is one of them, and all agree
                made = onnx.helper.make_tensor_value_info(node.output[0], found[-1], None)
                helped.graph.value_info.append(made)
    graph = onnx.shape_inference.infer_shapes(helped).graph
    values = [*graph.input, *graph.value_info, *graph.output]
    return {v.name: v.type.tensor_type.elem_type for v in values}


def session(model: onnx.ModelProto) -> Any:
    """ONNX Runtime without any optimisation of the graph."""
    try:
        import onnxruntime as ort
    except ImportError as error:
        raise MissingTool(
            "onnxruntime is not installed; pip install 'tinycompile[verify]'"
        ) from error
    options = ort.SessionOptions()
    options.graph_optimization_level = ort.GraphOptimizationLevel.ORT_DISABLE_ALL
    options.log_severity_level = 3
    try:
        return ort.InferenceSession(
            model.SerializeToString(), options, providers=["CPUExecutionProvider"]
        )
    except Exception as error:  # onnxruntime's errors have no common base but Exception
        first = str(error).splitlines()[0]
        raise OracleFailed(f"ONNX Runtime cannot run the model: {first}") from error


def signed(array: np.ndarray) -> np.ndarray:
    """uint8 as the int8 that the compiler made of it."""
    return (array.astype(np.int16) - 128).astype(np.int8) if array.dtype == np.uint8 else array


def run(
    compiled: "Compiled", inputs: Sequence[Arrays], ours: Sequence[Arrays]
) -> tuple[list[Arrays], list[Arrays]]:
    """Ours and theirs of every run, by tensor, both in the layout of the file."""
    model = CutModel(compiled)
    theirs = [model.run(i, o) for i, o in zip(inputs, ours, strict=True)]
    return [{n: to_source(o[n], n, compiled) for n in model.names} for o in ours], theirs
