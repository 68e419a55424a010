"""Operators that only a plug-in knows, of both formats."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from tvm import relax

from tests.plugins.models import DELTA, SHAPE, onnx_delta, onnx_float, tflite_delta
from tinycompile import external, pipeline
from tinycompile.errors import InvalidCalibration, UnsupportedOperator
from tinycompile.frontend.custom import Operation
from tinycompile.plugins.failure import PluginFailed
from tinycompile.plugins.registry import Registry
from tinycompile.simulate import harness, random_inputs


def run(made: Any, folder: Path) -> list[tuple[Any, Any]]:
    inputs = random_inputs.random_inputs(made, 5)
    outputs = harness.run_on_host(made, inputs, folder, sanitize=True)
    return [(x["x"], y["y"]) for x, y in zip(inputs, outputs, strict=True)]


@pytest.mark.parametrize("name", ["net.onnx", "net.tflite"])
def test_a_kernel_of_the_plugins_takes_it(name: str, tmp_path: Path) -> None:
    (tmp_path / name).write_bytes(onnx_delta() if name == "net.onnx" else tflite_delta())
    made = pipeline.compile(tmp_path / name, plugins=[DELTA], target="host")
    (layer,) = made.program.layers
    assert "Delta" in layer.source
    moved = False
    for x, y in run(made, tmp_path):
        np.testing.assert_array_equal(y, layer.kernel.reference(layer.call.params, x))
        moved |= bool(np.ptp(y))
    assert moved


def test_its_options_and_attributes_are_there(tmp_path: Path) -> None:
    seen: dict[str, Operation] = {}

    def convert(operation: Operation) -> relax.Expr:
        seen[operation.name] = operation
        return relax.op.nn.relu(operation.inputs[0])

    def register(registry: Registry) -> None:
        registry.add_operator("com.example.Odd", convert)
        registry.add_operator("odd", convert)

    (tmp_path / "a.onnx").write_bytes(onnx_float("Odd", alpha=0.5, mode="up"))
    options = np.frombuffer(b"\x01\x02", np.uint8)
    (tmp_path / "b.tflite").write_bytes(tflite_delta("odd", custom_options=options))
    for name in ("a.onnx", "b.tflite"):
        made = pipeline.compile(tmp_path / name, plugins=[register], target="host")
        assert len(made.program.layers) == 1
    of_onnx, of_tflite = seen["com.example.Odd"], seen["odd"]
    assert of_onnx.attributes == {"alpha": 0.5, "mode": "up"} and of_onnx.options == b""
    assert of_onnx.inputs[1] is None
    assert of_tflite.options == b"\x01\x02"
    for operation in (of_onnx, of_tflite):
        (ty,) = operation.outputs
        assert (tuple(map(int, ty.shape)), str(ty.dtype)) == (SHAPE, "float32")


def halved(inputs: Any, attributes: Any) -> Any:
    ((first, *_), dtype) = inputs[0]
    return [((first, attributes["size"]), dtype)]


def test_the_plugin_says_what_an_onnx_operator_makes(tmp_path: Path) -> None:
    def convert(operation: Operation) -> relax.Expr:
        return relax.op.reshape(operation.inputs[0], operation.outputs[0].shape)

    def register(registry: Registry) -> None:
        registry.add_operator("com.example.Flat", convert, halved)

    (tmp_path / "a.onnx").write_bytes(onnx_float("Flat", size=12))
    made = pipeline.compile(tmp_path / "a.onnx", plugins=[register], target="host")
    assert made.program.outputs[0].shape == (1, 12)


def refusal(convert: Any, model: bytes, folder: Path, types: Any = None) -> str:
    def register(registry: Registry) -> None:
        more = () if types is None else (types,)
        registry.add_operator("com.example.Odd", convert, *more)

    (folder / "a.onnx").write_bytes(model)
    with pytest.raises(UnsupportedOperator) as caught:
        pipeline.compile(folder / "a.onnx", plugins=[register], target="host")
    return str(caught.value)


def test_a_converter_that_makes_another_type_is_refused(tmp_path: Path) -> None:
    words = refusal(lambda o: relax.op.squeeze(o.inputs[0]), onnx_float("Odd"), tmp_path)
    assert words.endswith(
        'Odd "odd": its plug-in makes float32 (4, 3) of it, and should make float32 (1, 4, 3)'
    )


def test_what_a_converter_refuses_names_the_operator(tmp_path: Path) -> None:
    def convert(operation: Operation) -> relax.Expr:
        raise UnsupportedOperator("it has no mode")

    assert refusal(convert, onnx_float("Odd"), tmp_path).endswith('Odd "odd": it has no mode')


@pytest.mark.parametrize("result", [None, "x"])
def test_a_converter_that_returns_no_expression_has_a_bug(result: Any, tmp_path: Path) -> None:
    def register(registry: Registry) -> None:
        registry.add_operator("com.example.Odd", lambda operation: result)

    (tmp_path / "a.onnx").write_bytes(onnx_float("Odd"))
    with pytest.raises(PluginFailed, match="returned (NoneType|str), not"):
        pipeline.compile(tmp_path / "a.onnx", plugins=[register], target="host")


@pytest.mark.parametrize("name", ["a.onnx", "a.tflite"])
def test_without_the_plugin_it_is_refused_by_name(name: str, tmp_path: Path) -> None:
    (tmp_path / name).write_bytes(onnx_delta() if name == "a.onnx" else tflite_delta())
    words = "(Delta 'y'|com.example.Delta \"change\"); a plug-in may add custom ones"
    with pytest.raises(UnsupportedOperator, match=f"unsupported operators: {words}"):
        pipeline.compile(tmp_path / name)


def test_quantising_needs_what_it_computes(tmp_path: Path) -> None:
    def register(registry: Registry) -> None:
        registry.add_operator(
            "com.example.Odd", lambda o: external.call("odd", o.inputs[0], ty=o.outputs[0])
        )

    (tmp_path / "a.onnx").write_bytes(onnx_float("Odd"))
    words = 'Odd "odd": --quantize has to compute it in float, and does not know how'
    with pytest.raises(InvalidCalibration, match=words):
        pipeline.compile(tmp_path / "a.onnx", plugins=[register], quantize="random")
