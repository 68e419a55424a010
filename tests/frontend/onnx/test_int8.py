"""QDQ graphs: uint8 becomes int8, weights stay quantised, parameters are checked."""

from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import helper

from tests.frontend.onnx_model import (
    FLOAT,
    INT8,
    RANDOM,
    UINT8,
    Array,
    assert_same_numbers,
    imported,
    integers,
    model,
    operators,
    random_inputs,
    reals,
    run_onnxruntime,
    run_relax,
    value,
    variables,
)
from tinycompile.errors import UnsupportedOperator
from tinycompile.quantization import QParams

MICROSOFT = "com.microsoft"
IMAGE = (1, 4, 6, 6)


def qdq(
    middle: list[onnx.NodeProto],
    dtype: str = "uint8",
    constants: dict[str, Array] | None = None,
    shape: tuple[int, ...] = IMAGE,
) -> onnx.ModelProto:
    """x (float) -> quantize -> `middle`, from tensor q to tensor r -> dequantize -> y (float)."""
    parameters = {"s": reals(0.05), "z": np.array(131 if dtype == "uint8" else 3, dtype)}
    nodes = [
        helper.make_node("QuantizeLinear", ["x", "s", "z"], ["q"], "quantize"),
        *middle,
        helper.make_node("DequantizeLinear", ["r", "s", "z"], ["y"], "dequantize"),
    ]
    output = onnx.ValueInfoProto(name="y")
    return model(nodes, [value("x", shape, FLOAT)], [output], parameters | (constants or {}))


MOVES = {
    "max_pool": ([helper.make_node("MaxPool", ["q"], ["r"], kernel_shape=[2, 2])], {}),
    "reshape": ([helper.make_node("Reshape", ["q", "t"], ["r"])], {"t": np.array([1, -1])}),
    "concat": (
        [helper.make_node("Concat", ["q", "c"], ["r"], axis=1)],
        {"c": integers("uint8", 1, 1, 6, 6)},
    ),
    "clip": (
        [helper.make_node("Clip", ["q", "low", "high"], ["r"])],
        {"low": np.array(120, np.uint8), "high": np.array(150, np.uint8)},
    ),
    "pad": (
        [helper.make_node("Pad", ["q", "p"], ["r"])],
        {"p": np.array([0, 0, 1, 1, 0, 0, 1, 0])},
    ),
    "pad_value": (
        [helper.make_node("Pad", ["q", "p", "v"], ["r"])],
        {"p": np.array([0, 0, 1, 1, 0, 0, 1, 0]), "v": np.array(140, np.uint8)},
    ),
    "resize": (
        [helper.make_node("Resize", ["q", "", "k"], ["r"], mode="nearest")],
        {"k": np.array([1, 1, 2, 2], np.float32)},
    ),
    "gather": ([helper.make_node("Gather", ["q", "i"], ["r"], axis=2)], {"i": np.array(2)}),
    "chain": (
        [
            helper.make_node("Transpose", ["q"], ["t"], perm=[0, 2, 3, 1]),
            helper.make_node("Flatten", ["t"], ["r"]),
        ],
        {},
    ),
}


@pytest.mark.parametrize("name", MOVES)
def test_operators_on_uint8_tensors_are_shifted_with_them(name: str, tmp_path: Path) -> None:
    middle, constants = MOVES[name]
    built = qdq(middle, constants=constants)
    source = imported(built, tmp_path)
    assert source.quantization["q"] == QParams(float(reals(0.05)), 3)
    inputs = random_inputs(source)
    (expected,) = run_onnxruntime(built, inputs)
    (found,) = run_relax(source.module, [inputs["x"]])
    np.testing.assert_allclose(found, expected, rtol=0, atol=1e-6)
    dtypes = {str(v.ty.dtype) for v in variables(source).values() if hasattr(v.ty, "dtype")}
    assert "uint8" not in dtypes


def test_a_missing_zero_point_is_uint8_0(tmp_path: Path) -> None:
    nodes = [
        helper.make_node("QuantizeLinear", ["x", "s"], ["q"]),
        helper.make_node("DequantizeLinear", ["q", "s"], ["y"]),
    ]
    built = model(nodes, [value("x", IMAGE)], [value("y", IMAGE)], {"s": reals(0.05)})
    source = imported(built, tmp_path)
    assert source.quantization["q"] == QParams(float(reals(0.05)), -128)
    assert_same_numbers(built, source)


def test_output_dtype_stands_in_for_a_zero_point(tmp_path: Path) -> None:
    nodes = [
        helper.make_node("QuantizeLinear", ["x", "s"], ["q"], output_dtype=INT8),
        helper.make_node("DequantizeLinear", ["q", "s"], ["y"]),
    ]
    built = model(nodes, [value("x", IMAGE)], [value("y", IMAGE)], {"s": reals(0.05)}, opset=21)
    source = imported(built, tmp_path)
    assert source.quantization["q"] == QParams(float(reals(0.05)), 0)
    assert_same_numbers(built, source)


def test_uint8_that_is_computed_on_stays(tmp_path: Path) -> None:
    nodes = [helper.make_node("Cast", ["x"], ["y"], to=FLOAT)]
    source = imported(model(nodes, [value("x", IMAGE, UINT8)], [value("y", IMAGE)]), tmp_path)
    assert str(source.module["main"].params[0].ty.dtype) == "uint8"
    assert source.notes == []


