"""Padding of convolutions and pools as numbers: auto_pad, ceil_mode and output_shape resolved.

Pads are (before..., after...), one per spatial dimension each, as in ONNX and Relax.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
import onnx
from onnx import helper

from tinycompile.errors import InvalidModel, UnsupportedOperator
from tinycompile.frontend.onnx.graph import OnnxGraph, TensorType, attributes, describe

Shape = tuple[int, ...]
AUTO_PADS = ("NOTSET", "VALID", "SAME_UPPER", "SAME_LOWER")
POOLS = ("AveragePool", "LpPool", "MaxPool")


def resolved_pads(attributes: dict[str, Any], sizes: Shape, kernel: Shape) -> dict[str, Any]:
    """`attributes` with strides, dilations and pads all there."""
    n = len(sizes)
    strides, dilations = _steps(attributes, sizes, kernel)
    mode = attributes.get("auto_pad", "NOTSET")
    pads = list(attributes.get("pads", [0] * (2 * n))) if mode == "NOTSET" else [0] * (2 * n)
    if mode in ("SAME_UPPER", "SAME_LOWER"):
        totals = [
            max((-(-size // s) - 1) * s + (k - 1) * d + 1 - size, 0)
            for size, k, s, d in zip(sizes, kernel, strides, dilations, strict=True)
        ]
        pads = _halves(totals, larger_first=mode == "SAME_LOWER")
    elif mode not in AUTO_PADS:
        raise UnsupportedOperator(f"auto_pad is {mode!r}; known are {', '.join(AUTO_PADS)}")
    return attributes | {"strides": strides, "dilations": dilations, "pads": pads}


def _steps(attributes: dict[str, Any], sizes: Shape, kernel: Shape) -> tuple[list[int], list[int]]:
    """Strides and dilations."""
    n = len(sizes)
    found = [list(attributes.get(name, [1] * n)) for name in ("strides", "dilations")]
    for name, values in zip(("window", "strides", "dilations"), (kernel, *found), strict=True):
        if len(values) != n:
            raise UnsupportedOperator(f"its {name} {list(values)} are not of {n} dimensions")
    return found[0], found[1]


def _halves(totals: Sequence[int], larger_first: bool) -> list[int]:
    smaller, larger = [t // 2 for t in totals], [t - t // 2 for t in totals]
    return larger + smaller if larger_first else smaller + larger


def transpose_pads(attributes: dict[str, Any], sizes: Shape, kernel: Shape) -> dict[str, Any]:
    """The same for a transposed convolution: pads are what is cut off the full result."""
    n = len(sizes)
    strides, dilations = _steps(attributes, sizes, kernel)
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
        if target is not None:  # where it pads to the SAME size, a smaller result stays as it is
            extra = [e + max(-t, 0) for e, t in zip(extra, totals, strict=True)]
        pads = _halves([max(t, 0) for t in totals], larger_first=mode != "SAME_UPPER")
    elif mode == "VALID":
        pads = [0] * (2 * n)
    resolved = {"strides": strides, "dilations": dilations, "output_padding": extra, "pads": pads}
    return attributes | resolved


def pool_attributes(attributes: dict[str, Any]) -> dict[str, Any]:
    """Relax's attributes of a pool whose padding `plain_windows` made numbers."""
    if "kernel_shape" not in attributes:
        raise UnsupportedOperator("it has no kernel_shape")
    kernel = tuple(attributes["kernel_shape"])
    known = resolved_pads(attributes, (0,) * len(kernel), kernel)
    if attributes.get("auto_pad", "NOTSET") != "NOTSET" or attributes.get("ceil_mode", 0):
        raise UnsupportedOperator("its window, strides, dilations or pads do not fit its input")
    return {
        "pool_size": known["kernel_shape"],
        "strides": known["strides"],
        "padding": known["pads"],
        "dilation": known["dilations"],
        "ceil_mode": False,
    }


def plain_windows(graph: OnnxGraph) -> dict[str, TensorType]:
    """Turn auto_pad, ceil_mode and output_shape into padding; the types of all tensors.

    ONNX's inference makes other sizes of them than ONNX Runtime: it must not see these attributes of pools
    and transposed convolutions.
    """
    types = graph.types()
    while (found := _next_window(graph, types)) is not None:
        index, sizes, kernel = found
        node = graph.nodes[index]
        if node.op_type in POOLS:
            graph.nodes[index : index + 1] = _plain_pool(graph, node, sizes)
        else:
            known = transpose_pads(attributes(node), sizes, kernel)
            known = {
                name: v for name, v in known.items() if name not in ("auto_pad", "output_shape")
            }
            graph.nodes[index] = helper.make_node(
                node.op_type, list(node.input), list(node.output), node.name, **known
            )
        types = graph.types()
    return types


