"""Make every shape of an ONNX graph a number: fix the inputs, then compute what follows from them.

Exporters write shapes as little programs (Shape, Gather, Concat, Reshape...). With the inputs fixed
these are constants. Folding stops at DequantizeLinear: a quantised weight must stay quantised.
"""

from collections.abc import Mapping

import numpy as np
import onnx
from onnx import helper, reference

from tinycompile.errors import InvalidModel, TinyCompileError
from tinycompile.frontend.importing import damaged
from tinycompile.frontend.onnx.graph import (
    Array,
    OnnxGraph,
    TensorType,
    attributes,
    describe,
    tensor_type,
)
from tinycompile.frontend.onnx.windows import plain_windows

Shape = tuple[int, ...]

NEVER_FOLDED = {
    "DequantizeLinear",
    "RandomNormal",
    "RandomNormalLike",
    "RandomUniform",
    "RandomUniformLike",
    "Multinomial",
    "Bernoulli",
}
# Operators that move constants about without touching their values: they commute with
# DequantizeLinear, which then stands behind its constant again.
MOVES = {"Transpose", "Reshape", "Squeeze", "Unsqueeze", "Flatten", "Identity"}


class DynamicShape(TinyCompileError):
    """A size that must be known before compiling is not."""


def fix_inputs(graph: OnnxGraph, shapes: Mapping[str, Shape]) -> list[str]:
    """Give every input a static shape: the user's, or the file's with batch 1. Returns notes."""
    names = [value.name for value in graph.inputs]
    for name in shapes:
        if name not in names:
            raise DynamicShape(f"--shape {name}: no such input; the model has {', '.join(names)}")
    notes: list[str] = []
    for index, value in enumerate(graph.inputs):
        if not value.type.HasField("tensor_type"):
            raise InvalidModel(f"input {value.name!r} is not a tensor")
        found = tensor_type(value)
        if value.name in shapes:
            shape = _checked(value.name, found, shapes[value.name])
        else:
            shape = _with_batch_1(value.name, found, notes)
        graph.inputs[index] = helper.make_tensor_value_info(value.name, found.element, shape)
    known = {value.name: value for value in graph.inputs}
    for index, value in enumerate(graph.outputs):  # what the file says may not hold any more
        element = tensor_type(value).element
        unknown = helper.make_tensor_value_info(value.name, element, None)
        graph.outputs[index] = known.get(value.name, unknown)
    return notes


def _checked(name: str, found: TensorType, asked: Shape) -> Shape:
    fits = found.shape is None or (
        len(found.shape) == len(asked)
        and all(
            f == 0 or not isinstance(f, int) or f == a
            for f, a in zip(found.shape, asked, strict=True)
        )
    )
    if not fits or any(size < 1 for size in asked):
        raise DynamicShape(
            f"--shape {_option(name, asked)}: the model's input {name!r} is {_show(found)}; "
            "give as many dimensions, change only those that have a name, all of them >= 1"
        )
    return asked


def _with_batch_1(name: str, found: TensorType, notes: list[str]) -> Shape:
    if found.shape is None:
        raise DynamicShape(
            f"input {name!r} has no shape; fix it with an option like --shape {name}:1,3,32,32"
        )
    sizes = list(found.shape)
    if len(sizes) > 1 and (sizes[0] == 0 or not isinstance(sizes[0], int)):
        notes.append(f"input {name!r}: the batch size, {sizes[0] or 'unknown'!r}, is set to 1")
        sizes[0] = 1
    for axis, size in enumerate(sizes):
        if not isinstance(size, int):
            example = [s if isinstance(s, int) else 32 for s in sizes]
            called = f" ({size!r})" if size else ""
            raise DynamicShape(
                f"input {name!r}: dimension {axis}{called} of {_show(found)} is not fixed; "
                f"fix it with an option like --shape {_option(name, example)}"
            )
    return tuple(size for size in sizes if isinstance(size, int))


def _option(name: str, shape: Shape | list[int]) -> str:
    return f"{name}:{','.join(map(str, shape))}"


def _show(found: TensorType) -> str:
    return f"({', '.join('?' if size is None else str(size) for size in found.shape or ())})"


def fold_constants(graph: OnnxGraph) -> None:
    """Compute what does not depend on the inputs' values, until nothing is left to compute.

    Each round may fix the shapes from which the next one computes.
    """
    changed = True
    while changed:
        types = plain_windows(graph)
        kept = [node for node in graph.nodes if not _fold(graph, node, types)]
        changed = len(kept) < len(graph.nodes)
        graph.nodes = kept
        changed |= _move_behind_constants(graph)
    graph.prune()


