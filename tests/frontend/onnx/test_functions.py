"""Operators that ONNX defines by others are expanded, and keep saying which node they are of."""

from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import helper

from tests.frontend.onnx_model import (
    assert_same_numbers,
    case,
    f32,
    imported,
    model,
    one_node,
    operators,
    value,
)

IMAGE = (1, 4, 6, 5)
EXPANDED = [
    case("celu", "Celu", [IMAGE], "", alpha=0.7),
    case("center_crop_pad", "CenterCropPad", [IMAGE], "", constants={"to": np.array([4, 9])}, opset=18,
         axes=[2, 3]),
    case("rms_norm", "RMSNormalization", [IMAGE], "", constants={"scale": f32(*IMAGE)}, opset=23,
         axis=0),
    case("attention", "Attention", [(1, 2, 6, 4), (1, 2, 7, 4), (1, 2, 7, 4)], "", opset=23),
    case("masked_attention", "Attention", [(1, 2, 6, 4), (1, 2, 7, 4), (1, 2, 7, 4)], "", opset=23,
         constants={"mask": f32(6, 7)}),
    case("causal_attention", "Attention", [(1, 6, 8), (1, 6, 4), (1, 6, 4)], "", opset=23, is_causal=1,
         q_num_heads=2, kv_num_heads=1),
    case("rotary_embedding", "RotaryEmbedding", [(1, 2, 6, 4)], "", opset=23,
         constants={"cos": f32(1, 6, 2), "sin": f32(1, 6, 2)}),
]  # fmt: skip


@pytest.mark.parametrize(("built", "expected"), EXPANDED)
def test_a_function_computes_the_same_numbers(
    built: onnx.ModelProto, expected: list[str], tmp_path: Path
) -> None:
    source = imported(built, tmp_path)
    name = built.graph.node[0].op_type
    assert_same_numbers(built, source)
    made = {text for tensor, text in source.nodes.items() if tensor.startswith("y0_")}
    assert made == {f'{name} "node"'}


@pytest.mark.parametrize("name", ["Softmax", "HardSwish", "Gelu", "LeakyRelu", "Elu"])
def test_operators_that_are_known_stay_whole(name: str, tmp_path: Path) -> None:
    node = helper.make_node(name, ["x"], ["y"], "node")
    built = model([node], [value("x", IMAGE)], [value("y", IMAGE)], opset=20)
    source = imported(built, tmp_path)
    assert len(operators(source)) <= 6
    assert not [tensor for tensor in source.nodes if tensor.startswith("y_")]


@pytest.mark.parametrize("mask", [None, np.triu(np.full((6, 7), -np.inf, np.float32), 1)])
def test_attention_looks_for_hidden_rows_only_where_there_may_be_some(
    mask: np.ndarray | None, tmp_path: Path
) -> None:
    shapes = [(1, 2, 6, 4), (1, 2, 7, 4), (1, 2, 7, 4)]
    constants = {} if mask is None else {"mask": mask}
    built = one_node("Attention", shapes, constants, opset=23)
    source = imported(built, tmp_path)
    assert "where" not in operators(source)
    assert operators(source).count("add") == (mask is not None)
    assert_same_numbers(built, source)


def test_attention_gives_nothing_for_hidden_rows(tmp_path: Path) -> None:
    mask = np.zeros((6, 7), np.float32)
    mask[2] = -np.inf
    shapes = [(1, 2, 6, 4), (1, 2, 7, 4), (1, 2, 7, 4)]
    source = imported(one_node("Attention", shapes, {"mask": mask}, opset=23), tmp_path)
    assert "where" in operators(source)
