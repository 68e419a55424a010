"""SVDF for Helium: random layers equal the portable kernel, run after run."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from tests.kernels import cases, svdf
from tests.kernels.runtime import Run
from tinycompile.kernels.mve.mve_svdf_s8 import KERNEL


@given(layer=svdf.layers("int8", st.integers(-128, 127)), seed=cases.SEEDS)
def test_c_equals_the_reference(run: Run, layer: dict[str, Any], seed: int) -> None:
    svdf.assert_c_equals_the_reference(KERNEL, run, layer, "int8", seed)
