"""ONNX arithmetic and activations become plain Relax operators."""

from pathlib import Path

import numpy as np
import onnx
import pytest

from tests.frontend.onnx_model import assert_same_numbers, case, f32, i64, imported, operators

IMAGE = (1, 4, 9, 10)  # (N, C, H, W)


def scalar(number: float) -> np.ndarray:
    return np.array(number, np.float32)


ARITHMETIC = [
    case("gemm", "Gemm", [(2, 5)], "matmul add", constants={"w": f32(5, 3), "b": f32(3)}),
    case(
        "gemm_transposed",
        "Gemm",
        [(2, 5)],
        "matmul add",
        constants={"w": f32(3, 5), "b": f32(3)},
        transB=1,
    ),
    case(
        "gemm_scaled",
        "Gemm",
        [(2, 5)],
        "matmul multiply add",
        constants={"w": f32(5, 3), "b": f32(3)},
        alpha=0.5,
        beta=2.0,
    ),
    case(
        "gemm_no_bias",
        "Gemm",
        [(5, 2)],
        "permute_dims matmul",
        constants={"w": f32(5, 3)},
        transA=1,
    ),
    case("einsum", "Einsum", [(2, 3, 4), (2, 4, 5)], "einsum", equation="b i k, b k j -> b i j"),
    case("matmul", "MatMul", [(2, 5)], "matmul", constants={"w": f32(5, 3)}),
    case("matmul_3d", "MatMul", [(1, 7, 5)], "matmul", constants={"w": f32(5, 3)}),
    case("matmul_two_inputs", "MatMul", [(1, 2, 7, 5), (1, 2, 5, 4)], "matmul"),
    *(
        case(
            f"{name.lower()}_constant",
            name,
            [IMAGE],
            relax,
            constants={"c": np.abs(f32(4, 1, 1)) + 0.5},
        )
        for name, relax in (
            ("Add", "add"),
            ("Sub", "subtract"),
            ("Mul", "multiply"),
            ("Div", "divide"),
        )
    ),
    case("add_broadcast", "Add", [IMAGE, (1, 4, 1, 1)], "add"),
    case("sum", "Sum", [IMAGE, IMAGE, IMAGE], "add add"),
    case("max", "Max", [IMAGE, IMAGE], "maximum"),
    case("min", "Min", [IMAGE, (10,)], "minimum"),
    case("mean", "Mean", [IMAGE, IMAGE], "add multiply"),
    case(
        "batch_norm",
        "BatchNormalization",
        [IMAGE],
        "multiply add",
        constants={
            "scale": f32(4),
            "bias": f32(4) + 1,
            "mean": 2 - f32(4) * 3,
            "var": np.abs(f32(4)),
        },
    ),
    case("reduce_mean", "ReduceMean", [IMAGE], "mean", axes=[2, 3]),
    case(
        "reduce_mean_18",
        "ReduceMean",
        [IMAGE],
        "mean",
        constants={"axes": i64(-1, 1)},
        keepdims=0,
        opset=18,
    ),
    case("reduce_mean_all", "ReduceMean", [IMAGE], "mean", keepdims=0),
    case("reduce_max", "ReduceMax", [IMAGE], "max", axes=[1]),
    case("reduce_min", "ReduceMin", [IMAGE], "min", axes=[-1]),
    case("reduce_sum", "ReduceSum", [IMAGE], "sum", constants={"axes": i64(1)}),
    case("reduce_sum_noop", "ReduceSum", [IMAGE], "", noop_with_empty_axes=1),
    case("softmax", "Softmax", [(1, 7)], "nn.softmax"),
    case("softmax_axis", "Softmax", [IMAGE], "nn.softmax", axis=1),
    case("log_softmax", "LogSoftmax", [(1, 7)], "nn.log_softmax"),
    case("argmax", "ArgMax", [IMAGE], "argmax", axis=1),
    case("argmax_flat", "ArgMax", [IMAGE], "argmax", axis=-1, keepdims=0),
]

ACTIVATIONS = [
    case("relu", "Relu", [IMAGE], "nn.relu"),
    case("relu6", "Clip", [IMAGE], "clip", constants={"low": scalar(0), "high": scalar(6)}),
    case("clip_low", "Clip", [IMAGE], "maximum", constants={"low": scalar(-1)}),
    case("clip_low_zero", "Clip", [IMAGE], "nn.relu", constants={"low": scalar(0)}),
    case("clip_high", "Clip", [IMAGE], "minimum", constants={"": None, "high": scalar(1)}),
    case("clip_crossed", "Clip", [IMAGE], "clip", constants={"l": scalar(1), "h": scalar(0.5)}),
    case("clip_6", "Clip", [IMAGE], "clip", min=-0.5, max=1.5, opset=6),
    case("leaky_relu", "LeakyRelu", [IMAGE], "nn.leakyrelu", alpha=0.2),
    case("prelu_channel", "PRelu", [IMAGE], "nn.prelu", constants={"slope": f32(4, 1, 1)}),
    case("prelu_scalar", "PRelu", [IMAGE], "nn.leakyrelu", constants={"slope": f32(1)}),
    case("prelu_last", "PRelu", [IMAGE], "nn.prelu", constants={"slope": f32(10)}),
    case(
        "prelu_full",
        "PRelu",
        [IMAGE],
        "maximum minimum multiply add",
        constants={"slope": f32(9, 10)},
    ),
    case("hard_swish", "HardSwish", [IMAGE], "add clip divide multiply", opset=14),
    case("hard_sigmoid", "HardSigmoid", [IMAGE], "multiply add clip", alpha=0.3),
    case("sigmoid", "Sigmoid", [IMAGE], "sigmoid"),
    case("tanh", "Tanh", [IMAGE], "tanh"),
    case("erf", "Erf", [IMAGE], "erf"),
    case("gelu", "Gelu", [IMAGE], "nn.gelu", opset=20),
    case("gelu_tanh", "Gelu", [IMAGE], "nn.gelu_tanh", approximate="tanh", opset=20),
    case("elu", "Elu", [IMAGE], "exp subtract nn.relu multiply nn.relu add"),
    case("softplus", "Softplus", [IMAGE], "nn.softplus"),
    case("exp", "Exp", [IMAGE], "exp"),
    case("identity", "Identity", [IMAGE], ""),
    case("dropout", "Dropout", [IMAGE], ""),
    case(
        "dropout_off",
        "Dropout",
        [IMAGE],
        "",
        constants={"ratio": scalar(0.9), "training": np.array(False)},
    ),
]


@pytest.mark.parametrize(("built", "expected"), [*ARITHMETIC, *ACTIVATIONS])
def test_operators_become_plain_relax_with_the_same_numbers(
    built: onnx.ModelProto, expected: list[str], tmp_path: Path
) -> None:
    source = imported(built, tmp_path)
    assert operators(source) == expected
    assert_same_numbers(built, source)
