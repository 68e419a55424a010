"""A stream, frame by frame, makes what the network makes of the whole sequence; or it is refused."""

from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest
from onnx import helper, numpy_helper
from tvm import relax

import tinycompile
from tests.frontend.onnx_model import model, value
from tests.operators.test_lstm import lstm
from tests.recurrent import Layer
from tinycompile.errors import InvalidOption, UnsupportedOperator
from tinycompile.passes.stream.stream_axis import StreamAxis
from tinycompile.pipeline import Compiled
from tinycompile.rewriting import permutation
from tinycompile.simulate import harness, verify

STEPS, CHANNELS = 7, 3
RNG = np.random.default_rng(5)


def floats(*shape: int) -> np.ndarray:
    return RNG.normal(0, 0.5, shape).astype(np.float32)


class Net:
    """A chain of nodes over x (1, CHANNELS, STEPS), with `time` as the last dimension."""

    def __init__(self, shape: tuple[int, ...] = (1, CHANNELS, STEPS)) -> None:
        self.nodes: list[Any] = []
        self.constants: dict[str, np.ndarray] = {}
        self.now, self.shape = "x", shape

    def add(self, op: str, *constants: np.ndarray | None, outputs: int = 1, **how: Any) -> "Net":
        names = []
        for constant in constants:
            name = "" if constant is None else f"c{len(self.constants)}"
            if constant is not None:
                self.constants[name] = constant
            names.append(name)
        made = f"t{len(self.nodes)}"
        first = [self.now] if op != "Sum2" else [self.now, self.now]
        self.nodes.append(
            helper.make_node(op, [*first, *names], [made], f"n{len(self.nodes)}", **how)
        )
        self.now = made
        return self

    def conv(
        self, outputs: int, kernel: int, pads: tuple[int, int], dilation: int = 1, **how: Any
    ) -> "Net":
        inputs = self.channels
        self.channels = outputs
        how |= {"pads": list(pads), "dilations": [dilation]}
        return self.add("Conv", floats(outputs, inputs, kernel), floats(outputs), **how)

    channels = CHANNELS

    def model(self) -> onnx.ModelProto:
        return model(self.nodes, [value("x", self.shape)], [value(self.now, None)], self.constants)


def gru(net: Net, hidden: int, **how: Any) -> Net:
    """Over (1, C, T), by way of (T, 1, C)."""
    net.add("Transpose", perm=[2, 0, 1])
    weights = floats(1, 3 * hidden, net.channels), floats(1, 3 * hidden, hidden)
    net.add("GRU", *weights, floats(1, 6 * hidden), hidden_size=hidden, **how)
    net.add("Squeeze", np.array([1]))
    net.add("Transpose", perm=[1, 2, 0])
    net.channels = hidden
    return net


NETS = {
    "convolution": Net().conv(4, 3, (2, 0)).add("Relu").conv(2, 1, (0, 0)),
    "dilations": Net()
    .conv(4, 3, (2, 0))
    .add("Tanh")
    .conv(4, 3, (4, 0), 2)
    .add("Sigmoid")
    .conv(2, 2, (4, 0), 4),
    "pad": Net().add("Pad", np.array([0, 0, 2, 0, 0, 0])).conv(4, 3, (0, 0)),
    "pool": Net().add("MaxPool", kernel_shape=[3], pads=[2, 0], strides=[1]).conv(2, 1, (0, 0)),
    "GRU": gru(Net().conv(4, 3, (2, 0)).add("Relu"), 5).conv(2, 1, (0, 0)),
    "softmax": gru(Net(), 5, linear_before_reset=1).add("Softmax", axis=1),
}


def recurrent(operator: str, **how: Any) -> onnx.ModelProto:
    """A layer alone, over (STEPS, 1, CHANNELS)."""
    layer = Layer(operator, STEPS, 1, CHANNELS, 4, seed=3, **how)
    layer.constants |= {"h": floats(1, 1, 4)}
    return layer.model()


def dense() -> onnx.ModelProto:
    """Over (1, STEPS, CHANNELS): a layer for each frame, a norm, what went in added, the last frame."""
    net = (
        Net((1, STEPS, CHANNELS))
        .add("MatMul", floats(CHANNELS, CHANNELS))
        .add("Add", floats(CHANNELS))
    )
    net.add("LayerNormalization", floats(CHANNELS), floats(CHANNELS), axis=-1)
    net.nodes.append(helper.make_node("Add", [net.now, "x"], ["sum"]))
    net.now = "sum"
    made = net.add("Gather", np.array(-1), axis=1).model()
    made.opset_import[0].version = 17
    return made


