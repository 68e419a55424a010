"""Random LSTMs of integers, for both types of activations."""

from dataclasses import replace
from typing import Any

import numpy as np
from hypothesis import strategies as st
from tvm import relax

from tests.kernels import batch, cases
from tests.kernels.graphs import matched
from tests.kernels.runtime import Run
from tinycompile.integer_lstm import OUTPUTS, STATES, IntegerLstm
from tinycompile.kernel import Kernel
from tinycompile.quantization import QParams
from tinycompile.rewriting.expressions import constant

BIASES = {"int8": "int32", "int16": "int64"}
USUAL = IntegerLstm(
    2, 1, 3, 4, True, QParams(0.05, 3), QParams(2.0**-7, 0), 2.0**-11, (0.01,) * 4, (0.02,) * 4
)


@st.composite
def layers(draw: st.DrawFn) -> IntegerLstm:
    """Scales are such that gates saturate now and then."""
    rng = np.random.default_rng(draw(cases.SEEDS))
    subsets = {"states": STATES, "outputs": OUTPUTS}
    some = {n: tuple(v for v in values if draw(st.booleans())) for n, values in subsets.items()}
    return IntegerLstm(
        steps=draw(st.integers(1, 4)),
        batch=draw(st.integers(1, 3)),
        inputs=draw(st.integers(1, 9)),
        hidden=draw(st.integers(1, 6)),
        batch_first=draw(st.booleans()),
        input=QParams(float(rng.uniform(0.01, 0.1)), draw(cases.ZERO_POINTS)),
        output=QParams(float(rng.uniform(0.004, 0.01)), draw(cases.ZERO_POINTS)),
        cell_scale=2.0 ** draw(st.integers(-24, 1)),
        weight_scales=tuple(float(s) for s in rng.uniform(0.001, 0.05, 4)),  # type: ignore[arg-type]
        recurrent_scales=tuple(float(s) for s in rng.uniform(0.001, 0.1, 4)),  # type: ignore[arg-type]
        reverse=draw(st.booleans()),
        clip=draw(st.sampled_from([0.0, 0.7, 10.0])),
        states=some["states"],
        outputs=some["outputs"] or OUTPUTS,
    )


def in_type(layer: IntegerLstm, dtype: str) -> IntegerLstm:
    """int16 has finer steps."""
    if dtype == "int8":
        return layer
    finer = {
        name: replace(params, scale=params.scale / 256)
        for name, params in (("input", layer.input), ("output", layer.output))
    }
    return replace(layer, **finer)  # type: ignore[arg-type]


def match(kernel: Kernel, layer: IntegerLstm, dtype: str, seed: int = 0, **types: str) -> Any:
    """`types` of constants may be others than the kernel asks for; biases may be huge."""
    rng = np.random.default_rng(seed)
    largest = 4000 if dtype == "int8" else 4000 * 256
    arrays = {
        "weights": rng.integers(-127, 128, (4, layer.hidden, layer.inputs)),
        "recurrent_weights": rng.integers(-127, 128, (4, layer.hidden, layer.hidden)),
        "biases": rng.integers(-largest, largest, (4, layer.hidden)),
    }
    usual = {"weights": "int8", "recurrent_weights": "int8", "biases": BIASES[dtype]}
    constants = [constant(a.astype((usual | types)[name])) for name, a in arrays.items()]

    def build(x: Any, **states: Any) -> Any:
        given = [
            relax.op.astype(v, "int16") if name == "c" and dtype == "int8" else v
            for name, v in states.items()
        ]
        return layer.call(x, given, *constants, dtype=dtype)

    state = (layer.batch, layer.hidden)
    sizes = {"x": (*layer.shape("Y")[:2], layer.inputs)} | dict.fromkeys(layer.states, state)
    return matched(kernel, build, dtype, **sizes)


def assert_c_equals_the_reference(
    kernel: Kernel, run: Run, layer: IntegerLstm, dtype: str, seed: int
) -> None:
    layer = in_type(layer, dtype)
    found = match(kernel, layer, dtype, seed)
    assert kernel.refusal(found) is None
    call = kernel.lower(found)
    x = cases.integers(seed, (*layer.shape("Y")[:2], layer.inputs), dtype)
    of_states = {"h": dtype, "c": "int16"}
    states = [
        cases.integers(seed + i, layer.shape("Y_h"), of_states[name]) if given else None
        for i, (name, given) in enumerate(zip(STATES, call.inputs[1:], strict=True))
    ]
    expected = kernel.reference(call.params, x, *states)
    likes = [e if wanted else None for e, wanted in zip(expected, call.outputs, strict=True)]
    actual = run.several(kernel, call.params, [x, *states], likes, scratch=call.scratch)
    for made, e in zip(actual, expected, strict=True):
        if made is not None:
            np.testing.assert_array_equal(made, e)


def batch_cases(kernel: Kernel, portable: Kernel, seed: int, count: int = 20) -> list[batch.Case]:
    """Random layers of int8, whose sequence alone is wanted; what is expected is the portable kernel's."""
    rng, found = np.random.default_rng(seed), []
    for _ in range(count):
        steps, sequences, inputs, hidden = (int(n) for n in rng.integers(1, (4, 3, 40, 25)))
        layer = replace(
            USUAL,
            steps=steps,
            batch=sequences,
            inputs=inputs,
            hidden=hidden,
            input=QParams(float(rng.uniform(0.01, 0.1)), int(rng.integers(-128, 128))),
            output=QParams(float(rng.uniform(0.004, 0.01)), int(rng.integers(-128, 128))),
            cell_scale=2.0 ** int(rng.integers(-16, 2)),
            weight_scales=tuple(float(s) for s in rng.uniform(0.001, 0.05, 4)),
            recurrent_scales=tuple(float(s) for s in rng.uniform(0.001, 0.1, 4)),
            reverse=bool(rng.random() < 0.5),
            clip=float(rng.choice([0.0, 0.7, 10.0])),
            states=STATES if rng.random() < 0.5 else (),
            outputs=OUTPUTS[:1],
        )
        of_layer = match(kernel, layer, "int8", seed)
        call = kernel.lower(of_layer)
        inputs_of = [cases.integers(seed, (*layer.shape("Y")[:2], inputs), "int8")]
        for name, given in zip(STATES, call.inputs[1:], strict=True):
            state = cases.integers(seed, layer.shape("Y_h"), "int8" if name == "h" else "int16")
            inputs_of.append(state if given else None)
        expected = portable.reference(portable.lower(of_layer).params, *inputs_of)[0]
        found.append(batch.Case(kernel, call, inputs_of, expected))
    return found
