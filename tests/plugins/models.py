"""Models with an operator that only a plug-in knows, and the plug-in of examples/."""

from pathlib import Path
from typing import Any

import onnx
from onnx import TensorProto, helper

from tests.tflite_model import Model

DELTA = Path(__file__).parents[2] / "examples" / "plugin" / "tinycompile_delta"
SHAPE = (1, 4, 3)


def onnx_delta() -> bytes:
    return onnx_int8("Delta", domain="com.example")


def onnx_int8(kind: str, **domain: str) -> bytes:
    """One operator of int8, between a dequantize and a quantize."""
    nodes = [
        helper.make_node("DequantizeLinear", ["x", "scale", "zero"], ["real"]),
        helper.make_node(kind, ["real"], ["changed"], "change", **domain),
        helper.make_node("QuantizeLinear", ["changed", "scale", "zero"], ["y"]),
    ]
    constants = [
        helper.make_tensor("scale", TensorProto.FLOAT, (), [0.1]),
        helper.make_tensor("zero", TensorProto.INT8, (), [-3]),
    ]
    return onnx_model(nodes, TensorProto.INT8, constants)


def onnx_float(kind: str, **attributes: Any) -> bytes:
    """One float operator of the domain com.example, on x and an input that is left out."""
    node = helper.make_node(kind, ["x", ""], ["y"], "odd", domain="com.example", **attributes)
    return onnx_model([node], TensorProto.FLOAT)


def onnx_model(nodes: list[onnx.NodeProto], element: int, constants: Any = ()) -> bytes:
    graph = helper.make_graph(
        nodes,
        "graph",
        [helper.make_tensor_value_info("x", element, SHAPE)],
        [helper.make_tensor_value_info("y", element, None)],
        constants,
    )
    opsets = [helper.make_opsetid("", 17), helper.make_opsetid("com.example", 1)]
    return helper.make_model(graph, opset_imports=opsets, ir_version=8).SerializeToString()


def tflite_delta(code: str = "Delta", **options: Any) -> bytes:
    model = Model()
    x = model.tensor("x", SHAPE, scale=0.1, zero_point=4)
    y = model.tensor("y", SHAPE, scale=0.2, zero_point=-5)
    model.operator(code, [x], [y], **options)
    return model.build([x], [y])
