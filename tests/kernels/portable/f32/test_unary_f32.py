"""tc_unary_f32: every function is close to numpy's, bounds are fused; what is refused."""

from typing import Any

import numpy as np
import pytest
from tvm import relax

from tests.kernels import real
from tests.kernels.graphs import matched, refusal
from tests.kernels.runtime import Run
from tinycompile.kernels.portable.f32.unary_f32 import KERNEL, NAMES

POSITIVE = {"sqrt", "rsqrt", "log"}


def operator(name: str) -> Any:
    found: Any = relax.op
    for part in name.split("."):
        found = getattr(found, part)
    return found


@pytest.mark.parametrize("name", NAMES)
def test_every_function_is_close_to_numpys(run: Run, name: str) -> None:
    function = operator(name)
    match = matched(KERNEL, lambda x: function(x), "float32", x=(500,))
    assert KERNEL.refusal(match) is None
    x = real.reals(0, 500)
    x = np.abs(x) + 0.01 if name in POSITIVE else np.clip(x, -30, 30)
    found = real.assert_c_is_close(run, KERNEL, KERNEL.lower(match).params, [x])
    assert np.unique(found).size > 20


@pytest.mark.parametrize("low", [0.0, -1.0])
def test_a_relu_or_a_clip_alone_and_after_a_function(run: Run, low: float) -> None:
    for inner in (lambda x: x, relax.op.tanh):

        def graph(x: Any, inner: Any = inner) -> Any:
            return relax.op.nn.relu(inner(x)) if low == 0 else relax.op.clip(inner(x), low, 0.5)

        found = real.assert_graph_is_close(run, KERNEL, graph, 1, x=(100,))
        assert found.min() == low


def test_softplus_keeps_its_digits_where_it_is_small(run: Run) -> None:
    x = np.linspace(-80, 80, 300, dtype=np.float32)
    params = KERNEL.lower(
        matched(KERNEL, lambda x: relax.op.nn.softplus(x), "float32", x=x.shape)
    ).params
    exact = np.logaddexp(0, x.astype(np.float64))
    np.testing.assert_allclose(run(KERNEL, params, [x], np.empty_like(x)), exact, rtol=1e-6)


def test_another_beta_is_refused() -> None:
    found = refusal(KERNEL, lambda x: relax.op.nn.softplus(x, 2.0), dtype="float32", x=(4,))
    assert found.endswith("A softplus has beta 1 (it is 2)")


def test_what_is_no_number_stays_so(run: Run) -> None:
    p = KERNEL.lower(matched(KERNEL, lambda x: relax.op.nn.relu(x), "float32", x=(2,))).params
    found = run(KERNEL, p, [np.array([np.nan, -1], np.float32)], np.empty(2, np.float32))
    assert np.isnan(found[0]) and found[1] == 0


def test_integers_are_refused() -> None:
    found = refusal(KERNEL, lambda x: relax.op.nn.relu(x), dtype="int8", x=(4,))
    assert found.endswith("The input is float32 (it is int8)")
