"""Make digits_hard.onnx: the same function as digits_ds_cnn.onnx in float, but hard to quantise.

The channels after each depthwise layer differ in range by 1000 to 1, as batch normalisation sometimes leaves
them; ReLU passes a positive factor on, so the convolution behind takes it back. `glitches` adds what sensors
have: a few images of the calibration data contain one pixel of 200 where others reach 1.
"""

from pathlib import Path

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import numpy_helper

from examples.quantise.data import digits

HERE = Path(__file__).parent
SPREAD = 1000.0
GLITCH, GLITCHED = 200.0, 3


def harden(model: onnx.ModelProto) -> onnx.ModelProto:
    """Scale the channels of every depthwise -> BatchNormalization -> Relu -> Conv in place."""
    constants = {tensor.name: tensor for tensor in model.graph.initializer}
    readers = {name: node for node in model.graph.node for name in node.input}
    for node in model.graph.node:
        group = next((a.i for a in node.attribute if a.name == "group"), 1)
        if node.op_type != "Conv" or group == 1:
            continue
        norm = readers[node.output[0]]
        relu = readers[norm.output[0]]
        following = readers[relu.output[0]]
        assert [n.op_type for n in (norm, relu, following)] == [
            "BatchNormalization",
            "Relu",
            "Conv",
        ]
        factors = np.geomspace(1 / SPREAD, 1, group)
        for name in norm.input[1:3]:  # scale and bias
            _multiply(constants[name], factors)
        _multiply(constants[following.input[1]], 1 / factors[None, :, None, None])
    return model


def _multiply(tensor: onnx.TensorProto, factors: NDArray[np.float64]) -> None:
    value = (numpy_helper.to_array(tensor) * factors).astype(np.float32)
    tensor.CopyFrom(numpy_helper.from_array(value, tensor.name))


def glitches() -> tuple[NDArray[np.float32], NDArray[np.int64]]:
    """The calibration images of digits, a few with a pixel gone wrong."""
    images, labels = digits().calibration
    images = images.copy()
    for i in range(GLITCHED):
        images[17 + 50 * i, 0, 2 + i, 3] = GLITCH
    return images, labels


if __name__ == "__main__":
    onnx.save(harden(onnx.load(HERE / "digits_ds_cnn.onnx")), HERE / "digits_hard.onnx")
