"""TFLite files that are damaged end in one line that says where, whatever the damage is."""

import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import flatbuffers
import numpy as np
import pytest

import tinycompile
from tests.tflite_model import Model
from tinycompile import frontend
from tinycompile.errors import InvalidModel, TinyCompileError, UnsupportedOperator
from tinycompile.frontend import importing, tflite


def sound() -> Model:
    """x -> CONV_2D "c" -> PAD "p", RESHAPE "r" of it."""
    model, rng = Model(), np.random.default_rng(0)
    model.tensor("x", (1, 4, 4, 2), scale=0.5)
    weights = rng.integers(-127, 128, (3, 1, 1, 2), np.int8)
    model.constant("w", weights, scale=[0.1, 0.2, 0.3])
    model.tensor("c", (1, 4, 4, 3), scale=0.5)
    model.constant("widths", np.array([[0, 0], [1, 1], [1, 1], [0, 0]], np.int32))
    model.tensor("p", (1, 6, 6, 3), scale=0.5)
    model.constant("shape", np.array([1, 108], np.int32))
    model.tensor("r", (1, 108), scale=0.5)
    model.operator("CONV_2D", ["x", "w"], ["c"], "Conv2DOptions", stride_h=1, stride_w=1,
                   dilation_h_factor=1, dilation_w_factor=1)  # fmt: skip
    model.operator("PAD", ["c", "widths"], ["p"], "PadOptions")
    model.operator("RESHAPE", ["p", "shape"], ["r"], "ReshapeOptions")
    return model


def load(model: Model, folder: Path, ends: tuple[list[str], list[str]] = (["x"], ["r"])) -> Any:
    path = folder / "m.tflite"
    path.write_bytes(model.build(*ends))
    return tflite.load(path)


def tensor(name: str, **changes: Any) -> Callable[[Model], None]:
    def change(model: Model) -> None:
        model.tensors[name] = replace(model.tensors[name], **changes)

    return change


def operator(index: int, **changes: Any) -> Callable[[Model], None]:
    def change(model: Model) -> None:
        model.operators[index] = replace(model.operators[index], **changes)

    return change


def options(index: int, **changes: Any) -> Callable[[Model], None]:
    def change(model: Model) -> None:
        model.operators[index].values.update(changes)

    return change


def scales(*values: float) -> Any:
    return np.array(values, np.float32)


def integers(*values: int) -> Any:
    return np.array(values, np.int32)


DAMAGE: dict[str, tuple[Callable[[Model], None], str]] = {
    "shape": (tensor("x", shape=(1, -4, 4, 2)), r"tensor 0, 'x': its shape is \(1, -4, 4, 2\)"),
    "size": (tensor("x", shape=(1, 2**31 - 1, 4, 2)), "'x': its shape .* takes 17,179,869,176 bytes"),
    "empty": (tensor("x", shape=(1, 0, 4, 2)), "its inputs: tensor 0, 'x' has the shape"),
    "data": (tensor("w", shape=(3, 1, 1, 9)), "'w': it has 6 bytes of data, its shape .* takes 27"),
    "no data": (tensor("w", data=None), "operator 0, CONV_2D: it reads tensor 1, 'w', which nothing"),
    "infinite scale": (tensor("c", scales=scales(np.inf)), "'c': its scale is inf"),
    "no scale": (tensor("c", scales=scales(0.0)), "'c': its scale is 0; it must be"),
    "denormal scale": (tensor("c", scales=scales(1e-42)), "'c': its scale is 1.*e-42"),
    "scales": (tensor("w", scales=scales(*[0.1] * 5), zero_points=np.zeros(5, np.int64)), "5 scales"),
    "zero points": (tensor("w", zero_points=np.zeros(2, np.int64)), "2 zero points for 3 scales"),
    "zero point": (tensor("c", zero_points=np.array([128])), "its zero point is 128, .* -128 to 127"),
    "order": (lambda m: m.operators.reverse(), "operator 0, RESHAPE: it reads tensor 4, 'p', which"),
    "cycle": (operator(0, inputs=["r", "w"]), "operator 0, CONV_2D: it reads tensor 6, 'r', which"),
    "made twice": (operator(1, outputs=["c"]), "operator 1, PAD: it makes tensor 2, 'c', which is there"),
    "nothing": (lambda m: m.operators.pop(), "its outputs: no operator makes tensor 6, 'r'"),
    "other options": (operator(0, options="PadOptions", values={}), "its options are not Conv2DOptions"),
    "no options": (operator(0, options=""), r"its options are not Conv2DOptions \(number 0\)"),
    "text": (tensor("x", dtype="string"), "its inputs: tensor 0, 'x' does not hold numbers"),
    "stride": (options(0, stride_h=-1), "its option StrideH is -1; it must be from 1 to"),
    "padding": (options(0, padding=9), "its option Padding is 9"),
    "activation": (options(0, fused_activation_function=77), "FusedActivationFunction is 77"),
    "rank": (tensor("x", shape=(1, 4, 8)), r"its input 0 is \(1, 4, 8\); it must have 4 dimensions"),
    "no padding": (operator(1, inputs=["c", "widths", ""]), "operator 1, PAD: its input 2 is missing"),
    "no input": (operator(1, inputs=[""], code="ELU"), "operator 1, ELU: its input 0 is missing"),
    "missing": (operator(1, inputs=["c"]), "operator 1, PAD: its input 1 is missing"),
    "widths": (tensor("widths", data=integers(0, 0, 1, 1, -1, 1, 0, 0)), "a width of padding of -1"),
    "type": (tensor("widths", dtype="float32"), "its input 1 must be int32 or int64"),
    "made": (tensor("p", shape=(1, 6, 5, 3)), r"PAD 'p' is int8 \(1, 6, 5, 3\) .* but int8 \(1, 6, 6, 3\)"),
    "dtype made": (tensor("p", dtype="int16"), r"PAD 'p' is int16 .* but int8"),
}  # fmt: skip


