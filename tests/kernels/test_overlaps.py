"""An output runs into an input as far as a kernel states, and not a byte further.

Every test of a kernel that uses `Run` checks the first half, sanitized. Here the C is as it ships, by several
compilers; one element further the result differs.
"""

import ctypes
import itertools
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from tests.kernels.runtime import Run
from tinycompile.codegen.folder import fill
from tinycompile.kernel import Kernel
from tinycompile.kernels import portable
from tinycompile.simulate.build import build_host

KERNELS = {kernel.symbol: kernel for kernel in portable.kernels()}
BUILDS = [("gcc", "-O2"), ("gcc", "-O3"), ("gcc", "-Os"), ("clang", "-O2")]
SHAPES, INPUTS = (
    12,
    12,
)  # random ones of each kernel, and inputs that must not all hide the lost element
Fields = dict[str, Any]


class Draw:
    """Random fields of structs."""

    def __init__(self, seed: int) -> None:
        self.rng = np.random.default_rng(seed)

    def number(self, low: int, high: int) -> int:
        return int(self.rng.integers(low, high + 1))

    def image(self, dilated: bool = True, **channels: int) -> Fields:
        """Sizes of an image and of a window that moves over it and always meets it."""
        p: Fields = dict.fromkeys(
            ["input_h", "input_w", "input_c", "output_h", "output_w", "output_c"], 0
        )
        p |= {f"kernel_{a}": self.number(1, 4) for a in "hw"}
        p |= {f"stride_{a}": self.number(1, 3) for a in "hw"}
        p |= {f"dilation_{a}": self.number(1, 1 + dilated) for a in "hw"}
        p |= {
            "pad_top": self.number(0, p["kernel_h"] - 1),
            "pad_left": self.number(0, p["kernel_w"] - 1),
        }
        for a, pad in ("h", p["pad_top"]), ("w", p["pad_left"]):
            p[f"input_{a}"] = self.number(1, 8)
            p[f"output_{a}"] = self.number(1, (p[f"input_{a}"] + pad - 1) // p[f"stride_{a}"] + 1)
        if "channels" in channels:
            del p["input_c"], p["output_c"]
            p = (
                dict(itertools.islice(p.items(), 4))
                | channels
                | dict(itertools.islice(p.items(), 4, None))
            )
        return p | channels

    def tables(self, weights: tuple[int, ...], count: int, bias: type = np.int32) -> Fields:
        return {
            "weights": self.rng.integers(1, 128, weights).astype(np.int8),
            "bias": self.rng.integers(-900, 900, count).astype(bias),
            "multipliers": self.rng.integers(1 << 30, (1 << 31) - 1, count).astype(np.int32),
            "shifts": np.full(count, -5, np.int8),
        }


POINTS = {"input_zero_point": 3, "output_zero_point": -2}
S8, S16, F32 = (
    {"min": -128, "max": 127},
    {"min": -32768, "max": 32767},
    {"min": -np.inf, "max": np.inf},
)


def convolution(draw: Draw, most_groups: int = 3) -> tuple[Fields, tuple[int, ...], int]:
    groups, group_in, group_out = draw.number(1, most_groups), draw.number(1, 4), draw.number(1, 6)
    p = draw.image(input_c=groups * group_in, output_c=groups * group_out) | {"groups": groups}
    return p, (p["output_c"], p["kernel_h"], p["kernel_w"], group_in), p["output_c"]


def conv2d_s8(draw: Draw) -> Fields:
    p, weights, count = convolution(draw)
    return p | POINTS | S8 | draw.tables(weights, count)


def conv2d_s16(draw: Draw) -> Fields:
    p, weights, count = convolution(draw)
    return p | S16 | {"narrow": 1} | draw.tables(weights, count, np.int64)


def conv2d_f32(draw: Draw) -> Fields:
    p, weights, count = convolution(draw)
    tables = {k: draw.tables(weights, count)[k].astype(np.float32) for k in ("weights", "bias")}
    return p | F32 | tables


def depthwise_conv2d_s8(draw: Draw) -> Fields:
    channels = draw.number(1, 5)
    p = draw.image(input_c=channels, output_c=channels * draw.number(1, 3))
    weights = (p["kernel_h"], p["kernel_w"], p["output_c"])
    return p | POINTS | S8 | draw.tables(weights, p["output_c"])


def transpose_conv2d_s8(draw: Draw) -> Fields:
    p = draw.image(input_c=draw.number(1, 4), output_c=draw.number(1, 5))
    p = {name: value for name, value in p.items() if "dilation" not in name}
    weights = (p["output_c"], p["kernel_h"], p["kernel_w"], p["input_c"])
    return p | POINTS | S8 | draw.tables(weights, p["output_c"])


def pool_s8(draw: Draw) -> Fields:
    return draw.image(dilated=False, channels=draw.number(1, 6)) | S8


def pool_s16(draw: Draw) -> Fields:
    return draw.image(channels=draw.number(1, 6)) | S16


def fully_connected_s8(draw: Draw) -> Fields:
    sizes = {
        "rows": draw.number(1, 4),
        "input_n": draw.number(1, 30),
        "output_n": draw.number(1, 30),
    }
    tables = draw.tables((sizes["output_n"], sizes["input_n"]), sizes["output_n"])
    return sizes | {"output_zero_point": 1} | S8 | tables


def fully_connected_f32(draw: Draw) -> Fields:
    p = fully_connected_s8(draw)
    tables = {k: p[k].astype(np.float32) for k in ("weights", "bias")}
    return {k: p[k] for k in ("rows", "input_n", "output_n")} | F32 | tables


def matmul_s8(draw: Draw) -> Fields:
    sizes = {name: draw.number(1, 5) for name in ("batches", "rows", "depth", "columns")}
    used_again = draw.number(0, 2)
    steps = {
        "a_step": sizes["rows"] * sizes["depth"] * (used_again != 1),
        "b_step": sizes["depth"] * sizes["columns"] * (used_again != 2),
    }
    factor = {"multiplier": 1 << 30, "shift": -5, "output_zero_point": 0}
    return sizes | steps | {"a_zero_point": 1, "b_zero_point": -1} | factor | S8


def rescale(draw: Draw) -> Fields:
    sizes = {"input_size": draw.number(1, 2), "output_size": draw.number(1, 2)}
    scale = {"multiplier": 1 << 30, "shift": 1 - 8 * (sizes["input_size"] - 1)}
    return {"count": draw.number(1, 40)} | S16 | scale | sizes | POINTS


def dequantize_s8_f32(draw: Draw) -> Fields:
    return {"count": draw.number(1, 40), "scale": 0.5, "zero_point": 2}


def arg_max_s8(draw: Draw) -> Fields:
    sizes = {
        name: draw.number(least, 5) for name, least in (("outer", 1), ("extent", 2), ("inner", 1))
    }
    return sizes | {"sign": 1, "int64_output": draw.number(0, 1)}


def concat(draw: Draw) -> Fields:
    runs = draw.rng.integers(1, 9, draw.number(1, 4)).astype(np.int32)
    return {"count": len(runs), "rows": draw.number(1, 5), "runs": runs}


def pad(draw: Draw) -> Fields:
    gaps = np.cumsum(draw.rng.integers(0, 7, 5)).tolist()
    shape = tuple(draw.rng.integers(1, 4, 4).tolist())
    sizes = {"shape": shape, "row_size": draw.number(1, 9), "before": draw.number(0, 20)}
    return sizes | {"gaps": tuple(gaps), "value": (7, 7, 7, 7)}


def gather(draw: Draw) -> Fields:
    run, extent, count = draw.number(1, 5), draw.number(2, 6), draw.number(2, 6)
    offsets = (draw.rng.permutation(extent)[:count] * run).astype(np.int32)
    sizes = {"rows": draw.number(1, 4), "row_size": extent * run, "count": len(offsets), "run": run}
    return sizes | {"offsets": offsets}


def strided_copy(draw: Draw) -> Fields:
    """Of an array of 4 dimensions all or a slice, the dimensions in other places."""
    run, full = draw.number(1, 3), draw.rng.integers(2, 5, 4).tolist()
    first = [draw.number(0, n - 1) for n in full] if draw.number(0, 1) else [0] * 4
    part = [draw.number(1, n - at) if any(first) else n for n, at in zip(full, first, strict=True)]
    steps = [run * int(np.prod(full[d + 1 :])) for d in range(4)]
    order = draw.rng.permutation(4)
    return {
        "shape": (1, 1, *(part[d] for d in order)), "steps": (0, 0, *(steps[d] for d in order)),
        "start": sum(at * step for at, step in zip(first, steps, strict=True)), "run": run,
    }  # fmt: skip


CASES: dict[str, Callable[[Draw], Fields]] = {
    "tc_conv2d_s8": conv2d_s8,
    "tc_conv2d_s16": conv2d_s16,
    "tc_conv2d_f32": conv2d_f32,
    "tc_depthwise_conv2d_s8": depthwise_conv2d_s8,
    "tc_transpose_conv2d_s8": transpose_conv2d_s8,
    "tc_avg_pool2d_s8": pool_s8,
    "tc_max_pool2d_s8": pool_s8,
    "tc_max_pool2d_s16": pool_s16,
    "tc_fully_connected_s8": fully_connected_s8,
    "tc_fully_connected_f32": fully_connected_f32,
    "tc_matmul_s8": matmul_s8,
    "tc_rescale": rescale,
    "tc_dequantize_s8_f32": dequantize_s8_f32,
    "tc_arg_max_s8": arg_max_s8,
    "tc_concat": concat,
    "tc_pad": pad,
    "tc_gather": gather,
    "tc_strided_copy": strided_copy,
}


class Optimized(Run):
    """All kernels of CASES in one library, as `compiler` makes it."""

    def __init__(self, folder: Path, compiler: str, optimize: str) -> None:
        super().__init__(folder)
        kernels = [KERNELS[symbol] for symbol in CASES]
        for kernel in kernels:
            fill(folder, kernel.files())
        output, sources = folder / "kernels.so", [folder / kernel.source for kernel in kernels]
        build_host(sources, [folder], output, compiler=compiler, optimize=optimize)
        self.built = dict.fromkeys(CASES, ctypes.CDLL(str(output)))


@pytest.fixture(scope="module", params=BUILDS, ids=" ".join)
def optimized(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Run:
    return Optimized(tmp_path_factory.mktemp("overlaps"), *request.param)


def dtypes(symbol: str, p: Fields) -> tuple[str, str]:
    """Of the inputs and of the output."""
    if symbol == "tc_rescale":
        return f"int{8 * p['input_size']}", f"int{8 * p['output_size']}"
    if symbol == "tc_arg_max_s8":
        return "int8", "int64" if p["int64_output"] else "int32"
    names = {"s8": "int8", "s16": "int16", "f32": "float32"}
    found = [names[part] for part in symbol.split("_") if part in names] or ["int8"]
    return found[0], found[-1]


def inputs_of(kernel: Kernel, p: Fields, seed: int) -> list[NDArray[Any]]:
    dtype, _ = dtypes(kernel.symbol, p)
    rng = np.random.default_rng(seed)
    return [rng.integers(-128, 128, shape).astype(dtype) for shape in shapes(p)]


def shapes(p: Fields) -> list[tuple[int, ...]]:
    """Of the inputs, as references take them."""
    if "a_step" in p:
        stacks = [p["batches"] if p[f"{x}_step"] else 1 for x in "ab"]
        return [(stacks[0], p["rows"], p["depth"]), (stacks[1], p["depth"], p["columns"])]
    if "runs" in p:
        return [(p["rows"], run) for run in p["runs"].tolist()]
    if "outer" in p:
        return [(p["outer"], p["extent"], p["inner"])]
    if "gaps" in p:
        return [(*p["shape"], p["row_size"])]
    if "steps" in p:
        last = sum((n - 1) * step for n, step in zip(p["shape"], p["steps"], strict=True))
        return [(p["start"] + last + p["run"],)]
    if "offsets" in p:
        return [(p["rows"], p["row_size"])]
    if "input_h" in p:
        return [(p["input_h"], p["input_w"], p.get("input_c") or p["channels"])]
    return [(p["count"],)] if "count" in p else [(p["rows"], p["input_n"])]


@pytest.mark.parametrize("symbol", CASES)
def test_an_output_runs_into_an_input_so_far_and_no_further(optimized: Run, symbol: str) -> None:
    kernel, tight = KERNELS[symbol], 0
    for seed in range(SHAPES):
        p = CASES[symbol](Draw(seed))
        tries = [inputs_of(kernel, p, 100 * seed + i) for i in range(INPUTS)]
        made = kernel.reference(p, *tries[0])
        like = np.empty(made.size, dtypes(symbol, p)[1])
        for position, distance in enumerate(kernel.overlaps(p)):
            if distance is None:
                continue
            step = max(like.itemsize, tries[0][position].itemsize)
            expected = [optimized(kernel, p, arrays, like) for arrays in tries]  # also overlapped
            closer = -(-distance // step) * step - step
            if closer < 0:
                continue
            found = [optimized.over(kernel, p, arrays, like, position, closer) for arrays in tries]
            lost = any((a != b).any() for a, b in zip(expected, found, strict=True))
            assert lost, f"{symbol} {p} may run further into input {position} than {distance}"
            tight += 1
    assert tight >= SHAPES // 4
