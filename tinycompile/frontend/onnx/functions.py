"""Operators that ONNX defines by a function body -> that body, where nothing here knows them better.

The nodes of a body keep saying of which node of the model they are.
"""

from collections.abc import Callable, Collection, Sequence
from typing import Any

import onnx
from onnx import helper

from tinycompile.frontend.importing import importing
from tinycompile.frontend.onnx.graph import (
    STANDARD_DOMAINS,
    OnnxGraph,
    TensorType,
    bodies,
    describe,
)
from tinycompile.frontend.onnx.inlining import inlined

# What TVM imports, but not all forms of it; and whether it does this one.
BETTER: dict[str, Callable[[onnx.NodeProto], bool]] = {
    "Attention": lambda node: False,
    "RMSNormalization": lambda node: False,
    "LayerNormalization": lambda node: not any(node.output[1:]),
    "GroupNormalization": lambda node: False,
}
NEWEST = 1000  # the version of a domain of which files of one opset only are known


def has_body(node: onnx.NodeProto, opset: int) -> bool:
    return bool(_versions(_schema(node, opset), opset))


def _schema(node: onnx.NodeProto, opset: int) -> Any:
    """What ONNX says of the operator in this opset; None of those that it does not know."""
    domain = "" if node.domain in STANDARD_DOMAINS else node.domain
    version = opset if not domain else NEWEST
    try:
        return onnx.defs.get_schema(node.op_type, version, domain)
    except onnx.defs.SchemaError:
        return None


def _versions(schema: Any, opset: int) -> list[tuple[int, bool]]:
    """The opsets for which there are bodies; whether they depend on the types of the inputs."""
    if schema is None:
        return []
    versions = [(version, False) for version in schema.function_opset_versions]
    versions += [(version, True) for version in schema.context_dependent_function_opset_versions]
    return sorted(v for v in versions if v[0] <= opset or schema.domain)


def expand_functions(graph: OnnxGraph, converted: Collection[str]) -> bool:
    """Put bodies in the place of operators that are not `converted` as they are; whether there were any."""
    expanded = [n for n in graph.nodes if has_body(n, graph.opset) and not _is_kept(n, converted)]
    if not expanded:
        return False
    types = graph.types()
    made = {node.output[0]: _body(graph, node, types) for node in expanded}
    nodes: list[onnx.NodeProto] = []
    for node in graph.nodes:
        nodes += made.get(node.output[0]) or [node]
    graph.nodes = nodes
    return any(made.values())


def _is_kept(node: onnx.NodeProto, converted: Collection[str]) -> bool:
    is_known = not node.domain and node.op_type in converted
    return is_known and (node.op_type not in BETTER or BETTER[node.op_type](node))


def _body(
    graph: OnnxGraph, node: onnx.NodeProto, types: dict[str, TensorType]
) -> list[onnx.NodeProto] | None:
    """Nodes that compute what `node` does; None as long as the types of its inputs are not known."""
    if any(name and name not in types for name in node.input):
        return None
    schema = _schema(node, graph.opset)
    whole = onnx.NodeProto()
    whole.CopyFrom(node)
    given = {attribute.name for attribute in node.attribute}
    for name, attribute in schema.attributes.items():
        if name not in given and attribute.default_value.name:
            whole.attribute.append(attribute.default_value)
    with importing(describe(node)):
        function = _function(schema, whole, graph.opset, [types.get(name) for name in node.input])
    attributes = {attribute.name: attribute for attribute in whole.attribute}
    body = onnx.GraphProto(node=function.node)
    body.input.extend(onnx.ValueInfoProto(name=name) for name in function.input)
    body.output.extend(onnx.ValueInfoProto(name=name) for name in function.output)
    _set_references(body, attributes)
    rest = [""] * (len(function.input) - len(node.input))
    actual = dict(zip(function.input, [*node.input, *rest], strict=True))
    made = [*node.output, *[""] * (len(function.output) - len(node.output))]
    return inlined(graph, body, actual, made, describe(node))


def _function(
    schema: Any, node: onnx.NodeProto, opset: int, types: Sequence[TensorType | None]
) -> onnx.FunctionProto:
    version, depends = _versions(schema, opset)[-1]
    function = onnx.FunctionProto()
    if not depends:
        function.ParseFromString(schema.get_function_with_opset_version(version))
        return function
    described = [
        helper.make_tensor_type_proto(t.element, t.shape) if t else onnx.TypeProto() for t in types
    ]
    operands = [t.SerializeToString() for t in described]
    function.ParseFromString(
        schema.get_context_dependent_function_with_opset_version(
            version, node.SerializeToString(), operands
        )
    )
    return function


def _set_references(body: onnx.GraphProto, attributes: dict[str, onnx.AttributeProto]) -> None:
    """Put the node's attributes where the body refers to them."""
    for inner in body.node:
        found = []
        for attribute in inner.attribute:
            if attribute.ref_attr_name:
                if attribute.ref_attr_name not in attributes:
                    continue
                named = onnx.AttributeProto()
                named.CopyFrom(attributes[attribute.ref_attr_name])
                named.name = attribute.name
                attribute = named
            found.append(attribute)
        del inner.attribute[:]
        inner.attribute.extend(found)
        for nested in bodies(inner):
            _set_references(nested, attributes)
