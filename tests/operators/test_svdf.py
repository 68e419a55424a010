"""SVDF equals TFLite Micro bit for bit over inferences that follow each other."""

import numpy as np
import pytest

from tests.kernels.runtime import Run
from tests.operators.compiled import compile_model, initial_states, run_program
from tests.tflite_micro import random_inputs, stream_through_tflite_micro
from tests.tflite_model import Model
from tinycompile.errors import UnsupportedOperator

RUNS = 12


def svdf(
    dtype: str,
    rank: int,
    memory: int,
    state_zero_point: int = 0,
    *,
    batch: int = 1,
    layers: int = 1,
) -> bytes:
    """`layers` of SVDF, one behind the other, of 6 units."""
    rng, model = np.random.default_rng(memory), Model()
    x = first = model.tensor("x", (batch, 9), scale=0.05, zero_point=-7)
    limit = 127 if dtype == "int8" else 3000
    for i in range(layers):
        inputs, filters = 9 if i == 0 else 6, 6 * rank
        features = rng.integers(-127, 128, (filters, inputs)).astype(np.int8)
        time = rng.integers(-limit, limit, (filters, memory)).astype(dtype)
        bias = rng.integers(-2000, 2000, 6).astype(np.int32)
        s_state, s_time = (0.4, 0.01) if dtype == "int8" else (0.001, 0.0003)
        operands = [
            x,
            model.constant(f"features{i}", features, scale=0.01),
            model.constant(f"time{i}", time, scale=s_time),
            model.constant(f"bias{i}", bias, scale=s_state * s_time),
            model.tensor(
                f"state{i}",
                (batch, filters * memory),
                dtype,
                s_state,
                state_zero_point,
                variable=True,
            ),
        ]
        x = model.tensor(f"y{i}", (batch, 6), scale=0.1 * rank * memory**0.5, zero_point=11)
        model.operator("SVDF", operands, [x], "SVDFOptions", rank=rank)
    return model.build([first], [x])


@pytest.mark.parametrize(
    ("dtype", "rank", "memory", "zero_point"),
    [
        ("int8", 1, 8, 0),
        ("int8", 2, 3, -50),
        ("int8", 1, 1, 37),
        ("int16", 1, 8, 0),
        ("int16", 3, 5, 0),
        ("int16", 2, 1, 0),
    ],
)
@pytest.mark.parametrize("layers", [1, 2])
def test_a_stream(
    dtype: str, rank: int, memory: int, zero_point: int, layers: int, run: Run
) -> None:
    data = svdf(dtype, rank, memory, zero_point, layers=layers)
    program = compile_model(data)
    symbol = "tc_svdf_s8" if dtype == "int8" else "tc_svdf_state_s16_s8"
    assert [layer.kernel.symbol for layer in program.layers] == [symbol] * layers
    sequence = [random_inputs(data, seed) for seed in range(RUNS)]
    states = initial_states(program)
    ours = [run_program(program, inputs, run, states)[0] for inputs in sequence]
    theirs = [outputs[0] for outputs in stream_through_tflite_micro(data, sequence)]
    np.testing.assert_array_equal(ours, theirs)
    assert np.unique(ours).size > 20


def test_the_state_matters(run: Run) -> None:
    data = svdf("int16", 1, 6)
    program, inputs = compile_model(data), random_inputs(data, 0)
    states = initial_states(program)
    first, second = (run_program(program, inputs, run, states)[0] for _ in range(2))
    assert (first != second).any()


def test_batches_are_refused() -> None:
    with pytest.raises(UnsupportedOperator, match="SVDF 'y0': batch 2; only 1 is supported"):
        compile_model(svdf("int8", 1, 4, batch=2))


def test_factors_are_found_in_float64() -> None:
    """One of 4000 outputs tells them from factors found in float32."""
    rng, filters, inputs = np.random.default_rng(44), 4000, 48
    s_in, s_features, s_time = (float(np.float32(10**e)) for e in rng.uniform(-3, -1, 4)[:3])
    s_state = float(np.float32(s_in * s_features * rng.uniform(20, 60)))
    s_out = float(np.float32(s_state * s_time * rng.uniform(5000, 20000)))
    features = rng.integers(-127, 128, (filters, inputs)).astype(np.int8)
    time = rng.integers(-3000, 3000, (filters, 1)).astype(np.int16)
    model = Model()
    x = model.tensor("x", (1, inputs), scale=s_in)
    operands = [
        x,
        model.constant("features", features, scale=s_features),
        model.constant("time", time, scale=s_time),
        model.constant("bias", np.zeros(filters, np.int32), scale=s_state * s_time),
        model.tensor("state", (1, filters), "int16", s_state, 0, variable=True),
    ]
    y = model.tensor("y", (1, filters), scale=s_out)
    model.operator("SVDF", operands, [y], "SVDFOptions", rank=1)
    data = model.build([x], [y])
    value = rng.integers(-128, 128, (1, inputs)).astype(np.int8)
    (layer,) = compile_model(data).layers
    ours = layer.kernel.reference(layer.call.params, value, np.zeros((1, filters), np.int16))
    ((theirs,),) = stream_through_tflite_micro(data, [[value]])
    np.testing.assert_array_equal(ours.reshape(theirs.shape), theirs)
