"""An ONNX model with other outputs, and only the nodes and inputs that these need."""

from collections.abc import Sequence

import onnx

from tinycompile.frontend import cutting
from tinycompile.frontend.onnx.graph import reads


def cut(model: onnx.ModelProto, outputs: Sequence[str]) -> None:
    """End `model` at the tensors or nodes called `outputs`."""
    graph = model.graph
    made = [name for node in graph.node for name in node.output if name]
    by_node = {node.name: node.output[0] for node in graph.node if node.name and node.output}
    inputs = {value.name for value in graph.input}
    found = cutting.ends(outputs, made, inputs, by_node)
    typed = {value.name: value for value in (*graph.value_info, *graph.output)}
    ends = [typed.get(name, onnx.ValueInfoProto(name=name)) for name in found]
    makers = {name: node for node in graph.node for name in node.output if name}
    needed, left = set(found), list(found)
    while left:
        node = makers.get(left.pop())
        fresh = reads(node) - needed if node else set()
        needed |= fresh
        left += fresh
    kept = [node for node in graph.node if needed.intersection(node.output)]
    read = [value for value in graph.input if value.name in needed]
    for field, values in ((graph.output, ends), (graph.node, kept), (graph.input, read)):
        copies = [type(value).FromString(value.SerializeToString()) for value in values]
        del field[:]
        field.extend(copies)
