"""Depthwise 3x3 convolution with ReLU on int8: planes of four channels in scratch, 2x2 results at a time."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tinycompile.call import Call
from tinycompile.families import DSP
from tinycompile.kernel import Kernel, Match
from tinycompile.kernels.dsp import planes
from tinycompile.kernels.dsp.factors import LARGEST_SHIFT, factors_are_small, usual
from tinycompile.kernels.portable.s8 import depthwise_conv2d_s8
from tinycompile.kernels.shared import accumulate, window
from tinycompile.kernels.shared import short_requantization as short
from tinycompile.row_form import Reads, RowForm, Shape
from tinycompile.target import Isa

SHIFT, SCALE = (
    10,
    8,
)  # sums of nine products need no more, and a larger one proves fewer large factors
WIDEST = {
    1: 30,
    2: 14,
}  # columns of the output at a time, by stride: even, and a row in the C is 32 bytes
BAND = 24  # rows of the output at a time, of stride 1, where not all are
LINE = 128  # bytes of a row of four planes
TAPS = (0, 3, 2, 5, 6, 1, 8, 4, 7)  # in the order of the C, as positions row by row


def window_is_3x3(match: Match) -> str | None:
    """The window is 3x3, without dilation, each channel has one filter, and both strides are 1 or 2."""
    p = window.convolution(match)
    taps, dilation = (p["kernel_h"], p["kernel_w"]), (p["dilation_h"], p["dilation_w"])
    if taps != (3, 3):
        return "it is {}x{}".format(*taps)
    if dilation != (1, 1):
        return "dilation is {}x{}".format(*dilation)
    if p["output_c"] != p["input_c"]:
        return f"channels have {p['output_c'] // p['input_c']} filters each"
    strides = p["stride_h"], p["stride_w"]
    return None if strides in ((1, 1), (2, 2)) else "strides are {}x{}".format(*strides)


def there_are_four_channels(match: Match) -> str | None:
    """There are 4 channels or more."""
    channels = match.shape("input")[3]
    return None if channels >= 4 else f"there are {channels}"


def no_row_is_of_one(match: Match) -> str | None:
    """The output is higher or wider than one pixel."""
    sizes = match.shape("conv")[1:3]
    return None if max(sizes) > 1 else "it is one pixel"


def output_is_relu(match: Match) -> str | None:
    """No output is below the zero point, as after ReLU."""
    (low, _), zero_point = match.clamp(), match.quantization("output").zero_point
    return None if low >= zero_point else f"{low} is, with {zero_point}"


def sums_fit(match: Match) -> str | None:
    """No sum leaves 30 bits, or 24 of a factor below 2^-24, but in channels that never move."""
    output = short.Output(match.quantization("output").zero_point, *match.clamp())
    zero_point = match.quantization("input").zero_point
    reaches = short.reaches(accumulate.filters(match), accumulate.bias(match), zero_point)
    tables = accumulate.multipliers(accumulate.channel_factors(match))
    factors = map(short.Factor, *(np.asarray(table).tolist() for table in tables.values()))
    for factor, (low, high) in zip(factors, reaches, strict=True):
        largest = max(-low, high)
        fits = largest < 1 << (23 if factor.shift < -LARGEST_SHIFT else 29)
        if not fits and not short.is_constant(factor, output, (low, high)):
            return f"one may reach {largest}"
    return None


def is_turned(p: dict[str, Any]) -> bool:
    """Whether columns take fewer instructions as rows."""
    if min(p["output_h"], p["output_w"]) == 1:
        return bool(p["output_w"] == 1)
    upright, turned = (instructions(planes.sizes(p, way)) for way in (False, True))
    return turned < upright


def instructions(sizes: dict[str, int]) -> int:
    """Of the inner loops, for one channel."""
    rows, pairs = sizes["output_h"], -(-sizes["output_w"] // 2)
    if sizes["stride_h"] == 2:
        return rows * (37 * pairs + 12)
    return rows // 2 * (54 * pairs + 10) + rows % 2 * (31 * pairs + 10)


def strip(columns: int, stride: int) -> int:
    """Columns at a time, an even number, such that 2 or more are left for the last."""
    most = WIDEST[stride]
    if columns <= most:
        return columns
    parts = -(-columns // most)
    while True:
        size = -(-columns // parts)
        size += size % 2
        if size <= most and (columns - 1) % size > 0:
            return size
        parts += 1


def lower(match: Match) -> Call:
    return call(depthwise_conv2d_s8.lower(match))


def call(portable: Call) -> Call:
    """Of the portable kernel's."""
    p: dict[str, Any] = portable.params
    turned, stride = is_turned(p), p["stride_h"]
    sizes = planes.sizes(p, turned)
    whole = stride == 1 and sizes["output_w"] <= WIDEST[1]  # for the sake of the place
    band = sizes["output_h"] if whole else min(BAND // stride, sizes["output_h"])
    tables = pack(p, p["weights"].swapaxes(0, 1) if turned else p["weights"])
    kept = ("input_zero_point", "min", "max")
    return Call(
        inputs=portable.inputs,
        params={
            "input_h": sizes["input_h"], "input_w": sizes["input_w"], "channels": p["input_c"],
            "output_h": sizes["output_h"], "output_w": sizes["output_w"], "stride": stride,
            "pad_top": sizes["pad_top"], "pad_left": sizes["pad_left"],
            **{name: p[name] for name in kept},
            "band": band, "strip": strip(sizes["output_w"], stride),
            "exact_count": len(tables["exact"]), **planes.steps(p, turned), **tables,
        },
        macs=portable.macs,
        scratch=LINE * ((band - 1) * stride + 3) + 60,
    )  # fmt: skip


def pack(p: dict[str, Any], weights: NDArray[np.int8]) -> dict[str, NDArray[Any]]:
    """The tables `taps`, `leave` and `exact` of weights (3, 3, channels)."""
    taps = weights.reshape(9, -1).T
    output = short.Output(p["output_zero_point"], p["min"], p["max"])
    bias = p["bias"].astype(np.int64) - p["input_zero_point"] * taps.astype(np.int64).sum(axis=1)
    packed = np.zeros((len(taps), 10), np.int8)
    packed[:, :9] = taps[:, TAPS]
    leave, exact = np.zeros((len(taps), 3), np.int32), []
    exacts = usual(p["multipliers"], p["shifts"])
    for i, reach in enumerate(short.reaches(taps, p["bias"], p["input_zero_point"])):
        factor = short.Factor(int(p["multipliers"][i]), int(p["shifts"][i]))
        found = constants(factor, output, reach)
        if found.proved:
            packed[i, 9] = found.scale
            start = np.array(bias[i] << found.scale).astype(np.int32)  # wraps where m is 0
            leave[i] = start, found.m, found.c
        else:
            multiplier, shift = (int(exacts[name][i]) for name in ("multipliers", "shifts"))
            constant = (2 * output.zero_point + 1) << (shift - 1)
            exact.append((i, bias[i], multiplier, shift, constant))
    return {"taps": packed, "leave": leave, "exact": np.array(exact, np.int32).reshape(-1, 5)}


def constants(factor: short.Factor, output: short.Output, reach: short.Reach) -> short.Channel:
    """Of the channel; weights of 8 bits count 2^8 times or, where the multiplier would be too large, less."""
    found = short.search(factor, output, reach, SCALE, SHIFT)
    fitting = max(1, min(SCALE, 1 + SHIFT + factor.shift))
    return found if found.proved else short.search(factor, output, reach, fitting, SHIFT)


def rows(call: Call, inputs: Sequence[Shape], output: Shape) -> RowForm | None:
    """A row of the image as it is: where planes lie on their side, taps are turned back."""
    p: dict[str, Any] = call.params
    if output[0] != 1 or output[2] < 2:
        return None
    (_, height, width, channels), stride = inputs[0], p["stride"]
    turned = not planes.is_upright(p)
    back = [TAPS.index(tap % 3 * 3 + tap // 3) for tap in TAPS] if turned else [*range(9)]
    top, left = ("pad_left", "pad_top") if turned else ("pad_top", "pad_left")
    of_row = {
        "input_h": 3, "input_w": width, "output_h": 1, "output_w": output[2], "pad_top": 0,
        "pad_left": p[left], "band": 1, "strip": strip(output[2], stride),
        "input_step": channels, "input_line": width * channels,
        "output_step": channels, "output_line": output[2] * channels,
        "taps": np.ascontiguousarray(p["taps"][:, [*back, 9]]),
    }  # fmt: skip
    reads = Reads(tuple(range(height)), taps=3, stride=stride, pad=p[top])
    return RowForm(output[1], (reads,), p | of_row, scratch=LINE * 3 + 60)


def reference(p: dict[str, Any], x: NDArray[np.int8]) -> NDArray[np.int8]:
    """x is (H, W, C) of any leading dimensions of 1."""
    weights = np.empty((9, p["channels"]), np.int64)
    weights[TAPS, :] = p["taps"][:, :9].T
    geometry = p | {
        "output_c": p["channels"], "input_c": p["channels"], "kernel_h": 3, "kernel_w": 3,
        "stride_h": p["stride"], "stride_w": p["stride"], "dilation_h": 1, "dilation_w": 1,
        "weights": weights.reshape(3, 3, -1), "bias": np.zeros(p["channels"], np.int64),
    }  # fmt: skip
    zero_point = p["input_zero_point"]
    image = planes.image(p, x, p["channels"]).astype(np.int64)
    sums = depthwise_conv2d_s8.sums(geometry, image - zero_point)
    sums += zero_point * weights.sum(axis=0)  # as in the C, where borders hold it
    added, m, c = p["leave"].astype(np.int64).T
    values = (((sums << p["taps"][:, 9].astype(np.int64)) + added) * m >> 32) + c >> SHIFT
    for channel, bias, multiplier, shift, constant in p["exact"].tolist():
        total = sums[..., channel] + bias
        rounded = (2 * total * multiplier + (1 << 31)) >> 32
        values[..., channel] = (rounded + constant - (total < 0)) >> shift
    return planes.output(p, accumulate.clamp(p, np.clip(values, -128, 127)))


KERNEL = Kernel(
    "tc_dsp_depthwise_conv2d_3x3_s8",
    depthwise_conv2d_s8.KERNEL.pattern,
    lower,
    reference,
    constraints=(
        *depthwise_conv2d_s8.KERNEL.constraints,
        window_is_3x3,
        there_are_four_channels,
        no_row_is_of_one,
        planes.no_window_is_empty,
        output_is_relu,
        factors_are_small,
        sums_fit,
    ),
    isa=Isa.DSP,
    family=DSP,
    overlaps=planes.in_place,
    rows=rows,
    takes_scratch=True,
    per_image=True,
    summary="3x3 depthwise convolution of stride 1 or 2, with ReLU.",
)
