"""Graphs that are awkward for names, lifetimes and aliases: all of them equal TFLite Micro."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import tflite

from tests.tflite_model import Model
from tinycompile.pipeline import Compiled, compile
from tinycompile.simulate import verify

Build = Callable[[Model], tuple[list[str], list[str]]]
SHAPE = (1, 4, 6, 8)
Q = {"scale": 0.05, "zero_point": 3}


def fully_connected(model: Model, x: str, y: str, units: int = 8, **quantization: object) -> str:
    rng = np.random.default_rng(len(model.tensors))
    depth = model.tensors[x].shape[-1]
    weights = rng.integers(-127, 128, (units, depth)).astype(np.int8)
    w = model.constant(f"{y}_w", weights, scale=0.01)
    model.tensor(y, (1, units), **(quantization or {"scale": 0.4, "zero_point": -7}))
    model.operator("FULLY_CONNECTED", [x, w, ""], [y], "FullyConnectedOptions", version=4)
    return y


def reshape(model: Model, x: str, y: str, shape: tuple[int, ...]) -> str:
    like = model.tensors[x]
    model.tensor(y, shape, scale=like.scales, zero_point=like.zero_points)
    wanted = model.constant(f"{y}_shape", np.array(shape, np.int32))
    model.operator("RESHAPE", [x, wanted], [y], "ReshapeOptions", new_shape=list(shape))
    return y


def relu(model: Model, x: str, y: str) -> str:
    like = model.tensors[x]
    model.tensor(y, like.shape, scale=like.scales, zero_point=like.zero_points)
    model.operator("RELU", [x], [y])
    return y


def output_in_the_middle(model: Model) -> tuple[list[str], list[str]]:
    x = model.tensor("x", (1, 8), **Q)
    a = fully_connected(model, x, "a")
    b = relu(model, a, "b")
    return [x], [a, fully_connected(model, b, "c")]


def reshape_of_an_output_is_read(model: Model) -> tuple[list[str], list[str]]:
    x = model.tensor("x", (1, 8), **Q)
    a = fully_connected(model, x, "a")
    flat = reshape(model, a, "flat", (2, 4))
    return [x], [a, relu(model, flat, "b")]


def output_is_a_reshape(model: Model) -> tuple[list[str], list[str]]:
    x = model.tensor("x", SHAPE, **Q)
    return [x], [reshape(model, relu(model, x, "y"), "flat", (1, 192))]


def input_is_read_late(model: Model) -> tuple[list[str], list[str]]:
    x = model.tensor("x", (1, 8), **Q)
    y = x
    for i in range(4):
        y = fully_connected(model, y, f"y{i}", **Q)
    out = model.tensor("out", (1, 8), scale=0.1, zero_point=0)
    none = tflite.ActivationFunctionType.NONE
    model.operator("ADD", [x, y], [out], "AddOptions", version=2, fused_activation_function=none)
    return [x], [out]


def in_place_twice_of_one_tensor(model: Model) -> tuple[list[str], list[str]]:
    """Both read `a`: neither may write over it before the other has read it."""
    x = model.tensor("x", (1, 8), **Q)
    a = fully_connected(model, x, "a")
    b, c = relu(model, a, "b"), relu(model, a, "c")
    out = model.tensor("out", (1, 8), scale=0.9, zero_point=-20)
    model.operator("ADD", [b, c], [out], "AddOptions", version=2)
    return [x], [out]


def two_inputs_two_outputs(model: Model) -> tuple[list[str], list[str]]:
    left, right = model.tensor("in/left:0", (1, 8), **Q), model.tensor("in/right:0", (1, 8), **Q)
    total = model.tensor("sum", (1, 8), scale=0.1, zero_point=1)
    model.operator("ADD", [left, right], [total], "AddOptions", version=2)
    return [left, right], [fully_connected(model, total, "y"), fully_connected(model, right, "z")]


def names_that_c_dislikes(model: Model) -> tuple[list[str], list[str]]:
    x = model.tensor("int", (1, 8), **Q)
    a = fully_connected(model, x, "arena")
    b = fully_connected(model, a, "*/ evil \\", **Q)
    return [x], [fully_connected(model, b, "1.5/größe;x")]


def transposed_input(model: Model) -> tuple[list[str], list[str]]:
    """A transpose that the author wrote stays in the library: the input keeps the file's layout."""
    x = model.tensor("x", (1, 6, 4, 1), **Q)
    y = model.tensor("y", (1, 4, 6, 1), **Q)
    order = model.constant("order", np.array([0, 2, 1, 3], np.int32))
    model.operator("TRANSPOSE", [x, order], [y])
    w = np.random.default_rng(0).integers(-127, 128, (3, 3, 3, 1)).astype(np.int8)
    weights = model.constant("w", w, scale=[0.01, 0.02, 0.03])
    z = model.tensor("z", (1, 4, 6, 3), scale=0.1, zero_point=4)
    model.operator(
        "CONV_2D", [y, weights, ""], [z], "Conv2DOptions", stride_h=1, stride_w=1,
        dilation_h_factor=1, dilation_w_factor=1, padding=tflite.Padding.SAME,
    )  # fmt: skip
    return [x], [z]


def compiled(build: Build, folder: Path) -> Compiled:
    model = Model()
    inputs, outputs = build(model)
    path = folder / "graph.tflite"
    path.write_bytes(model.build(inputs, outputs))
    return compile(path, target="host")


@pytest.mark.parametrize(
    "build",
    [
        output_in_the_middle,
        reshape_of_an_output_is_read,
        output_is_a_reshape,
        input_is_read_late,
        in_place_twice_of_one_tensor,
        two_inputs_two_outputs,
        names_that_c_dislikes,
        transposed_input,
    ],
)
def test_equals_tflite_micro(build: Build, tmp_path: Path) -> None:
    model = compiled(build, tmp_path)
    inputs = verify.random_inputs(model, runs=9)
    done = verify.verify(model, inputs)
    renamed = (
        build is transposed_input
    )  # the transpose moves behind the dequantize, without its name
    assert done.tensors >= done.total - renamed
    assert done.constant == ()


def test_a_layer_writes_over_an_input_that_dies_with_it(tmp_path: Path) -> None:
    model = compiled(output_is_a_reshape, tmp_path)
    assert model.memory.arena_bytes == 192 < model.memory.live_bytes == 2 * 192
