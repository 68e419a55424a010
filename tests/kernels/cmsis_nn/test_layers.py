"""Random layers by CMSIS-NN on cores of every instruction set equal the reference, bit for bit.

One program holds them all: each layer has an input and an output of its own. CI takes one seed;
`pytest -m sweep tests/kernels/cmsis_nn` takes many, for when a rule has changed or CMSIS-NN has.
"""

from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from tvm import relax

from tests.kernels import cases
from tests.kernels.cmsis_nn.calls import kernel_for
from tests.kernels.cmsis_nn.convolutions import convolution
from tests.kernels.graphs import matched, quantized, real
from tests.operators.compiled import by_image, referenced
from tinycompile import codegen, memory
from tinycompile.cmsis_nn import CmsisNN
from tinycompile.codegen.library import Library, Model
from tinycompile.frontend.source import Source
from tinycompile.kernel import Kernel, Match
from tinycompile.kernels.cmsis_nn.context import Context
from tinycompile.pipeline import Compiled
from tinycompile.program import Layer, Program, Tensor
from tinycompile.simulate import harness
from tinycompile.target import Target

CORES = ["cortex-m3", "cortex-m4", "cortex-m55"]
SEEDS = [0, *(pytest.param(seed, marks=pytest.mark.sweep) for seed in range(1, 25))]
LAYERS, RUNS = 180, 2

Shape = tuple[int, ...]


def integers(rng: np.random.Generator, low: int, high: int, count: int) -> list[int]:
    """`count` numbers from `low` to `high`, both included."""
    return [int(i) for i in rng.integers(low, high + 1, count)]


