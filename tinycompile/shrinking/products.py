"""A product of activations and constant weights, with what its kernel does to the sums: conv2d, matmul.

Every output channel has filters of some taps, places in a window, and some input channels. Which taps fall
inside the image depends on where the window lies: `inside` has each set of them that there is, once.
"""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray
from tvm import relax

from tinycompile.kernel import Match
from tinycompile.kernels.shared import accumulate, accumulate_s16, window

Ints = NDArray[np.int64]
INT32 = np.iinfo(np.int32)
FREE = 1 << 46  # what sums of int16 activations stay below, bias included


@dataclass(frozen=True)
class Product:
    """The kernel's `params` of `match`, a product."""

    match: Match
    params: dict[str, Any]

    @property
    def is_conv(self) -> bool:
        return "conv" in self.match

    @property
    def call(self) -> relax.Call:
        """The product itself."""
        return self.match["conv" if self.is_conv else "matmul"]

    @property
    def is_wide(self) -> bool:
        """Whether sums have 64 bits."""
        wide = self.match.dtype("input") == "int16"
        return wide and not accumulate_s16.is_narrow(self.match)

    @cached_property
    def weights(self) -> Ints:
        """(O, taps, inputs of a group), their zero point taken off."""
        filters = accumulate.offset_filters(self.match)
        inputs = self.match.shape("weights")[3] if self.is_conv else filters.shape[1]
        return filters.reshape(len(filters), -1, inputs)

    @cached_property
    def readers(self) -> Ints:
        """(O, inputs of a group): which input channel each of the weights is for."""
        outputs, _, inputs = self.weights.shape
        groups = int(self.match.attrs("conv").groups) if self.is_conv else 1
        group = np.arange(outputs) // (outputs // groups)
        return np.asarray(group[:, None] * inputs + np.arange(inputs))

    @cached_property
    def inside(self) -> Ints:
        """(sets of taps, taps): 1 where the tap is inside the image."""
        if not self.is_conv:
            return np.ones((1, 1), np.int64)
        p = window.convolution(self.match)
        rows = _inside(p, "h")
        columns = _inside(p, "w")
        sets: Ints = np.einsum("ai,bj->abij", rows, columns)
        return sets.reshape(len(rows) * len(columns), -1)

    @cached_property
    def bias(self) -> Ints:
        if self.match.dtype("input") == "int16":
            return accumulate_s16.bias(self.match)
        return accumulate.bias(self.match).astype(np.int64)

    @property
    def zero_point(self) -> int:
        return self.match.quantization("input").zero_point

    def sums(self, low: Ints, high: Ints) -> tuple[Ints, Ints]:
        """The least and the largest sums, (sets of taps, O), of inputs between `low` and `high` a channel."""
        ends = [
            (end.astype(np.int64) - self.zero_point)[self.readers][:, None] for end in (low, high)
        ]
        first, second = (self.weights * end for end in ends)
        least, most = (f(first, second).sum(axis=2) for f in (np.minimum, np.maximum))
        return self.inside @ least.T + self.bias, self.inside @ most.T + self.bias

    def contributions(self, channels: Ints, values: Ints) -> Ints:
        """(sets of taps, O, channels): what input channels add to the sums that always have these values."""
        offsets = values.astype(np.int64) - self.zero_point
        of = (self.readers[:, :, None] == channels) * offsets  # (O, inputs of a group, channels)
        return np.asarray(
            np.einsum("st,oti,oic->soc", self.inside, self.weights, of, optimize=True)
        )

    def fit(self, sums: Ints) -> NDArray[np.bool_]:
        """Which of `sums` the kernel has room for, on all of its way to the output."""
        if self.is_wide:
            return np.abs(sums) < FREE
        left = np.maximum(np.asarray(self.params["shifts"], np.int64), 0)
        return (sums << left >= INT32.min) & (sums << left <= INT32.max)

    def leave(self, sums: Ints) -> Ints:
        """The outputs of sums, whose last axis is the output channel."""
        if self.match.dtype("input") == "int16":
            return accumulate_s16.leave(self.params, sums).astype(np.int64)
        return accumulate.leave(self.params, sums).astype(np.int64)

    def range(self, low: Ints, high: Ints) -> tuple[Ints, Ints]:
        """Between what each output channel lies."""
        least, most = self.sums(low, high)
        least, most = least.min(axis=0), most.max(axis=0)
        fit = self.fit(least) & self.fit(most)
        ends = self.leave(np.where(fit, least, 0)), self.leave(np.where(fit, most, 0))
        return (
            np.where(fit, ends[0], self.params["min"]),
            np.where(fit, ends[1], self.params["max"]),
        )


def of(match: Match, params: dict[str, Any]) -> Product | None:
    """`match` as a product, if it is one: of a convolution or a constant matrix."""
    is_product = "weights" in match and ("conv" in match or "matmul" in match)
    forward = is_product and not ("conv" in match and "transpose" in str(match["conv"].op.name))
    return Product(match, params) if forward else None


def _inside(p: dict[str, int], axis: str) -> Ints:
    """(sets, taps) along one axis."""
    before = "pad_top" if axis == "h" else "pad_left"
    firsts = np.arange(p[f"output_{axis}"]) * p[f"stride_{axis}"] - p[before]
    places = firsts[:, None] + np.arange(p[f"kernel_{axis}"]) * p[f"dilation_{axis}"]
    return np.unique((places >= 0) & (places < p[f"input_{axis}"]), axis=0).astype(np.int64)
