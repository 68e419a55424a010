"""Fully connected layers of int16 by int8: random ones equal the portable kernel; what is refused."""

from pathlib import Path

import numpy as np
import pytest

from tests.kernels import batch
from tests.kernels.dsp import products_s16
from tests.kernels.runtime import Run
from tinycompile.call import Call
from tinycompile.kernels.dsp import dsp_fully_connected_s16
from tinycompile.kernels.dsp.dsp_fully_connected_s16 import KERNEL
from tinycompile.kernels.portable.s16 import fully_connected_s16


def cases(seed: int, count: int = 40) -> list[batch.Case]:
    rng = np.random.default_rng(seed)
    found = []
    for _ in range(count):
        inputs, outputs = (
            int(rng.choice([1, 3, 4, 6, 8, 16, 30, 40, 1210])),
            int(rng.integers(1, 27)),
        )
        p = {"rows": int(rng.integers(1, 3)), "input_n": inputs, "output_n": outputs}
        p |= products_s16.tables(rng, (outputs, inputs))
        x = products_s16.image(rng, p["rows"], inputs)
        call = dsp_fully_connected_s16.call(Call(("input",), p))
        found.append(batch.Case(KERNEL, call, [x], fully_connected_s16.reference(p, x)))
    return found


def test_the_reference_is_that_of_the_portable_kernel() -> None:
    for case in cases(0, 100):
        made = KERNEL.reference(case.call.params, *case.inputs)
        np.testing.assert_array_equal(made, case.expected)


def test_random_layers_here(tmp_path: Path) -> None:
    batch.run(cases(1, 30), tmp_path)


def test_outputs_over_inputs(run: Run) -> None:
    for case in cases(4, 12):
        scratch = max(case.call.scratch, 4)
        output = run(KERNEL, case.call.params, case.inputs, case.output, scratch=scratch)
        np.testing.assert_array_equal(output, case.output)


@pytest.mark.parametrize("core", ["cortex-m4", "cortex-m7", "cortex-m33"])
def test_random_layers_on_cores(core: str, tmp_path: Path, arm_gcc: str, qemu: str) -> None:
    batch.run(cases(2), tmp_path, batch.Build(core, optimize="-O2"))


def test_sums_of_more_than_32_bits_are_added_up_part_by_part(tmp_path: Path) -> None:
    """Those of the largest products come as close to the limit as they can."""
    weights, x = np.full((9, 1100), -128, np.int8), np.full((1, 1100), -(2**15), np.int16)
    p = {"rows": 1, "input_n": 1100, "output_n": 9, "min": -(2**15), "max": 2**15 - 1, "narrow": 0}
    p |= {"weights": weights, "bias": np.zeros(9, np.int64)}
    p |= {"multipliers": np.full(9, 1 << 14, np.int32), "shifts": np.full(9, -17, np.int8)}
    call = dsp_fully_connected_s16.call(Call(("input",), p))
    assert call.params["part"] == 127
    batch.run([batch.Case(KERNEL, call, [x], fully_connected_s16.reference(p, x))], tmp_path)
