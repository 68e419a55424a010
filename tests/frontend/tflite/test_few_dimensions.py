"""Operators on scalars and vectors, which files rarely have, are imported or refused in a line."""

from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import tinycompile
from tests.tflite_model import Array, Model
from tinycompile.errors import InvalidModel, TinyCompileError
from tinycompile.frontend import tflite
from tinycompile.frontend.tflite.forms import FORMS
from tinycompile.frontend.tflite.operators import OURS
from tinycompile.simulate import verify

OTHERS = {"RESHAPE": "ReshapeOptions", "SHAPE": "ShapeOptions", "SQUEEZE": "SqueezeOptions"}
# What stands for the inputs behind the first: another tensor, or a constant.
OPERANDS: dict[str, Array | None] = {
    "tensors": None,
    "zero": np.array([0], np.int32),
    "nothing": np.zeros(0, np.int32),
    "weights": np.ones((), np.int8),
}


def model(code: str, dtype: str, shapes: tuple[Any, Any], operand: Array | None) -> bytes:
    m, form = Model(), FORMS.get(code)
    scale = 0.1 if dtype == "int8" else None
    inputs = [m.tensor("x", shapes[0], dtype, scale)]
    for i in range(1, form.inputs if form else 1):
        if operand is None:
            inputs.append(m.tensor(f"x{i}", shapes[0], dtype, scale))
        else:
            quantized = scale if operand.dtype == np.int8 else None
            inputs.append(m.constant(f"c{i}", operand, scale=quantized))
    y = m.tensor("y", shapes[1], dtype, scale)
    m.operator(code, inputs, [y], form.options if form else OTHERS.get(code, ""))
    return m.build([name for name in inputs if name.startswith("x")], [y])


@pytest.mark.parametrize("code", sorted(OURS.quantized))
def test_no_operator_of_ours_stumbles(code: str, tmp_path: Path) -> None:
    """What is no TinyCompileError is a bug."""
    path = tmp_path / "few.tflite"
    for shapes in [((), ()), ((), (2,)), ((2,), ()), ((2,), (2,))]:
        for dtype in ("int8", "float32"):
            for operand in OPERANDS.values():
                path.write_bytes(model(code, dtype, shapes, operand))
                with suppress(TinyCompileError):
                    tflite.load(path)


@pytest.mark.parametrize("code", ["READ_VARIABLE", "ASSIGN_VARIABLE"])
def test_a_variable_without_a_handle_is_refused(code: str, tmp_path: Path) -> None:
    path = tmp_path / "handle.tflite"
    path.write_bytes(model(code, "int8", ((2,), (2,)), None))
    with pytest.raises(InvalidModel, match=f"damaged file: {code}: 'x' is no variable's handle"):
        tflite.load(path)


def test_the_mean_of_a_scalar_is_the_scalar(tmp_path: Path) -> None:
    path = tmp_path / "mean.tflite"
    path.write_bytes(model("MEAN", "int8", ((), ()), np.array([0], np.int32)))
    compiled = tinycompile.compile(path, target="host")
    assert verify.verify(compiled, verify.random_inputs(compiled, runs=3)).elements == 3


def test_a_float_product_with_a_constant_matrix(tmp_path: Path) -> None:
    m = Model()
    m.tensor("x", (3, 4), "float32")
    m.constant("w", np.random.default_rng(3).normal(size=(4, 2)).astype(np.float32))
    m.tensor("y", (3, 2), "float32")
    m.operator("BATCH_MATMUL", ["x", "w"], ["y"], "BatchMatMulOptions")
    path = tmp_path / "matmul.tflite"
    path.write_bytes(m.build(["x"], ["y"]))
    compiled = tinycompile.compile(path, target="host")
    assert verify.verify(compiled, verify.random_inputs(compiled, runs=3)).elements == 18
