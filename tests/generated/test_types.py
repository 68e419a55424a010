"""Tensors of every type that C has, as inputs, as outputs and between layers."""

from pathlib import Path

import numpy as np
import pytest
from onnx import TensorProto, helper

from tests.frontend.onnx_model import model, value
from tests.generated.networks import compiled, node, normal, verified
from tinycompile.codegen.c import C_TYPES
from tinycompile.errors import InvalidInput
from tinycompile.simulate import inputs

SHAPE = (2, 5)
INTEGERS = ["int8", "uint8", "int16", "uint16", "int32", "uint32", "int64", "uint64"]


def element(dtype: str) -> int:
    return int(helper.np_dtype_to_tensor_dtype(np.dtype(dtype)))


@pytest.mark.parametrize("dtype", [*INTEGERS, "float32"])
def test_arithmetic(dtype: str, tmp_path: Path) -> None:
    nodes = [node("Add", ["a", "b"], ["sum"]), node("Mul", ["sum", "b"], ["y"])]
    given = [value(name, SHAPE, element(dtype)) for name in "ab"]
    built = model(nodes, given, [value("y", SHAPE, element(dtype))], opset=14)
    result = verified(built, tmp_path)
    assert f"static inline const {C_TYPES[dtype]} *net_output" in result.files["net.h"]


@pytest.mark.parametrize("dtype", ["int8", "uint8", "int32", "int64", "bool"])
@pytest.mark.parametrize("back", [False, True])
def test_casts(dtype: str, back: bool, tmp_path: Path) -> None:
    types = [element(dtype), TensorProto.FLOAT][:: -1 if back else 1]
    cast = node("Cast", ["x"], ["y"], to=types[1])
    given = [value("x", SHAPE, types[0])]
    if back and dtype == "uint8":  # what is below 0 is as each machine likes it
        cast = node("Cast", ["positive"], ["y"], to=types[1])
    nodes = [node("Abs", ["x"], ["positive"]), cast] if back else [cast]
    verified(model(nodes, given, [value("y", SHAPE, types[1])]), tmp_path)


def test_comparisons_make_booleans_that_select(tmp_path: Path) -> None:
    nodes = [
        node("Greater", ["a", "b"], ["more"]),
        node("And", ["more", "mask"], ["both"]),
        node("Where", ["both", "a", "b"], ["y"]),
    ]
    given = [value("a", SHAPE), value("b", SHAPE), value("mask", SHAPE, TensorProto.BOOL)]
    made = [value("y", SHAPE), value("both", SHAPE, TensorProto.BOOL)]
    result = verified(model(nodes, given, made), tmp_path)
    assert 'Input "mask": uint8_t (2, 5), each 0 or 1' in result.files["net.h"]


def test_scratch_of_int64_aligns_the_arena(tmp_path: Path) -> None:
    nodes = [
        node("Cast", ["x"], ["wide"], to=TensorProto.INT64),
        node("CumSum", ["wide", "axis"], ["sums"]),
        node("Cast", ["sums"], ["y"], to=TensorProto.INT32),
    ]
    given = [value("x", (3, 40), TensorProto.INT32)]
    constants = {"axis": np.array(1)}
    built = model(nodes, given, [value("y", (3, 40), TensorProto.INT32)], constants, opset=14)
    result = verified(built, tmp_path)
    assert result.memory.alignment == 8


def test_scalars_go_in_and_out(tmp_path: Path) -> None:
    nodes = [node("Sin", ["s"], ["t"]), node("Mul", ["x", "t"], ["y"]), node("Cos", ["s"], ["z"])]
    given = [value("x", SHAPE), value("s", ())]
    verified(model(nodes, given, [value("y", SHAPE), value("z", ())]), tmp_path)


def test_outputs_may_be_constants_or_inputs_and_inputs_of_no_use(tmp_path: Path) -> None:
    nodes = [
        node("Sin", ["x"], ["y"]),
        node("Identity", ["k"], ["constant"]),
        node("Identity", ["n"], ["same"]),
    ]
    given = [value("x", SHAPE), value("n", (3,), TensorProto.INT64), value("dead", (4,))]
    made = [value("y", SHAPE), value("constant", (2, 2)), value("same", (3,), TensorProto.INT64)]
    verified(model(nodes, given, made, {"k": normal(2, 2)}), tmp_path)


def test_given_indices_lie_in_the_table(tmp_path: Path) -> None:
    gather = node("Gather", ["table", "x"], ["y"])
    given = [value("x", (3,), TensorProto.INT64)]
    built = model([gather], given, [value("y", (3, 2))], {"table": normal(7, 2)})
    result = compiled(built, tmp_path)
    np.save(tmp_path / "good.npy", np.array([0, 6, 3]))
    np.save(tmp_path / "bad.npy", np.array([0, 7, 3]))
    assert inputs.load(tmp_path / "good.npy", result)[0]["x"].tolist() == [0, 6, 3]
    with pytest.raises(InvalidInput, match="'x' takes indices from 0 to 6"):
        inputs.load(tmp_path / "bad.npy", result)


def test_a_mean_of_integers_is_one(tmp_path: Path) -> None:
    nodes = [node("ReduceMean", ["x"], ["y"], axes=[1], keepdims=0)]
    given, made = [value("x", SHAPE, TensorProto.INT32)], [value("y", SHAPE[:1], TensorProto.INT32)]
    verified(model(nodes, given, made, opset=13), tmp_path)


def test_what_is_empty_joins_nothing(tmp_path: Path) -> None:
    nodes = [node("Concat", ["x", "none", "x"], ["y"], axis=0)]
    constants = {"none": np.zeros((0, 5), np.float32)}
    verified(model(nodes, [value("x", SHAPE)], [value("y", (4, 5))], constants), tmp_path)


def test_a_constant_is_an_output_of_no_stated_shape_and_an_operand(tmp_path: Path) -> None:
    nodes = [node("Identity", ["known"], ["k"]), node("Add", ["x", "k"], ["y"])]
    made = [value("k", None), value("y", SHAPE)]
    verified(model(nodes, [value("x", SHAPE)], made, {"known": normal(*SHAPE)}), tmp_path)


def test_sums_before_one_element_are_nothing(tmp_path: Path) -> None:
    nodes = [node("CumSum", ["x", "axis"], ["sum"], exclusive=1), node("Exp", ["sum"], ["y"])]
    given, made = [value("x", (1, 1))], [value("y", (1, 1))]
    verified(model(nodes, given, made, {"axis": np.array(1)}, opset=14), tmp_path)
