"""Tensors of every type that C has are moved as they are; others are told in one line."""

from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper

from tests.frontend.onnx_model import assert_compiled_equals, model, value
from tinycompile.errors import UnsupportedOperator
from tinycompile.pipeline import compile

SHAPE = (1, 3, 4)


def moved(element: int) -> onnx.ModelProto:
    """The whole transposed, a part of it, and what is also an input."""
    nodes = [
        helper.make_node("Transpose", ["x"], ["y"], "turn", perm=[0, 2, 1]),
        helper.make_node("Slice", ["x", "from", "to", "axis"], ["part"], "cut"),
    ]
    bounds = {"from": np.array([1]), "to": np.array([3]), "axis": np.array([2])}
    outputs = [value(name, None, element) for name in ("y", "part", "x")]
    return model(nodes, [value("x", SHAPE, element)], outputs, bounds)


@pytest.mark.parametrize(
    "name", ["bool", "int8", "int16", "uint16", "int32", "uint32", "int64", "uint64"]
)
def test_a_type_of_c_is_moved_as_it_is(name: str, tmp_path: Path) -> None:
    made = assert_compiled_equals(moved(helper.np_dtype_to_tensor_dtype(np.dtype(name))), tmp_path)
    ctype = "uint8_t" if name == "bool" else f"{name}_t"
    header = made.files["model.h"]
    assert (
        f'/** @name Input "x": {ctype} (1, 3, 4){", each 0 or 1" * (name == "bool")} */' in header
    )
    assert "#define MODEL_OUTPUT_PART_COUNT 6" in header


@pytest.mark.parametrize("element", ["DOUBLE", "FLOAT16"])
def test_other_floats_become_those_of_32_bits(element: str, tmp_path: Path) -> None:
    onnx.save(moved(getattr(TensorProto, element)), tmp_path / "model.onnx")
    made = compile(tmp_path / "model.onnx")
    assert {t.dtype for t in (*made.program.inputs, *made.program.outputs)} == {"float32"}
    name = {"DOUBLE": "float64", "FLOAT16": "float16"}[element]
    assert made.source.notes[0] == f"input 'x': {name} in the model, float32 here"


def test_4_bits_are_refused(tmp_path: Path) -> None:
    onnx.save(moved(TensorProto.INT4), tmp_path / "model.onnx")
    with pytest.raises(UnsupportedOperator, match=r'input "x" is int4; tensors are of int8, '):
        compile(tmp_path / "model.onnx")