@pytest.mark.parametrize("damage", DAMAGE)
def test_a_damaged_file_says_where(damage: str, tmp_path: Path) -> None:
    change, message = DAMAGE[damage]
    model = sound()
    change(model)
    with pytest.raises(InvalidModel, match=f"m.tflite: damaged file: .*{message}"):
        load(model, tmp_path)


def test_vectors_may_be_absent_where_they_are_empty(tmp_path: Path) -> None:
    """A scalar need have no shape."""
    schema = pytest.importorskip("ai_edge_litert.schema_py_generated")
    model = Model()
    model.tensor("x", (1,), scale=0.5)
    model.tensor("y", (), scale=0.5)
    model.operator("RESHAPE", ["x"], ["y"])
    file = schema.ModelT.InitFromPackedBuf(model.build(["x"], ["y"]), 0)
    file.subgraphs[0].tensors[1].shape = None
    builder = flatbuffers.Builder(1024)
    builder.Finish(file.Pack(builder), b"TFL3")
    path = tmp_path / "m.tflite"
    path.write_bytes(bytes(builder.Output()))
    assert tflite.load(path).shapes["y"] == ()


def test_the_undamaged_file_loads(tmp_path: Path) -> None:
    assert load(sound(), tmp_path).outputs == ["r"]


@pytest.mark.parametrize(
    ("ends", "message"),
    [
        ((["x", "x"], ["r"]), "its inputs: tensor 0, 'x' is a constant, a variable or there twice"),
        ((["x", "w"], ["r"]), "its inputs: tensor 1, 'w' is a constant"),
        ((["x"], []), "its outputs: there are none"),
        (([""], ["r"]), "its inputs: it refers to tensor -1, there are 7"),
    ],
)
def test_damaged_ends_are_refused(ends: Any, message: str, tmp_path: Path) -> None:
    with pytest.raises(InvalidModel, match=f"damaged file: {message}"):
        load(sound(), tmp_path, ends)


@pytest.mark.parametrize("seed", range(20))
def test_noise_in_a_file_is_refused_or_harmless(seed: int, tmp_path: Path) -> None:
    """A few bytes changed anywhere: one line, or a module."""
    rng, path = np.random.default_rng(seed), tmp_path / "m.tflite"
    data = bytearray(sound().build(["x"], ["r"]))
    for at in rng.integers(8, len(data), 5):
        data[at] ^= 1 << int(rng.integers(8))
    path.write_bytes(data)
    try:
        tflite.load(path)
    except TinyCompileError as error:
        assert re.fullmatch(r"[ -~]+", str(error))


def test_a_model_that_computes_nothing_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "m.tflite"
    path.write_bytes(sound().build(["x"], ["x"]))
    with pytest.raises(InvalidModel, match="it computes nothing: its outputs are its inputs"):
        frontend.load(path, shapes={})


