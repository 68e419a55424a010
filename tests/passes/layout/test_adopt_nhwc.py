"""A network written for NCHW ends up without a transpose; inputs and outputs become NHWC."""

from typing import Any

import numpy as np
import pytest
from tvm import relax

from tests.passes.graph import dq, emit, main, named, operators, q, run, stays, weights
from tinycompile.passes.canonicalize.fold_constants import FoldConstants
from tinycompile.passes.canonicalize.remove_no_ops import RemoveNoOps
from tinycompile.passes.layout.adopt_nhwc_inputs import AdoptNhwcInputs
from tinycompile.passes.layout.adopt_nhwc_outputs import AdoptNhwcOutputs
from tinycompile.passes.layout.convert_to_nhwc import ConvertToNhwc
from tinycompile.passes.layout.fold_transpose_into_matmul import FoldTransposeIntoMatmul
from tinycompile.passes.layout.lift_to_2d import LiftTo2d
from tinycompile.passes.layout.sink_transposes import SinkTransposes
from tinycompile.rewriting.permutation import IS_NCHW
from tinycompile.rewriting.repeat import Repeat

op, nn = relax.op, relax.op.nn
RANDOM = np.random.default_rng(1)
SETTLE = Repeat(SinkTransposes(), RemoveNoOps(), FoldConstants())


def to_nhwc(module: Any) -> Any:
    steps = [LiftTo2d(), ConvertToNhwc(), SETTLE, AdoptNhwcInputs(SETTLE)]
    for step in [*steps, Repeat(FoldTransposeIntoMatmul(), SETTLE), AdoptNhwcOutputs()]:
        module = step(module)
    return module


