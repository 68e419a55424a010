"""Operators that neither TVM nor a body of ONNX's computes well, by others."""

import numpy as np

from tinycompile.frontend.onnx.graph import OnnxGraph
from tinycompile.frontend.onnx.replacing import Replacement, replace
from tinycompile.frontend.onnx.spectra import dft, stft

AXES_ARE_INPUTS = 18  # the opset, of norms


def _lp_normalization(r: Replacement) -> bool:
    """x / norm; zeros stay zeros."""
    axis, order = r.attributes.get("axis", -1), r.attributes.get("p", 2)
    norm = _reduce(r, "ReduceL1" if order == 1 else "ReduceL2", r.input(0), [axis])
    is_zero = r.emit("Equal", norm, r.constant("zero", 0, np.float32))
    divisor = r.emit("Where", is_zero, r.constant("one", 1, np.float32), norm)
    r.emit("Div", r.input(0), divisor, output=r.node.output[0])
    return True


def _mean_variance_normalization(r: Replacement) -> bool:
    """ONNX's body has E[x^2] - E[x]^2 for the variance, which falls below 0 where x hardly moves."""
    axes = r.attributes.get("axes", [0, 2, 3])
    centred = r.emit("Sub", r.input(0), _reduce(r, "ReduceMean", r.input(0), axes))
    variance = _reduce(r, "ReduceMean", r.emit("Mul", centred, centred), axes)
    epsilon = r.constant("epsilon", 1e-9, np.float32)
    deviation = r.emit("Add", r.emit("Sqrt", variance), epsilon)
    r.emit("Div", centred, deviation, output=r.node.output[0])
    return True


def _reduce(r: Replacement, operator: str, data: str, axes: list[int]) -> str:
    if r.graph.opset >= AXES_ARE_INPUTS:
        return r.emit(operator, data, r.constant("axes", axes, np.int64), keepdims=1)
    return r.emit(operator, data, axes=axes, keepdims=1)


def _col2im(r: Replacement) -> bool:
    """A transposed convolution with a kernel for each place in the block, all zeros but one."""
    shape, image, block = r.shape(0), r.value(1), r.value(2)
    if shape is None or image is None or block is None:
        return False
    n = image.size
    taps = int(block.prod())
    channels = shape[1] // taps
    strides, dilations = (r.attributes.get(name, [1] * n) for name in ("strides", "dilations"))
    pads = r.attributes.get("pads", [0] * (2 * n))
    spans = [d * (k - 1) + 1 for d, k in zip(dilations, block.tolist(), strict=True)]
    places = [
        (size + pads[i] + pads[n + i] - spans[i]) // strides[i] + 1
        for i, size in enumerate(image.tolist())
    ]
    full = [(p - 1) * s + span for p, s, span in zip(places, strides, spans, strict=True)]
    wanted = [size + pads[i] + pads[n + i] for i, size in enumerate(image.tolist())]
    kernel = np.tile(np.eye(taps).reshape(taps, 1, *block.tolist()), (channels, *[1] * (n + 1)))
    columns = r.constant("columns", [shape[0], shape[1], *places], np.int64)
    r.emit(
        "ConvTranspose",
        r.emit("Reshape", r.input(0), columns),
        r.constant("kernel", kernel, np.float32),
        output=r.node.output[0],
        group=channels,
        strides=strides,
        dilations=dilations,
        pads=pads,
        output_padding=[w - f for w, f in zip(wanted, full, strict=True)],
    )
    return True


COMPOSITES = {
    "LpNormalization": _lp_normalization,
    "MeanVarianceNormalization": _mean_variance_normalization,
    "Col2Im": _col2im,
    "DFT": dft,
    "STFT": stft,
}


def compose(graph: OnnxGraph) -> bool:
    """Put other operators in their places, in place; whether there were any."""
    return replace(graph, COMPOSITES)
