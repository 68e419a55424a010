"""Fully connected layers of the DSP family whose weights lie as they are, here and on simulated cores."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from tests.kernels import batch
from tests.kernels.dsp import test_dsp_fully_connected_long_s8, test_dsp_fully_connected_s8
from tests.kernels.dsp.test_dsp_fully_connected_s8 import refused_by
from tinycompile.call import Call
from tinycompile.kernels.dsp.dsp_fully_connected_direct_s8 import KERNEL
from tinycompile.kernels.portable.s8 import fully_connected_s8


def cases(seed: int, count: int = 30) -> list[batch.Case]:
    """Some long, some with -128 anywhere."""
    rng, found = np.random.default_rng(seed), []
    for i in range(count):
        of = test_dsp_fully_connected_long_s8 if i % 4 == 0 else test_dsp_fully_connected_s8
        p = of.parameters(rng)
        if i % 2:
            p["weights"] = np.where(p["weights"] < -100, np.int8(-128), p["weights"])
        x = rng.integers(-128, 128, (p["rows"], p["input_n"])).astype(np.int8)
        expected = fully_connected_s8.reference(p, x)
        found.append(batch.Case(KERNEL, Call(("input",), p), [x], expected))
    return found


def test_random_layers_here(tmp_path: Path) -> None:
    batch.run(cases(1), tmp_path)


@pytest.mark.parametrize("core", ["cortex-m4", "cortex-m33"])
def test_random_layers_on_cores(core: str, tmp_path: Path, arm_gcc: str, qemu: str) -> None:
    batch.run(cases(2), tmp_path, batch.Build(core, optimize="-O2"))


def test_all_ends_at_once(tmp_path: Path, arm_gcc: str, qemu: str) -> None:
    case = cases(3, 2)[1]
    p = dict(case.call.params)
    p["weights"] = np.full_like(p["weights"], -128)
    x = np.full_like(case.inputs[0], -128)
    expected = fully_connected_s8.reference(p, x)
    one = replace(case, call=replace(case.call, params=p), inputs=[x], expected=expected)
    batch.run([one], tmp_path, batch.Build("cortex-m4"))


def test_weights_of_minus_128_are_taken() -> None:
    assert refused_by(KERNEL, np.full((4, 3), -128, np.int8)) == "None"
