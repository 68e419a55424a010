"""Bring older graphs to the oldest opset that the importer handles, by ONNX's version converter."""

from dataclasses import replace
from math import prod

import onnx
from onnx import shape_inference, version_converter

from tinycompile.errors import UnsupportedOperator
from tinycompile.frontend.importing import reason
from tinycompile.frontend.onnx.graph import Array, OnnxGraph, attributes, to_graph

OLDEST_OPSET = 13  # per-channel quantisation; axes as inputs; Softmax along one axis
# Before opset 13 these normalised over all the dimensions from `axis` on, as if they were one.
FLATTENING = {"Softmax", "LogSoftmax", "Hardmax"}
LAYER_NORM_OPSET = 17
PRELU_BROADCASTS = (
    7  # the opset from which on slopes stand for the last dimensions, not for channels
)
SCAN_HAS_NO_BATCH = 9
RESIZE_HAS_COORDINATES = 11  # the opset that gave Resize its modes


def raise_opset(graph: OnnxGraph) -> OnnxGraph:
    """`graph`, or the same graph in OLDEST_OPSET if it is older. Inputs must have static shapes."""
    if graph.opset >= OLDEST_OPSET:
        _admit_early_operators(graph)
        return graph
    axes = _normalize_along_one_axis(graph)
    if graph.opset < PRELU_BROADCASTS:
        _slopes_by_channel(graph)
    if graph.opset < SCAN_HAS_NO_BATCH and any(node.op_type == "Scan" for node in graph.nodes):
        raise UnsupportedOperator(
            f"Scan of opset {graph.opset} goes over a batch; export the model with a later opset"
        )
    try:
        model = shape_inference.infer_shapes(graph.to_model(), data_prop=True)
        converted = version_converter.convert_version(model, OLDEST_OPSET)
    except (RuntimeError, version_converter.ConvertError, shape_inference.InferenceError) as error:
        raise UnsupportedOperator(
            f"opset {graph.opset} cannot be converted to {OLDEST_OPSET}: {reason(error)}; export the "
            f"model again with opset {OLDEST_OPSET} or later"
        ) from error
    raised = replace(to_graph(converted), custom=graph.custom)
    for node in raised.nodes:
        if node.output[0] in axes:
            _set_attributes(node, axis=axes[node.output[0]])
        if node.op_type == "Resize" and graph.opset < RESIZE_HAS_COORDINATES:
            _restore_old_resize(node, raised.constants)
    _admit_early_operators(raised)
    return raised


def _admit_early_operators(graph: OnnxGraph) -> None:
    """Some exporters write LayerNormalization in opsets without it; those up to it only add."""
    has_layer_norm = any(node.op_type == "LayerNormalization" for node in graph.nodes)
    if has_layer_norm and graph.opset < LAYER_NORM_OPSET:
        graph.opset = LAYER_NORM_OPSET


def _normalize_along_one_axis(graph: OnnxGraph) -> dict[str, int]:
    """The softmaxes that span one dimension only: output -> its axis.

    They need none of the reshapes that the converter would put around them, and it puts none around
    those along the last axis: so they pretend to be that until they are converted.
    """
    axes: dict[str, int] = {}
    types = graph.types()
    for node in graph.nodes:
        found = types.get(node.input[0]) if node.op_type in FLATTENING else None
        shape = found.static_shape if found else None
        if shape is None:
            continue
        first = attributes(node).get("axis", 1) % len(shape)
        spanned = [axis for axis in range(first, len(shape)) if shape[axis] > 1]
        if len(spanned) <= 1 and prod(shape[first:]) > 0:
            axes[node.output[0]] = spanned[0] if spanned else first
            _set_attributes(node, axis=len(shape) - 1)
    return axes


def _slopes_by_channel(graph: OnnxGraph) -> None:
    """Give slopes the dimensions with which they broadcast along channels."""
    types = graph.types()
    for node in graph.nodes:
        slopes = graph.constants.get(node.input[1]) if node.op_type == "PRelu" else None
        found = types.get(node.input[0])
        if slopes is not None and slopes.size > 1 and found and found.shape:
            shape = (-1, *[1] * (len(found.shape) - 2))
            node.input[1] = graph.add_constant(f"{node.input[1]}_slopes", slopes.reshape(shape))


def _restore_old_resize(node: onnx.NodeProto, constants: dict[str, Array]) -> None:
    """Resize-10 and Upsample sample at x / scale and round down (up when they make smaller)."""
    scales = constants.get(node.input[2])
    smaller = scales is not None and bool((scales < 1).any())
    _set_attributes(
        node,
        coordinate_transformation_mode="asymmetric",
        nearest_mode="ceil" if smaller else "floor",
    )


def _set_attributes(node: onnx.NodeProto, **values: int | str) -> None:
    kept = [attribute for attribute in node.attribute if attribute.name not in values]
    del node.attribute[:]
    node.attribute.extend(kept)
    node.attribute.extend(onnx.helper.make_attribute(name, v) for name, v in values.items())