def _next_window(graph: OnnxGraph, types: dict[str, TensorType]) -> tuple[int, Shape, Shape] | None:
    """The first window that is not plain and whose input is known; the sizes of that, and its own."""
    for index, node in enumerate(graph.nodes):
        if node.op_type not in (*POOLS, "ConvTranspose"):
            continue
        if (known := _known_window(node, types)) is not None:
            given, sizes, kernel = known
            automatic = given.get("auto_pad", "NOTSET") != "NOTSET"
            if automatic or given.get("ceil_mode", 0) or "output_shape" in given:
                return index, sizes, kernel
    return None


def _known_window(
    node: onnx.NodeProto, types: dict[str, TensorType]
) -> tuple[dict[str, Any], Shape, Shape] | None:
    """Attributes of a window, sizes of its input, and its own; None where these are unknown or unsound."""
    given = attributes(node)
    found = [types[name].static_shape or () for name in node.input[:2] if name in types] or [()]
    sizes, kernel = found[0][2:], tuple(given.get("kernel_shape") or found[-1][2:])
    return (given, sizes, kernel) if sizes and _is_sound(given, sizes, kernel) else None


def _is_sound(given: dict[str, Any], sizes: Shape, kernel: Shape) -> bool:
    """Whether a window's attributes fit its input; if not, the conversion of the node says so."""
    n = len(sizes)
    steps = [kernel, given.get("strides", [1] * n), given.get("dilations", [1] * n)]
    return (
        given.get("auto_pad", "NOTSET") in AUTO_PADS
        and all(len(values) == n and min(values, default=0) > 0 for values in steps)
        and len(given.get("pads", [0] * (2 * n))) == 2 * n
    )


def _plain_pool(graph: OnnxGraph, node: onnx.NodeProto, sizes: Shape) -> list[onnx.NodeProto]:
    """`node` with numbers as padding; if that is counted, behind a Pad: what ceil_mode adds is not."""
    given = attributes(node)
    kernel, n = given["kernel_shape"], len(sizes)
    taps = given.get("dilations", [1] * n)
    # Where it pads to the SAME size, ONNX Runtime leaves dilations out of account.
    known = resolved_pads(given | {"dilations": [1] * n}, sizes, kernel) | {"dilations": taps}
    strides, pads = known["strides"], known["pads"]
    known.pop("auto_pad", None)
    extra, before = [0] * n, []
    if known.pop("ceil_mode", 0):
        extra = _ceil_padding(sizes, kernel, strides, taps, pads)
    data = node.input[0]
    if any(extra) and known.pop("count_include_pad", 0) and any(pads):
        widths = graph.add_constant(f"{data}_widths", np.array([0, 0, *pads[:n], 0, 0, *pads[n:]]))
        data = graph.fresh(f"{data}_padded")
        before = [helper.make_node("Pad", [node.input[0], widths], [data], node.name)]
        pads = [0] * (2 * n)
    known["pads"] = [*pads[:n], *(p + e for p, e in zip(pads[n:], extra, strict=True))]
    return [*before, helper.make_node(node.op_type, [data], list(node.output), node.name, **known)]


def refuse_large_windows(graph: OnnxGraph, types: dict[str, TensorType], notes: list[str]) -> None:
    """Raise for the first window that is larger than what it shall move over, or than its weights."""
    for node in graph.nodes:
        if node.op_type in ("Conv", "ConvTranspose"):
            _check_kernel_shape(node, types)
        known = _known_window(node, types) if node.op_type in (*POOLS, "Conv") else None
        if known is None:
            continue
        given, sizes, kernel = known
        found = resolved_pads(given, sizes, kernel)
        n, pads = len(sizes), found["pads"]
        window = tuple((k - 1) * d + 1 for k, d in zip(kernel, found["dilations"], strict=True))
        padded = tuple(sizes[i] + pads[i] + pads[n + i] for i in range(n))
        if any(w > size for w, size in zip(window, padded, strict=True)):
            raise UnsupportedOperator(
                f"{describe(node)}: its window, {_by(window)}, is larger than its padded input, "
                f"{_by(padded)}: nothing would come out{''.join(f' ({note})' for note in notes)}"
            )


def _check_kernel_shape(node: onnx.NodeProto, types: dict[str, TensorType]) -> None:
    """The attribute is optional: the weights say the same."""
    stated = attributes(node).get("kernel_shape")
    weights = types[node.input[1]].static_shape if node.input[1] in types else None
    if stated is not None and weights is not None and tuple(stated) != tuple(weights[2:]):
        raise InvalidModel(
            f"{describe(node)}: its kernel_shape is {_by(tuple(stated))}, its weights are {_by(weights[2:])}"
        )


def _by(sizes: Shape) -> str:
    return "x".join(map(str, sizes))


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