def compiled(folder: Path, made: onnx.ModelProto, **how: Any) -> Compiled:
    path = folder / "net.onnx"
    onnx.save(made, path)
    return tinycompile.compile(path, target="host", kernels="portable", **how)


def ran(folder: Path, name: str, of: Compiled, frames: list[np.ndarray]) -> list[np.ndarray]:
    (x,), (y,) = of.program.inputs, of.program.outputs
    (folder / name).mkdir()
    layout = of.program.layouts.get(x.name)
    order = permutation.from_layout(layout) if layout else range(frames[0].ndim)
    inputs = [{x.name: frame.transpose(order).reshape(x.shape)} for frame in frames]
    return [run[y.name] for run in harness.run_on_host(of, inputs, folder / name)]


def assert_a_stream_equals_the_whole(
    folder: Path, whole: Compiled, step: Compiled, axis: int, values: np.ndarray
) -> None:
    """`axis` is that of frames in the input."""
    frames = np.split(values, values.shape[axis], axis)
    expected = ran(folder, "whole", whole, [values])[0]
    found = ran(folder, "step", step, frames)
    along = [i for i, n in enumerate(expected.shape) if n == len(frames)]
    joined = np.concatenate(found, along[-1]) if along else found[-1]
    np.testing.assert_allclose(joined, expected, 0, 1e-5 if expected.dtype == np.float32 else 0)
    assert np.unique(expected).size > 2


@pytest.mark.parametrize("name", NETS)
def test_a_stream_equals_the_whole(name: str, tmp_path: Path) -> None:
    made = NETS[name].model()
    whole, step = compiled(tmp_path, made), compiled(tmp_path, made, stream_axis=2)
    assert step.program.macs * STEPS == whole.program.macs
    assert step.program.states
    assert_a_stream_equals_the_whole(tmp_path, whole, step, 2, floats(1, CHANNELS, STEPS))


@pytest.mark.parametrize("outputs", [("Y",), ("Y_h",)])
@pytest.mark.parametrize("operator", ["LSTM", "GRU", "RNN"])
def test_recurrent_layers(operator: str, outputs: tuple[str, ...], tmp_path: Path) -> None:
    """Also the last state alone, which is what it would be if the sequence ended there."""
    made = recurrent(operator, outputs=outputs)
    whole, step = compiled(tmp_path, made), compiled(tmp_path, made, stream_axis=0)
    assert_a_stream_equals_the_whole(tmp_path, whole, step, 0, floats(STEPS, 1, CHANNELS))


def test_frames_on_their_own_and_the_last_of_them(tmp_path: Path) -> None:
    made = dense()
    whole, step = (compiled(tmp_path, made, stream_axis=axis) for axis in (None, 1))
    assert not step.program.states
    assert_a_stream_equals_the_whole(tmp_path, whole, step, 1, floats(1, STEPS, CHANNELS))


def test_frames_may_be_the_images_of_a_batch(tmp_path: Path) -> None:
    """Padding along other axes is none of frames, not even by mirroring."""
    net = Net((STEPS, CHANNELS, 6)).add("Pad", np.array([0, 0, 1, 0, 0, 2]), mode="reflect")
    made = net.conv(4, 3, (1, 1), strides=[2]).add("Relu").model()
    whole, step = (compiled(tmp_path, made, stream_axis=axis) for axis in (None, 0))
    assert not step.program.states
    assert_a_stream_equals_the_whole(tmp_path, whole, step, 0, floats(STEPS, CHANNELS, 6))


@pytest.mark.parametrize("dtype", ["int8", "int16", "float32"])
def test_lstms_of_tflite(dtype: str, tmp_path: Path) -> None:
    path = tmp_path / "lstm.tflite"
    path.write_bytes(lstm(dtype, STEPS, CHANNELS, layers=2))
    whole, step = (tinycompile.compile(path, target="host", stream_axis=axis) for axis in (None, 1))
    (x,) = whole.program.inputs
    values = verify.random_inputs(whole, runs=1)[0][x.name].reshape(1, STEPS, CHANNELS)
    assert [s.tensor.nbytes for s in step.program.states] == [
        s.tensor.nbytes for s in whole.program.states
    ]
    assert_a_stream_equals_the_whole(tmp_path, whole, step, 1, values)


