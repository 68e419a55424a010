"""The batch of a TFLite input that the user asks for."""

from pathlib import Path

import numpy as np
import pytest

from tests.tflite_micro import random_inputs, run_tflite_micro
from tests.tflite_model import Array, Model
from tinycompile.errors import InvalidModel
from tinycompile.frontend import tflite
from tinycompile.pipeline import compile
from tinycompile.simulate.harness import run_on_host

Q = {"scale": 0.05, "zero_point": 3}


def pooled(order: Array | None = None) -> bytes:
    """A pool, flattened and multiplied; before it, a transpose to `order`."""
    model, rng = Model(), np.random.default_rng(0)
    x = model.tensor("x", (1, 4, 6, 2), **Q)
    image = x
    if order is not None:
        image = model.tensor("image", tuple((1, 4, 6, 2)[i] for i in order), **Q)
        model.operator("TRANSPOSE", [x, model.constant("order", order)], [image])
    pool = model.tensor("pool", (1, 2, 3, 2), **Q)
    model.operator(
        "MAX_POOL_2D", [image], [pool], "Pool2DOptions", version=2,
        filter_height=2, filter_width=2, stride_h=2, stride_w=2,
    )  # fmt: skip
    flat = model.tensor("flat", (1, 12), **Q)
    model.operator("RESHAPE", [pool, model.constant("to", np.array([-1, 12], np.int32))], [flat])
    weights = model.constant("w", rng.integers(-127, 128, (3, 12)).astype(np.int8), scale=0.01)
    y = model.tensor("y", (1, 3), scale=0.2, zero_point=-7)
    model.operator("FULLY_CONNECTED", [flat, weights], [y], "FullyConnectedOptions", version=4)
    return model.build([x], [y])


def written(data: bytes, folder: Path) -> Path:
    path = folder / "model.tflite"
    path.write_bytes(data)
    return path


def test_each_image_of_the_batch_is_computed(tmp_path: Path) -> None:
    data = pooled()
    made = compile(written(data, tmp_path), target="host", shapes={"x": (3, 4, 6, 2)})
    images = [random_inputs(data, seed) for seed in range(3)]
    x = np.concatenate([image for (image,) in images])
    (found,) = run_on_host(made, [{"x": x}], tmp_path)
    expected = np.concatenate([run_tflite_micro(data, image)[0] for image in images])
    np.testing.assert_array_equal(found["y"], expected)


@pytest.mark.parametrize(
    ("data", "shapes", "words"),
    [
        (pooled(), {"y": (3, 3)}, "--shape y: no such input; the model has x"),
        (pooled(), {"x": (1, 8, 6, 2)}, r"--shape x:1,8,6,2: .*'x' is \(1, 4, 6, 2\); .*the batch"),
        (pooled(), {"x": (3, 4, 6)}, "only the first size"),
        (pooled(), {"x": (0, 4, 6, 2)}, "1 or more"),
        (pooled(np.array([1, 0, 2, 3], np.int32)), {"x": (3, 4, 6, 2)}, "TRANSPOSE 'image' does not"),
    ],
)  # fmt: skip
def test_what_cannot_be(
    data: bytes, shapes: dict[str, tuple[int, ...]], words: str, tmp_path: Path
) -> None:
    with pytest.raises(InvalidModel, match=words):
        tflite.load(written(data, tmp_path), shapes=shapes)
