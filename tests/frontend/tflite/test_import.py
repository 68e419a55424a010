"""TFLite files in float, and operators that keep a state."""

from pathlib import Path

import numpy as np
import pytest

import tinycompile
from tests.tflite_model import Model
from tinycompile.errors import UnsupportedOperator
from tinycompile.simulate import verify


def test_a_float_fully_connected_layer_flattens_its_input(tmp_path: Path) -> None:
    model, rng = Model(), np.random.default_rng(0)
    model.tensor("x", (1, 2, 3), "float32")
    model.constant("w", rng.normal(size=(4, 6)).astype(np.float32))
    model.tensor("y", (1, 4), "float32")
    model.operator("FULLY_CONNECTED", ["x", "w", ""], ["y"], "FullyConnectedOptions")
    path = tmp_path / "flat.tflite"
    path.write_bytes(model.build(["x"], ["y"]))
    compiled = tinycompile.compile(path, target="host")
    assert compiled.program.outputs[0].shape == (1, 4)
    verified = verify.verify(compiled, verify.random_inputs(compiled, runs=3))
    assert verified.elements == 12


@pytest.mark.parametrize("dtype", ["int8", "float32"])
def test_an_unknown_operator_with_a_state_is_refused(dtype: str, tmp_path: Path) -> None:
    model = Model()
    scale = 0.5 if dtype == "int8" else None
    model.tensor("x", (1, 2, 3), dtype, scale)
    model.tensor("memory", (1, 3), dtype, scale, variable=True)
    model.tensor("y", (1, 2, 3), dtype, scale)
    code, options = "BIDIRECTIONAL_SEQUENCE_RNN", "BidirectionalSequenceRNNOptions"
    model.operator(code, ["x", "memory"], ["y"], options)
    path = tmp_path / "rnn.tflite"
    path.write_bytes(model.build(["x"], ["y"]))
    with pytest.raises(UnsupportedOperator, match=f"{code} 'y': it keeps a state in 'memory'"):
        tinycompile.compile(path, target="host")


def test_an_operator_whose_size_depends_on_values_is_refused(tmp_path: Path) -> None:
    model = Model()
    model.tensor("x", (4,), "float32")
    model.tensor("y", (4,), "float32")
    model.tensor("where", (4,), "int32")
    model.operator("UNIQUE", ["x"], ["y", "where"], "UniqueOptions")
    path = tmp_path / "unique.tflite"
    path.write_bytes(model.build(["x"], ["y"]))
    with pytest.raises(UnsupportedOperator, match="UNIQUE 'y': its shape is known only at run"):
        tinycompile.compile(path, target="host")


def test_a_loop_is_refused_and_says_what_to_do(tmp_path: Path) -> None:
    model = Model()
    model.tensor("x", (1, 3), "float32")
    model.tensor("y", (1, 3), "float32")
    model.operator("WHILE", ["x"], ["y"], "WhileOptions", cond_subgraph_index=0)
    path = tmp_path / "gru.tflite"
    path.write_bytes(model.build(["x"], ["y"]))
    with pytest.raises(UnsupportedOperator, match="WHILE 'y': a loop.* convert with unroll=True"):
        tinycompile.compile(path, target="host")