def _fold(graph: OnnxGraph, node: onnx.NodeProto, types: dict[str, TensorType]) -> bool:
    """Make the node's outputs constants if they are. Says whether it did."""
    values = _shape_values(node, types)
    if values is None:
        has_body = any(a.type == onnx.AttributeProto.GRAPH for a in node.attribute)
        if has_body or node.domain or node.op_type in NEVER_FOLDED:
            return False
        known = {name: _known(graph, name, types) for name in node.input if name}
        inputs = {name: value for name, value in known.items() if value is not None}
        if not known or len(inputs) < len(known):
            return False
        values = evaluate(node, inputs, graph.opset)
    for name, value in zip(node.output, values, strict=True):
        if name:
            graph.constants[name] = np.asarray(value)
    return True


def _known(graph: OnnxGraph, name: str, types: dict[str, TensorType]) -> Array | None:
    """The value of a constant, or of what has no elements."""
    found = types.get(name)
    shape = (found.static_shape if found else None) or ()
    if found and name not in graph.constants and 0 in shape:
        return np.zeros(shape, helper.tensor_dtype_to_np_dtype(found.element))
    return graph.constants.get(name)


def _shape_values(node: onnx.NodeProto, types: dict[str, TensorType]) -> list[Array] | None:
    if node.op_type not in ("Shape", "Size") or node.domain:
        return None
    found = types.get(node.input[0])
    shape = found.static_shape if found else None
    if shape is None:
        return None
    if node.op_type == "Size":
        return [np.array(np.prod(shape, dtype=np.int64))]
    bounds = attributes(node)
    return [np.array(shape[bounds.get("start", 0) : bounds.get("end")], np.int64)]


def evaluate(node: onnx.NodeProto, inputs: dict[str, Array], opset: int) -> list[Array]:
    """What `node` makes of constant inputs, by ONNX's reference implementation."""
    unknown = onnx.TypeProto()
    graph = helper.make_graph(
        [node],
        "constant",
        [helper.make_value_info(name, unknown) for name in inputs],
        [helper.make_value_info(name, unknown) for name in node.output if name],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", opset)])
    with damaged(f"{describe(node)} fails on its constants"):
        found = iter(reference.ReferenceEvaluator(model).run(None, inputs))
    return [next(found) if name else np.array(()) for name in node.output]


def _move_behind_constants(graph: OnnxGraph) -> bool:
    """Turn Transpose(DequantizeLinear(constant)) and its like round, so that the constant moves."""
    sources = {
        node.output[0]: node
        for node in graph.nodes
        if node.op_type == "DequantizeLinear" and node.input[0] in graph.constants
    }
    changed = False
    for index, node in enumerate(graph.nodes):
        source = sources.get(node.input[0]) if node.op_type in MOVES and node.input else None
        rest = [name for name in node.input[1:] if name]
        if source is None or any(name not in graph.constants for name in rest):
            continue
        moved = _moved(graph, node, source)
        if moved is not None:
            graph.nodes[index] = sources[node.output[0]] = moved
            changed = True
    return changed


def _moved(graph: OnnxGraph, node: onnx.NodeProto, source: onnx.NodeProto) -> onnx.NodeProto | None:
    data = graph.constants[source.input[0]]
    feeds = {name: graph.constants[name] for name in node.input[1:] if name}
    (result,) = evaluate(node, {node.input[0]: data, **feeds}, graph.opset)
    axis = attributes(source).get("axis", 1)
    if graph.constants[source.input[1]].size > 1:
        axis = _moved_axis(node, data.shape, axis % data.ndim, result.shape)
        if axis is None:
            return None
    constant = graph.add_constant(f"{source.input[0]}_{node.op_type.lower()}", result)
    return helper.make_node(
        "DequantizeLinear",
        [constant, *source.input[1:]],
        list(node.output),
        name=source.name,
        axis=axis if result.ndim > 1 else 0,
    )


def _moved_axis(node: onnx.NodeProto, before: Shape, axis: int, after: Shape) -> int | None:
    """Where `axis` of a tensor is after the node moved it; None if it is split or merged."""
    if node.op_type == "Transpose":
        reversed_axes = list(range(len(before)))[::-1]
        return int(list(attributes(node).get("perm", reversed_axes)).index(axis))
    leading = np.prod(before[:axis])
    for candidate, size in enumerate(after):
        if size == before[axis] and np.prod(after[:candidate]) == leading:
            return candidate
    return None
