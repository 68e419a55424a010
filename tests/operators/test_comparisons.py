"""Comparisons of quantised tensors equal TFLite Micro."""

from pathlib import Path

import numpy as np
import pytest

from tests.simulate.test_verify import compiled, verified
from tests.tflite_model import Model
from tinycompile.errors import UnsupportedOperator


@pytest.mark.parametrize(
    "operator", ["EQUAL", "GREATER", "GREATER_EQUAL", "LESS", "LESS_EQUAL", "NOT_EQUAL"]
)
@pytest.mark.parametrize("scales", [(0.004, 0.004), (0.03, 0.017), (0.9, 0.5)])
@pytest.mark.parametrize("constant", [False, True])
def test_comparisons_of_int8_are_as_coarse_as_those_of_tflite_micro(
    operator: str, scales: tuple[float, float], constant: bool, tmp_path: Path
) -> None:
    built = Model()
    x = built.tensor("x", (1, 40, 50), scale=scales[0], zero_point=3)
    data = np.arange(-25, 25, dtype=np.int8) if constant else None
    other = built.tensor("other", (50,), scale=scales[1], zero_point=-4, data=data)
    y = built.tensor("y", (1, 40, 50), "bool")
    options = "".join(word.title() for word in operator.split("_")) + "Options"
    built.operator(operator, [x, other], [y], options)
    found = verified(built.build([x] if constant else [x, other], [y]), tmp_path, runs=6)
    assert found.tensors == 1 and found.largest_difference == 0


def test_comparisons_of_int16_are_refused(tmp_path: Path) -> None:
    built = Model()
    x = built.tensor("x", (1, 4), "int16", scale=0.01)
    y = built.tensor("y", (1, 4), "bool")
    built.operator("LESS", [x, x], [y], "LessOptions")
    with pytest.raises(
        UnsupportedOperator, match="LESS 'y': of quantised int16; supported: of int8"
    ):
        compiled(built.build([x], [y]), tmp_path)
