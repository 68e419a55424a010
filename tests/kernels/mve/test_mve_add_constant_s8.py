"""Sums and differences of tensors and constants for Helium: random ones equal the portable kernel."""

from pathlib import Path

import numpy as np
import pytest
from tvm.relax.op import add

from tests.kernels import elementwise as e
from tests.kernels import pairs
from tests.kernels.dsp import alike, test_dsp_add_s8
from tests.kernels.graphs import refusal
from tinycompile.kernels.mve import mve_add_constant_s8
from tinycompile.kernels.mve.mve_add_constant_s8 import KERNEL
from tinycompile.kernels.portable.s8 import add_constant_s8


def graph(rng: np.random.Generator) -> alike.Graph:
    build, _ = test_dsp_add_s8.graph(rng)
    return pairs.with_constant(rng, build, rng.random() < 0.5)


@pytest.mark.parametrize("core", ["host", "cortex-m55"])
def test_random_layers(core: str, tmp_path: Path, arm_gcc: str, qemu: str) -> None:
    found = alike.cases(KERNEL, add_constant_s8.KERNEL, graph, 1, 40)
    alike.run_everywhere(found, core, tmp_path)


def test_a_sum_without_constants_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mve_add_constant_s8, "found", lambda wanted: None)
    found = refusal(KERNEL, e.one_and_constant(add), x=(2,))
    assert found.endswith("what it should (there are none)")
