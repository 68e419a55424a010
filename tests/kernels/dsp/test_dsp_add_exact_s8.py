"""Sums and differences of any scales: random ones equal the portable kernel; what is refused."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from tvm.relax.op import add, subtract

from tests.kernels import elementwise as e
from tests.kernels.dsp import alike
from tests.kernels.dsp.test_dsp_add_s8 import shapes
from tests.kernels.graphs import matched, refusal
from tests.kernels.runtime import Run
from tinycompile.kernels.dsp import dsp_add_s8
from tinycompile.kernels.dsp.dsp_add_exact_s8 import KERNEL
from tinycompile.kernels.portable.s8 import add_s8


def quantization(rng: np.random.Generator) -> e.Quantization:
    """Of scales that have a common measure now and then, or are equal."""
    scale = [0.05, float(rng.integers(1, 40)) / 100, float(rng.uniform(0.01, 0.3))]
    return scale[rng.integers(3)], int(rng.integers(-128, 128))


def graph(rng: np.random.Generator) -> alike.Graph:
    operator = (add, subtract)[rng.integers(2)]
    clip = (-100, 90) if rng.random() < 0.3 else None
    a, b, out = (quantization(rng) for _ in range(3))
    both = shapes(rng)
    if rng.random() < 0.3:
        both["y"] = (*both["y"][:3], 1)
    return e.binary(operator, a, b, out, clip), both


@pytest.mark.parametrize("core", ["host", "cortex-m4", "cortex-m33"])
def test_random_layers(core: str, tmp_path: Path, arm_gcc: str, qemu: str) -> None:
    alike.run_everywhere(alike.cases(KERNEL, add_s8.KERNEL, graph, 1, 100), core, tmp_path)


@pytest.mark.parametrize("operator", [add, subtract])
def test_every_pair_of_values_where_constants_are_not_proved(run: Run, operator: Any) -> None:
    values = np.arange(-128, 128, dtype=np.int8)
    x, y = (np.ascontiguousarray(v) for v in np.broadcast_arrays(values[:, None], values))
    build = e.binary(operator, (0.34, 3), (0.25, -60), (0.22, 9), None)
    match = matched(KERNEL, build, x=x.shape, y=y.shape)
    assert dsp_add_s8.KERNEL.refusal(match) and not KERNEL.refusal(match)
    expected = add_s8.reference(add_s8.lower(match).params, x, y)
    call = KERNEL.lower(match)
    inputs = [{"input1": x, "input2": y}[name] for name in call.inputs]
    output = run(KERNEL, call.params, inputs, np.empty_like(expected))
    np.testing.assert_array_equal(output.reshape(expected.shape), expected)


def test_outputs_of_large_scales_are_refused() -> None:
    build = e.binary(add, (0.1, 0), (0.1, 0), (10.0, 0), None)
    assert refusal(KERNEL, build, x=(4,), y=(4,)).endswith(
        "larger operand's scale (it is 100 times)"
    )
