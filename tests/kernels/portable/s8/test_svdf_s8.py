from functools import partial
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from tests.kernels import cases, svdf
from tests.kernels.runtime import Run
from tinycompile.kernels.portable.s8.svdf_s8 import KERNEL

refused = partial(svdf.refused, KERNEL)


@given(layer=svdf.layers("int8", st.integers(-128, 127)), seed=cases.SEEDS)
def test_c_equals_the_reference(run: Run, layer: dict[str, Any], seed: int) -> None:
    svdf.assert_c_equals_the_reference(KERNEL, run, layer, "int8", seed)


def test_memories_of_another_type_are_refused() -> None:
    found = refused({}, "int16")
    assert found.endswith("(the state is int16)")


def test_time_weights_with_a_zero_point_are_refused() -> None:
    assert refused({"time": {"zero_point": 3}}, "int8").endswith("(zero point is 3)")


def test_feature_weights_of_many_scales_are_refused() -> None:
    found = refused({"features": {"scale": [0.1, 0.2]}}, "int8")
    assert found.endswith("int8 with zero point 0, of one scale (they have 2 scales)")


def test_another_type_of_output_is_refused() -> None:
    found = refused({}, "int8", output="uint8")
    assert found.endswith("Input and output are int8 (they are int8 and uint8)")


def test_a_layer_of_many_inputs_is_refused() -> None:
    found = refused({}, "int8", inputs=1 << 15)
    assert found.endswith("at most 32767 (there are 32768)")
