"""Variables that are read and assigned: streams equal TFLite Micro's bit for bit."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from tvm import IRModule, relax

from tests.kernels.graphs import quantized, real
from tests.kernels.runtime import Run
from tests.operators.compiled import compile_model, initial_states, run_program
from tests.tflite_micro import random_inputs, stream_through_tflite_micro
from tests.tflite_model import Model
from tinycompile import external, lower, phases
from tinycompile.errors import UnsupportedOperator
from tinycompile.frontend.source import Source
from tinycompile.kernels import portable
from tinycompile.memory import plan
from tinycompile.program import Program


def lowered(build: Any, *initial: np.ndarray) -> Program:
    """The program of a graph of a variable `x` (1, 4) and states; `build` returns (output, new states)."""
    x = relax.Var("x", relax.TensorType((1, 4), "int8"))
    builder = relax.BlockBuilder()
    with builder.function("main", [x]):
        with builder.dataflow():
            states = [
                builder.emit(external.state(value), f"s{i}") for i, value in enumerate(initial)
            ]
            output, *values = build(x, *states)
            values = [builder.emit(value, f"v{i}") for i, value in enumerate(values)]
            for state, value in zip(states, values, strict=True):
                builder.emit(external.assign(state, value))
            result = builder.emit_output(output)
        builder.emit_func_output(result)
    module: IRModule = builder.get()
    source = Source(Path("m"), "tflite", module, ["x"], ["out"], {}, {}, {})
    refusals: phases.Refusals = {}
    passed = phases.transform(module, phases.passes(refusals))
    return lower.lower(passed, "m", source, portable.kernels(), refusals)


def simulate(program: Program, inputs: list[np.ndarray]) -> list[np.ndarray]:
    """Runs of the program in one arena, placed as planned, by the kernels' references."""
    placed = plan(program)
    arena = np.full(placed.arena_bytes, 99, np.int8)

    def at(tensor: Any) -> np.ndarray:
        start = placed.offsets[tensor.storage]
        return arena[start : start + tensor.nbytes].view(tensor.dtype)

    for state in program.states:
        at(state.tensor)[:] = state.initial.ravel()
    outputs = []
    for x in inputs:
        at(program.inputs[0])[:] = x.ravel()
        for layer in program.layers:
            arguments = [at(t).reshape(t.shape).copy() for t in layer.inputs]
            at(layer.output)[:] = layer.kernel.reference(layer.call.params, *arguments).ravel()
        outputs.append(at(program.outputs[0]).copy())
    return outputs


ROWS = [np.arange(4, dtype=np.int8).reshape(1, 4) + 10 * i for i in range(5)]
ZEROS = np.zeros((1, 4), np.int8)


def test_a_state_is_computed_in_place_once_it_was_read() -> None:
    def delayed(x: Any, old: Any) -> Any:
        both = relax.op.concat([old, x], 1)
        return relax.op.flip(both, 1), relax.op.strided_slice(both, [1], [4], [8])

    program = lowered(delayed, ZEROS)
    assert [layer.kernel.symbol for layer in program.layers] == [
        "tc_concat",
        "tc_strided_copy",
        "tc_strided_copy",
    ]
    assert program.states[0].tensor.storage in [layer.output.storage for layer in program.layers]
    for x, before, out in zip(ROWS, [ZEROS, *ROWS], simulate(program, ROWS), strict=False):
        np.testing.assert_array_equal(out[::-1], np.concatenate([before, x], 1).ravel())


def test_a_state_that_is_read_later_is_copied_at_the_end() -> None:
    def build(x: Any, old: Any) -> Any:
        new = relax.op.flip(x, 1)
        return relax.op.concat([new, old], 1), new

    program = lowered(build, ZEROS + 5)
    assert program.layers[-1].source == 'state "s0"'
    before = [ZEROS + 5, *(x[:, ::-1] for x in ROWS)]
    for x, old, out in zip(ROWS, before, simulate(program, ROWS), strict=False):
        np.testing.assert_array_equal(out, np.concatenate([x[:, ::-1], old], 1).ravel())


