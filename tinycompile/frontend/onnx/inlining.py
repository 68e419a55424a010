"""The nodes of a graph in a graph (a branch, a loop's body, a function's) among those of the outer one."""

from collections.abc import Mapping

import onnx
from onnx import helper

from tinycompile.frontend.onnx.graph import OnnxGraph, bodies, constant_value, to_array


def inlined(
    graph: OnnxGraph, body: onnx.GraphProto, given: Mapping[str, str], made: list[str], origin: str
) -> list[onnx.NodeProto]:
    """Nodes that compute `made`, the outputs of `body`, of the tensors that its inputs are `given` as.

    All other tensors of the body get names that are free; its constants become the graph's.
    """
    names = dict(given)
    prefix = next(filter(None, made))
    renamed = dict(zip((value.name for value in body.output), made, strict=False))
    for tensor in body.initializer:
        names[tensor.name] = graph.add_constant(f"{prefix}_{tensor.name}", to_array(tensor))
    nodes: list[onnx.NodeProto] = []
    for inner in body.node:
        if inner.op_type == "Constant" and not inner.domain:
            value = constant_value(inner)
            names[inner.output[0]] = graph.add_constant(f"{prefix}_{inner.output[0]}", value)
            continue
        node = onnx.NodeProto()
        node.CopyFrom(inner)
        node.doc_string = origin
        node.input[:] = [names.get(name, name) for name in inner.input]
        _rename_captured(node, names)
        for index, name in enumerate(inner.output):
            if name:
                names[name] = renamed.pop(name, "") or graph.fresh(f"{prefix}_{name}")
                node.output[index] = names[name]
        nodes.append(node)
    for value, name in zip(body.output, made, strict=False):
        source = names.get(value.name, value.name)
        if name and source != name:  # an input, a constant, or what has another name already
            nodes.append(helper.make_node("Identity", [source], [name], doc_string=origin))
    return nodes


def _rename_captured(node: onnx.NodeProto, names: Mapping[str, str]) -> None:
    """Let the bodies of `node` read the outer tensors by their new names."""
    for body in bodies(node):
        own = {value.name for value in (*body.input, *body.initializer)}
        own.update(name for inner in body.node for name in inner.output)
        outer = {old: new for old, new in names.items() if old not in own}
        for inner in body.node:
            inner.input[:] = [outer.get(name, name) for name in inner.input]
            _rename_captured(inner, outer)
        for value in body.output:
            value.name = outer.get(value.name, value.name)
