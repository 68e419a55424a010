"""Tables for Helium: random ones of random sizes; those of ONNX models round as the portable kernel's do."""

from pathlib import Path

import pytest

from tests.kernels import batch
from tests.kernels.cases import int8
from tests.kernels.dsp import alike
from tests.kernels.graphs import matched, quantized, real
from tinycompile.call import Call
from tinycompile.kernels.mve.mve_table_s8 import KERNEL
from tinycompile.kernels.portable.s8 import table_s8


@pytest.mark.parametrize("core", ["host", "cortex-m55"])
def test_random_layers(core: str, tmp_path: Path, arm_gcc: str, qemu: str) -> None:
    sizes = (1, 5, 15, 16, 17, 40, 256, 300)
    tables = ({"count": n, "table": int8(n, 256)} for n in sizes)
    cases = [batch.Case(KERNEL, Call(("input",), p), [int8(1, p["count"])]) for p in tables]
    alike.run_everywhere(cases, core, tmp_path)


def test_models_of_onnx_have_tables_of_their_own() -> None:
    match = matched(KERNEL, lambda x: quantized(real(x, 0.5, 0), 1.0, 0), x=(4,))  # halves
    tables = [kernel.lower(match).params["table"] for kernel in (KERNEL, table_s8.for_onnx(KERNEL))]
    assert [table[3] for table in tables] == [2, 2]  # 1.5
    assert [table[5] for table in tables] == [3, 2]  # 2.5