def test_a_constant_among_the_outputs_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "m.tflite"
    path.write_bytes(sound().build(["x"], ["r", "w"]))
    with pytest.raises(UnsupportedOperator, match="an output is a constant"):
        tinycompile.compile(path, target="host")


def test_a_network_compiled_for_an_accelerator_says_so(tmp_path: Path) -> None:
    model = Model()
    for name in ("x", "scratch", "y"):
        model.tensor(name, (1, 3), scale=0.5)
    model.operator("ethos-u", ["scratch", "x"], ["y"])
    with pytest.raises(UnsupportedOperator, match="operator 0: it is compiled for an Ethos-U"):
        load(model, tmp_path, (["x"], ["y"]))


def test_what_tvm_cannot_import_is_said_without_its_internals(tmp_path: Path) -> None:
    model = Model()
    for name, dtype in (("a", "float32"), ("b", "int32"), ("y", "float32")):
        model.tensor(name, (1, 3), dtype)
    model.operator("ADD", ["a", "b"], ["y"], "AddOptions")
    with pytest.raises(UnsupportedOperator, match="ADD 'y': ") as caught:
        load(model, tmp_path, (["a", "b"], ["y"]))
    assert not re.search(r"\b[RT]\.|ir\.|relax|TVM", str(caught.value))


def test_a_constant_that_cannot_be_is_told_with_its_operator(tmp_path: Path) -> None:
    model = sound()
    tensor("w", scales=np.zeros(0, np.float32), zero_points=np.zeros(0, np.int64))(model)
    with pytest.raises(
        UnsupportedOperator, match="m.tflite: CONV_2D 'c': weights 'w' are not quantised"
    ):
        load(model, tmp_path)


def test_a_bug_of_ours_is_no_damage() -> None:
    with pytest.raises(InvalidModel, match="damaged file: here"), importing.damaged("here"):
        {}["read by someone else"]  # as far as this is not a module of the compiler's
    broken = SimpleNamespace(ty=SimpleNamespace(dtype="int8", shape=[None]))
    with pytest.raises(TypeError), importing.damaged("here"):
        importing.in_words(broken)


@pytest.mark.parametrize("bug", ["raise ValueError('ours')", "(a,) = 1, 2", "{}['a']", "1 / 0"])
def test_a_bug_of_ours_keeps_its_type_whatever_it_is(bug: str) -> None:
    here = {"__name__": "tinycompile.frontend.somewhere"}
    exec(f"def converter():\n    {bug}", here)
    with (
        pytest.raises((ValueError, KeyError, ZeroDivisionError)),
        importing.importing("CONV_2D 'c'"),
    ):
        here["converter"]()


def moved(
    code: str,
    before: tuple[int, ...],
    after: tuple[int, ...],
    *operands: list[Any],
    options: str = "",
) -> Model:
    """`code` on int8 `x` with constant operands."""
    model = Model()
    model.tensor("x", before, scale=0.5)
    for index, values in enumerate(operands):
        model.constant(f"c{index}", np.array(values, np.int32))
    model.tensor("y", after, scale=0.5)
    constants = [f"c{index}" for index in range(len(operands))]
    model.operator(code, ["x", *constants], ["y"], options)
    return model


STRIDED = "StridedSliceOptions"
UNFIT = {
    "blocks": moved("SPACE_TO_BATCH_ND", (1, 4, 4), (8, 2, 2), [2, 2, 2], [[0, 0]] * 3),
    "widths": moved("SPACE_TO_BATCH_ND", (1, 4, 4, 1), (4, 2, 2, 1), [2, 2], [[0, 0]]),
    "crops": moved("BATCH_TO_SPACE_ND", (4, 2, 2, 1), (1, 4, 4, 1), [2, 2], [[0, 0]]),
    "slice": moved("SLICE", (2, 3), (6,), [0, 0], [2, 3]),
    "ends": moved("STRIDED_SLICE", (2, 3), (2, 3), [0, 0], [2], [1, 1], options=STRIDED),
    "slices": moved("STRIDED_SLICE", (6,), (2, 3), [0, 0], [2, 3], [1, 1], options=STRIDED),
    "values": moved("PADV2", (1, 2), (1, 3), [[0, 0], [0, 1]], [1, 2]),
}


@pytest.mark.parametrize("case", UNFIT)
def test_operands_that_do_not_fit_are_refused(case: str, tmp_path: Path) -> None:
    with pytest.raises(InvalidModel, match="m.tflite: damaged file: "):
        load(UNFIT[case], tmp_path, (["x"], ["y"]))
