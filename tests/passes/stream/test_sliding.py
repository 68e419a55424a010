"""Networks over a window that slides over a stream, a frame at a time."""

from pathlib import Path

import numpy as np
import pytest

import tinycompile
from tests.models.test_mlperf_tiny import path_of
from tests.passes.stream.test_stream_axis import CHANNELS, STEPS, Net, compiled, floats, ran
from tinycompile.simulate import harness, verify

# Networks that see a window as a whole, or make fewer frames than it has.
NETS = {
    "shorter": Net().conv(4, 3, (0, 0)).add("Relu").conv(2, 2, (0, 0), 2),
    "to one": Net().conv(4, 3, (0, 0)).add("MaxPool", kernel_shape=[5], strides=[1]),
    "mean pool": Net().add("AveragePool", kernel_shape=[4], strides=[1]).conv(2, 3, (0, 0)),
    "mean": Net().conv(4, 2, (0, 0)).add("ReduceMean", axes=[2]).add("Tanh"),
    "softmax": Net().add("Softmax", axis=2),
    "flatten": Net().conv(4, 3, (0, 0)).add("Flatten").add("MatMul", floats(20, 2)),
    "positions": Net().add("Add", floats(1, 1, STEPS)),
    "product": Net().add("MatMul", floats(STEPS, 4)),
    "first": Net().add("Slice", np.array([0]), np.array([2]), np.array([2])),
    "sums": Net().add("CumSum", np.array(2)),
}


@pytest.mark.parametrize("name", NETS)
def test_a_step_makes_of_the_newest_frames_what_the_network_does(name: str, tmp_path: Path) -> None:
    """From the first whole window on."""
    made = NETS[name].model()
    whole, step = compiled(tmp_path, made), compiled(tmp_path, made, stream_axis=2)
    frames = [floats(1, CHANNELS, 1) for _ in range(STEPS + 4)]
    starts = range(len(frames) - STEPS + 1)
    windows = [np.concatenate(frames[t : t + STEPS], 2) for t in starts]
    expected = ran(tmp_path, "windows", whole, windows)
    found = ran(tmp_path, "frames", step, frames)[STEPS - 1 :]
    for one, other in zip(found, expected, strict=True):
        along = [
            axis for axis, (n, m) in enumerate(zip(one.shape, other.shape, strict=True)) if n != m
        ]
        newest = np.take(other, [-1], along[0]) if along else other
        np.testing.assert_allclose(one, newest, rtol=1e-5, atol=1e-6)
    assert np.unique(np.stack(found)).size > 4


def test_sww_slides_exactly(tmp_path: Path) -> None:
    """The whole network on each of many windows, bit for bit, in a sixteenth of the products."""
    path = path_of("sww")
    whole, step = (tinycompile.compile(path, kernels="portable", stream_axis=a) for a in (None, 1))
    (x,), (y,) = whole.program.inputs, whole.program.outputs
    (name,), (made,) = ([t.name for t in ts] for ts in (step.program.inputs, step.program.outputs))
    rows = verify.random_inputs(step, runs=120, seed=3)
    frames, count = [row[name] for row in rows], x.shape[1]
    starts = range(len(frames) - count + 1)
    windows = [{x.name: np.concatenate(frames[t : t + count], 1)} for t in starts]
    for folder in ("windows", "frames"):
        (tmp_path / folder).mkdir()
    expected = harness.run_on_host(whole, windows, tmp_path / "windows")
    found = harness.run_on_host(step, rows, tmp_path / "frames")[count - 1 :]
    for one, other in zip(found, expected, strict=True):
        np.testing.assert_array_equal(one[made], other[y.name])
    assert len({one[made].tobytes() for one in found}) > 4, "the outputs move"
    assert 16 * step.program.macs < whole.program.macs
