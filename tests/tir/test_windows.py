"""Windows of every size, step, spread and padding, on images of every shape: loops end and step right."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from tvm import relax
from tvm.relax import op

from tests.tir.runtime import Array, build, constant, function

COUNT = 30
MORE = 420
Made = tuple[Callable[..., relax.Expr], Array, Array]  # of an image, and the result


class Windows:
    """Operators of windows at random, by a seed."""

    def __init__(self, seed: int) -> None:
        self.random = np.random.default_rng(seed)
        self.height, self.width = (int(n) for n in self.random.integers(4, 9, 2))
        self.kernel = tuple(int(n) for n in self.random.integers(1, 4, 2))
        self.strides = tuple(int(n) for n in self.random.integers(1, 4, 2))
        self.pads = tuple(int(n) for n in self.random.integers(0, 2, 4))  # top, left, bottom, right
        self.inputs, self.outputs = (int(n) for n in self.random.integers(1, 8, 2))

    def numbers(self, *shape: int) -> Array:
        return self.random.normal(size=shape).astype(np.float32)

    def made(self) -> Made:
        kinds = [self.convolution, self.transposed, self.maximum, self.average]
        return kinds[int(self.random.integers(len(kinds)))]()

    def taps(self, x: Array, dilation: tuple[int, ...], fill: float) -> Array:
        """(N, C, kh * kw, H, W): what each window sees of x, (N, C, H, W)."""
        top, left, bottom, right = self.pads
        padded = np.pad(x, ((0, 0), (0, 0), (top, bottom), (left, right)), constant_values=fill)
        spans = [(k - 1) * d for k, d in zip(self.kernel, dilation, strict=True)]
        height, width = padded.shape[2] - spans[0], padded.shape[3] - spans[1]
        seen = [
            padded[:, :, i * dilation[0] :, j * dilation[1] :][:, :, :height, :width]
            for i in range(self.kernel[0])
            for j in range(self.kernel[1])
        ]
        return np.stack(seen, 2)[..., :: self.strides[0], :: self.strides[1]]

    def convolution(self) -> Made:
        groups = int(self.random.choice([1, 1, self.inputs]))
        outputs = self.outputs * groups
        w = self.numbers(outputs, self.inputs // groups, *self.kernel)
        dilation = tuple(int(n) for n in self.random.integers(1, 3, 2))
        dilation = dilation if min(self.height, self.width) > 6 else (1, 1)
        x = self.numbers(1, self.inputs, self.height, self.width)
        seen = self.taps(x, dilation, 0.0)
        parts = np.split(seen, groups, 1)
        matrices = np.split(w.reshape(outputs, -1, self.kernel[0] * self.kernel[1]), groups)
        result = np.concatenate(
            [np.einsum("nckhw,ock->nohw", a, b) for a, b in zip(parts, matrices, strict=True)], 1
        )
        options = {"strides": self.strides, "padding": self.pads, "groups": groups}
        if self.random.random() < 0.5:
            return (
                lambda _, e: op.nn.conv2d(e, constant(w), dilation=dilation, **options),
                x,
                result,
            )
        last = (0, 2, 3, 1)
        layouts = {"data_layout": "NHWC", "kernel_layout": "OHWI", "out_layout": "NHWC"}
        return (
            lambda _, e: op.nn.conv2d(
                e, constant(w.transpose(last)), dilation=dilation, **options, **layouts
            ),
            x.transpose(last),
            result.transpose(last),
        )

    def transposed(self) -> Made:
        w = self.numbers(self.inputs, self.outputs, *self.kernel)
        x = self.numbers(1, self.inputs, self.height, self.width)
        (kh, kw), (sh, sw) = self.kernel, self.strides
        pads = tuple(min(p, k - 1) for p, k in zip(self.pads, (kh, kw, kh, kw), strict=True))
        rest = tuple(int(self.random.integers(s)) for s in self.strides)
        full = np.zeros(
            (1, self.outputs, (self.height - 1) * sh + kh, (self.width - 1) * sw + kw), np.float32
        )
        for i in range(self.height):
            for j in range(self.width):
                window = np.einsum("nc,cokl->nokl", x[:, :, i, j], w)
                full[:, :, i * sh : i * sh + kh, j * sw : j * sw + kw] += window
        full = np.pad(full, ((0, 0), (0, 0), (0, rest[0]), (0, rest[1])))
        top, left, bottom, right = pads
        result = full[:, :, top : full.shape[2] - bottom, left : full.shape[3] - right]
        return (
            lambda _, e: op.nn.conv2d_transpose(
                e, constant(w), strides=self.strides, padding=pads, output_padding=rest
            ),
            x,
            result,
        )

    def pooled(self) -> tuple[Array, dict[str, object]]:
        limits = (*self.kernel, *self.kernel)
        self.pads = tuple(min(p, k // 2) for p, k in zip(self.pads, limits, strict=True))
        x = self.numbers(1, self.inputs, self.height, self.width)
        return x, {"pool_size": self.kernel, "strides": self.strides, "padding": self.pads}

    def maximum(self) -> Made:
        x, options = self.pooled()
        result = self.taps(x, (1, 1), -np.inf).max(2)
        return lambda _, e: op.nn.max_pool2d(e, **options), x, result

    def average(self) -> Made:
        x, options = self.pooled()
        whole = bool(self.random.integers(2))
        count = self.taps(np.ones_like(x), (1, 1), float(whole)).sum(2)
        result = self.taps(x, (1, 1), 0.0).sum(2) / count
        return (
            lambda _, e: op.nn.avg_pool2d(e, count_include_pad=whole, **options),
            x,
            result,
        )


def check(seeds: range, folder: Path) -> None:
    made = {f"tc_{seed}": Windows(seed).made() for seed in seeds}
    functions = {n: function(body, (x.shape, "float32")) for n, (body, x, _) in made.items()}
    library = build(functions, folder)
    for name, (_, x, result) in made.items():
        (ours,) = library(name, [x])
        assert ours.shape == result.shape, name
        np.testing.assert_allclose(ours, result, rtol=1e-4, atol=1e-4, err_msg=name)


def test_windows(tmp_path: Path) -> None:
    check(range(COUNT), tmp_path)


@pytest.mark.sweep
@pytest.mark.parametrize("first", range(COUNT, MORE, COUNT))
def test_more_windows(first: int, tmp_path: Path) -> None:
    check(range(first, first + COUNT), tmp_path)
