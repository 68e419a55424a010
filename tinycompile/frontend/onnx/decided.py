"""What the bodies of functions leave behind: choices that are decided, masks that hide nothing."""

import numpy as np

from tinycompile.frontend.onnx.graph import Array, OnnxGraph
from tinycompile.frontend.onnx.replacing import Replacement, replace


def drop_decided(graph: OnnxGraph) -> bool:
    """Do so, in place; whether there were any."""
    return replace(graph, {"Where": _decided, "Add": _adds_nothing})


def _decided(r: Replacement) -> bool:
    """Where with a condition that is the same everywhere."""
    condition = r.value(0)
    if condition is None or condition.any() != condition.all():
        return False
    taken = 1 if condition.any() else 2
    shape, made = r.shape(taken), r.types.get(r.node.output[0])
    if shape is None or made is None or made.static_shape != shape:
        return False
    r.emit("Identity", r.input(taken), output=r.node.output[0])
    return True


def _adds_nothing(r: Replacement) -> bool:
    """x + 0, of the shape that x has."""
    for index in (0, 1):
        value, shape = r.value(index), r.shape(1 - index)
        if value is not None and shape is not None and _is_nothing(value, shape):
            r.emit("Identity", r.input(1 - index), output=r.node.output[0])
            return True
    return False


def _is_nothing(value: Array, shape: tuple[int, ...]) -> bool:
    mask = value.dtype.kind == "f" and value.ndim >= 2  # a bias of zeros is one all the same
    return mask and not value.any() and np.broadcast_shapes(value.shape, shape) == shape
