"""Floats of 16 and 64 bits as those of 32: the ones that the C computes with."""

from collections.abc import Iterable

import numpy as np
import onnx
from onnx import AttributeProto, TensorProto, helper, numpy_helper

from tinycompile.frontend.onnx.graph import Array, OnnxGraph, bodies, tensor_type, to_array

WIDENED: dict[int, str] = {
    TensorProto.FLOAT16: "float16",
    TensorProto.BFLOAT16: "bfloat16",
    TensorProto.DOUBLE: "float64",
}
TYPES = ("to", "dtype", "output_dtype", "softmax_precision")  # attributes that are a type


def to_float32(graph: OnnxGraph) -> list[str]:
    """Do so, in place; a note for every input and output that changes its type."""
    notes = []
    for name, value in graph.constants.items():
        graph.constants[name] = _widened(value)
    _widen(graph.nodes)
    for values, direction in ((graph.inputs, "input"), (graph.outputs, "output")):
        for index, value in enumerate(values):
            found = tensor_type(value)
            if found.element in WIDENED:
                values[index] = helper.make_tensor_value_info(
                    value.name, TensorProto.FLOAT, found.shape
                )
                notes.append(
                    f"{direction} {value.name!r}: {WIDENED[found.element]} in the model, float32 here"
                )
    return notes


def _widen(nodes: Iterable[onnx.NodeProto]) -> None:
    for node in nodes:
        for attribute in node.attribute:
            if attribute.name in TYPES and attribute.i in WIDENED:
                attribute.i = TensorProto.FLOAT
            elif attribute.type == AttributeProto.TENSOR and attribute.t.data_type in WIDENED:
                attribute.t.CopyFrom(numpy_helper.from_array(_widened(to_array(attribute.t))))
        for body in bodies(node):
            for tensor in body.initializer:
                if tensor.data_type in WIDENED:
                    wide = numpy_helper.from_array(_widened(to_array(tensor)), tensor.name)
                    tensor.CopyFrom(wide)
            for value in (*body.input, *body.output, *body.value_info):
                if value.type.tensor_type.elem_type in WIDENED:
                    value.type.tensor_type.elem_type = TensorProto.FLOAT
            _widen(body.node)


def _widened(value: Array) -> Array:
    return value.astype(np.float32) if str(value.dtype) in WIDENED.values() else value
