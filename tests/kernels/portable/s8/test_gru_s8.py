"""tc_gru_s8: C equals the reference, whatever a layer may have; what is refused."""

from dataclasses import replace
from typing import Any

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from tvm import relax

from tests.kernels import cases, graphs
from tests.kernels.runtime import Run
from tinycompile.external import GRU_S8
from tinycompile.kernel import Match
from tinycompile.kernels.portable.s8.gru_s8 import KERNEL
from tinycompile.quantization import QParams
from tinycompile.recurrence import CELLS, Function, Integers, Recurrence

CELL = CELLS[GRU_S8]
LAYER = Recurrence(
    2, 1, 3, 4, "forward", False, tuple(map(Function, CELL.functions)), (2,), (), ("Y",),
    integers=Integers(QParams(0.1, 3), QParams(0.01, 0), (0.01,) * 2 * CELL.gates),
)  # fmt: skip
DTYPES = {"Y": "int8", "Y_h": "int8", "Y_s": "int16"}


@st.composite
def layers(draw: st.DrawFn) -> Recurrence:
    steps, batch, inputs, hidden = (draw(st.integers(1, most)) for most in (5, 3, 20, 9))
    direction = draw(st.sampled_from(["forward", "reverse", "bidirectional"]))
    directions = 2 if direction == "bidirectional" else 1
    rng = np.random.default_rng(draw(cases.SEEDS))
    count = directions * 2 * CELL.gates
    scales = np.float32(2.0) ** rng.uniform(-11, -5, count)
    return Recurrence(
        steps, batch, inputs, hidden, direction,
        batch_first=draw(st.booleans()),
        functions=tuple(Function(name) for name in CELL.functions * directions),
        lengths=tuple(int(n) for n in rng.integers(1, steps + 1, batch)),
        states=tuple(name for name in CELL.states if draw(st.booleans())),
        outputs=tuple(name for name in CELL.outputs if draw(st.booleans())) or ("Y",),
        reset_after=draw(st.booleans()),
        integers=Integers(
            QParams(0.03125, draw(cases.ZERO_POINTS)),
            QParams(float(np.float32(rng.uniform(0.002, 0.01))), draw(cases.ZERO_POINTS)),
            tuple(float(np.float32(s)) for s in scales),
        ),
    )  # fmt: skip


def match(r: Recurrence, dtype: str = "int8", seed: int = 0) -> Match:
    """What the kernel finds in a graph of the layer, with random weights."""
    rng, gates = np.random.default_rng(seed), CELL.gates
    rows = gates * r.hidden
    weights = [
        relax.const(rng.integers(-127, 128, (r.directions, rows, n)).astype(np.int8))
        for n in (r.inputs, r.hidden)
    ]
    biases = [
        relax.const(rng.integers(-5000, 5000, (r.directions, rows)).astype(np.int32))
        for _ in range(2)
    ]

    def build(x: relax.Var, **states: relax.Var) -> relax.Call:
        given = relax.Tuple([states[name] for name in r.states])
        return r.call(GRU_S8, x, given, *weights, *biases)

    shapes = {name: r.shape("Y_h") for name in r.states}
    around = (r.batch, r.steps) if r.batch_first else (r.steps, r.batch)
    return graphs.matched(KERNEL, build, dtype, x=(*around, r.inputs), **shapes)


@given(layer=layers(), seed=cases.SEEDS)
def test_c_equals_the_reference(run: Run, layer: Recurrence, seed: int) -> None:
    found = match(layer, seed=seed)
    assert KERNEL.refusal(found) is None
    call = KERNEL.lower(found)
    state = cases.integers(seed + 1, layer.shape("Y_h"), "int16") if layer.states else None
    inputs = [cases.integers(seed, found.shape("input")), state]
    expected = KERNEL.reference(call.params, *inputs)
    wanted = [
        np.empty(layer.shape(name), DTYPES[name]) if name in layer.outputs else None
        for name in CELL.outputs
    ]
    made = run.several(KERNEL, call.params, inputs, wanted, scratch=call.scratch)
    for ours, theirs in zip(made, expected, strict=True):
        if ours is not None:
            np.testing.assert_array_equal(ours.ravel(), theirs)


def refused(dtype: str = "int8", **changes: Any) -> str:
    return str(KERNEL.refusal(match(replace(LAYER, **changes), dtype)))


def test_sequences_of_another_type_are_refused() -> None:
    assert refused("int16").endswith("The sequences are int8 (they are int16)")


def test_too_many_inputs_are_refused() -> None:
    found = refused(inputs=32769)
    assert found.endswith("Inputs and hidden units are at most 32768 (there are 32769)")