def test_one_tensor_for_two_states() -> None:
    def build(x: Any, a: Any, b: Any) -> Any:
        joined = relax.op.concat([a, b, x], 1)
        new = relax.op.flip(x, 1)
        return joined, new, new

    out = simulate(lowered(build, ZEROS, ZEROS + 1), ROWS)
    np.testing.assert_array_equal(out[0], [0] * 4 + [1] * 4 + [0, 1, 2, 3])
    np.testing.assert_array_equal(out[1], [3, 2, 1, 0] * 2 + [10, 11, 12, 13])


def test_the_input_may_become_the_state() -> None:
    def build(x: Any, old: Any) -> Any:
        y = quantized(relax.op.nn.relu(real(old)), 0.1)
        return y, relax.op.reshape(x, (1, 4))

    out = simulate(lowered(build, ZEROS + 90), ROWS)
    assert len(np.unique(out[0])) == 1 and len(np.unique(out[3])) > 1


def test_states_that_change_places_are_refused() -> None:
    with pytest.raises(UnsupportedOperator, match="becomes what another one was"):
        lowered(lambda x, a, b: (relax.op.concat([a, b, x], 1), b, a), ZEROS, ZEROS + 1)


def delay(start: np.ndarray | None) -> bytes:
    """A model that joins its input to the one before; `start` is what it begins with."""
    model, once = Model(), Model()
    model.operator("CALL_ONCE", [], [], "CallOnceOptions", init_subgraph_index=1)
    x = model.tensor("x", (1, 2, 4), scale=0.1)
    handle = model.tensor("memory", (), "resource")
    old = model.tensor("old", (1, 2, 4), scale=0.1)
    both = model.tensor("both", (1, 4, 4), scale=0.1)
    new = model.tensor("new", (1, 2, 4), scale=0.1)
    begin, end, steps = (
        model.constant(name, np.array(values, np.int32))
        for name, values in (("begin", [0, 2, 0]), ("end", [1, 4, 4]), ("steps", [1, 1, 1]))
    )
    model.operator("VAR_HANDLE", [], [handle], "VarHandleOptions", shared_name="memory")
    model.operator("READ_VARIABLE", [handle], [old], "ReadVariableOptions")
    model.operator("CONCATENATION", [old, x], [both], "ConcatenationOptions", axis=1)
    model.operator("STRIDED_SLICE", [both, begin, end, steps], [new], "StridedSliceOptions")
    model.operator("ASSIGN_VARIABLE", [handle, new], [], "AssignVariableOptions")
    if start is not None:
        there = once.tensor("memory", (), "resource")
        value = once.constant("start", start, scale=0.1)
        once.operator("VAR_HANDLE", [], [there], "VarHandleOptions", shared_name="memory")
        once.operator("ASSIGN_VARIABLE", [there, value], [], "AssignVariableOptions")
    return model.build([x], [both], once)


@pytest.mark.parametrize("uniform", [False, True])
def test_a_stream(uniform: bool, run: Run) -> None:
    start = np.full((1, 2, 4), -7) if uniform else np.arange(8).reshape(1, 2, 4) - 3
    data = delay(start.astype(np.int8))
    program = compile_model(data)
    assert [state.fill for state in program.states] == [249 if uniform else None]
    sequence = [random_inputs(data, seed) for seed in range(6)]
    states = initial_states(program)
    ours = [run_program(program, inputs, run, states)[0] for inputs in sequence]
    theirs = [outputs[0] for outputs in stream_through_tflite_micro(data, sequence)]
    np.testing.assert_array_equal(ours, theirs)


def test_a_variable_that_begins_with_nothing_is_refused() -> None:
    with pytest.raises(UnsupportedOperator, match="variable '/memory' has no constant to begin"):
        compile_model(delay(None))
