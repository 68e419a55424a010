"""A node, and the nodes that take its place."""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import onnx
from onnx import helper

from tinycompile.frontend.onnx.graph import Array, OnnxGraph, TensorType, attributes, describe


class Replacement:
    """The nodes that are `made` for `node` say in its words where they come from."""

    def __init__(
        self, graph: OnnxGraph, node: onnx.NodeProto, types: Mapping[str, TensorType]
    ) -> None:
        self.graph, self.node, self.types = graph, node, types
        self.attributes = attributes(node)
        self.made: list[onnx.NodeProto] = []

    def input(self, index: int) -> str:
        """The name of an input, "" if it is left out."""
        return self.node.input[index] if index < len(self.node.input) else ""

    def value(self, index: int) -> Array | None:
        return self.graph.constants.get(self.input(index))

    def shape(self, index: int) -> tuple[int, ...] | None:
        """That of an input; None if it is not known."""
        found = self.types.get(self.input(index))
        return found.static_shape if found else None

    def emit(self, operator: str, *inputs: str, output: str = "", **attributes: Any) -> str:
        """The name of what `operator` makes; a new one if it is not to be an `output` of the node."""
        output = output or self.graph.fresh(f"{self.node.output[0]}_{operator.lower()}")
        node = helper.make_node(operator, inputs, [output], self.node.name, **attributes)
        node.doc_string = describe(self.node)
        self.made.append(node)
        return output

    def constant(self, what: str, value: Any, dtype: Any = None) -> str:
        return self.graph.add_constant(f"{self.node.output[0]}_{what}", np.array(value, dtype))


def replace(
    graph: OnnxGraph, rewrites: Mapping[str, Callable[[Replacement], bool]], domain: str = ""
) -> bool:
    """Let `rewrites`, by operator, replace nodes in place where they say that they did; whether any was."""
    if not any(node.op_type in rewrites and node.domain == domain for node in graph.nodes):
        return False
    types, nodes, changed = graph.types(), [], False
    for node in graph.nodes:
        replacement = Replacement(graph, node, types)
        rewrite = rewrites.get(node.op_type) if node.domain == domain else None
        replaced = rewrite is not None and rewrite(replacement)
        nodes += replacement.made if replaced else [node]
        changed |= replaced
    graph.nodes = nodes
    return changed
