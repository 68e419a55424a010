"""Sums and differences for Helium: random ones equal the portable kernel, all pairs of values too."""

from pathlib import Path

import numpy as np
import pytest
from tvm.relax.op import add, subtract

from tests.kernels import elementwise as e
from tests.kernels import pairs
from tests.kernels.dsp import alike, test_dsp_add_s8
from tests.kernels.graphs import matched, refusal
from tests.kernels.runtime import Run
from tinycompile.kernels.mve import mve_add_s8
from tinycompile.kernels.mve.mve_add_s8 import KERNEL
from tinycompile.kernels.portable.s8 import add_s8


def graph(rng: np.random.Generator) -> alike.Graph:
    build, _ = test_dsp_add_s8.graph(rng)
    return build, pairs.shapes(rng)


@pytest.mark.parametrize("core", ["host", "cortex-m55"])
def test_random_layers(core: str, tmp_path: Path, arm_gcc: str, qemu: str) -> None:
    alike.run_everywhere(alike.cases(KERNEL, add_s8.KERNEL, graph, 1), core, tmp_path)


@pytest.mark.parametrize("scales", [(0.11327, 0.07113, 0.2), (0.1, 0.1, 0.2)])
def test_every_pair_of_values(scales: tuple[float, ...], run: Run) -> None:
    """Of equal scales exact halves occur."""
    values = np.arange(-128, 128, dtype=np.int8)
    x, y = (np.ascontiguousarray(v) for v in np.broadcast_arrays(values[:, None], values))
    build = e.binary(subtract, (scales[0], 3), (scales[1], -60), (scales[2], 9), None)
    match = matched(KERNEL, build, x=x.shape, y=y.shape)
    expected = add_s8.reference(add_s8.lower(match).params, x, y)
    output = run(KERNEL, KERNEL.lower(match).params, [x, y], np.empty_like(expected))
    np.testing.assert_array_equal(output.reshape(expected.shape), expected)


def test_a_sum_without_constants_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """One in some hundreds."""
    monkeypatch.setattr(mve_add_s8, "found", lambda wanted: None)
    assert refusal(KERNEL, e.two(add), x=(4,), y=(4,)).endswith("what it should (there are none)")