def conv(x: Any, outputs: int, size: int = 3, groups: int = 1) -> Any:
    channels = int(relax.BlockBuilder.current().normalize(x).ty.shape[1])
    kernel = RANDOM.integers(-9, 9, (outputs, channels // groups, size, size))
    bias = relax.const(RANDOM.normal(size=(1, outputs, 1, 1)).astype("f4"))
    out = nn.conv2d(x, weights(kernel, [0.1] * outputs), padding=size // 2, groups=groups)
    return emit(dq(q(nn.relu(op.add(out, bias)))))


def dense(x: Any, rows: int, outputs: int) -> Any:
    return op.matmul(x, weights(RANDOM.integers(-9, 9, (rows, outputs)), 0.1))


def classifier(x: Any) -> Any:
    x = nn.max_pool2d(conv(x, 4), (2, 2), (2, 2))
    return dense(op.reshape(x, (1, 64)), 64, 5)


def residual(x: Any) -> Any:
    x = conv(x, 4)
    x = emit(dq(q(op.add(x, conv(conv(x, 8), 4)))))
    x = emit(op.concat([x, conv(x, 2, 1)], axis=1))
    return dense(op.reshape(op.mean(x, [2, 3], True), (1, 6)), 6, 3)


def squeeze_and_excite(x: Any) -> Any:
    x = conv(x, 4)
    gate = op.reshape(dense(op.mean(x, [2, 3]), 4, 4), (1, 4, 1, 1))
    x = op.multiply(x, op.sigmoid(gate))
    return op.reshape(op.mean(conv(x, 3), [2, 3]), (1, 3))


def detector(x: Any) -> Any:
    """A head as detectors have it: (1, 6, 8, 8) to (1, 128, 3)."""
    x = conv(conv(op.nn.pad(x, [0, 0, 0, 0, 1, 1, 1, 1]), 4), 6)
    x = op.permute_dims(op.reshape(x, (1, 2, 3, 100)), (0, 1, 3, 2))
    return op.reshape(op.nn.softmax(x, axis=3), (1, 200, 3))


def shuffle(x: Any) -> Any:
    x = op.reshape(conv(x, 6), (1, 2, 3, 8, 8))
    x = conv(op.reshape(op.permute_dims(x, (0, 2, 1, 3, 4)), (1, 6, 8, 8)), 6, groups=3)
    return dense(op.reshape(op.mean(x, [2, 3]), (1, 6)), 6, 3)


def sliced(x: Any) -> Any:
    x = conv(x, 6)
    a = op.strided_slice(x, [1], [0], [3])
    b = op.strided_slice(x, [1], [3], [6])
    x = conv(op.concat([b, op.nn.pad(a, [0] * 8)], 1), 2)
    up = op.image.resize2d(x, (16, 16), layout="NCHW", method="nearest_neighbor")
    return op.mean(up, [2, 3])


NETWORKS = {
    "classifier": (classifier, 0), "residual": (residual, 0), "sliced": (sliced, 0),
    "squeeze_and_excite": (squeeze_and_excite, 0), "detector": (detector, 1), "shuffle": (shuffle, 1),
}  # fmt: skip
X = (1, 3, 8, 8)


@pytest.mark.parametrize("name", NETWORKS)
def test_no_transpose_is_left_over(name: str) -> None:
    body, needed = NETWORKS[name]
    before = main(body, x=(X, "float32"))
    after = to_nhwc(before)
    assert operators(after).count("permute_dims") == needed
    assert dict(after["main"].attrs["tc.layouts"])["x"] == "NHWC"
    x = RANDOM.normal(0, 3, X).astype(np.float32)
    (got,), (expected,) = run(after, x.transpose(0, 2, 3, 1)), run(before, x)
    assert np.ptp(expected) > 0.1
    np.testing.assert_allclose(got, expected, rtol=1e-4, atol=1e-4)


def test_an_output_image_becomes_nhwc() -> None:
    before = named(main(lambda x: nn.max_pool2d(x, (2, 2)), x=(X, "float32")), "pooled")
    after = to_nhwc(before)
    assert operators(after) == ["nn.max_pool2d"]
    assert dict(after["main"].attrs["tc.layouts"]) == {"x": "NHWC", "pooled": "NHWC"}
    assert after["main"].body.body.name == "pooled"


def test_a_one_dimensional_network_too() -> None:
    kernel = RANDOM.integers(-9, 9, (4, 3, 5))

    def body(x: Any) -> Any:
        x = nn.relu(nn.conv1d(x, weights(kernel, 0.5), padding=2))
        return op.mean(nn.max_pool1d(x, 2, 2), [2])

    before = main(body, x=((1, 3, 20), "float32"))
    after = to_nhwc(before)
    assert "permute_dims" not in operators(after)
    assert dict(after["main"].attrs["tc.layouts"])["x"] == "NWC"
    x = RANDOM.normal(size=(1, 3, 20)).astype(np.float32)
    np.testing.assert_allclose(run(after, x.transpose(0, 2, 1)), run(before, x), rtol=1e-4)


def test_an_input_that_is_needed_as_it_is_stays() -> None:
    def body(x: Any) -> Any:
        return dense(op.reshape(x, (1, 192)), 192, 3)

    stays(AdoptNhwcInputs(SETTLE), main(body, x=(X, "float32")))


def test_an_output_that_is_transposed_otherwise_stays() -> None:
    stays(
        AdoptNhwcOutputs(),
        main(lambda x: op.permute_dims(nn.relu(x), (0, 2, 3, 1)), x=(X, "float32")),
    )
    stays(AdoptNhwcOutputs(), main(lambda x: op.permute_dims(x, (0, 3, 1, 2)), x=(X, "float32")))


def test_an_output_that_is_read_and_returned_twice_stays() -> None:
    def body(x: Any) -> Any:
        y = emit(nn.relu(x))
        return [y, op.permute_dims(y, (0, 3, 1, 2))]

    stays(AdoptNhwcOutputs(), main(body, x=(X, "float32")))


def test_an_output_that_is_also_read_as_nchw_stays() -> None:
    def body(x: Any) -> Any:
        pooled = emit(op.permute_dims(nn.max_pool2d(x, (2, 2), layout="NHWC"), (0, 3, 1, 2)))
        return [pooled, op.nn.softmax(pooled, -1)]

    before = main(body, x=((1, 4, 4, 3), "float32"))
    before["main"] = before["main"].with_attr(IS_NCHW, True)
    stays(AdoptNhwcOutputs(), before)


def test_two_inputs_become_nhwc_together() -> None:
    def body(x: Any, y: Any) -> Any:
        return nn.max_pool2d(op.add(x, y), (2, 2))

    after = to_nhwc(main(body, x=(X, "float32"), y=(X, "float32")))
    assert operators(after) == ["add", "nn.max_pool2d"]


def test_a_model_that_is_not_nchw_keeps_its_layout() -> None:
    """As TFLite files have it: a transpose in front of an NHWC convolution is the author's."""

    def body(x: Any) -> Any:
        kernel = weights(RANDOM.integers(-9, 9, (4, 3, 3, 3)), 0.1)
        x = op.permute_dims(x, (0, 2, 3, 1))
        x = nn.conv2d(x, kernel, data_layout="NHWC", kernel_layout="OHWI", out_layout="NHWC")
        return op.permute_dims(x, (0, 3, 1, 2))

    before = main(body, x=((1, 3, 8, 8), "float32"))
    for step in (ConvertToNhwc(), AdoptNhwcInputs(SETTLE), AdoptNhwcOutputs()):
        stays(step, before)
