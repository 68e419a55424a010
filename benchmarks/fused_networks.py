"""RAM of networks that msf-CNN publishes figures of, running them by patches, parts more than once.

    PYTHONPATH=. python benchmarks/fused_networks.py > table

They have their shapes and random weights here, and residual sums where blocks have them. Theirs are figures
of its repository (TinyPART/msf-CNN): bytes of RAM, and multiply-accumulates against none computed twice.
"""

import tempfile
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import tflite

from tests.tflite_model import Model
from tinycompile import pipeline

LARGE = 8 << 20  # bytes: whatever is asked for, it fits
# Input and output channels, expansion, stride, kernel of inverted residual blocks.
Block = tuple[int, int, int, int, int]


def mobilenet_v2(width: float) -> list[Block]:
    stages = (
        (16, 1, 1, 1),
        (24, 6, 2, 2),
        (32, 6, 3, 2),
        (64, 6, 4, 2),
        (96, 6, 3, 1),
        (160, 6, 3, 2),
        (320, 6, 1, 1),
    )
    blocks, before = [], int(32 * width)
    for channels, expansion, count, stride in stages:
        for i in range(count):
            blocks.append((before, int(channels * width), expansion, stride if i == 0 else 1, 3))
            before = int(channels * width)
    return blocks


VWW = [
    (8, 16, 6, 2, 3), (16, 16, 3, 1, 3), (16, 16, 3, 1, 3), (16, 24, 3, 2, 7), (24, 24, 6, 1, 3),
    (24, 24, 5, 1, 5), (24, 40, 6, 2, 7), (40, 40, 6, 1, 7), (40, 48, 6, 1, 3), (48, 48, 4, 1, 3),
    (48, 96, 5, 2, 5), (96, 96, 5, 1, 3), (96, 96, 4, 1, 3), (96, 160, 3, 1, 7),
]  # fmt: skip
IMAGENET = [
    (8, 16, 3, 2, 7), (16, 16, 5, 1, 3), (16, 16, 5, 1, 7), (16, 16, 4, 1, 5), (16, 24, 5, 2, 5),
    (24, 24, 5, 1, 5), (24, 24, 5, 1, 5), (24, 40, 5, 2, 3), (40, 40, 6, 1, 7), (40, 40, 4, 1, 5),
    (40, 48, 5, 1, 5), (48, 48, 5, 1, 7), (48, 48, 5, 1, 3), (48, 96, 6, 2, 3), (96, 96, 5, 1, 7),
    (96, 96, 4, 1, 3), (96, 160, 5, 1, 7),
]  # fmt: skip


@dataclass
class Network:
    """Built layer by layer; `x` is the newest tensor."""

    size: int
    model: Model = field(default_factory=Model)
    rng: np.random.Generator = field(default_factory=lambda: np.random.default_rng(0))

    def __post_init__(self) -> None:
        self.x = self.model.tensor("image", (1, self.size, self.size, 3), scale=0.1)

    def convolution(
        self, channels: int, kernel: int, stride: int, *, depthwise: bool = False, relu: bool = True
    ) -> None:
        _, height, width, before = self.model.tensors[self.x].shape
        name = f"t{len(self.model.operators)}"
        shape = (1, kernel, kernel, channels) if depthwise else (channels, kernel, kernel, before)
        weights = self.rng.integers(-127, 128, shape).astype(np.int8)
        scales = np.full(
            channels, 0.5 / (kernel * kernel * (1 if depthwise else before)) ** 0.5 / 64
        )
        axis = 3 if depthwise else 0
        w = self.model.constant(f"{name}.w", weights, scale=scales, axis=axis)
        y = self.model.tensor(
            name,
            (1, -(-height // stride), -(-width // stride), channels),
            scale=0.1,
            zero_point=-128 * relu,
        )
        kind = tflite.ActivationFunctionType
        options = {
            "stride_h": stride, "stride_w": stride, "dilation_h_factor": 1, "dilation_w_factor": 1,
            "padding": tflite.Padding.SAME, "fused_activation_function": kind.RELU if relu else kind.NONE,
        }  # fmt: skip
        if depthwise:
            options["depth_multiplier"] = 1
        operator = "DEPTHWISE_CONV_2D" if depthwise else "CONV_2D"
        table = "DepthwiseConv2DOptions" if depthwise else "Conv2DOptions"
        self.model.operator(operator, [self.x, w], [y], table, **options)
        self.x = y

    def block(self, before: int, channels: int, expansion: int, stride: int, kernel: int) -> None:
        start = self.x
        self.convolution(before * expansion, 1, 1)
        self.convolution(before * expansion, kernel, stride, depthwise=True)
        self.convolution(channels, 1, 1, relu=False)
        if stride == 1 and before == channels:
            y = self.model.tensor(f"sum of {self.x}", self.model.tensors[self.x].shape, scale=0.15)
            self.model.operator("ADD", [start, self.x], [y], "AddOptions")
            self.x = y

    def build(self) -> bytes:
        return self.model.build(["image"], [self.x])


def mcunet(size: int, blocks: list[Block]) -> bytes:
    network = Network(size)
    network.convolution(16, 3, 2)
    network.convolution(16, 3, 1, depthwise=True)
    network.convolution(8, 1, 1, relu=False)
    for block in blocks:
        network.block(*block)
    return network.build()


def mobilenet(size: int, width: float) -> bytes:
    network = Network(size)
    network.convolution(int(32 * width), 3, 2)
    for block in mobilenet_v2(width):
        network.block(*block)
    network.convolution(int(1280 * width), 1, 1)
    return network.build()


THEIRS = {  # bytes at so many times the multiply-accumulates
    "MCUNetV2-vww-5fps, 80x80": "89,600 at 1.00; 26,128 at 1.11; 13,376 at 1.35; 12,000 at 1.96",
    "MobileNetV2 0.35, 144x144": "181,440 at 1.00; 67,905 at 1.10; 15,340 at 1.38; 7,887 at 1.68",
    "MCUNet-320KB-ImageNet, 176x176": "247,808 at 1.00; 94,184 at 1.45; 62,880 at 2.02; 42,643 at 2.69",
}


def main() -> None:
    files = dict(
        zip(THEIRS, (mcunet(80, VWW), mobilenet(144, 0.35), mcunet(176, IMAGENET)), strict=True)
    )
    print(
        "| network | MACs | whole layers | rows | rows, by lines | msf-CNN |\n|---|---|---|---|---|---|"
    )
    with tempfile.TemporaryDirectory() as folder:
        for name, data in files.items():
            path = Path(folder) / "network.tflite"
            path.write_bytes(data)
            found = [
                pipeline.compile(
                    path, target="cortex-m4", kernels="portable", flash=LARGE, shrink=False, **more
                )
                for more in ({"ram": LARGE}, {"ram": "min"}, {"ram": "min", "stream_input": True})
            ]
            arenas = " | ".join(f"{each.memory.arena_bytes:,}" for each in found)
            print(f"| {name} | {found[0].program.macs:,} | {arenas} | {THEIRS[name]} |", flush=True)


if __name__ == "__main__":
    main()
