"""Files that hold no sound ONNX graph end with one clear line."""

from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import external_data_helper, helper, numpy_helper

from tests.frontend.onnx_model import (
    FLOAT,
    IMAGE,
    imported,
    one_node,
    operators,
    two_relus,
)
from tinycompile.errors import InvalidModel, TinyCompileError, UnsupportedOperator
from tinycompile.frontend import onnx as frontend

DIGITS = Path(__file__).parents[3] / "examples" / "digits"


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InvalidModel, match="nowhere.onnx: the file does not exist"):
        frontend.load(tmp_path / "nowhere.onnx")


def test_a_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InvalidModel, match="the file is a folder"):
        frontend.load(tmp_path)


@pytest.mark.parametrize("content", [b"", b"hello, world\n", b"\x00" * 64, b"\x08\x08"])
def test_what_is_no_model_is_refused(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "model.onnx"
    path.write_bytes(content)
    with pytest.raises(InvalidModel, match="not an ONNX model"):
        frontend.load(path)


def test_every_truncation_of_a_model_is_refused(tmp_path: Path) -> None:
    whole = (DIGITS / "digits_int8.onnx").read_bytes()
    path = tmp_path / "model.onnx"
    for length in range(0, len(whole) - 1, 97):
        path.write_bytes(whole[:length])
        with pytest.raises(TinyCompileError) as error:
            frontend.load(path)
        assert "\n" not in str(error.value)


def external(tmp_path: Path) -> Path:
    built = one_node("Conv", [IMAGE], {"w": np.ones((2, 4, 3, 3), np.float32)})
    external_data_helper.convert_model_to_external_data(built, location="w.bin", size_threshold=0)
    onnx.save(built, tmp_path / "model.onnx")
    return tmp_path / "model.onnx"


def test_external_data_is_read(tmp_path: Path) -> None:
    assert operators(frontend.load(external(tmp_path))) == ["nn.conv2d"]


def test_missing_external_data_is_refused_by_name(tmp_path: Path) -> None:
    path = external(tmp_path)
    (tmp_path / "w.bin").unlink()
    with pytest.raises(InvalidModel, match="tensor 'w' is stored in .*w.bin, which does not exist"):
        frontend.load(path)


def test_short_external_data_is_refused(tmp_path: Path) -> None:
    path = external(tmp_path)
    (tmp_path / "w.bin").write_bytes(b"\x00" * 8)
    with pytest.raises(InvalidModel, match="w"):
        frontend.load(path)


def broken(change: str) -> onnx.ModelProto:
    built = two_relus("a", "b")
    if change == "undefined":
        built.graph.node[0].input[0] = "nothing"
    elif change == "cycle":
        built.graph.node[0].input[0] = "b"
    elif change == "twice":
        built.graph.node[1].output[0] = "a"
    elif change == "output":
        built.graph.output[0].name = "nothing"
    elif change == "short":
        tensor = numpy_helper.from_array(np.ones(4, np.float32), "w")
        tensor.raw_data = tensor.raw_data[:-3]
        built.graph.initializer.append(tensor)
    elif change == "sparse":
        sparse = helper.make_sparse_tensor(
            helper.make_tensor("w", FLOAT, [1], [1.0]),
            helper.make_tensor("w_indices", onnx.TensorProto.INT64, [1], [0]),
            [4],
        )
        built.graph.sparse_initializer.append(sparse)
    elif change == "string":
        built.graph.node.append(helper.make_node("Constant", [], ["w"], "c", value_string="text"))
    elif change == "sequence":
        kind = helper.make_sequence_type_proto(helper.make_tensor_type_proto(FLOAT, [1]))
        built.graph.input[0].type.CopyFrom(kind)
    elif change == "nameless":
        built.graph.input[0].name = ""
    elif change == "bytes":
        built = onnx.load_model_from_string(
            built.SerializeToString().replace(b"Relu", b"Re\xffu", 1)
        )
    elif change == "inputs":
        del built.graph.node[0].input[:]
    elif change == "attribute":
        built.graph.node[0].attribute.append(helper.make_attribute("alpha", 1.0))
    elif change == "outputs":
        del built.graph.output[:]
    elif change == "makes nothing":
        del built.graph.node[1].output[:]
    elif change == "opset":
        built.opset_import[0].version = 0
    elif change == "recursion":
        recursive = helper.make_node("Fn", ["a"], ["b"], domain="local")
        opsets = [helper.make_opsetid("local", 1)]
        built.functions.append(
            helper.make_function("local", "Fn", ["a"], ["b"], [recursive], opsets)
        )
        built.opset_import.extend(opsets)
        built.graph.node[0].op_type, built.graph.node[0].domain = "Fn", "local"
    return built


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ("nameless", "damaged file: an input has no name"),
        ("bytes", "damaged file: the name of node 0 .*is not UTF-8"),
        ("inputs", 'damaged file: Relu "first": .*input size 0 not in range'),
        ("attribute", 'damaged file: Relu "first": Unrecognized attribute: alpha'),
        ("outputs", "damaged file: it has no outputs"),
        ("makes nothing", 'damaged file: Relu "" makes nothing'),
        ("opset", "damaged file: its opset is 0"),
        ("recursion", "damaged file: its functions: Cycle detected"),
        ("undefined", "Relu \"first\" reads 'nothing', which nothing makes"),
        ("cycle", 'Relu "first" needs its own output: the graph has a cycle'),
        ("twice", "tensor 'a' is made more than once"),
        ("output", "nothing makes the output 'nothing'"),
        ("short", "damaged file: constant 'w': buffer size"),
        ("sparse", "constant 'w' is sparse"),
        ("string", 'Constant "c" holds a value_string'),
        ("sequence", "input 'x' is not a tensor"),
    ],
)
def test_a_graph_that_does_not_hang_together_is_refused(
    change: str, message: str, tmp_path: Path
) -> None:
    with pytest.raises(InvalidModel, match=message):
        imported(broken(change), tmp_path)


