"""Scales computed at run time: products of integers become products of reals, the rest is spelt out."""

from pathlib import Path

import numpy as np
import onnx
import onnxruntime.quantization
import pytest
from onnx import TensorProto, helper
from onnxruntime.quantization import QuantType

from tests.frontend.onnx_model import (
    IMAGE,
    INT8,
    as_in_the_file,
    assert_same_numbers,
    f32,
    imported,
    integers,
    model,
    one_node,
    operators,
    random_inputs,
    run_onnxruntime,
    run_relax,
    value,
    variables,
)
from tinycompile.pipeline import compile
from tinycompile.simulate import verify


def float_model() -> onnx.ModelProto:
    nodes = [
        helper.make_node("MatMul", ["x", "w"], ["hidden"], "first"),
        helper.make_node("Relu", ["hidden"], ["positive"], "relu"),
        helper.make_node("MatMul", ["positive", "v"], ["y"], "second"),
    ]
    constants = {"w": f32(16, 8), "v": f32(8, 5)}
    return model(nodes, [value("x", (1, 16))], [value("y", (1, 5))], constants)


def image_model() -> onnx.ModelProto:
    nodes = [
        helper.make_node("Conv", ["x", "w"], ["c"], "first", pads=[1, 1, 1, 1]),
        helper.make_node("Conv", ["c", "d"], ["e"], "by_channel", group=24, pads=[1, 1, 1, 1]),
        helper.make_node("Relu", ["e"], ["r"], "relu"),
        helper.make_node("Flatten", ["r"], ["f"], "flat"),
        helper.make_node("MatMul", ["f", "v"], ["y"], "scores"),
    ]
    constants = {"w": f32(24, 4, 3, 3), "d": f32(24, 1, 3, 3), "v": f32(24 * 36, 5)}
    return model(nodes, [value("x", (1, 4, 6, 6))], [value("y", (1, 5))], constants)


def dynamic(built: onnx.ModelProto, folder: Path, **options: object) -> onnx.ModelProto:
    onnx.save(built, folder / "float.onnx")
    onnxruntime.quantization.quantize_dynamic(
        folder / "float.onnx", folder / "dynamic.onnx", **options
    )
    return onnx.load(folder / "dynamic.onnx")


@pytest.mark.parametrize("per_channel", [False, True])
def test_a_dynamically_quantised_product_is_one_of_reals(per_channel: bool, tmp_path: Path) -> None:
    built = dynamic(float_model(), tmp_path, per_channel=per_channel)
    assert {"DynamicQuantizeLinear", "MatMulInteger"} <= {n.op_type for n in built.graph.node}
    source = imported(built, tmp_path)
    assert operators(source) == ["matmul", "nn.relu", "matmul"]
    weights = [v.args[0].ty.dtype for v in variables(source).values() if "dequantize" in str(v.op)]
    assert [str(dtype.dtype) for dtype in weights] == ["int8", "int8"]
    inputs = random_inputs(source)
    (found,) = run_relax(source.module, [inputs["x"]])
    (close,) = run_onnxruntime(built, inputs)
    (exact,) = run_onnxruntime(float_model(), inputs)
    assert np.abs(found - exact).max() < 1.5 * np.abs(close - exact).max() + 1e-6


def test_a_dynamically_quantised_convolution_is_one_of_reals(tmp_path: Path) -> None:
    nodes = [
        helper.make_node("DynamicQuantizeLinear", ["x"], ["q", "s", "z"], "quantize"),
        helper.make_node("ConvInteger", ["q", "w", "z"], ["p"], "conv", pads=[1, 1, 1, 1]),
        helper.make_node("Cast", ["p"], ["r"], "cast", to=TensorProto.FLOAT),
        helper.make_node("Mul", ["s", "t"], ["f"], "factors"),
        helper.make_node("Mul", ["r", "f"], ["y"], "scaled"),
    ]
    constants = {"w": integers("int8", 2, 4, 3, 3), "t": np.array([0.02], np.float32)}
    built = model(nodes, [value("x", IMAGE)], [value("y", None)], constants)
    source = imported(built, tmp_path)
    assert operators(source) == ["nn.conv2d"]
    inputs = random_inputs(source)
    (found,) = run_relax(source.module, [inputs["x"]])
    (close,) = run_onnxruntime(built, inputs)
    np.testing.assert_allclose(found, close, atol=0.02 * np.abs(close).max())


@pytest.mark.parametrize(
    "built",
    [
        one_node("MatMulInteger", [(2, 6)], {"w": integers("uint8", 6, 3)}),
        one_node("ConvInteger", [IMAGE], {"w": integers("uint8", 2, 4, 3, 3)}, pads=[1, 1, 1, 1]),
        one_node("DynamicQuantizeLinear", [IMAGE], outputs=3),
    ],
    ids=lambda built: built.graph.node[0].op_type,
)
def test_integers_that_are_asked_for_are_exact(built: onnx.ModelProto, tmp_path: Path) -> None:
    if "Integer" in built.graph.node[0].op_type:
        built.graph.input[0].type.tensor_type.elem_type = TensorProto.UINT8
    assert_same_numbers(built, imported(built, tmp_path), tolerance=0)


@pytest.mark.parametrize("operator", ["QuantizeLinear", "DequantizeLinear"])
def test_a_computed_scale_is_spelt_out(operator: str, tmp_path: Path) -> None:
    scale = helper.make_node("ReduceMax", ["t"], ["s"], keepdims=0, axes=[0, 2, 3])
    node = helper.make_node(operator, ["x", "s", "z"], ["y"], operator, axis=1)
    data = INT8 if operator == "DequantizeLinear" else TensorProto.FLOAT
    inputs = [value("x", IMAGE, data), value("t", IMAGE)]
    built = model(
        [scale, node], inputs, [onnx.ValueInfoProto(name="y")], {"z": integers("int8", 4)}
    )
    assert_same_numbers(built, imported(built, tmp_path))


def test_constants_in_blocks_are_what_they_stand_for(tmp_path: Path) -> None:
    nodes = [
        helper.make_node("DequantizeLinear", ["c", "s"], ["w"], "weights", axis=0, block_size=3),
        helper.make_node("MatMul", ["x", "w"], ["y"]),
    ]
    constants = {"c": integers("int8", 6, 2), "s": f32(2, 2)}
    built = model(nodes, [value("x", (2, 6))], [value("y", (2, 2))], constants, opset=21)
    source = imported(built, tmp_path)
    assert operators(source) == ["matmul"]
    assert_same_numbers(built, source)
    assert as_in_the_file(built, random_inputs(source)).keys() == {"x"}


@pytest.mark.parametrize("per_channel", [False, True])
@pytest.mark.parametrize("dtype", [QuantType.QInt8, QuantType.QUInt8])
def test_the_c_keeps_weights_at_8_bits_and_is_verified(
    per_channel: bool, dtype: QuantType, tmp_path: Path
) -> None:
    dynamic(image_model(), tmp_path, per_channel=per_channel, weight_type=dtype)
    made, whole = (compile(tmp_path / f"{n}.onnx", target="host") for n in ("dynamic", "float"))
    assert verify.verify(made, verify.random_inputs(made, runs=2)).floats
    kernels = [layer.kernel.symbol for layer in made.program.layers]
    assert [k for k in kernels if "weights" in k] == [
        "tc_conv2d_int8_weights_f32",
        "tc_depthwise_conv2d_int8_weights_f32",
        "tc_fully_connected_int8_weights_f32",
    ]
    assert made.program.constant_bytes < 0.28 * whole.program.constant_bytes
