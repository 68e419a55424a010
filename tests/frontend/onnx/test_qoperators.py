"""QOperator nodes become int8 QDQ with the same numbers."""

from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest
from onnx import helper

from tests.frontend.onnx_model import (
    INT8,
    RANDOM,
    UINT8,
    Array,
    imported,
    integers,
    model,
    one_node,
    operators,
    random_inputs,
    reals,
    run_onnxruntime,
    run_relax,
    value,
    variables,
)
from tinycompile.errors import UnsupportedOperator
from tinycompile.frontend.source import Source
from tinycompile.quantization import QParams

MICROSOFT = "com.microsoft"
IMAGE = (1, 4, 6, 6)


def operator(
    name: str,
    dtype: str,
    order: str,
    shapes: list[tuple[int, ...]],
    result: tuple[int, ...],
    extra: dict[str, Array] | None = None,
    domain: str = "",
    **attributes: Any,
) -> onnx.ModelProto:
    """One QOperator node. `order`: a and b are data, s a scale, z a zero point, the rest extra."""
    center = 128 if dtype == "uint8" else 0
    element = UINT8 if dtype == "uint8" else INT8
    constants: dict[str, Array] = dict(extra or {})
    names = []
    for position, letter in enumerate(order.split()):
        key = letter
        if letter in ("s", "z"):
            key = f"{letter}{position}"
            step = reals(0.04 + 0.003 * position)
            constants[key] = step if letter == "s" else np.array(center + position - 4, dtype)
        names.append("" if letter == "_" else key)
    data = [letter for letter in ("a", "b") if letter in names and letter not in constants]
    node = helper.make_node(name, names, ["y"], "node", domain=domain, **attributes)
    inputs = [value(key, shape, element) for key, shape in zip(data, shapes, strict=True)]
    return model([node], inputs, [value("y", result, element)], constants)


def conv(dtype: str, per_channel: bool) -> onnx.ModelProto:
    zero = 128 if dtype == "uint8" else 0
    n = 5 if per_channel else 1
    extra = {
        "w": integers(dtype, 5, 4, 3, 3),
        "ws": (np.linspace(0.001, 0.003, n))
        .astype(np.float32)
        .reshape((n,) if per_channel else ()),
        "wz": np.full((n,) if per_channel else (), zero, dtype),
        "bias": RANDOM.integers(-9999, 9999, 5, np.int32),
    }
    return operator(
        "QLinearConv", dtype, "a s z w ws wz s z bias", [IMAGE], (1, 5, 6, 6), extra,
        pads=[1, 1, 1, 1],
    )  # fmt: skip


def gemm(dtype: str) -> onnx.ModelProto:
    extra = {
        "w": integers(dtype, 3, 7),
        "ws": reals(0.001, 0.002, 0.003),
        "wz": np.full(3, 128 if dtype == "uint8" else 0, dtype),
        "bias": RANDOM.integers(-9999, 9999, 3, np.int32),
    }
    return operator(
        "QGemm", dtype, "a s z w ws wz bias s z", [(2, 7)], (2, 3), extra, MICROSOFT, transB=1
    )


def matmul(dtype: str) -> onnx.ModelProto:
    zero = np.full(3, 128 if dtype == "uint8" else 0, dtype)
    extra = {"w": integers(dtype, 7, 3), "ws": reals(0.001, 0.002, 0.003), "wz": zero}
    return operator("QLinearMatMul", dtype, "a s z w ws wz s z", [(2, 7)], (2, 3), extra)


def unary(name: str, dtype: str, result: tuple[int, ...] = IMAGE, **attributes: Any) -> Any:
    return operator(name, dtype, "a s z s z", [IMAGE], result, None, MICROSOFT, **attributes)


def binary(name: str, dtype: str) -> onnx.ModelProto:
    return operator(name, dtype, "a s z b s z s z", [IMAGE, (1, 4, 1, 1)], IMAGE, None, MICROSOFT)


def qoperators(dtype: str) -> list[tuple[str, onnx.ModelProto, str]]:
    """Name, model, and the Relax operators expected between dequantize and quantize."""
    pooled = {"kernel_shape": [2, 2], "strides": [2, 2]}
    concat = operator(
        "QLinearConcat",
        dtype,
        "s z a s z b s z",
        [IMAGE, IMAGE],
        (1, 8, 6, 6),
        None,
        MICROSOFT,
        axis=1,
    )
    return [
        ("conv", conv(dtype, False), "nn.conv2d add"),
        ("conv_per_channel", conv(dtype, True), "nn.conv2d add"),
        ("matmul", matmul(dtype), "matmul"),
        ("gemm", gemm(dtype), "matmul add"),
        ("add", binary("QLinearAdd", dtype), "add"),
        ("mul", binary("QLinearMul", dtype), "multiply"),
        ("sigmoid", unary("QLinearSigmoid", dtype), "sigmoid"),
        ("leaky_relu", unary("QLinearLeakyRelu", dtype, alpha=0.3), "nn.leakyrelu"),
        ("softmax", unary("QLinearSoftmax", dtype, axis=1, opset=13), "nn.softmax"),
        ("pool", unary("QLinearAveragePool", dtype, (1, 4, 3, 3), **pooled), "nn.avg_pool2d"),
        ("global_pool", unary("QLinearGlobalAveragePool", dtype, (1, 4, 1, 1)), "mean"),
        ("concat", concat, "concat"),
    ]


