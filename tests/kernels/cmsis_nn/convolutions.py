"""Convolutions as CMSIS-NN's kernels take them, drawn at random and built."""

from typing import Any

import numpy as np
from hypothesis import assume
from hypothesis import strategies as st
from tvm import relax
from tvm.relax.op import add

from tests.kernels.graphs import quantized, real

LAYOUT = {"data_layout": "NHWC", "kernel_layout": "OHWI"}


@st.composite
def convolutions(draw: st.DrawFn) -> dict[str, Any]:
    """Attributes of conv2d, the shape of its weights as `weights`, of its input as `input`."""
    row = draw(st.booleans())
    kernel = (1 if row else draw(st.integers(1, 4)), draw(st.integers(1, 5)))
    dilation = (
        (1, 1)
        if draw(st.booleans())
        else (1 if row else draw(st.integers(1, 2)), draw(st.integers(1, 2)))
    )
    height = 1 if row else draw(st.integers(1, 7))
    left = draw(st.integers(0, kernel[1] - 1))
    padding = (
        (0, left, 0, left + draw(st.integers(0, 1)))
        if row
        else tuple(draw(st.integers(0, k - 1)) for k in kernel * 2)
    )
    groups, per_group, filters = (
        draw(st.sampled_from(choice)) for choice in ((1, 1, 1, 2), (1, 3, 4, 5, 8), (1, 2, 4, 5))
    )
    width = draw(st.integers(1, 9))
    reach = [(k - 1) * d + 1 for k, d in zip(kernel, dilation, strict=True)]
    assume(
        height + padding[0] + padding[2] >= reach[0] and width + padding[1] + padding[3] >= reach[1]
    )
    return {
        "input": (1, height, width, groups * per_group),
        "weights": (groups * filters, *kernel, per_group),
        "strides": (1 if row else draw(st.integers(1, 3)), draw(st.integers(1, 3))),
        "dilation": dilation,
        "padding": padding,
        "groups": groups,
    }


def convolution(case: dict[str, Any], seed: int) -> Any:
    rng = np.random.default_rng(seed)
    channels = case["weights"][0]
    scales = rng.uniform(0.001, 0.02, channels).astype(np.float32)
    weights = real(rng.integers(-127, 128, case["weights"]).astype(np.int8), scales, 0)
    bias = real(rng.integers(-3000, 3000, channels).astype(np.int32), scales * np.float32(0.05), 0)
    attributes = {
        name: case[name] for name in ("strides", "dilation", "padding", "groups")
    } | LAYOUT
    points = rng.integers(-128, 128, 2)

    def build(x: Any) -> Any:
        conv = relax.op.nn.conv2d(real(x, 0.05, int(points[0])), weights, **attributes)
        out = quantized(add(conv, bias), float(rng.uniform(0.1, 0.5)), int(points[1]))
        return relax.op.clip(out, -100, 90)

    return build


@st.composite
def transposed_convolutions(draw: st.DrawFn, stride: int, channels: list[int]) -> dict[str, Any]:
    """Attributes of conv2d_transpose whose output ends within the full result or a little beyond."""
    kernel, strides, size = (
        (draw(st.integers(1, most)), draw(st.integers(1, most))) for most in (5, stride, 6)
    )
    before = [draw(st.integers(0, k - 1)) for k in kernel]
    full = [(n - 1) * s + k for n, s, k in zip(size, strides, kernel, strict=True)]
    after = [draw(st.integers(0, 2)) for _ in range(2)]
    assume(all(f > b + a for f, b, a in zip(full, before, after, strict=True)))
    more = [draw(st.integers(0, s - 1)) for s in strides]
    depth, filters = draw(st.sampled_from(channels)), draw(st.integers(1, 9))
    return {
        "input": (1, *size, depth),
        "weights": (filters, *kernel, depth),
        "strides": strides,
        "padding": (*before, *after),
        "output_padding": [
            extra if end == 0 else 0 for extra, end in zip(more, after, strict=True)
        ],
    }


def transposed_convolution(case: dict[str, Any], seed: int) -> Any:
    rng = np.random.default_rng(seed)
    channels = case["weights"][0]
    scales = rng.uniform(0.001, 0.02, channels).astype(np.float32)
    weights = real(rng.integers(-127, 128, case["weights"]).astype(np.int8), scales, 0)
    bias = real(rng.integers(-3000, 3000, channels).astype(np.int32), scales * np.float32(0.05), 0)
    attributes = {name: case[name] for name in ("strides", "padding", "output_padding")} | LAYOUT
    points = rng.integers(-128, 128, 2)
    scale = float(rng.uniform(0.1, 0.5))

    def build(x: Any) -> Any:
        conv = relax.op.nn.conv2d_transpose(real(x, 0.05, int(points[0])), weights, **attributes)
        return relax.op.clip(quantized(add(conv, bias), scale, int(points[1])), -100, 90)

    return build
