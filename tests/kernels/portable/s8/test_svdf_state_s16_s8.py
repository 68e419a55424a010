from functools import partial
from typing import Any

from hypothesis import given

from tests.kernels import cases, svdf
from tests.kernels.runtime import Run
from tinycompile.kernels.portable.s8.svdf_state_s16_s8 import KERNEL

refused = partial(svdf.refused, KERNEL)


@given(layer=svdf.layers("int16"), seed=cases.SEEDS)
def test_c_equals_the_reference(run: Run, layer: dict[str, Any], seed: int) -> None:
    svdf.assert_c_equals_the_reference(KERNEL, run, layer, "int16", seed)


def test_memories_of_another_type_are_refused() -> None:
    found = refused({}, "int8")
    assert found.endswith("(the state is int8)")


def test_time_weights_with_a_zero_point_are_refused() -> None:
    assert refused({"time": {"zero_point": 3}}, "int16").endswith("(zero point is 3)")


def test_a_state_with_a_zero_point_is_refused() -> None:
    found = refused({"state": {"zero_point": 5}}, "int16")
    assert found.endswith("Time weights and state are int16 with zero point 0 (zero point is 5)")
