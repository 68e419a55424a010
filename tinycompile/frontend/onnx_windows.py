"""Padding of convolutions and pools as numbers: auto_pad, ceil_mode and output_shape resolved.

Pads are (before..., after...), one per spatial dimension each, as in ONNX and Relax.
"""

from collections.abc import Sequence
from typing import Any

from tvm import relax

Shape = tuple[int, ...]

nn = relax.op.nn
# ONNX operator -> number of spatial dimensions -> Relax operator, layouts of data and kernel
WINDOWED: dict[str, dict[int, tuple[Any, str, str]]] = {
    "Conv": {
        1: (nn.conv1d, "NCW", "OIW"),
        2: (nn.conv2d, "NCHW", "OIHW"),
        3: (nn.conv3d, "NCDHW", "OIDHW"),
    },
    "ConvTranspose": {
        1: (nn.conv1d_transpose, "NCW", "IOW"),
        2: (nn.conv2d_transpose, "NCHW", "IOHW"),
        3: (nn.conv3d_transpose, "NCDHW", "IODHW"),
    },
    "MaxPool": {
        1: (nn.max_pool1d, "NCW", ""),
        2: (nn.max_pool2d, "NCHW", ""),
        3: (nn.max_pool3d, "NCDHW", ""),
    },
    "AveragePool": {
        1: (nn.avg_pool1d, "NCW", ""),
        2: (nn.avg_pool2d, "NCHW", ""),
        3: (nn.avg_pool3d, "NCDHW", ""),
    },
}


def resolved_pads(attributes: dict[str, Any], sizes: Shape, kernel: Shape) -> dict[str, Any]:
    """`attributes` with strides, dilations and pads all there."""
    n = len(sizes)
    strides = list(attributes.get("strides", [1] * n))
    dilations = list(attributes.get("dilations", [1] * n))
    mode = attributes.get("auto_pad", "NOTSET")
    pads = list(attributes.get("pads", [0] * (2 * n))) if mode == "NOTSET" else [0] * (2 * n)
    if mode in ("SAME_UPPER", "SAME_LOWER"):
        totals = [
            max((-(-size // s) - 1) * s + (k - 1) * d + 1 - size, 0)
            for size, k, s, d in zip(sizes, kernel, strides, dilations, strict=True)
        ]
        pads = _halves(totals, larger_first=mode == "SAME_LOWER")
    elif mode not in ("NOTSET", "VALID"):
        raise ValueError(f"auto_pad is {mode!r}; known are NOTSET, VALID, SAME_UPPER, SAME_LOWER")
    return attributes | {"strides": strides, "dilations": dilations, "pads": pads}


def _halves(totals: Sequence[int], larger_first: bool) -> list[int]:
    smaller, larger = [t // 2 for t in totals], [t - t // 2 for t in totals]
    return larger + smaller if larger_first else smaller + larger


def transpose_pads(attributes: dict[str, Any], sizes: Shape, kernel: Shape) -> dict[str, Any]:
    """The same for a transposed convolution: pads are what is cut off the full result."""
    n = len(sizes)
    strides = list(attributes.get("strides", [1] * n))
    dilations = list(attributes.get("dilations", [1] * n))
    extra = list(attributes.get("output_padding", [0] * n))
    mode = attributes.get("auto_pad", "NOTSET")
    target = attributes.get("output_shape")
    pads = list(attributes.get("pads", [0] * (2 * n)))
    if target is not None or mode in ("SAME_UPPER", "SAME_LOWER"):
        wanted = target or [size * s for size, s in zip(sizes, strides, strict=True)]
        totals = [
            s * (size - 1) + e + (k - 1) * d + 1 - w
            for size, k, s, d, e, w in zip(
                sizes, kernel, strides, dilations, extra, wanted[-n:], strict=True
            )
        ]
        extra = [e + max(-t, 0) for e, t in zip(extra, totals, strict=True)]
        pads = _halves([max(t, 0) for t in totals], larger_first=mode != "SAME_UPPER")
    elif mode == "VALID":
        pads = [0] * (2 * n)
    resolved = {"strides": strides, "dilations": dilations, "output_padding": extra, "pads": pads}
    return attributes | resolved


def pool_attributes(attributes: dict[str, Any], sizes: Shape, average: bool) -> dict[str, Any]:
    """Relax's attributes of a pool; ceil_mode becomes padding at the end."""
    kernel = list(attributes["kernel_shape"])
    known = resolved_pads(attributes, sizes, tuple(kernel))
    strides, dilations, pads = known["strides"], known["dilations"], known["pads"]
    counted = bool(attributes.get("count_include_pad", 0))
    ceil = bool(attributes.get("ceil_mode", 0)) and attributes.get("auto_pad", "NOTSET") == "NOTSET"
    extra = _ceil_padding(sizes, kernel, strides, dilations, pads) if ceil else [0] * len(sizes)
    if any(extra) and average and counted and any(pads):
        raise ValueError("ceil_mode together with counted padding is not supported")
    if any(extra):
        n, counted = len(sizes), False  # what ceil_mode adds is never counted
        pads = pads[:n] + [p + e for p, e in zip(pads[n:], extra, strict=True)]
    result = {
        "pool_size": kernel,
        "strides": strides,
        "padding": pads,
        "dilation": dilations,
        "ceil_mode": False,
    }
    return result | ({"count_include_pad": counted} if average else {})


def _ceil_padding(
    sizes: Shape, kernel: list[int], strides: list[int], dilations: list[int], pads: list[int]
) -> list[int]:
    """How far the last window of each dimension reaches beyond the padded input."""
    extra, n = [], len(sizes)
    for axis, size in enumerate(sizes):
        window = (kernel[axis] - 1) * dilations[axis] + 1
        room = size + pads[axis] + pads[n + axis] - window
        windows = -(-room // strides[axis]) + 1
        if (windows - 1) * strides[axis] >= size + pads[axis]:
            windows -= 1  # it would start beyond the input: left out
        extra.append(max((windows - 1) * strides[axis] - room, 0))
    return extra