CASES = [
    pytest.param(built, expected.split(), id=f"{name}_{dtype}")
    for dtype in ("int8", "uint8")
    for name, built, expected in qoperators(dtype)
]


def assert_within_one(built: onnx.ModelProto, source: Source) -> Array:
    """int8 outputs within 1 of ONNX Runtime's, which stay uint8 where the model is."""
    inputs = random_inputs(source)
    unsigned = {i.name for i in built.graph.input if i.type.tensor_type.elem_type == UINT8}
    fed = {
        name: (array.astype(np.int16) + 128).astype(np.uint8) if name in unsigned else array
        for name, array in inputs.items()
    }
    (expected,) = run_onnxruntime(built, fed)
    (found,) = run_relax(source.module, [inputs[name] for name in source.inputs])
    assert found.dtype == np.int8
    wanted = expected.astype(np.int16) - (128 if expected.dtype == np.uint8 else 0)
    assert np.abs(found.astype(np.int16) - wanted).max() <= 1
    assert len(np.unique(found)) > 2, "outputs that hardly move prove nothing"
    return found


@pytest.mark.parametrize(("built", "expected"), CASES)
def test_qoperator_becomes_int8_qdq(
    built: onnx.ModelProto, expected: list[str], tmp_path: Path
) -> None:
    source = imported(built, tmp_path)
    assert operators(source) == expected
    assert variables(source)["y"].op.name == "relax.quantize"
    assert source.nodes["y"] == f'{built.graph.node[0].op_type} "node"'
    assert "y" in source.quantization
    assert_within_one(built, source)


def test_uint8_edges_become_int8_and_are_noted(tmp_path: Path) -> None:
    source = imported(binary("QLinearAdd", "uint8"), tmp_path)
    assert [str(p.ty.dtype) for p in source.module["main"].params] == ["int8", "int8"]
    assert "input 'a': uint8 in the model, int8 here (128 less)" in source.notes
    assert "output 'y': uint8 in the model, int8 here (128 less)" in source.notes
    assert source.quantization["a"] == QParams(float(reals(0.043)), -2)


def test_conv_bias_is_a_dequantized_int32_constant_or_a_float_one(tmp_path: Path) -> None:
    quantized = imported(conv("int8", True), tmp_path)
    bias = variables(quantized)["y_real"].args[1]
    call = variables(quantized)[bias.name]
    assert call.op.name == "relax.dequantize"
    assert call.args[0].value.numpy().dtype == np.int32
    assert call.args[0].value.numpy().shape == (1, 5, 1, 1)
    assert call.args[1].value.numpy().shape == (5,)
    constants = {"w": np.ones((5, 4, 1, 1), np.float32), "b": np.ones(5, np.float32)}
    real = imported(one_node("Conv", [IMAGE], constants), tmp_path)
    assert variables(real)["y0"].args[1].value.numpy().shape == (1, 5, 1, 1)


def test_microsoft_gelu_is_spelt_out(tmp_path: Path) -> None:
    built = one_node("Gelu", [IMAGE], domain=MICROSOFT)
    built.graph.output[0].CopyFrom(value("y0", IMAGE))
    source = imported(built, tmp_path)
    assert operators(source) == ["divide", "erf", "add", "multiply", "multiply"]
    inputs = random_inputs(source)
    (expected,) = run_onnxruntime(built, inputs)
    (found,) = run_relax(source.module, [inputs["x0"]])
    np.testing.assert_allclose(found, expected, rtol=0, atol=1e-5)


def test_a_softmax_of_another_opset_is_refused(tmp_path: Path) -> None:
    built = unary("QLinearSoftmax", "int8", axis=1, opset=11)
    with pytest.raises(UnsupportedOperator, match="follows opset 11 in a model of opset 13"):
        imported(built, tmp_path)


def test_channels_last_pool_is_refused(tmp_path: Path) -> None:
    built = unary("QLinearGlobalAveragePool", "int8", (1, 1, 1, 6), channels_last=1)
    with pytest.raises(
        UnsupportedOperator, match='QLinearGlobalAveragePool "node" is channels-last'
    ):
        imported(built, tmp_path)