def weights_behind(
    nodes: list[onnx.NodeProto], axis: int, shape: tuple[int, ...]
) -> onnx.ModelProto:
    """A matmul by int8 weights with a scale per channel that pass through `nodes` (d -> w)."""
    scales = np.linspace(0.01, 0.02, shape[axis]).astype(np.float32)
    constants = {"c": integers("int8", *shape), "s": scales, "t": np.array([6, 5])}
    dequantize = helper.make_node("DequantizeLinear", ["c", "s"], ["d"], "weights", axis=axis)
    matmul_node = helper.make_node("MatMul", ["x", "w"], ["y"], "matmul")
    return model(
        [dequantize, *nodes, matmul_node], [value("x", (2, 6))], [value("y", (2, 5))], constants
    )


@pytest.mark.parametrize(
    ("nodes", "axis", "shape", "moved_axis"),
    [
        ([helper.make_node("Transpose", ["d"], ["w"], perm=[1, 0])], 0, (5, 6), 1),
        ([helper.make_node("Reshape", ["d", "t"], ["w"])], 3, (2, 3, 1, 5), 1),
        ([helper.make_node("Identity", ["d"], ["w"])], 1, (6, 5), 1),
    ],
)
def test_quantised_weights_move_behind_their_dequantize(
    nodes: list[onnx.NodeProto], axis: int, shape: tuple[int, ...], moved_axis: int, tmp_path: Path
) -> None:
    built = weights_behind(nodes, axis, shape)
    source = imported(built, tmp_path)
    assert operators(source) == ["matmul"]
    weights = variables(source)["w"]
    assert weights.op.name == "relax.dequantize"
    assert int(weights.attrs.axis) == moved_axis
    inputs = random_inputs(source)
    (expected,) = run_onnxruntime(built, inputs)
    (found,) = run_relax(source.module, [inputs["x"]])
    np.testing.assert_allclose(found, expected, rtol=0, atol=1e-5)


def test_a_reshape_that_splits_the_channels_stays(tmp_path: Path) -> None:
    built = weights_behind([helper.make_node("Reshape", ["d", "t"], ["w"])], 0, (10, 3))
    assert operators(imported(built, tmp_path)) == ["reshape", "matmul"]


def test_float_weights_behind_quantize_become_int8_constants(tmp_path: Path) -> None:
    weights = RANDOM.normal(size=(6, 5)).astype(np.float32)
    nodes = [
        helper.make_node("QuantizeLinear", ["c", "s", "z"], ["q"]),
        helper.make_node("DequantizeLinear", ["q", "s", "z"], ["w"]),
        helper.make_node("MatMul", ["x", "w"], ["y"]),
    ]
    constants = {"c": weights, "s": reals(0.02), "z": np.array(0, np.int8)}
    source = imported(model(nodes, [value("x", (2, 6))], [value("y", (2, 5))], constants), tmp_path)
    data, scale, _ = variables(source)["w"].args
    np.testing.assert_array_equal(
        data.value.numpy(), np.clip(np.round(weights / reals(0.02)), -128, 127).astype(np.int8)
    )
    assert scale.value.numpy() == reals(0.02)


def test_microsoft_quantizers_are_the_standard_ones(tmp_path: Path) -> None:
    built = qdq([helper.make_node("Identity", ["q"], ["r"])], "int8")
    expected = imported(built, tmp_path)
    for node in built.graph.node:
        if node.op_type.endswith("Linear"):
            node.domain = MICROSOFT
    built.opset_import.append(helper.make_opsetid(MICROSOFT, 1))
    source = imported(built, tmp_path)
    parameters = QParams(float(reals(0.05)), 3)
    assert source.quantization == expected.quantization == {"q": parameters, "r": parameters}


def test_asymmetric_weights_per_channel_stay_integers(tmp_path: Path) -> None:
    nodes = [
        helper.make_node("DequantizeLinear", ["c", "s", "z"], ["w"], "weights", axis=1),
        helper.make_node("MatMul", ["x", "w"], ["y"]),
    ]
    constants = {"c": integers("int8", 6, 2), "s": reals(0.1, 0.2), "z": np.array([0, 1], np.int8)}
    built = model(nodes, [value("x", (2, 6))], [value("y", (2, 2))], constants)
    source = imported(built, tmp_path)
    assert_same_numbers(built, source)
    (found,) = (v for v in variables(source).values() if "dequantize" in str(v.op))
    np.testing.assert_array_equal(found.args[2].value.numpy(), [0, 1])


def test_asymmetric_tensors_per_channel_are_refused(tmp_path: Path) -> None:
    node = helper.make_node("DequantizeLinear", ["x", "s", "z"], ["y"], "reals", axis=1)
    constants = {"s": reals(0.1, 0.2), "z": np.array([0, 1], np.int8)}
    inputs = [value("x", (6, 2), INT8)]
    built = model([node], inputs, [value("y", (6, 2))], constants)
    with pytest.raises(UnsupportedOperator, match='DequantizeLinear "reals".*as a whole'):
        imported(built, tmp_path)
