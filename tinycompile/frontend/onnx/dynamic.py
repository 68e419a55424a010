"""Quantisation with scales computed at run time, as ONNX Runtime's dynamic quantisation writes it.

A product of integers that were quantised just for it becomes one of reals, over the same integer weights:
more precise, and no slower where floats are computed at all. Whatever else there is, is spelt out.
"""

import numpy as np
import onnx
from onnx import TensorProto, helper

from tinycompile.errors import UnsupportedOperator
from tinycompile.frontend.onnx.graph import OnnxGraph, attributes, describe
from tinycompile.frontend.onnx.replacing import Replacement, replace
from tinycompile.frontend.onnx.shapes import evaluate

PRODUCTS = {"MatMulInteger": "MatMul", "ConvInteger": "Conv"}
INTEGERS = (TensorProto.INT8, TensorProto.UINT8, TensorProto.INT16, TensorProto.UINT16)


def multiply_reals(graph: OnnxGraph) -> None:
    """DynamicQuantizeLinear, an integer product, Cast, Mul by both scales -> the product of reals."""
    makers = {name: node for node in graph.nodes for name in node.output}
    nodes = []
    for node in graph.nodes:
        found = _scaled_product(graph, node, makers)
        nodes += [node] if found is None else found
    graph.nodes = nodes
    graph.prune()


def _scaled_product(
    graph: OnnxGraph, node: onnx.NodeProto, makers: dict[str, onnx.NodeProto]
) -> list[onnx.NodeProto] | None:
    """The nodes in place of `node`, if it multiplies an integer product by its scales."""
    if node.op_type != "Mul" or node.domain:
        return None
    for name, factor in (tuple(node.input), tuple(node.input)[::-1]):
        cast = makers.get(name)
        product = makers.get(cast.input[0]) if cast and cast.op_type == "Cast" else None
        if product is None or product.op_type not in PRODUCTS:
            continue
        data = makers.get(product.input[0])
        if data is None or data.op_type != "DynamicQuantizeLinear":
            continue
        scale = _other_factor(makers.get(factor), data.output[1])
        if scale in graph.constants and product.input[1] in graph.constants:
            return _product(graph, node, product, data.input[0], scale)
    return None


def _other_factor(node: onnx.NodeProto | None, known: str) -> str:
    """What the scale `known` of the data is multiplied by in `node`: that of the weights."""
    if node is None or node.op_type != "Mul" or known not in node.input:
        return ""
    return next((name for name in node.input if name != known), "")


def _product(
    graph: OnnxGraph, node: onnx.NodeProto, product: onnx.NodeProto, data: str, scale: str
) -> list[onnx.NodeProto]:
    r = Replacement(graph, product, {})
    weights = graph.constants[product.input[1]]
    axis = 0 if product.op_type == "ConvInteger" else weights.ndim - 1
    scales = graph.constants[scale].reshape(-1)
    zero_point = r.input(3) or r.constant("zero_point", np.zeros(scales.shape, weights.dtype))
    names = [product.input[1], r.constant("scale", scales if scales.size > 1 else scales[0])]
    real = r.emit("DequantizeLinear", *names, zero_point, axis=axis)
    operator = PRODUCTS[product.op_type]
    r.emit(operator, data, real, output=node.output[0], **attributes(product))
    return r.made


def spell_out(graph: OnnxGraph) -> bool:
    """Integer products, and quantisation with parameters that are no constants, as arithmetic, in place."""
    return replace(graph, SPELT_OUT)


def _integer_product(r: Replacement) -> bool:
    operands = [_without_zero_point(r, index) for index in (0, 1)]
    output = r.node.output[0]
    r.emit(PRODUCTS[r.node.op_type], *operands, output=output, **r.attributes)
    return True


def _without_zero_point(r: Replacement, index: int) -> str:
    wide = r.emit("Cast", r.node.input[index], to=TensorProto.INT32)
    zero_point = r.input(index + 2)
    if not zero_point:
        return wide
    subtracted = r.emit("Cast", zero_point, to=TensorProto.INT32)
    if index == 1 and r.node.op_type == "ConvInteger":  # one for each filter
        shape = r.constant("shape", [-1, 1, 1, 1], np.int64)
        subtracted = r.emit("Reshape", subtracted, shape)
    return r.emit("Sub", wide, subtracted)


def _quantize(r: Replacement) -> bool:
    """round(x / scale) + zero point, within the bounds of the type."""
    if _is_constant(r) or r.shape(0) is None:
        return False
    element = _element(r)
    if element not in INTEGERS:
        return False
    quotient = r.emit("Div", r.input(0), _along_axis(r, r.input(1)))
    value = r.emit("Round", quotient)
    if r.input(2):
        zero_point = r.emit("Cast", r.input(2), to=TensorProto.FLOAT)
        value = r.emit("Add", value, _along_axis(r, zero_point))
    bounds = np.iinfo(helper.tensor_dtype_to_np_dtype(element))
    limits = [r.constant(name, getattr(bounds, name), np.float32) for name in ("min", "max")]
    r.emit("Cast", r.emit("Clip", value, *limits), output=r.node.output[0], to=element)
    return True


def _element(r: Replacement) -> int:
    """The type that is quantised to."""
    if r.input(2):
        return r.types[r.input(2)].element
    return int(r.attributes.get("output_dtype", 0)) or TensorProto.UINT8


def _dequantize(r: Replacement) -> bool:
    """(x - zero point) * scale; constants in blocks right here."""
    if _is_constant(r):
        return _is_blocked(r) and _real(r)
    if r.shape(0) is None or r.types[r.input(0)].element not in (*INTEGERS, TensorProto.INT32):
        return False
    value = r.emit("Cast", r.input(0), to=TensorProto.FLOAT)
    if r.input(2):
        zero_point = r.emit("Cast", r.input(2), to=TensorProto.FLOAT)
        value = r.emit("Sub", value, _along_axis(r, zero_point))
    r.emit("Mul", value, _along_axis(r, r.input(1)), output=r.node.output[0])
    return True


def _real(r: Replacement) -> bool:
    """What a constant that is quantised in blocks stands for."""
    if r.value(0) is None:
        return False
    inputs = {name: r.graph.constants[name] for name in r.node.input if name}
    (value,) = evaluate(r.node, inputs, r.graph.opset)
    r.graph.constants[r.node.output[0]] = value.astype(np.float32)
    return True


def _is_constant(r: Replacement) -> bool:
    return all(name in r.graph.constants for name in r.node.input[1:] if name)


def _is_blocked(r: Replacement) -> bool:
    return bool(r.attributes.get("block_size", 0))


def _along_axis(r: Replacement, name: str) -> str:
    """`name`, which holds a number or one for each channel, in a shape that broadcasts."""
    known = r.types.get(r.input(1))
    shape, parameters = r.shape(0) or (), known.static_shape if known else None
    if parameters is None or _is_blocked(r):
        raise UnsupportedOperator(
            f"{describe(r.node)}: quantised in blocks, with scales that are computed at run time; "
            "use a scale per channel or per tensor"
        )
    if len(parameters) != 1 or len(shape) < 2:
        return name
    wanted = [1] * len(shape)
    wanted[r.attributes.get("axis", 1) % len(shape)] = -1 if parameters[0] > 1 else 1
    return r.emit("Reshape", name, r.constant("shape", wanted, np.int64))


SPELT_OUT = {
    "MatMulInteger": _integer_product,
    "ConvInteger": _integer_product,
    "QuantizeLinear": _quantize,
    "DequantizeLinear": _dequantize,
}
