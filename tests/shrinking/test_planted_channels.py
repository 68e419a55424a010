"""Networks with planted channels, shrunk and not: the same bits, as TFLite Micro has them."""

import tempfile
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.shrinking.planted import STEPS, Network
from tests.tflite_micro import random_inputs, run_tflite_micro
from tests.tflite_model import Array, Model
from tinycompile.errors import Mismatch
from tinycompile.pipeline import Compiled, compile
from tinycompile.program import Program
from tinycompile.shrinking import summary
from tinycompile.simulate import verify


def outputs(program: Program, inputs: list[Array]) -> list[Array]:
    """What the program computes, by the kernels' references."""
    values = {t.storage: x for t, x in zip(program.inputs, inputs, strict=True)}
    for layer in program.layers:
        operands = [values[t.storage].reshape(t.shape) for t in layer.inputs]
        result = layer.kernel.reference(layer.call.params, *operands)
        values[layer.output.storage] = result.astype(layer.output.dtype).reshape(layer.output.shape)
    return [values[t.storage].reshape(t.shape) for t in program.outputs]


def extremes(data: bytes) -> list[list[Array]]:
    (x,) = random_inputs(data, 0)
    limits = np.iinfo(x.dtype)
    ends = [np.full_like(x, end) for end in (limits.min, limits.max, 0)]
    return [[end] for end in ends] + [random_inputs(data, seed) for seed in range(3)]


def both(data: bytes) -> tuple[Compiled, Compiled]:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "planted.tflite"
        path.write_bytes(data)
        return compile(path, target="host"), compile(path, target="host", shrink=False)


def check(data: bytes) -> Compiled:
    small, whole = both(data)
    for inputs in extremes(data):
        wanted = run_tflite_micro(data, inputs)
        for ours, unshrunk, theirs in zip(
            outputs(small.program, inputs), outputs(whole.program, inputs), wanted, strict=True
        ):
            np.testing.assert_array_equal(unshrunk, theirs)
            np.testing.assert_array_equal(ours, theirs)
    assert small.program.macs <= whole.program.macs
    return small


def test_the_c_is_verified_with_what_was_removed(tmp_path: Path) -> None:
    path = tmp_path / "planted.tflite"
    path.write_bytes(Network(3, dead=0.8).build(["conv", "depthwise", "conv", "binary"]))
    small = compile(path, target="host")
    cut = [t for t in small.program.tensors.values() if small.channels(t) is not None]
    assert cut
    done = verify.verify(small, verify.random_inputs(small, 3))
    assert done.tensors == done.total
    found = small.channels(cut[0])
    assert found is not None
    removed = min(found.values.keys() - set(found.kept.tolist()))
    found.values[removed] += 1  # says that it was always another value
    with pytest.raises(Mismatch, match="differs"):
        verify.verify(small, verify.random_inputs(small, 1))


def test_what_is_constant_for_what_it_reads_only_is_verified_with_that(tmp_path: Path) -> None:
    """(u + 1000) / 100 is 10 while u is 0 to 10, as it is; of a u of 128 it would be 11."""
    model, unit = Model(), np.eye(2, dtype=np.int8)
    for name, zero_point in (("x", 0), ("u", -128), ("v", 0), ("y", 0)):
        model.tensor(name, (1, 4, 4, 2), scale=1.0, zero_point=zero_point)
    model.constant("a", unit.reshape(2, 1, 1, 2), scale=[10 / 127, 1.0])
    model.constant("b", np.ones((1, 1, 1, 2), np.int8), scale=[0.01, 1.0], axis=3)
    model.constant("bias", np.array([1000, 0], np.int32), scale=[0.01, 1.0])
    model.constant("c", np.ones((2, 1, 1, 2), np.int8), scale=[0.5, 0.3])
    window = {"stride_h": 1, "stride_w": 1, "dilation_h_factor": 1, "dilation_w_factor": 1}
    model.operator("CONV_2D", ["x", "a"], ["u"], "Conv2DOptions", **window)
    model.operator("DEPTHWISE_CONV_2D", ["u", "b", "bias"], ["v"], "DepthwiseConv2DOptions",
                   depth_multiplier=1, **window)  # fmt: skip
    model.operator("CONV_2D", ["v", "c"], ["y"], "Conv2DOptions", **window)
    path = tmp_path / "narrow.tflite"
    path.write_bytes(model.build(["x"], ["y"]))
    small = compile(path, target="host")
    assert small.program.layers[0].output.shape[-1] == 1
    assert small.report["shrunk"]["macs"] == [160, 80]
    verify.verify(small, verify.random_inputs(small, 3))


def test_what_is_planted_is_found() -> None:
    network = Network(3, dead=0.8)
    small = check(network.build(["conv", "depthwise", "conv", "pool", "twice"]))
    found = small.report["shrunk"]
    assert found["macs"][1] < 0.6 * found["macs"][0]
    assert sum(row.get("constant", 0) for row in found["layers"]) > 8
    assert any("computed once" in row["why"] for row in found["operators"])
    first, *rest = summary.lines(found)
    assert first.startswith("Shrunk, the results being the same: ") and len(rest) >= 4


@pytest.mark.parametrize("dtype", ["int8", "int16"])
@settings(max_examples=10, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_outputs_are_those_of_tflite_micro(dtype: str, data: st.DataObject) -> None:
    steps = data.draw(st.lists(st.sampled_from(STEPS), min_size=1, max_size=5))
    network = Network(
        data.draw(st.integers(0, 2**32)), dtype, data.draw(st.sampled_from([0.3, 0.8, 1.0]))
    )
    check(network.build(steps))
