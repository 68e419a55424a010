"""tc_mve_lstm_s8: C equals the reference, which is the portable kernel's."""

from pathlib import Path

from hypothesis import given, settings

from tests.kernels import batch, integer_lstm
from tests.kernels import cases as random_cases
from tests.kernels.runtime import Run
from tinycompile.integer_lstm import IntegerLstm
from tinycompile.kernels.mve.mve_lstm_s8 import KERNEL
from tinycompile.kernels.portable.s8 import lstm_s8


@settings(max_examples=30)
@given(layer=integer_lstm.layers(), seed=random_cases.SEEDS)
def test_c_equals_the_reference(run: Run, layer: IntegerLstm, seed: int) -> None:
    integer_lstm.assert_c_equals_the_reference(KERNEL, run, layer, "int8", seed)


def cases(seed: int, count: int = 20) -> list[batch.Case]:
    return integer_lstm.batch_cases(KERNEL, lstm_s8.KERNEL, seed, count)


def test_random_layers_here(tmp_path: Path) -> None:
    batch.run(cases(1), tmp_path)


def test_random_layers_on_a_core(tmp_path: Path, arm_gcc: str, qemu: str) -> None:
    batch.run(cases(1), tmp_path, batch.Build("cortex-m55", optimize="-O2"))
