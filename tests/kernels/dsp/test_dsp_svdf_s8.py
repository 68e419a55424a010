"""tc_dsp_svdf_s8: C equals the reference, which is the portable kernel's."""

from typing import Any

from hypothesis import given

from tests.kernels import cases, svdf
from tests.kernels.runtime import Run
from tinycompile.kernels.dsp.dsp_svdf_s8 import KERNEL


@given(layer=svdf.layers("int8", cases.ZERO_POINTS), seed=cases.SEEDS)
def test_c_equals_the_reference(run: Run, layer: dict[str, Any], seed: int) -> None:
    svdf.assert_c_equals_the_reference(KERNEL, run, layer, "int8", seed)