@pytest.mark.parametrize("name", ["convolution", "dilations", "pool", "GRU"])
def test_quantised_to_int8(name: str, tmp_path: Path) -> None:
    """The past lies there in integers; the stream equals the whole bit for bit."""
    np.save(tmp_path / "samples.npy", floats(20, CHANNELS, STEPS))
    how = {"quantize": str(tmp_path / "samples.npy")}
    made = NETS[name].model()
    whole, step = (compiled(tmp_path, made, stream_axis=axis, **how) for axis in (None, 2))
    assert {s.tensor.dtype for s in step.program.states} <= {"int8", "int16"}
    (x,) = whole.program.inputs
    values = RNG.integers(-128, 128, (1, CHANNELS, STEPS)).astype(x.dtype)
    assert_a_stream_equals_the_whole(tmp_path, whole, step, 2, values)


def test_the_axis_may_be_named(tmp_path: Path) -> None:
    made = NETS["convolution"].model()
    made.graph.input[0].type.tensor_type.shape.dim[2].dim_param = "time"
    how = {"shapes": {"x": (1, CHANNELS, STEPS)}}
    assert compiled(tmp_path, made, stream_axis="time", **how).program.states
    with pytest.raises(
        InvalidOption, match="input 'x' has no axis 'tme'; it has 0 to 2, or one of 'time'"
    ):
        compiled(tmp_path, made, stream_axis="tme", **how)


REFUSED = {
    "ahead": (Net().conv(4, 3, (1, 1)), 2, "it looks ahead by 1 frames; pad in front alone"),
    "stride": (Net().conv(4, 3, (2, 0), strides=[2]), 2, "it skips frames"),
    "backwards": (gru(Net(), 4, direction="reverse"), 2, "it looks ahead: it begins with the last frame"),
    "mean pool": (
        Net().add("AveragePool", kernel_shape=[3], pads=[2, 0], strides=[1]), 2, "means of fewer",
    ),
    "padded windows": (
        Net().conv(4, 3, (2, 0)).conv(4, 3, (0, 0)), 2, "a window that slides has no begin",
    ),
    "recurrent windows": (gru(Net(), 4).add("Softmax", axis=2), 2, "a window that slides has no begin"),
    "one frame": (Net().add("Relu"), 0, "the inputs have 1 frames there"),
}  # fmt: skip


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_no_stream_is_refused(name: str, tmp_path: Path) -> None:
    net, axis, message = REFUSED[name]
    with pytest.raises(UnsupportedOperator, match=f"--stream-axis: .*{message}"):
        compiled(tmp_path, net.model(), stream_axis=axis)


def test_frames_do_not_meet_what_is_known_at_the_end_only(tmp_path: Path) -> None:
    """Of the whole sequence every frame would see the last state; in a stream it is yet to come."""
    made = recurrent("GRU", outputs=("Y", "Y_h"))
    made.graph.node.append(helper.make_node("Squeeze", ["Y", "axis"], ["frames"]))
    made.graph.node.append(helper.make_node("Add", ["frames", "Y_h"], ["sum"]))
    made.graph.initializer.append(numpy_helper.from_array(np.array([1]), "axis"))
    del made.graph.output[:]
    made.graph.output.append(value("sum", None))
    with pytest.raises(
        UnsupportedOperator, match="'sum' .* with a state, or with the last of them"
    ):
        compiled(tmp_path, made, stream_axis=0)


def test_frames_do_not_meet_a_state(tmp_path: Path) -> None:
    net = Net().add("Relu")
    net.nodes.append(helper.make_node("Add", [net.now, "before"], ["y"]))
    made = net.model()
    made.graph.input.append(value("before", (1, CHANNELS, 1)))
    made.graph.output[0].name = "y"
    made.graph.node.append(helper.make_node("Identity", ["before"], ["after"]))
    made.graph.output.append(value("after", (1, CHANNELS, 1)))
    with pytest.raises(UnsupportedOperator, match="with a state, or with the last of them"):
        compiled(tmp_path, made, states={"after": "before"}, stream_axis=2)


def test_a_model_of_no_inputs_is_no_stream() -> None:
    builder = relax.BlockBuilder()
    with builder.function("main", []):
        with builder.dataflow():
            result = builder.emit_output(relax.const(np.zeros(3, np.float32)))
        builder.emit_func_output(result)
    with pytest.raises(UnsupportedOperator, match="the inputs have no frames there"):
        StreamAxis({})(builder.get())


def test_whole_sequences_are_not_verified(tmp_path: Path) -> None:
    step = compiled(tmp_path, NETS["convolution"].model(), stream_axis=2)
    with pytest.raises(InvalidOption, match="leave --stream-axis out"):
        verify.verify(step, verify.random_inputs(step, runs=2))
