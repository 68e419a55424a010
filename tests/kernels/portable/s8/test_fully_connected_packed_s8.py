from typing import Any

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from tvm import relax

from tests.kernels import cases
from tests.kernels.graphs import matched, quantized, real, refusal
from tests.kernels.portable.s8.test_conv2d_packed_s8 import FIELDS
from tests.kernels.runtime import Run
from tests.kernels.shared.test_packing import few, packed_channels
from tinycompile.kernels.portable.s8 import fully_connected_s8
from tinycompile.kernels.portable.s8.fully_connected_packed_s8 import KERNEL


@st.composite
def layers(draw: st.DrawFn) -> dict[str, Any]:
    rows, k, n = draw(st.integers(1, 3)), draw(st.integers(1, 40)), draw(st.integers(1, 6))
    tables = draw(packed_channels(n, k))
    p = {"rows": rows, "input_n": k, "output_n": n, "output_zero_point": draw(cases.ZERO_POINTS)}
    return p | draw(cases.bounds()) | {name: tables[name] for name in FIELDS}


@given(p=layers(), seed=cases.SEEDS)
def test_c_equals_the_reference(run: Run, p: dict[str, Any], seed: int) -> None:
    x = cases.int8(seed, p["rows"], p["input_n"])
    output = np.empty((p["rows"], p["output_n"]), np.int8)
    np.testing.assert_array_equal(run(KERNEL, p, [x], output), KERNEL.reference(p, x))


def dense(weights: Any) -> Any:
    return lambda x: quantized(relax.op.matmul(real(x), real(weights, 0.01, 0)))


def test_a_layer_computes_the_same_packed_and_plain_in_less_flash(run: Run) -> None:
    weights = few(np.random.default_rng(0), (40, 33), 16, False).T.copy()
    match = matched(KERNEL, dense(weights), x=(2, 33))
    plain, packed = fully_connected_s8.lower(match), KERNEL.lower(match)
    x, like = cases.int8(0, 2, 33), np.empty((2, 40), np.int8)
    wanted = run(fully_connected_s8.KERNEL, plain.params, [x], like)
    assert np.unique(wanted).size > 20
    np.testing.assert_array_equal(run(KERNEL, packed.params, [x], like), wanted)
    assert isinstance(packed.params["weights"], np.ndarray)
    assert packed.params["weights"].nbytes == 40 * 17


def test_many_values_are_refused() -> None:
    weights = np.arange(-128, 127).reshape(17, 15).astype(np.int8)
    assert refusal(KERNEL, dense(weights), x=(1, 17)).endswith(
        "(they have 255, up to 17 a channel)"
    )


def test_small_layers_are_refused() -> None:
    found = refusal(KERNEL, dense(np.ones((4, 4), np.int8)), x=(1, 4))
    assert found.endswith("take at least 64 bytes less (6 bytes instead of 16)")
