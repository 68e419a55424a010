"""Random quantised TFLite networks with planted channels: dead, constant, saturated, duplicate, unread."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import tflite

from tests.tflite_model import Model

NONE, RELU = tflite.ActivationFunctionType.NONE, tflite.ActivationFunctionType.RELU
RELU6 = tflite.ActivationFunctionType.RELU6
PADDINGS = (tflite.Padding.SAME, tflite.Padding.VALID)
LARGE = 1 << 28  # a bias that no sum outweighs


@dataclass
class Network:
    """A network that grows; `rng` makes all choices that `choose` does not."""

    seed: int
    dtype: str = "int8"
    dead: float = 0.5  # the share of channels that are planted

    def __post_init__(self) -> None:
        self.rng = np.random.default_rng(self.seed)
        self.model = Model()
        self.count = 0

    def tensor(self, shape: tuple[int, ...], like: str | None = None, **q: Any) -> str:
        self.count += 1
        if like:
            of = self.model.tensors[like]
            q = {"scale": of.scales, "zero_point": of.zero_points}
        if not q:
            zero_point = 0 if self.dtype == "int16" else int(self.rng.integers(-128, 128))
            scale = self.rng.uniform(0.02, 0.1) / (256 if self.dtype == "int16" else 1)
            q = {"scale": scale, "zero_point": zero_point}
        return self.model.tensor(f"t{self.count}", shape, self.dtype, **q)

    def shape(self, x: str) -> tuple[int, ...]:
        return self.model.tensors[x].shape

    def weights(self, x: str, outputs: int, filters: np.ndarray, axis: int) -> list[str]:
        """Constants for `filters`, some output channels of which become all zero, or saturate."""
        rng = self.rng
        scales = rng.uniform(0.002, 0.02, outputs)
        bias = rng.integers(-2000, 2000, outputs)
        kinds = rng.choice(5, outputs, p=[1 - self.dead, *[self.dead / 4] * 4])
        for channel, kind in enumerate(kinds):
            at = (slice(None),) * axis + (channel,)
            if kind in (1, 2):
                filters[at] = 0
            if kind in (2, 3):
                bias[channel] = rng.choice([-LARGE, LARGE])
            if kind == 4 and channel:  # the same as the one before it
                filters[at] = filters[(slice(None),) * axis + (channel - 1,)]
                bias[channel], scales[channel] = bias[channel - 1], scales[channel - 1]
        of = self.model.tensors[x]
        w = self.model.constant(f"{x}.w{self.count}", filters, scale=scales, axis=axis)
        wide = self.dtype == "int16" and (axis == 3 or bool(rng.integers(2)))
        values = bias.astype(np.int64 if wide else np.int32)
        b = self.model.constant(f"{x}.b{self.count}", values, scale=scales * of.scales[0])
        return [w, b]

    def conv(self, x: str, outputs: int | None = None, kernel: int | None = None) -> str:
        rng, (_, h, w, c) = self.rng, self.shape(x)
        outputs = outputs or int(rng.integers(2, 9))
        k = kernel or int(rng.choice([1, 3]))
        stride, padding = self.window(k, h, w)
        filters = rng.integers(-127, 128, (outputs, k, k, c)).astype(np.int8)
        filters[..., rng.random(c) < self.dead / 3] = 0  # channels that this does not read
        operands = self.weights(x, outputs, filters, 0)
        y = self.tensor((1, *after(h, w, k, stride, padding), outputs))
        self.model.operator(
            "CONV_2D", [x, *operands], [y], "Conv2DOptions", stride_h=stride, stride_w=stride,
            dilation_h_factor=1, dilation_w_factor=1, padding=padding, fused_activation_function=self.clamp(),
        )  # fmt: skip
        return y

    def depthwise(self, x: str) -> str:
        rng, (_, h, w, c) = self.rng, self.shape(x)
        multiplier = int(rng.integers(1, 3))
        k = int(rng.choice([1, 3]))
        stride, padding = self.window(k, h, w)
        filters = rng.integers(-127, 128, (1, k, k, c * multiplier)).astype(np.int8)
        operands = self.weights(x, c * multiplier, filters, 3)
        y = self.tensor((1, *after(h, w, k, stride, padding), c * multiplier))
        self.model.operator(
            "DEPTHWISE_CONV_2D", [x, *operands], [y], "DepthwiseConv2DOptions", stride_h=stride,
            stride_w=stride, dilation_h_factor=1, dilation_w_factor=1, padding=padding,
            depth_multiplier=multiplier, fused_activation_function=self.clamp(),
        )  # fmt: skip
        return y

    def pool(self, x: str) -> str:
        _, h, w, c = self.shape(x)
        code = str(self.rng.choice(["AVERAGE_POOL_2D", "MAX_POOL_2D"]))
        k = min(2, h, w)
        padding = int(self.rng.choice(PADDINGS))
        y = self.tensor((1, *after(h, w, k, 1, padding), c), like=x)
        self.model.operator(
            code, [x], [y], "Pool2DOptions", stride_h=1, stride_w=1, filter_height=k, filter_width=k,
            padding=padding, fused_activation_function=NONE,
        )  # fmt: skip
        return y

    def binary(self, x: str) -> str:
        """x with what a convolution makes of it: several read x."""
        other = self.conv(x, self.shape(x)[3], kernel=1)
        while self.shape(other) != self.shape(x):
            other = self.conv(x, self.shape(x)[3], kernel=1)
        code = str(self.rng.choice(["ADD", "MUL", "SUB"]))
        y = self.tensor(self.shape(x))
        options = f"{code.title()}Options"
        self.model.operator(
            code, [x, other], [y], options, version=2, fused_activation_function=self.clamp()
        )
        return y

    def twice(self, x: str) -> str:
        """The sum of two equal convolutions."""
        first = self.conv(x)
        operator = self.model.operators[-1]
        second = self.tensor(self.shape(first), like=first)
        self.model.operators.append(replace(operator, outputs=[second]))
        y = self.tensor(self.shape(first))
        self.model.operator("ADD", [first, second], [y], "AddOptions", version=2)
        return y

    def concat(self, x: str) -> str:
        a, b = self.conv(x, kernel=1), self.conv(x, kernel=1)
        while self.shape(a)[1:3] != self.shape(b)[1:3]:
            b = self.conv(x, kernel=1)
        like = self.model.tensors[a]
        self.model.tensors[b] = replace(
            self.model.tensors[b], scales=like.scales, zero_points=like.zero_points
        )
        _, h, w, c = self.shape(a)
        y = self.tensor((1, h, w, c + self.shape(b)[3]), like=a)
        self.model.operator(
            "CONCATENATION", [a, b], [y], "ConcatenationOptions", version=2, axis=3,
            fused_activation_function=NONE,
        )  # fmt: skip
        return y

    def pad(self, x: str) -> str:
        _, h, w, c = self.shape(x)
        widths = np.array([[0, 0], [1, 0], [0, 1], [0, 0]], np.int32)
        y = self.tensor((1, h + 1, w + 1, c), like=x)
        self.model.operator("PAD", [x, self.model.constant(f"{y}.widths", widths)], [y])
        return y

    def activation(self, x: str) -> str:
        code = str(self.rng.choice(["RELU", "LOGISTIC", "TANH", "HARD_SWISH", "LEAKY_RELU"]))
        if self.dtype == "int16":
            code = str(self.rng.choice(["LOGISTIC", "TANH"]))
        steps, low = (1 << 15, 0) if self.dtype == "int16" else (1 << 7, -128)
        fixed = {
            "LOGISTIC": {"scale": 1 / (steps if low == 0 else 2 * steps), "zero_point": low},
            "TANH": {"scale": 1 / steps, "zero_point": 0},
        }
        y = self.tensor(self.shape(x), **fixed.get(code, {}))
        options = {"LEAKY_RELU": ("LeakyReluOptions", {"alpha": 0.25})}.get(code, ("", {}))
        self.model.operator(code, [x], [y], options[0], **options[1])
        return y

    def dense(self, x: str, outputs: int) -> str:
        shape = self.shape(x)
        inputs = int(np.prod(shape))
        flat = self.tensor((1, inputs), like=x)
        self.model.operator(
            "RESHAPE", [x, self.model.constant(f"{flat}.shape", np.array([1, inputs], np.int32))],
            [flat], "ReshapeOptions", new_shape=[1, inputs],
        )  # fmt: skip
        filters = self.rng.integers(-127, 128, (outputs, inputs)).astype(np.int8)
        scale = self.rng.uniform(0.002, 0.02)
        w = self.model.constant(f"{flat}.w", filters, scale=scale)
        y = self.tensor(
            (1, outputs), scale=0.3 / (256 if self.dtype == "int16" else 1), zero_point=0
        )
        self.model.operator(
            "FULLY_CONNECTED", [flat, w, ""], [y], "FullyConnectedOptions", version=4
        )
        return y

    def window(self, k: int, h: int, w: int) -> tuple[int, int]:
        padding = int(self.rng.choice(PADDINGS)) if min(h, w) >= k else tflite.Padding.SAME
        return int(self.rng.choice([1, 1, 2])), padding

    def clamp(self) -> int:
        return int(self.rng.choice([NONE, RELU, RELU6]))

    def build(self, steps: list[str]) -> bytes:
        x = y = self.tensor((1, int(self.rng.integers(3, 7)), 5, 3))
        for step in steps:
            grow: Callable[[str], str] = getattr(self, step)
            y = grow(y)
        return self.model.build([x], [self.dense(y, 3), y])


STEPS = ("conv", "depthwise", "pool", "binary", "twice", "concat", "pad", "activation")


def after(h: int, w: int, k: int, stride: int, padding: int) -> tuple[int, int]:
    if padding == tflite.Padding.SAME:
        return -(-h // stride), -(-w // stride)
    return (h - k) // stride + 1, (w - k) // stride + 1
