"""Small TFLite models through the compiler, against TFLite Micro, bit for bit.

Every layer runs twice: the C function (guarded and sanitized) and the kernel's numpy reference.
"""

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from numpy.typing import NDArray

from tests.kernels.runtime import Run
from tests.tflite_micro import random_inputs, run_tflite_micro
from tests.tflite_model import Array
from tinycompile import lower, phases, pipeline
from tinycompile.choice import Choice
from tinycompile.frontend import tflite
from tinycompile.frontend.source import Source
from tinycompile.kernels import portable
from tinycompile.program import Layer, Program
from tinycompile.rewriting.permutation import to_nhwc

SEEDS = 5


def compile_model(data: bytes) -> Program:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "model.tflite"
        path.write_bytes(data)
        return lowered(tflite.load(path))


def lowered(source: Source) -> Program:
    refusals: phases.Refusals = {}
    choice = Choice(packs=source.packs)
    kernels = pipeline.rounding_as(source, portable.kernels())
    module = phases.transform(source.module, phases.passes(refusals, kernels, choice))
    return lower.lower(module, "model", source, kernels, refusals)


def initial_states(program: Program) -> dict[str, Array]:
    return {state.tensor.storage: state.initial.copy() for state in program.states}


def run_program(
    program: Program, inputs: Sequence[Array], run: Run, states: dict[str, Array] | None = None
) -> list[Array]:
    """The outputs of `program`, once C and reference agree on every layer; `states` are updated."""
    values = states if states is not None else initial_states(program)
    values |= {
        t.storage: x.transpose(to_nhwc(x.ndim)) if t.name in program.layouts else x
        for t, x in zip(program.inputs, inputs, strict=True)
    }
    for layer in program.layers:
        if layer.call.outputs != (True,):
            several(layer, run, values)
            continue
        kernel, params = layer.kernel, layer.call.params
        arguments = [values[t.storage].reshape(t.shape) for t in layer.inputs]
        like = np.empty(layer.output.shape, layer.output.dtype)
        copies = [argument.copy() for argument in arguments]
        expected = by_image(layer, partial(referenced, layer), copies)
        expected = expected.view(like.dtype).reshape(like.shape)  # tc_constant knows bytes only
        how = {"scratch": layer.call.scratch, "updates": layer.call.updates}
        one = like[:1] if layer.images > 1 else like
        c = partial(run, kernel, params, output_like=one, **how)
        actual = by_image(layer, c, arguments).reshape(like.shape)
        for i in layer.call.updates:
            np.testing.assert_array_equal(arguments[i], copies[i], f"state of {kernel.symbol}")
        rounding = 1e-5 if like.dtype == np.float32 else 0
        np.testing.assert_allclose(
            actual, expected, rounding, rounding, err_msg=f"C and reference of {kernel.symbol}"
        )
        values[layer.output.storage] = actual
    return [values[t.storage].reshape(t.shape) for t in program.outputs]


def several(layer: Layer, run: Run, values: dict[str, Array]) -> None:
    """Run a layer of several outputs, or of inputs that may be absent, and note its outputs in `values`."""
    given = iter(layer.inputs)
    inputs = [values[next(given).storage].copy() if name else None for name in layer.call.inputs]
    made = iter(layer.outputs)
    wanted = [next(made) if is_wanted else None for is_wanted in layer.call.outputs]
    likes = [None if t is None else np.empty(t.shape, t.dtype) for t in wanted]
    expected = layer.kernel.reference(layer.call.params, *inputs)
    actual = run.several(layer.kernel, layer.call.params, inputs, likes, scratch=layer.call.scratch)
    for tensor, result, value in zip(wanted, actual, expected, strict=True):
        if tensor is not None and result is not None:
            rounding = 1e-5 if tensor.dtype == "float32" else 0
            np.testing.assert_allclose(result.ravel(), value.ravel(), rounding, rounding)
            values[tensor.storage] = result


def by_image(
    layer: Layer, compute: Callable[[Sequence[Array]], Array], arrays: Sequence[Array]
) -> Array:
    """What `compute` makes of `arrays`, or of one image of a batch after the other."""
    if layer.images == 1:
        return compute(arrays)
    return np.stack([compute([x[i : i + 1] for x in arrays]) for i in range(layer.images)])


def referenced(layer: Layer, arrays: Sequence[Array]) -> Array:
    return layer.kernel.reference(layer.call.params, *arrays)


def assert_equals_tflite_micro(
    data: bytes, kernels: Sequence[str], run: Run, seeds: int = SEEDS
) -> list[NDArray[np.int8]]:
    """`data` compiles to `kernels` and computes what TFLite Micro does; the outputs, by seed."""
    program = compile_model(data)
    assert [layer.kernel.symbol for layer in program.layers] == list(kernels)
    outputs = []
    for seed in range(seeds):
        inputs = random_inputs(data, seed)
        for ours, theirs in zip(
            run_program(program, inputs, run), run_tflite_micro(data, inputs), strict=True
        ):
            np.testing.assert_array_equal(ours.reshape(theirs.shape), theirs)
            outputs.append(ours)
    values = np.concatenate([output.ravel() for output in outputs])
    assert np.unique(values).size > 1, "an output that never changes proves nothing"
    return outputs
