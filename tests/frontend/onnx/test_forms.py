"""Operands and attributes that do not fit an ONNX operator end in one line, not in a traceback."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.frontend.onnx_model import imported, one_node
from tinycompile.errors import TinyCompileError

IMAGE, ROW = (1, 4, 6, 6), (2, 3)
KERNEL = {"w": np.ones((4, 4, 3, 3), np.float32)}


def list_of(*numbers: int) -> Any:
    return np.array(numbers, np.int64)


def ones(*shape: int) -> Any:
    return np.ones(shape, np.float32)


WRONG: dict[str, tuple[str, tuple[int, ...], dict[str, Any], dict[str, Any]]] = {
    "reshape of a dimension too many": ("Reshape", ROW, {"s": list_of(0, 0, 0)}, {}),
    "unsqueeze twice": ("Unsqueeze", ROW, {"a": list_of(0, 0)}, {}),
    "slice with one end too few": ("Slice", ROW, {"s": list_of(0, 0), "e": list_of(1)}, {}),
    "slice with one axis too many": (
        "Slice", ROW, {"s": list_of(0), "e": list_of(1), "a": list_of(0, 1)}, {},
    ),
    "slice by steps of 0": (
        "Slice", ROW, {"s": list_of(0), "e": list_of(1), "a": list_of(0), "t": list_of(0)}, {},
    ),
    "pad with one width": ("Pad", ROW, {"p": list_of(1)}, {}),
    "pad with two values": ("Pad", ROW, {"p": list_of(0, 1, 0, 1), "v": ones(2)}, {}),
    "resize to three sizes": (
        "Resize", IMAGE, {"r": None, "s": None, "z": list_of(1, 4, 12)}, {"mode": "nearest"},
    ),
    "resize by no number": (
        "Resize", IMAGE, {"r": None, "s": np.array([1, 1, np.nan, 2], np.float32)}, {"mode": "nearest"},
    ),
    "resize by infinity": (
        "Resize", IMAGE, {"r": None, "s": np.array([1, 1, np.inf, 2], np.float32)}, {"mode": "nearest"},
    ),
    "clip with two bounds": ("Clip", ROW, {"low": ones(2)}, {}),
    "convolution with one stride": ("Conv", IMAGE, KERNEL, {"strides": [1], "auto_pad": "SAME_UPPER"}),
    "convolution with a matrix as bias": ("Conv", IMAGE, KERNEL | {"b": ones(2, 2)}, {}),
    "convolution with a kernel of one dimension": ("Conv", IMAGE, {"w": ones(4, 4, 3)}, {}),
    "convolution over four dimensions": ("Conv", (1, 2, 3, 3, 3, 3), {"w": ones(4, 2, 1, 1, 1, 1)}, {}),
    "transposed over four dimensions": (
        "ConvTranspose", (1, 2, 3, 3, 3, 3), {"w": ones(2, 4, 1, 1, 1, 1)}, {},
    ),
    "pool over four dimensions": ("MaxPool", (1, 2, 3, 3, 3, 3), {}, {"kernel_shape": [1, 1, 1, 1]}),
    "transposed with one dilation": (
        "ConvTranspose", IMAGE, KERNEL, {"dilations": [1], "auto_pad": "SAME_UPPER"},
    ),
    "pool with one stride": (
        "MaxPool", IMAGE, {}, {"kernel_shape": [2, 2], "strides": [1], "auto_pad": "SAME_UPPER"},
    ),
    "pool by strides of 0": (
        "MaxPool", IMAGE, {}, {"kernel_shape": [2, 2], "strides": [0, 1], "auto_pad": "SAME_UPPER"},
    ),
    "pool of one dimension": ("MaxPool", IMAGE, {}, {"kernel_shape": [2], "ceil_mode": 1}),
    "batch norm of other channels": (
        "BatchNormalization", IMAGE, {"s": ones(4), "b": ones(3), "m": ones(4), "v": ones(4)}, {},
    ),
    "two zero points": (
        "QuantizeLinear", IMAGE, {"s": ones(), "z": np.zeros(2, np.int8)}, {},
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", WRONG)
def test_what_does_not_fit_is_refused(case: str, tmp_path: Path) -> None:
    operator, shape, constants, attributes = WRONG[case]
    with pytest.raises(TinyCompileError, match=f'{operator} "node"'):
        imported(one_node(operator, [shape], constants, **attributes), tmp_path)
