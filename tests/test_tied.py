"""--state: outputs that are inputs of the next run become states of the library."""

from pathlib import Path
from typing import Any

import numpy as np
import onnx
import onnxruntime
import pytest
from onnx import helper

import tinycompile
from tests.frontend.onnx_model import model, value
from tests.recurrent import Layer
from tests.tflite_model import Model
from tinycompile.errors import InvalidOption
from tinycompile.pipeline import Compiled
from tinycompile.simulate import harness, verify

RUNS = 6
RNG = np.random.default_rng(1)
LSTM = Layer("LSTM", 1, 1, 3, 4, computed=("h", "c"), outputs=("Y", "Y_h", "Y_c"))
TIES = {"Y_h": "h", "Y_c": "c"}


def causal_convolution() -> onnx.ModelProto:
    """A convolution over the last 3 frames, of which it is given 2 and returns 2."""
    nodes = [
        helper.make_node("Concat", ["cache", "x"], ["seen"], axis=2),
        helper.make_node("Conv", ["seen", "w"], ["y"], "conv"),
        helper.make_node("Slice", ["seen", "one", "end", "axis"], ["kept"]),
    ]
    constants = {
        "w": RNG.normal(size=(2, 3, 3)).astype(np.float32),
        "one": np.array([1]), "end": np.array([3]), "axis": np.array([2]),
    }  # fmt: skip
    inputs = [value("x", (1, 3, 1)), value("cache", (1, 3, 2))]
    return model(nodes, inputs, [value("y", (1, 2, 1)), value("kept", (1, 3, 2))], constants)


def swapped() -> onnx.ModelProto:
    """A sum with a state, which becomes the input; the output before it is the state."""
    nodes = [
        helper.make_node("Add", ["x", "before"], ["y"]),
        helper.make_node("Mul", ["x", "two"], ["doubled"]),
    ]
    shapes = {"x": (1, 4), "before": (1, 4)}
    outputs = [value("doubled", (1, 4)), value("y", (1, 4))]
    constants = {"two": np.array([2.0], np.float32)}
    return model(nodes, [value(*item) for item in shapes.items()], outputs, constants)


MODELS = {
    "LSTM": (LSTM.model(), TIES),
    "convolution": (causal_convolution(), {"kept": "cache"}),
    "sum": (swapped(), {"doubled": "before"}),
}


def compiled(folder: Path, made: onnx.ModelProto, states: dict[str, str], **how: Any) -> Compiled:
    path = folder / "step.onnx"
    onnx.save(made, path)
    return tinycompile.compile(path, target="host", states=states, **how)


@pytest.mark.parametrize("name", MODELS)
def test_a_stream_equals_onnx_runtime_given_its_own_states(name: str, tmp_path: Path) -> None:
    made, states = MODELS[name]
    ours = compiled(tmp_path, made, states)
    assert [state.tensor.name for state in ours.program.states] == list(states.values())
    (x,) = ours.program.inputs
    frames = [RNG.normal(size=x.shape).astype(np.float32) for _ in range(RUNS)]
    found = harness.run_on_host(ours, [{x.name: frame} for frame in frames], tmp_path)
    session = onnxruntime.InferenceSession(made.SerializeToString())
    names = [output.name for output in session.get_outputs()]
    given = {i.name: np.zeros(i.shape, np.float32) for i in session.get_inputs()}
    for frame, outputs in zip(frames, found, strict=True):
        given[x.name] = frame.reshape(given[x.name].shape)
        theirs = dict(zip(names, session.run(None, given), strict=True))
        given |= {into: theirs[out] for out, into in states.items()}
        for tensor in ours.program.outputs:
            wanted = theirs[tensor.name].ravel()
            np.testing.assert_allclose(outputs[tensor.name].ravel(), wanted, 0, 1e-5)


@pytest.mark.parametrize("name", MODELS)
def test_a_stream_is_verified(name: str, tmp_path: Path) -> None:
    ours = compiled(tmp_path, *MODELS[name])
    verified = verify.verify(ours, verify.random_inputs(ours, runs=RUNS))
    assert len(verified.unseen) <= 1, "a convolution in NHWC, which the file has not"
    assert not verified.constant


def test_states_are_computed_where_they_lie(tmp_path: Path) -> None:
    (layer,) = compiled(tmp_path, *MODELS["LSTM"]).program.layers
    assert [t.storage for t in layer.outputs[1:]] == ["h", "c"]


def test_a_tied_state_is_in_header_and_report(tmp_path: Path) -> None:
    ours = compiled(tmp_path, *MODELS["LSTM"])
    assert '"h": float (1, 1, 4) at byte 0' in ours.files["step.h"]
    assert "step_input_h" not in ours.files["step.h"]
    assert [state["name"] for state in ours.report["states"]] == ["h", "c"]


def test_int8_states_begin_with_their_zero_point(tmp_path: Path) -> None:
    ours = int8(tmp_path, zero_point=-7)
    (state,) = ours.program.states
    assert (state.initial == -7).all()
    verified = verify.verify(ours, verify.random_inputs(ours, runs=RUNS))
    assert verified.largest_difference == 0


def int8(folder: Path, zero_point: int) -> Compiled:
    """y = x + h; h becomes y."""
    made = Model()
    made.tensor("x", (1, 4), scale=0.1, zero_point=3)
    made.tensor("h", (1, 4), scale=0.2, zero_point=-7)
    made.tensor("sum", (1, 4), scale=0.2, zero_point=zero_point)
    made.tensor("y", (1, 4), scale=0.2, zero_point=0)
    made.operator("ADD", ["x", "h"], ["sum"], "AddOptions")
    made.operator("ADD", ["sum", "h"], ["y"], "AddOptions")
    path = folder / "sum.tflite"
    path.write_bytes(made.build(["x", "h"], ["y", "sum"]))
    return tinycompile.compile(path, target="host", states={"sum": "h"})


def test_other_quantisations_are_refused(tmp_path: Path) -> None:
    with pytest.raises(InvalidOption, match="--state sum=h: the output is int8 .* the input int8"):
        int8(tmp_path, zero_point=0)


@pytest.mark.parametrize(
    ("states", "message"),
    [
        ({"Y_x": "h"}, "has no output 'Y_x'; it has 'Y', 'Y_h', 'Y_c'"),
        ({"Y_h": "y"}, "has no input 'y'; it has 'x', 'h', 'c'"),
        ({"Y_h": "h", "Y_c": "h"}, "an input is the state of one output only"),
        ({"Y_h": "h", "Y_c": "c", "Y": "x"}, "no output would be left"),
        (
            {"Y": "x"},
            r"--state Y=x: the output is float32 \(1, 1, 1, 4\), the input float32 \(1, 1, 3\)",
        ),
    ],
)
def test_what_cannot_be_tied_is_refused(
    states: dict[str, str], message: str, tmp_path: Path
) -> None:
    with pytest.raises(InvalidOption, match=message):
        compiled(tmp_path, LSTM.model(), states)


def test_quantising_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InvalidOption, match="--state and --quantize"):
        compiled(tmp_path, LSTM.model(), TIES, quantize="random")
