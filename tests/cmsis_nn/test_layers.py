"""Random layers by CMSIS-NN on cores of every instruction set equal the reference, bit for bit.

One program holds them all: each layer has an input and an output of its own.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from tvm import relax

from tests.cmsis_nn.calls import kernel_for
from tests.cmsis_nn.test_kernels import convolution
from tests.kernels import cases
from tests.kernels.graphs import matched, quantized, real
from tinycompile import codegen, memory
from tinycompile.cmsis_nn import CmsisNN
from tinycompile.frontend.source import Source
from tinycompile.kernel import Kernel, Match
from tinycompile.kernels.cmsis import Context
from tinycompile.pipeline import Compiled
from tinycompile.program import Layer, Program, Tensor
from tinycompile.simulate import harness
from tinycompile.target import Target

CORES = ["cortex-m3", "cortex-m4", "cortex-m55"]
LAYERS, RUNS = 120, 2

Shape = tuple[int, ...]


def integers(rng: np.random.Generator, low: int, high: int, count: int) -> list[int]:
    """`count` numbers from `low` to `high`, both included."""
    return [int(i) for i in rng.integers(low, high + 1, count)]


def window(rng: np.random.Generator, row: bool) -> dict[str, Any]:
    """Strides, dilation and padding of a window `kernel` on an image `size`."""
    kernel, strides, size = (integers(rng, 1, most, 2) for most in (4, 3, 12))
    dilation = integers(rng, 1, 2, 2) if rng.random() < 0.2 else [1, 1]
    if row:
        size[0] = kernel[0] = strides[0] = 1
        kernel[1] += 2
        dilation = [1, 1]
    elif rng.random() < 0.3:
        kernel = [3, 3]
    size = [max(s, (k - 1) * d + 1) for s, k, d in zip(size, kernel, dilation, strict=True)]
    total = [int(rng.integers(0, (k - 1) * d + 1)) for k, d in zip(kernel, dilation, strict=True)]
    before = [pad // 2 for pad in total]
    after = [pad - first for pad, first in zip(total, before, strict=True)]
    geometry = {"strides": tuple(strides), "dilation": tuple(dilation)}
    return geometry | {"kernel": kernel, "size": size, "padding": (*before, *after)}


def layer(rng: np.random.Generator, i: int) -> tuple[str, Any, Shape]:
    """The kernel, the graph and the shape of the input of layer `i`."""
    seed, kind = (
        int(rng.integers(2**31)),
        ("conv", "row", "1x1", "depthwise", "dense", "pool")[i % 6],
    )
    channels, filters = integers(rng, 1, 36, 2)
    if kind == "dense":
        rows, k, n = (int(rng.integers(1, most)) for most in (4, 70, 40))
        weights = rng.integers(-127, 128, (k, n)).astype(np.int8)
        each = rng.random() < 0.5
        scales = np.asarray(rng.uniform(0.001, 0.02, n if each else ()), np.float32)
        zero_point = int(rng.integers(-128, 128))

        def dense(x: Any) -> Any:
            constants = relax.const(weights), relax.const(scales), relax.const(0, "int32")
            w = relax.op.dequantize(*constants, 1)
            return quantized(relax.op.matmul(real(x, 0.05, zero_point), w), 0.3, 11)

        return f"tc_cmsis_fully_connected{'_channels' * each}_s8", dense, (rows, k)
    w = window(rng, row=kind == "row")
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
    case = w | {"groups": 1, "weights": (filters, *w["kernel"], channels)}
    if kind == "1x1":
        case |= {"weights": (filters, 1, 1, channels), "dilation": (1, 1), "padding": (0, 0, 0, 0)}
    if kind == "depthwise":
        multiple = int(rng.choice([1, 1, 1, 2, 4]))
        case |= {"weights": (channels * multiple, *w["kernel"], 1), "groups": channels}
    symbol = "depthwise_conv2d" if kind == "depthwise" else "conv2d"
    return f"tc_cmsis_{symbol}_s8", convolution(case, seed), shape


def window_layers(rng: np.random.Generator) -> Iterator[tuple[str, Any, dict[str, Shape]]]:
    for i in range(LAYERS):
        symbol, graph, shape = layer(rng, i)
        yield symbol, graph, {"x": shape}


def matches(candidates: Any, context: Context, dtype: str) -> Iterator[tuple[Kernel, Match]]:
    """Of (symbol, graph, shapes of inputs), those that this CMSIS-NN has and their kernel takes."""
    for symbol, graph, shapes in candidates:
        kernel = kernel_for(symbol, context)
        match = matched(kernel, graph, dtype, **shapes)
        if kernel.refusal(match) is None:
            yield kernel, match


def assemble(target: Target, copy: CmsisNN, candidates: Any, dtype: str = "int8") -> Compiled:
    program = Program("zoo")
    context = Context(target.isa, copy.version, copy.functions)
    for i, (kernel, match) in enumerate(matches(candidates, context, dtype)):
        call = kernel.lower(match)
        zeros = [np.zeros(match.shape(part), dtype) for part in call.inputs]
        result = kernel.reference(call.params, *zeros)
        xs = [Tensor(f"in{i}_{k}", x.shape, dtype, f"in{i}_{k}") for k, x in enumerate(zeros)]
        y = Tensor(f"out{i}", result.shape, str(result.dtype), f"out{i}")
        program.inputs += xs
        program.outputs.append(y)
        program.tensors |= {tensor.name: tensor for tensor in (*xs, y)}
        made = Layer(f"layer{i}_{kernel.symbol}", f"layer {i}", kernel, call, tuple(xs), y)
        program.layers.append(made)
    plan, files = memory.plan(program), copy.files(program.functions)
    emitted = codegen.emit(program, plan, target, "zoo", {}, files)
    source = Source(Path("zoo"), "tflite", None, [], [], {}, {}, {})
    return Compiled(source, target, program, plan, {}, {}, emitted | files, files)


@pytest.mark.parametrize("core", CORES)
def test_layers_equal_the_reference(
    core: str, copy: CmsisNN, tmp_path: Path, arm_gcc: str, qemu: str
) -> None:
    candidates = window_layers(np.random.default_rng(5))
    assert compare(core, copy, candidates, tmp_path) > LAYERS / 2


def compare(core: str, copy: CmsisNN, candidates: Any, folder: Path, dtype: str = "int8") -> int:
    """Run the candidates that apply on `core` against their references; returns how many these are."""
    zoo = assemble(Target.load(core), copy, candidates, dtype)
    runs = [
        {t.name: cases.integers(seed, t.shape, dtype) for t in zoo.program.inputs}
        for seed in range(RUNS)
    ]
    runs.append({name: np.full_like(x, np.iinfo(dtype).min) for name, x in runs[0].items()})
    for inputs, outputs in zip(runs, harness.run_on_target(zoo, runs, folder), strict=True):
        for item in zoo.program.layers:
            arrays = [inputs[tensor.name] for tensor in item.inputs]
            expected = item.kernel.reference(item.call.params, *arrays)
            numbers = {k: v for k, v in item.call.params.items() if not isinstance(v, np.ndarray)}
            message = f"{item.name} on {core}: {numbers}"
            np.testing.assert_array_equal(outputs[item.output.name], expected, message)
    return len(zoo.program.layers)
