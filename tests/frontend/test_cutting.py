"""--outputs: a network that ends earlier, or without a branch that cannot be compiled."""

from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper

from tests.frontend import onnx_model
from tests.small_model import small_model
from tinycompile.errors import InvalidModel, UnsupportedOperator
from tinycompile.pipeline import Compiled, compile
from tinycompile.simulate.verify import random_inputs, verify


def classifier(folder: Path) -> Path:
    """As skl2onnx writes one: probabilities, and a branch of labels in operators of ai.onnx.ml."""
    rng = np.random.default_rng(0)
    nodes = [
        helper.make_node("MatMul", ["x", "w"], ["hidden"], "product"),
        helper.make_node("Relu", ["hidden"], ["active"], "relu"),
        helper.make_node("Softmax", ["active"], ["probabilities"], "softmax", axis=1),
        helper.make_node("ArgMax", ["probabilities"], ["best"], axis=1, keepdims=0),
        helper.make_node(
            "ArrayFeatureExtractor", ["classes", "best"], ["label"], domain="ai.onnx.ml"
        ),
        helper.make_node("Identity", ["other"], ["unused"]),
    ]
    inputs = [onnx_model.value("x", (1, 4)), onnx_model.value("other", (1, 2))]
    outputs = [
        onnx_model.value("probabilities", (1, 3)),
        onnx_model.value("label", (1,), TensorProto.STRING),
        onnx_model.value("unused", (1, 2)),
    ]
    built = onnx_model.model(
        nodes, inputs, outputs, {"w": rng.normal(size=(4, 3)).astype(np.float32)}
    )
    built.opset_import.append(helper.make_opsetid("ai.onnx.ml", 3))
    built.graph.initializer.append(
        helper.make_tensor("classes", TensorProto.STRING, [3], [b"ant", b"bee", b"cat"])
    )
    onnx.save(built, folder / "classifier.onnx")
    return folder / "classifier.onnx"


def ends(compiled: Compiled) -> tuple[list[str], list[str]]:
    program = compiled.program
    return [t.name for t in program.inputs], [t.name for t in program.outputs]


def test_a_branch_that_cannot_be_compiled_is_left_out(tmp_path: Path) -> None:
    path = classifier(tmp_path)
    with pytest.raises(UnsupportedOperator, match="'classes' is text, not numbers; --outputs can"):
        compile(path, target="host")
    compiled = compile(path, target="host", outputs=["probabilities"])
    assert ends(compiled) == (["x"], ["probabilities"])
    assert verify(compiled, random_inputs(compiled, 3, seed=0)).tensors == len(
        compiled.program.layers
    )


def test_it_may_end_at_a_tensor_within_by_the_names_of_nodes_too(tmp_path: Path) -> None:
    compiled = compile(classifier(tmp_path), target="host", outputs=["relu", "hidden"])
    assert ends(compiled) == (["x"], ["active", "hidden"])
    assert verify(compiled, random_inputs(compiled, 3, seed=0)).tensors == len(
        compiled.program.layers
    )


def test_a_tflite_model_ends_there_too(tmp_path: Path) -> None:
    (tmp_path / "tiny.tflite").write_bytes(small_model())
    whole = compile(tmp_path / "tiny.tflite", target="host", kernels="portable")
    compiled = compile(
        tmp_path / "tiny.tflite", target="host", kernels="portable", outputs=["net/pool"]
    )
    assert ends(compiled) == (["image"], ["net/pool"])
    assert len(compiled.program.layers) == len(whole.program.layers) - 1
    found = verify(compiled, random_inputs(compiled, 3, seed=0))
    assert (found.tensors, found.oracle) == (2, "TFLite Micro")


@pytest.mark.parametrize(
    ("outputs", "words"),
    [
        (["actve"], r"classifier.onnx: --outputs: no node makes 'actve'; did you mean 'active'"),
        (["zzz"], r"no node makes 'zzz' \(of 6 tensors\)$"),
        (["x"], "--outputs: 'x' is an input, which nothing computes"),
        (["w"], "no node makes 'w'"),
    ],
)
def test_what_no_node_makes_is_refused(outputs: list[str], words: str, tmp_path: Path) -> None:
    with pytest.raises(InvalidModel, match=words):
        compile(classifier(tmp_path), target="host", outputs=outputs)


def test_what_no_operator_of_tflite_makes_is_refused(tmp_path: Path) -> None:
    (tmp_path / "tiny.tflite").write_bytes(small_model())
    with pytest.raises(InvalidModel, match="tiny.tflite: --outputs: no node makes 'pool'"):
        compile(tmp_path / "tiny.tflite", target="host", outputs=["pool"])
