"""ONNX graphs keep their names, and what cannot be imported is named."""

from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import helper

from tests.frontend.onnx_model import (
    IMAGE,
    assert_same_numbers,
    compiled,
    f32,
    imported,
    model,
    one_node,
    operators,
    run_onnxruntime,
    two_relus,
    value,
    variables,
)
from tinycompile.errors import TinyCompileError, UnsupportedOperator
from tinycompile.frontend import onnx as frontend

DIGITS = Path(__file__).parents[3] / "examples" / "digits"


def test_digits_are_recognised_from_the_imported_module() -> None:
    source = frontend.load(DIGITS / "digits_int8.onnx")
    built = onnx.load(DIGITS / "digits_int8.onnx")
    kept = np.load(DIGITS / "images.npz")
    right, run = 0, compiled(source.module)
    for image, label in zip(kept["images"], kept["labels"], strict=True):
        (expected,) = run_onnxruntime(built, {"image": image[None]})
        (found,) = run([image[None]])
        assert np.abs(found - expected).max() <= 1.01 / 255
        right += int(found.argmax() == label)
    assert right >= 19


def test_digits_keep_names_shapes_and_quantisation() -> None:
    source = frontend.load(DIGITS / "digits_int8.onnx")
    assert (source.inputs, source.outputs) == (["image"], ["probabilities"])
    assert source.notes == []
    assert source.shapes["conv_relu_QuantizeLinear_Output"] == (1, 16, 8, 8)
    assert source.quantization["image_QuantizeLinear_Output"].zero_point == -128
    assert source.nodes["conv_relu_QuantizeLinear_Output"] == 'Conv "conv"'
    assert source.nodes["image_QuantizeLinear_Output"] == 'QuantizeLinear "image_QuantizeLinear"'
    names = {tensor for node in onnx.load(source.path).graph.node for tensor in node.output}
    temporary = {name for name in variables(source) if name.startswith("lv")}
    assert variables(source).keys() - temporary <= names
    assert names - variables(source).keys() == {  # replaced by constants of another shape
        "conv.bias",
        "depthwise.bias",
        "pointwise.bias",
        "linear.weight_DequantizeLinear_Output",
    }


@pytest.mark.parametrize("name", ["/layer1/layer1.0/Relu_output_0", "12", "x:0", "a b;c", "relu1"])
def test_tensor_names_are_kept_to_the_letter(name: str, tmp_path: Path) -> None:
    source = imported(two_relus(name, f"{name}.out"), tmp_path)
    assert list(variables(source)) == [name, f"{name}.out"]
    assert source.nodes == {name: 'Relu "first"', f"{name}.out": f'Relu "{name}.out"'}


def test_several_inputs_and_outputs_keep_their_order(tmp_path: Path) -> None:
    nodes = [
        helper.make_node("Add", ["b", "a"], ["sum"]),
        helper.make_node("Sub", ["sum", "a"], ["difference"]),
    ]
    built = model(
        nodes,
        [value("b", IMAGE), value("a", IMAGE)],
        [value("difference", IMAGE), value("sum", IMAGE)],
    )
    source = imported(built, tmp_path)
    assert source.inputs == [p.name for p in source.module["main"].params] == ["b", "a"]
    assert source.outputs == ["difference", "sum"]
    assert_same_numbers(built, source)


def test_an_output_that_is_an_input_gets_a_variable(tmp_path: Path) -> None:
    built = model(
        [helper.make_node("Identity", ["x"], ["y"])], [value("x", IMAGE)], [value("y", IMAGE)]
    )
    source = imported(built, tmp_path)
    assert list(variables(source)) == ["y"]
    assert_same_numbers(built, source)


def test_nodes_in_any_order_are_sorted(tmp_path: Path) -> None:
    built = two_relus("a", "b")
    nodes = list(built.graph.node)[::-1]
    del built.graph.node[:]
    built.graph.node.extend(nodes)
    assert list(variables(imported(built, tmp_path))) == ["a", "b"]


def test_dead_nodes_and_unused_results_do_not_count(tmp_path: Path) -> None:
    nodes = [
        helper.make_node("Dropout", ["x"], ["y", "mask"]),
        helper.make_node("NoSuchOperator", ["x"], ["unused"]),
    ]
    built = model(nodes, [value("x", IMAGE)], [value("y", IMAGE)])
    assert operators(imported(built, tmp_path)) == []


def test_local_functions_are_inlined(tmp_path: Path) -> None:
    function = helper.make_function(
        "local", "Twice", ["a"], ["c"],
        [helper.make_node("Relu", ["a"], ["b"]), helper.make_node("Tanh", ["b"], ["c"])],
        [helper.make_opsetid("", 13)],
    )  # fmt: skip
    node = helper.make_node("Twice", ["x"], ["y"], domain="local")
    built = model([node], [value("x", IMAGE)], [value("y", IMAGE)])
    built.functions.append(function)
    assert operators(imported(built, tmp_path)) == ["nn.relu", "tanh"]


def test_all_unknown_operators_are_named_at_once(tmp_path: Path) -> None:
    nodes = [
        helper.make_node("Mystery", ["x"], ["a"], "first", domain="acme"),
        helper.make_node("NonZero", ["a"], ["b"], "second"),
        helper.make_node("NoSuchThing", ["b"], ["y"]),
    ]
    built = model(nodes, [value("x", IMAGE)], [value("y", None)])
    with pytest.raises(UnsupportedOperator) as error:
        imported(built, tmp_path)
    assert str(error.value) == (
        f"{tmp_path / 'model.onnx'}: unsupported operators: "
        'acme.Mystery "first", NonZero "second", NoSuchThing "y"'
        "; a plug-in may add custom ones (docs/plugins.md)"
    )


@pytest.mark.parametrize(
    ("built", "reason"),
    [
        (one_node("Conv", [IMAGE], {"w": f32(2, 4, 3, 3)}, auto_pad="X"), "auto_pad is 'X'"),
        (
            one_node("Dropout", [IMAGE], {"r": np.float32(0.5), "t": np.array(True)}),
            "it is in training mode",
        ),
        (one_node("SpaceToDepth", [IMAGE], blocksize=2, mode="CRD"), "mode"),
        (one_node("MaxPool", [IMAGE], kernel_shape=[9, 2]), "its window, 9x2, is larger than .*8x8"),
        (
            one_node("AveragePool", [(1, 1, 1)], kernel_shape=[2], auto_pad="VALID"),
            "its window, 2, is larger than its padded input, 1",
        ),
        (one_node("Conv", [IMAGE], {"w": f32(2, 4, 9, 9)}), "its window, 9x9, is larger"),
        (
            one_node("Conv", [IMAGE], {"w": f32(2, 4, 3, 3)}, kernel_shape=[1, 3]),
            "its kernel_shape is 1x3, its weights are 3x3",
        ),
        (one_node("MaxPool", [IMAGE], kernel_shape=[2, 2], outputs=2), "indices of the maxima"),
        (
            one_node(
                "Resize", [IMAGE], {"": None, "s": np.array([1, 1, 2, 2], np.float32)}, mode="area"
            ),
            "mode is 'area'; known are nearest, linear, cubic",
        ),
        (one_node("Tile", [IMAGE], {"r": np.array([1, 1])}), ""),
    ],
)  # fmt: skip
def test_a_form_that_is_not_supported_names_its_node(
    built: onnx.ModelProto, reason: str, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(
        TinyCompileError, match=f'{built.graph.node[0].op_type} "node": .*{reason}'
    ) as e:
        imported(built, tmp_path)
    assert "\n" not in str(e.value)
    assert capfd.readouterr() == ("", "")
