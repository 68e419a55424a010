"""Interpolation between integers, as files of QLinear operators have it -> between what they stand for."""

import numpy as np
import onnx
from onnx import TensorProto, helper

from tinycompile.frontend.onnx.graph import Array, OnnxGraph, attributes

INTEGERS = {int(TensorProto.INT8): np.int8, int(TensorProto.UINT8): np.uint8}


def interpolate_reals(graph: OnnxGraph) -> None:
    """Put every Resize that interpolates integers between DequantizeLinear and QuantizeLinear, in place.

    Both have the parameters of the tensor; where the graph does not say them, 1 and 0 give the same.
    """
    if not any(_interpolates(node) for node in graph.nodes):
        return
    types = graph.types()
    nodes = []
    for node in graph.nodes:
        known = types.get(node.input[0]) if _interpolates(node) else None
        if known is None or known.element not in INTEGERS:
            nodes.append(node)
            continue
        data, made = node.input[0], node.output[0]
        parameters = _parameters(graph, data, made) or [
            graph.add_constant(f"{made}_scale", np.array(1, np.float32)),
            graph.add_constant(f"{made}_zero_point", np.array(0, INTEGERS[known.element])),
        ]
        node.input[0], node.output[0] = graph.fresh(f"{data}_real"), graph.fresh(f"{made}_real")
        nodes += [
            helper.make_node("DequantizeLinear", [data, *parameters], [node.input[0]], node.name),
            node,
            helper.make_node("QuantizeLinear", [node.output[0], *parameters], [made], node.name),
        ]
    graph.nodes = nodes


def _interpolates(node: onnx.NodeProto) -> bool:
    return node.op_type == "Resize" and attributes(node).get("mode", "nearest") != "nearest"


def _parameters(graph: OnnxGraph, data: str, made: str) -> list[str] | None:
    """Scale and zero point of the tensor `data`, or of what is `made` of it: one of each."""
    for node in graph.nodes:
        reads = node.op_type == "DequantizeLinear" and node.input[0] in (data, made)
        makes = node.op_type == "QuantizeLinear" and node.output[0] == data
        if (reads or makes) and len(node.input) == 3:
            values: list[Array] = [graph.constants[name] for name in node.input[1:]]
            if all(value.size == 1 for value in values):
                return list(node.input[1:])
    return None