def window(rng: np.random.Generator, row: bool, beyond: int = 0) -> dict[str, Any]:
    """Strides, dilation and padding of a window `kernel` on an image `size`.

    Padding is that of "same" or "valid", or any that leaves a pixel in each window, or `beyond` that.
    """
    kernel, strides, size = (integers(rng, 1, most, 2) for most in (5, 4, 14))
    dilation = integers(rng, 1, 3, 2) if rng.random() < 0.2 else [1, 1]
    if row:
        size, kernel, strides = [1, int(rng.integers(1, 40))], [1, kernel[1] + 2], [1, strides[1]]
        dilation[0] = 1
    elif rng.random() < 0.3:
        kernel = [3, 3]
    how, before, after = int(rng.integers(3)), [0, 0], [0, 0]
    for i, (k, s, d) in enumerate(zip(kernel, strides, dilation, strict=True)):
        reach = (k - 1) * d + 1
        if how == 0:  # "same"
            total = max((-(-size[i] // s) - 1) * s + reach - size[i], 0)
            before[i], after[i] = total // 2, total - total // 2
        elif how == 1:
            before[i], after[i] = integers(rng, 0, reach - 1 + beyond, 2)
        size[i] = max(size[i], reach - before[i] - after[i], 1)
    geometry = {"strides": tuple(strides), "dilation": tuple(dilation)}
    return geometry | {"kernel": kernel, "size": size, "padding": (*before, *after)}


KINDS = ("conv", "row", "1x1", "depthwise", "dense", "pool")


def pointwise(rng: np.random.Generator, i: int) -> tuple[str, Any, dict[str, Shape]]:
    """A softmax, or a sum, product, minimum or maximum of two tensors."""
    shape = tuple(integers(rng, 1, 40, 2))
    if i % 3 == 0:
        scale, (name, last, zero_point, dtype) = (
            float(2.0 ** rng.uniform(-12, 3)),
            [("s8", 8, -128, "int8"), ("s8_s16", 16, -32768, "int16")][i % 2],
        )

        def softmax(x: Any) -> Any:
            out = relax.op.nn.softmax(real(x, scale), -1)
            return quantized(out, 2.0**-last, zero_point, dtype)

        return f"tc_cmsis_softmax_{name}", softmax, {"x": shape}
    both = {"x": shape, "y": shape}
    if i % 3 == 1:
        operator = (relax.op.minimum, relax.op.maximum)[i % 2]
        return "tc_cmsis_min_max_s8", lambda x, y: operator(x, y), both
    scales, points = rng.uniform(0.01, 0.3, 3), integers(rng, -128, 127, 3)
    name, combine = [("add", relax.op.add), ("mul", relax.op.multiply)][i % 2]

    def combined(x: Any, y: Any) -> Any:
        a, b = real(x, scales[0], points[0]), real(y, scales[1], points[1])
        return relax.op.clip(quantized(combine(a, b), float(scales[2]), points[2]), -120, 110)

    return f"tc_cmsis_{name}_s8", combined, both


def layer(rng: np.random.Generator, i: int) -> tuple[str, Any, Shape]:
    """The kernel, the graph and the shape of the input of layer `i`."""
    seed, kind = int(rng.integers(2**31)), KINDS[i % len(KINDS)]
    channels, filters = integers(rng, 1, 36, 2)
    if kind == "dense":
        rows, k, n = (int(rng.integers(1, most)) for most in (8, 70, 40))
        weights = rng.integers(-127, 128, (k, n)).astype(np.int8)
        each = rng.random() < 0.5
        scales = np.asarray(rng.uniform(0.001, 0.02, n if each else ()), np.float32)
        zero_point = int(rng.integers(-128, 128))

        def dense(x: Any) -> Any:
            constants = relax.const(weights), relax.const(scales), relax.const(0, "int32")
            w = relax.op.dequantize(*constants, 1)
            return quantized(relax.op.matmul(real(x, 0.05, zero_point), w), 0.3, 11)

        return f"tc_cmsis_fully_connected{'_channels' * each}_s8", dense, (rows, k)
    row = kind == "row" or (kind != "conv" and rng.random() < 0.2)
    w = window(rng, row, beyond=2 * (kind != "pool"))
    shape = (1, *w["size"], channels)
    if kind == "pool":
        pooled = {"pool_size": tuple(w["kernel"]), "strides": w["strides"], "padding": w["padding"]}
        if rng.random() < 0.5:
            return (
                "tc_cmsis_max_pool2d_s8",
                lambda x: relax.op.nn.max_pool2d(x, **pooled, layout="NHWC"),
                shape,
            )

        def average(x: Any) -> Any:
            mean = relax.op.nn.avg_pool2d(real(x), **pooled, layout="NHWC", count_include_pad=False)
            return quantized(mean, 0.05, 3)

        return "tc_cmsis_avg_pool2d_s8", average, shape
    groups = int(rng.choice([1, 1, 1, 2, 3])) if kind == "conv" else 1
    shape = (*shape[:3], channels * groups)
    case = w | {"groups": groups, "weights": (filters * groups, *w["kernel"], channels)}
    if kind == "1x1":
        case |= {"weights": (filters, 1, 1, channels), "dilation": (1, 1), "padding": (0, 0, 0, 0)}
    if kind == "depthwise":
        multiple = int(rng.choice([1, 1, 1, 2, 3, 4]))
        case |= {"weights": (channels * multiple, *w["kernel"], 1), "groups": channels}
    symbol = "depthwise_conv2d" if kind == "depthwise" else "conv2d"
    return f"tc_cmsis_{symbol}_s8", convolution(case, seed), shape


def window_layers(rng: np.random.Generator) -> Iterator[tuple[str, Any, dict[str, Shape]]]:
    for i in range(LAYERS):
        symbol, graph, shape = layer(rng, i)
        yield symbol, graph, {"x": shape}
        if i % 4 == 0:
            yield pointwise(rng, i // 4)


def matches(candidates: Any, context: Context, dtype: str) -> Iterator[tuple[Kernel, Match]]:
    """Of (symbol, graph, shapes of inputs), those that this CMSIS-NN has and their kernel takes.

    Where the C takes one image, every seventh layer gets two.
    """
    for i, (symbol, graph, shapes) in enumerate(candidates):
        kernel = kernel_for(symbol, context)
        if kernel.per_image and i % 7 == 0:
            shapes = {name: (2, *shape[1:]) for name, shape in shapes.items()}
        match = matched(kernel, graph, dtype, **shapes)
        if kernel.refusal(match) is None:
            yield kernel, match


def assemble(target: Target, copy: CmsisNN, candidates: Any, dtype: str = "int8") -> Compiled:
    program = Program("zoo")
    context = Context(target.isa, copy.version, copy.functions)
    for i, (kernel, match) in enumerate(matches(candidates, context, dtype)):
        call = kernel.lower(match)
        xs = [
            Tensor(f"in{i}_{k}", match.shape(part), dtype, f"in{i}_{k}")
            for k, part in enumerate(call.inputs)
        ]
        y = Tensor(f"out{i}", match.shape("root"), match.dtype("root"), f"out{i}")
        program.inputs += xs
        program.outputs.append(y)
        program.tensors |= {tensor.name: tensor for tensor in (*xs, y)}
        made = Layer(f"layer{i}_{kernel.symbol}", f"layer {i}", kernel, call, tuple(xs), (y,))
        program.layers.append(made)
    plan, files = memory.plan(program), copy.files(program.functions)
    emitted = codegen.emit(Library("zoo", (Model(program, plan, "zoo", target, files),)))
    source = Source(Path("zoo"), "tflite", None, [], [], {}, {}, {})
    return Compiled(source, target, program, plan, {}, {}, emitted, files)


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("core", CORES)
def test_layers_equal_the_reference(
    core: str, seed: int, copy: CmsisNN, tmp_path: Path, arm_gcc: str, qemu: str
) -> None:
    candidates = window_layers(np.random.default_rng(seed))
    assert compare(core, copy, candidates, tmp_path) > LAYERS / 2


def compare(core: str, copy: CmsisNN, candidates: Any, folder: Path, dtype: str = "int8") -> int:
    """Run the candidates that apply on `core` against their references; returns how many these are."""
    zoo = assemble(Target.load(core), copy, candidates, dtype)
    runs = [
        {t.name: cases.integers(seed, t.shape, dtype) for t in zoo.program.inputs}
        for seed in range(RUNS)
    ]
    runs.append({name: np.full_like(x, np.iinfo(dtype).min) for name, x in runs[0].items()})
    wrong: dict[str, str] = {}
    for inputs, outputs in zip(runs, harness.run_on_target(zoo, runs, folder), strict=True):
        for item in zoo.program.layers:
            arrays = [inputs[tensor.name] for tensor in item.inputs]
            expected = by_image(item, partial(referenced, item), arrays)
            if not np.array_equal(outputs[item.output.name].ravel(), expected.ravel()):
                numbers = {
                    k: v for k, v in item.call.params.items() if not isinstance(v, np.ndarray)
                }
                wrong[item.name] = f"{item.name} on {core} with {copy}: {numbers}"
    assert not wrong, "\n".join(wrong.values())
    return len(zoo.program.layers)