@pytest.mark.parametrize(
    ("key", "value", "message"),
    [
        ("offset", "-1", "tensor 'w': its offset is '-1'"),
        ("length", "x", "tensor 'w': its length is 'x'"),
        ("offset", "99999999", "tensor 'w': its external data: "),
        ("location", "w" * 5000, "tensor 'w': its external data: .*too long"),
    ],
)
def test_bad_places_of_external_data_are_refused(
    key: str, value: str, message: str, tmp_path: Path
) -> None:
    path = external(tmp_path)
    built = onnx.load(path, load_external_data=False)
    (tensor,) = built.graph.initializer
    entries = {entry.key: entry.value for entry in tensor.external_data} | {key: value}
    del tensor.external_data[:]
    for name, text in entries.items():
        tensor.external_data.add(key=name, value=text)
    path.write_bytes(built.SerializeToString())
    with pytest.raises(InvalidModel, match=f"damaged file: {message}"):
        frontend.load(path)


def test_a_shape_of_two_dimensions_is_refused(tmp_path: Path) -> None:
    built = one_node("Reshape", [(1, 4)], {"shape": np.array([[2, 2]])})
    with pytest.raises(
        UnsupportedOperator, match='"node": the shape has 2 dimensions instead of 1'
    ):
        imported(built, tmp_path)


def test_a_constant_without_a_value_is_refused(tmp_path: Path) -> None:
    built = two_relus("a", "b")
    built.graph.node.append(helper.make_node("Constant", [], ["c"], "empty"))
    with pytest.raises(InvalidModel, match='damaged file: Constant "empty" has 0 values'):
        imported(built, tmp_path)


def test_inputs_that_are_no_numbers_are_refused(tmp_path: Path) -> None:
    built = two_relus("a", "b")
    built.graph.input[0].type.tensor_type.elem_type = onnx.TensorProto.STRING
    with pytest.raises(UnsupportedOperator, match="input 'x' is of type STRING, not numbers"):
        imported(built, tmp_path)


def test_an_opset_of_the_future_is_refused(tmp_path: Path) -> None:
    built = two_relus("a", "b")
    built.opset_import[0].version = 99
    with pytest.raises(UnsupportedOperator, match="it is of opset 99; the installed onnx knows"):
        imported(built, tmp_path)


@pytest.mark.parametrize("scale", [np.nan, np.inf, 0.0, 1e-42])
def test_scales_without_a_meaning_are_refused(scale: float, tmp_path: Path) -> None:
    parameters = {"scale": np.array(scale, np.float32), "zero_point": np.array(0, np.int8)}
    with pytest.raises(UnsupportedOperator, match='QuantizeLinear "node": its scale is'):
        imported(one_node("QuantizeLinear", [(1, 4)], parameters), tmp_path)


def test_an_error_is_one_line_whatever_the_names(tmp_path: Path) -> None:
    built = two_relus("a", "b")
    built.graph.node[1].input[0] = "no\nthing\x1b"
    with pytest.raises(InvalidModel) as caught:
        imported(built, tmp_path)
    assert str(caught.value).isprintable()


def test_a_tensor_larger_than_any_memory_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InvalidModel, match="'x0' of shape .* is larger than any memory"):
        imported(one_node("Relu", [(1, 3, 2**40)]), tmp_path)
