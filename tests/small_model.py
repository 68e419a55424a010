"""One small TFLite model for tests of everything around the kernels: files, command line, reports."""

import numpy as np
import tflite

from tests.tflite_model import Model


def small_model(name: str = "image") -> bytes:
    """(1, 6, 6, 2) -> convolution, ReLU -> max pool -> flatten -> fully connected -> (1, 5).

    `name` is that of the input tensor.
    """
    rng, model = np.random.default_rng(0), Model()
    x = model.tensor(name, (1, 6, 6, 2), scale=0.05, zero_point=-3)
    w = rng.integers(-127, 128, (4, 3, 3, 2)).astype(np.int8)
    scales = rng.uniform(0.004, 0.02, 4).astype(np.float32)
    bias = rng.integers(-2000, 2000, 4).astype(np.int32)
    conv_w = model.constant("net/conv/weights", w, scale=scales)
    conv_b = model.constant("net/conv/bias", bias, scale=scales * np.float32(0.05))
    a = model.tensor("net/conv/Relu;net/conv/BiasAdd", (1, 6, 6, 4), scale=0.1, zero_point=-128)
    model.operator(
        "CONV_2D", [x, conv_w, conv_b], [a], "Conv2DOptions", version=3,
        padding=tflite.Padding.SAME, stride_h=1, stride_w=1,
        dilation_h_factor=1, dilation_w_factor=1,
        fused_activation_function=tflite.ActivationFunctionType.RELU,
    )  # fmt: skip
    b = model.tensor("net/pool", (1, 3, 3, 4), scale=0.1, zero_point=-128)
    model.operator(
        "MAX_POOL_2D", [a], [b], "Pool2DOptions", version=2, padding=tflite.Padding.VALID,
        stride_h=2, stride_w=2, filter_height=2, filter_width=2,
    )  # fmt: skip
    c = model.tensor("net/flat", (1, 36), scale=0.1, zero_point=-128)
    shape = model.constant("net/shape", np.array([1, 36], np.int32))
    model.operator("RESHAPE", [b, shape], [c], "ReshapeOptions")
    w = rng.integers(-127, 128, (5, 36)).astype(np.int8)
    fc_w = model.constant("net/dense/weights", w, scale=0.01)
    fc_b = model.constant("net/dense/bias", np.arange(5, dtype=np.int32), scale=0.001)
    y = model.tensor("scores", (1, 5), scale=0.2, zero_point=4)
    model.operator("FULLY_CONNECTED", [c, fc_w, fc_b], [y], "FullyConnectedOptions", version=4)
    return model.build([x], [y])
